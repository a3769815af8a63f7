"""Frozen dataclasses ↔ plain JSON values, by their annotations: for what only people read.

Whatever is added to such a dataclass is carried without a line here.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from reconciler.model import Kind

_KINDS = {kind.slug: kind for kind in Kind}


def to_plain(value: Any) -> Any:
    """Return `value` as JSON has it: dataclasses as objects, tuples as lists, enums as words."""
    match value:
        case Kind():
            return value.slug
        case Enum():
            return value.value
        case tuple() | list():
            return [to_plain(item) for item in value]
        case Mapping():
            return {to_plain(key): to_plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    return value


def from_plain(hint: Any, value: Any) -> Any:
    """Return what `to_plain` was given, an instance of what `hint` annotates.

    Raises: ValueError, TypeError or KeyError for what no `to_plain` wrote.
    """
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        inner = [one for one in get_args(hint) if one is not NoneType]
        return None if value is None else from_plain(inner[0], value)
    if origin is tuple:
        return tuple(from_plain(get_args(hint)[0], item) for item in value)
    if origin is not None and issubclass(origin, Mapping):
        of_key, of_item = get_args(hint)
        return {from_plain(of_key, k): from_plain(of_item, v) for k, v in value.items()}
    if hint is Kind:
        return _KINDS[value]
    if not isinstance(hint, type):
        return value
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return hint(**{name: from_plain(hints[name], item) for name, item in value.items()})
    return hint(value) if issubclass(hint, Enum) else value
