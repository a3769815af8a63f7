"""Orders as values: `asc("created_at")`, `desc("id")`."""

from dataclasses import dataclass
from typing import Any

from flyteidl.admin.common_pb2 import Sort as SortMessage

from reconciler.admin.client.fields import Listing
from reconciler.errors import FilterError


@dataclass(frozen=True, slots=True)
class Sort:
    """By one column; what is equal in it comes in any order."""

    key: str
    descending: bool = False

    def __str__(self) -> str:
        return f"{'desc' if self.descending else 'asc'}({self.key})"

    def to_message(self) -> SortMessage:
        direction = SortMessage.DESCENDING if self.descending else SortMessage.ASCENDING
        return SortMessage(key=self.key, direction=direction)


def asc(key: str) -> Sort:
    """The least, or the earliest, first."""
    return Sort(key)


def desc(key: str) -> Sort:
    """The greatest, or the latest, first."""
    return Sort(key, descending=True)


def sorted_by(order: Any, listing: Listing, default: Sort) -> SortMessage:
    """Turn whatever a list method was given as `sort_by` into Admin's message.

    Args:
        order: None for `default`, a Sort, a text like `asc(created_at)`, Admin's own message, or
            flytekit's Sort.

    Raises: FilterError for a key that the list cannot be sorted by, or for no order at all.
    """
    message = _message(order if order is not None else default)
    listing.check_sort(message.key)
    return message


def _message(order: Any) -> SortMessage:
    if hasattr(order, "to_flyte_idl"):
        order = order.to_flyte_idl()
    match order:
        case SortMessage():
            return order
        case Sort():
            return order.to_message()
        case str():
            return _parsed(order).to_message()
    raise FilterError(f"{order!r} is no order; write one like desc('created_at')")


def _parsed(text: str) -> Sort:
    direction, bracket, rest = text.strip().partition("(")
    if direction in ("asc", "desc") and bracket and rest.endswith(")"):
        return Sort(rest[:-1].strip(), descending=direction == "desc")
    raise FilterError(f"{text!r} is no order; write asc(KEY) or desc(KEY)")
