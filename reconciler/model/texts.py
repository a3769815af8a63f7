"""Every text inside a message, to look at or to replace, at any depth."""

from collections.abc import Callable, Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message


def texts(message: Message) -> Iterator[str]:
    """Yield every text in `message`: fields, list items, values of maps, and inside Structs."""
    for field, value in message.ListFields():
        inner = field.message_type
        if inner is not None and inner.GetOptions().map_entry:
            values = list(value.values())
            kind = inner.fields_by_name["value"]
        else:
            values = list(value) if field.is_repeated else [value]
            kind = field
        for item in values:
            if kind.message_type is not None:
                yield from texts(item)
            elif kind.type == FieldDescriptor.TYPE_STRING:
                yield item


def rewrite_texts(message: Message, change: Callable[[str], str]) -> None:
    """Replace every text in `message` by what `change` makes of it. Works in place.

    Keys of maps stay: they are names.
    """
    for field, value in message.ListFields():
        inner = field.message_type
        if inner is not None and inner.GetOptions().map_entry:
            _rewrite_map(value, inner.fields_by_name["value"], change)
        elif inner is not None:
            for item in value if field.is_repeated else (value,):
                rewrite_texts(item, change)
        elif field.type == FieldDescriptor.TYPE_STRING:
            _rewrite_field(message, field, value, change)


def _rewrite_map(entries: Any, kind: Any, change: Callable[[str], str]) -> None:
    if kind.message_type is not None:
        for item in entries.values():
            rewrite_texts(item, change)
    elif kind.type == FieldDescriptor.TYPE_STRING:
        for key, text in list(entries.items()):
            if (changed := change(text)) != text:
                entries[key] = changed


def _rewrite_field(message: Message, field: Any, value: Any, change: Callable[[str], str]) -> None:
    if not field.is_repeated:
        if (changed := change(value)) != value:
            setattr(message, field.name, changed)
        return
    for index, text in enumerate(value):
        if (changed := change(text)) != text:
            value[index] = changed
