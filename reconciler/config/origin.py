"""Where each value came from: what won, and what it won over."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

DEFAULT = "default"


class Origin(NamedTuple):
    """Who said a value.

    Attributes:
        source: A variable, `admin.insecure in FILE`, a flag; `default` if nobody did.
        shown: The value as text; `***` for a secret one.
        over: The places that said something else and were not heard, nearest first.
    """

    source: str = DEFAULT
    shown: str = ""
    over: tuple[str, ...] = ()


class Origins:
    """The Origin of each value by the name of its field, in the order people read them."""

    def __init__(self, values: Mapping[str, Origin] | None = None) -> None:
        self.values = values or {}

    def of(self, name: str) -> Origin:
        """Where a field's value came from."""
        return self.values.get(name, Origin())

    def __iter__(self) -> Iterator[tuple[str, Origin]]:
        return iter(self.values.items())
