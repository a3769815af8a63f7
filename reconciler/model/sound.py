"""Messages that have no JSON: Admin could not hash them, nor could we.

protobuf's own encoding holds any number anywhere; its JSON knows neither infinite numbers within
Structs nor times and durations out of their range.
"""

import math
import re
from functools import cache

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

_VALUE = "google.protobuf.Value"
_SPANS = {
    "google.protobuf.Duration": (-315_576_000_000, 315_576_000_000, -999_999_999),
    "google.protobuf.Timestamp": (-62_135_596_800, 253_402_300_799, 0),
}
_MOST_NANOS = 999_999_999
# `number_value` of a Value: its tag, and a double whose exponent is all ones.
_NO_NUMBER = re.compile(rb"\x11.{6}[\xf0-\xff][\x7f\xff]", re.DOTALL)


def without_json(message: Message, *, spans: bool = True) -> str:
    """Say which value of a message has no JSON, and at which path; nothing if all have.

    Args:
        spans: Whether times and durations may be out of range; those read from JSON are not.
    """
    # Hardly any message has such a number, and looking for bytes is far quicker than walking.
    if not spans and not _NO_NUMBER.search(message.SerializeToString()):
        return ""
    return _in_message(message)


def _in_message(message: Message) -> str:
    for field, value in message.ListFields():
        inner = field.message_type
        if inner is None or not _is_fragile(inner):
            continue
        if inner.GetOptions().map_entry:
            items = value.items()
        elif field.is_repeated:
            items = enumerate(value)
        else:
            items = ((None, value),)
        for key, item in items:
            if found := _in_item(item):
                place = field.name if key is None else f"{field.name}[{key}]"
                return f"{place}.{found}" if not found.startswith(" ") else f"{place}{found}"
    return ""


def _in_item(item: Message) -> str:
    name = item.DESCRIPTOR.full_name
    if name == _VALUE:
        number = item.number_value  # type: ignore[attr-defined]
        if not math.isfinite(number):
            return f" is {number}, which JSON does not know"
    elif span := _SPANS.get(name):
        seconds, nanos = item.seconds, item.nanos  # type: ignore[attr-defined]
        lowest, highest, least = span
        if not (lowest <= seconds <= highest and least <= nanos <= _MOST_NANOS) or (
            seconds * nanos < 0 and least
        ):
            return " is out of all bounds"
        return ""
    return _in_message(item)


@cache
def _is_fragile(descriptor: Descriptor) -> bool:
    """Tell whether messages of this type can hold such a value, at any depth."""
    seen: set[str] = set()
    queue = [descriptor]
    while queue:
        current = queue.pop()
        if current.full_name == _VALUE or current.full_name in _SPANS:
            return True
        if current.full_name in seen:
            continue
        seen.add(current.full_name)
        fields: list[FieldDescriptor] = list(current.fields)
        queue += [field.message_type for field in fields if field.message_type is not None]
    return False
