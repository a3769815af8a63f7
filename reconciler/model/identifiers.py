"""Every identifier inside a message: what a spec refers to, at any depth."""

from collections.abc import Iterator
from functools import cache

from flyteidl.core.identifier_pb2 import Identifier
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message


def identifiers(message: Message) -> Iterator[Identifier]:
    """Yield every identifier in `message`, at any depth: nodes of every kind, sub-workflows, …"""
    if isinstance(message, Identifier):
        yield message
        return
    for name, shape in _carriers(message.DESCRIPTOR):
        match shape:
            case "one":
                if message.HasField(name):
                    yield from identifiers(getattr(message, name))
            case "list":
                for item in list(getattr(message, name)):
                    yield from identifiers(item)
            case "map":
                for item in list(getattr(message, name).values()):
                    yield from identifiers(item)


@cache
def _carriers(descriptor: Descriptor) -> tuple[tuple[str, str], ...]:
    """The fields of a message that can hold an identifier, and how: one, list or map."""
    fields: list[FieldDescriptor] = sorted(descriptor.fields, key=lambda field: field.number)
    found: list[tuple[str, str]] = []
    for field in fields:
        inner = field.message_type
        if inner is None or not _carries_identifiers(inner):
            continue
        if inner.GetOptions().map_entry:
            found.append((field.name, "map"))
        else:
            found.append((field.name, "list" if field.is_repeated else "one"))
    return tuple(found)


@cache
def _carries_identifiers(descriptor: Descriptor) -> bool:
    """Tell whether messages of this type can hold an identifier."""
    seen: set[str] = set()
    queue = [descriptor]
    while queue:
        current = queue.pop()
        if current.full_name == Identifier.DESCRIPTOR.full_name:
            return True
        if current.full_name in seen:
            continue
        seen.add(current.full_name)
        fields: list[FieldDescriptor] = list(current.fields)
        queue += [field.message_type for field in fields if field.message_type is not None]
    return False
