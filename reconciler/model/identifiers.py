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
    for field, value in message.ListFields():
        match _shape(field):
            case "one":
                yield from identifiers(value)
            case "list":
                for item in list(value):
                    yield from identifiers(item)
            case "map":
                for item in list(value.values()):
                    yield from identifiers(item)


@cache
def _shape(field: FieldDescriptor) -> str:
    """How a field holds messages that can hold an identifier: one, list, map, or none of them."""
    inner = field.message_type
    if inner is None or not _carries_identifiers(inner):
        return "none"
    if inner.GetOptions().map_entry:
        return "map"
    return "list" if field.is_repeated else "one"


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
