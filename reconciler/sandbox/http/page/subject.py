"""What a call was about, in a few words: the name in its request."""

from typing import Any

from google.protobuf.message import DecodeError

from reconciler.sandbox.recent import RecentCall
from reconciler.sandbox.services import SERVICES

_LONGEST = 200  # characters
_PARTS = ("project", "domain", "name", "version")
_DEPTH = 4  # messages within each other that are looked into: an event's id is deep


def subject_of(call: RecentCall) -> str:
    """Return `project/domain/name/version`, as much of it as the request says; may be empty."""
    service, _, method = call.method.lstrip("/").rpartition("/")
    handler = SERVICES.get(service, {}).get(method)
    if handler is None:
        return ""
    try:
        request = handler.request.FromString(call.gist)
    except DecodeError:
        return ""
    return _name(request, _DEPTH)[:_LONGEST]


def _name(message: Any, depth: int) -> str:
    """Return the first name in a message: its own, else that of one of its parts."""
    fields = message.DESCRIPTOR.fields_by_name
    texts = [
        getattr(message, part)
        for part in _PARTS
        if part in fields and fields[part].type == fields[part].TYPE_STRING
    ]
    if any(texts):
        return "/".join(text for text in texts if text)
    if depth == 0:
        return ""
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE and not field.is_repeated:
            found = _name(value, depth - 1)
            if found:
                return found
    identifier = fields.get("id")
    if identifier is not None and identifier.type == identifier.TYPE_STRING:
        return str(message.id)
    return ""
