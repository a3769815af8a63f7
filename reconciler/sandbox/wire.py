"""Protobuf bytes as Go's decoder would take or refuse them.

Go takes messages nested ten thousand deep. Python's decoder stops at a hundred unless it is told
not to, and then nothing keeps it from running out of stack; so it is told, and whatever comes
from outside is measured first.
"""

from typing import Any, TypeVar

from google._upb import _message
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from reconciler.sandbox.errors import internal

M = TypeVar("M", bound=Message)

MAX_DEPTH = 10000  # messages within messages, the outermost included

# The one switch there is for the depth; what it says about size is true of any message here.
_message.SetAllowOversizeProtos(True)


def decode(message: type[M], payload: bytes) -> M:
    """Decode a request.

    Raises:
        Refusal: INTERNAL, in the words of Go's gRPC.
    """
    try:
        return parse(message, payload)
    except DecodeError as exc:
        raise internal(
            f"grpc: error unmarshalling request: proto:\N{NO-BREAK SPACE}{exc}"
        ) from exc


def parse(message: type[M], payload: bytes) -> M:
    """Decode bytes that somebody else wrote.

    Raises:
        DecodeError: They are no such message, or one too deep; the text is Go's.
    """
    descriptor: Any = message.DESCRIPTOR
    if len(payload) > 2 * MAX_DEPTH and _is_too_deep(payload, descriptor):
        raise DecodeError("exceeded maximum recursion depth")
    try:
        return message.FromString(payload)
    except DecodeError:
        raise DecodeError(_defect(payload, descriptor)) from None


def _is_too_deep(payload: bytes, descriptor: Any) -> bool:
    """Tell whether messages are nested beyond the limit.

    A message that is yet to hold n others has two bytes for each of them at least, so anything
    shorter is passed over: large requests cost one look at the fields of their large parts.
    """
    pending = [(0, len(payload), descriptor, 1)]
    while pending:
        start, end, kind, depth = pending.pop()
        if depth > MAX_DEPTH:
            return True
        at = start
        groups = 0
        while at < end:
            number, wire, at = _tag(payload, at, end)
            if wire == 2:
                size, at = _varint(payload, at, end)
                field = None if groups or kind is None else kind.fields_by_number.get(number)
                inner = field.message_type if field is not None else None
                if inner is not None and size >= 2 * (MAX_DEPTH - depth):
                    is_entry = inner.GetOptions().map_entry
                    pending.append((at, at + size, inner, depth if is_entry else depth + 1))
                at += size
            elif wire == 0:
                _, at = _varint(payload, at, end)
            elif wire in (1, 5):
                at += 8 if wire == 1 else 4
            else:
                groups += 1 if wire == 3 else -1
                if groups > MAX_DEPTH:
                    return True
    return False


def _defect(payload: bytes, descriptor: Any) -> str:
    """Say which of Go's two complaints about undecodable bytes is the right one."""
    if _has_bad_text(payload, 0, len(payload), descriptor):
        return "string field contains invalid UTF-8"
    return "cannot parse invalid wire-format data"


def _has_bad_text(payload: bytes, start: int, end: int, descriptor: Any) -> bool:
    """Tell whether a text that is no UTF-8 comes before anything else that is wrong."""
    at = start
    while at < end:
        number, wire, at = _tag(payload, at, end)
        if wire == 0:
            _, at = _varint(payload, at, end)
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        elif wire == 2:
            size, at = _varint(payload, at, end)
            if at + size > end:
                return False
            field = descriptor.fields_by_number.get(number)
            if field is not None and field.type == FieldDescriptor.TYPE_STRING:
                try:
                    payload[at : at + size].decode()
                except UnicodeDecodeError:
                    return True
            elif (
                field is not None
                and field.message_type is not None
                and _has_bad_text(payload, at, at + size, field.message_type)
            ):
                return True
            at += size
        else:
            return False
    return False


def _tag(payload: bytes, at: int, end: int) -> tuple[int, int, int]:
    tag, at = _varint(payload, at, end)
    return tag >> 3, tag & 7, at


def _varint(payload: bytes, at: int, end: int) -> tuple[int, int]:
    """Return a number and where it ends; cut off or endless, it ends the message."""
    value = shift = 0
    while at < end and shift < 70:
        byte = payload[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    return value, end
