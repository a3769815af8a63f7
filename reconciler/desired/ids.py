"""Identifiers inside specs: left blank while content is hashed, filled in before it is sent.

A spec that says neither its own project, domain and version nor those of its neighbours has the
same bytes, and so the same version, in every environment. This is also the form in which
`pyflyte package` writes its members.
"""

from collections.abc import Iterator
from functools import cache

from flyteidl.core.identifier_pb2 import Identifier
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

# What older releases of flytekit wrote instead of leaving a field empty.
_PLACEHOLDERS = {
    "{{ registration.project }}",
    "{{ registration.domain }}",
    "{{ registration.version }}",
}


def fill(message: Message, *, project: str, domain: str, version: str) -> None:
    """Give every identifier in `message`, at any depth, the parts it lacks. Works in place."""
    for identifier in identifiers(message):
        if _blank(identifier.project):
            identifier.project = project
        if _blank(identifier.domain):
            identifier.domain = domain
        if _blank(identifier.version):
            identifier.version = version


def is_own(identifier: Identifier) -> bool:
    """Tell whether an identifier leaves its version to whoever registers it."""
    return _blank(identifier.version)


def identifiers(message: Message) -> Iterator[Identifier]:
    """Yield every identifier in `message`, at any depth: nodes of every kind, sub-workflows, …"""
    if isinstance(message, Identifier):
        yield message
        return
    for field, value in message.ListFields():
        inner = field.message_type
        if inner is None or not _carries_identifiers(inner):
            continue
        if inner.GetOptions().map_entry:
            values = list(value.values())
        else:
            values = list(value) if field.is_repeated else [value]
        for item in values:
            yield from identifiers(item)


def _blank(part: str) -> bool:
    return not part or part in _PLACEHOLDERS


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
