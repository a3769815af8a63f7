"""Identifiers inside specs: left blank while content is hashed, filled in before it is sent.

A spec that says neither its own project, domain and version nor those of its neighbours has the
same bytes, and so the same version, in every environment. This is also the form in which
`pyflyte package` writes its members.
"""

from collections.abc import Mapping
from types import MappingProxyType

from flyteidl.core.identifier_pb2 import Identifier
from google.protobuf.message import Message

from reconciler.model import identifiers

# What older releases of flytekit wrote instead of leaving a field empty.
_PLACEHOLDERS = {
    "{{ registration.project }}",
    "{{ registration.domain }}",
    "{{ registration.version }}",
}


# Version by type, project, domain and name, of what does not share its referrer's.
Pins = Mapping[tuple[int, str, str, str], str]
_NO_PINS: Pins = MappingProxyType({})


def fill(
    message: Message, *, project: str, domain: str, version: str, pins: Pins = _NO_PINS
) -> None:
    """Give every identifier in `message`, at any depth, the parts it lacks. Works in place."""
    for identifier in identifiers(message):
        if _blank(identifier.project):
            identifier.project = project
        if _blank(identifier.domain):
            identifier.domain = domain
        if _blank(identifier.version):
            key = (
                identifier.resource_type,
                identifier.project,
                identifier.domain,
                identifier.name,
            )
            identifier.version = pins.get(key, version)


def settle(message: Message, *, draft: str, version: str) -> None:
    """Give every identifier that still has the draft's version the final one. Works in place."""
    for identifier in identifiers(message):
        if identifier.version == draft:
            identifier.version = version


def is_own(identifier: Identifier) -> bool:
    """Tell whether an identifier leaves its version to whoever registers it."""
    return _blank(identifier.version)


def _blank(part: str) -> bool:
    return not part or part in _PLACEHOLDERS
