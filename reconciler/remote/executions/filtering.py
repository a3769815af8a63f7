"""Filters in every form that callers have them: text, values of the client, flytekit's."""

from collections.abc import Iterable
from typing import Any


def filter_text(filters: Any) -> str:
    """Filters as Admin takes them, all of which must hold.

    Args:
        filters: None, a text such as `eq(phase,FAILED)+…`, one filter or several; a filter is a
            text, one of flytekit's, or anything whose text is a filter.
    """
    if filters is None:
        return ""
    if isinstance(filters, str):
        return filters
    if hasattr(filters, "to_flyte_idl"):
        return str(filters.to_flyte_idl())
    if isinstance(filters, Iterable):
        return "+".join(text for text in map(filter_text, filters) if text)
    return str(filters)
