"""The digest by which Admin tells whether two specs are the same: objecthash over JSON.

A message is read as the JSON that Go's old jsonpb would write (names in lower camel case,
default scalars left out, empty messages kept, unknown fields ignored) and hashed value by
value: SHA-256 of a tag and the content, objects as pairs sorted by the hash of their key.
Every JSON number counts as a double.

Source: github.com/benlaurie/objecthash, golang/protobuf v1.5.4 jsonpb/encode.go.
"""

import base64
import hashlib
import math
import struct
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

_MAX_DURATION = 315_576_000_000  # seconds: about 10,000 years
_SECOND = 1_000_000_000  # nanoseconds

_WRAPPERS = frozenset(
    f"google.protobuf.{kind}Value"
    for kind in (
        "Bool",
        "Bytes",
        "Double",
        "Float",
        "Int32",
        "Int64",
        "String",
        "UInt32",
        "UInt64",
    )
)
_LONG = (FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64)


class DigestError(Exception):
    """The message has no JSON, and so no digest; the text is jsonpb's."""


def digest(message: Message) -> bytes:
    """Return the 32 bytes of a message's digest.

    Raises:
        DigestError: It holds a duration or timestamp out of range, or a Value without a kind.
    """
    name = message.DESCRIPTOR.full_name
    if name in _SPECIAL:
        return _SPECIAL[name](message)
    if name in _WRAPPERS:
        wrapper: Any = message
        return _scalar(wrapper.DESCRIPTOR.fields_by_name["value"], wrapper.value)
    return _object((_key(field), _field(field, value)) for field, value in message.ListFields())


def _field(field: FieldDescriptor, value: Any) -> bytes:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        value_field = field.message_type.fields_by_name["value"]
        return _object((_text_key(key), _scalar(value_field, value[key])) for key in value)
    if field.is_repeated:
        return _list(_scalar(field, item) for item in value)
    return _scalar(field, value)


def _scalar(field: FieldDescriptor, value: Any) -> bytes:
    """Hash one value of a field: a message, or what JSON has for its type."""
    if field.message_type is not None:
        return digest(value)
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        if field.enum_type.full_name == "google.protobuf.NullValue":
            return _hash(b"n", b"")
        return _number(value) if known is None else _text(known.name)
    if isinstance(value, bool):
        return _hash(b"b", b"1" if value else b"0")
    if isinstance(value, bytes):
        return _text(base64.b64encode(value).decode())
    if isinstance(value, str):
        return _text(value)
    if field.cpp_type in _LONG:
        return _text(str(value))
    if field.cpp_type == FieldDescriptor.CPPTYPE_FLOAT:
        return _number(_shortest_float(value))
    return _number(value)


def _hash(tag: bytes, content: bytes) -> bytes:
    return hashlib.sha256(tag + content).digest()


def _text(value: str) -> bytes:
    return _hash(b"u", value.encode())


def _number(value: float) -> bytes:
    """Hash a number; what JSON cannot say as one, jsonpb writes as a text."""
    if math.isnan(value):
        return _text("NaN")
    if math.isinf(value):
        return _text("Infinity" if value > 0 else "-Infinity")
    return _hash(b"f", _normalized(float(value)).encode())


def _list(items: Iterable[bytes]) -> bytes:
    return _hash(b"l", b"".join(items))


def _object(pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    return _hash(b"d", b"".join(sorted(key + value for key, value in pairs)))


@lru_cache(maxsize=4096)
def _name_hash(name: str) -> bytes:
    return _text(name)


def _key(field: FieldDescriptor) -> bytes:
    return _name_hash(field.json_name)


def _text_key(key: Any) -> bytes:
    return _text(str(key).lower() if isinstance(key, bool) else str(key))


@lru_cache(maxsize=4096)
def _normalized(value: float) -> str:
    """Write a double as sign, exponent and binary mantissa, the mantissa in (1/2, 1]."""
    if value == 0:
        return "+0:"
    mantissa, exponent = math.frexp(abs(value))  # in [1/2, 1)
    if mantissa == 0.5:
        mantissa, exponent = 1.0, exponent - 1
    digits = []
    while mantissa:
        if mantissa >= 1:
            digits.append("1")
            mantissa -= 1
        else:
            digits.append("0")
        mantissa *= 2
    return f"{'-' if value < 0 else '+'}{exponent}:{''.join(digits)}"


def _shortest_float(value: float) -> float:
    """Return the double that Go's shortest text of a 32-bit float reads back as."""
    if not math.isfinite(value):
        return value
    for precision in range(6, 10):
        text = f"{value:.{precision}g}"
        if struct.pack("<f", float(text)) == struct.pack("<f", value):
            return float(text)
    return value


def _duration(message: Any) -> bytes:
    seconds, nanos = message.seconds, message.nanos
    if not -_MAX_DURATION <= seconds <= _MAX_DURATION:
        raise DigestError(f"seconds out of range {seconds}")
    if not -_SECOND < nanos < _SECOND:
        raise DigestError(f"ns out of range ({-_SECOND}, {_SECOND})")
    if seconds > 0 > nanos or seconds < 0 < nanos:
        raise DigestError("signs of seconds and nanos do not match")
    sign = "-" if seconds < 0 or nanos < 0 else ""
    return _text(f"{sign}{abs(seconds)}{_fraction(abs(nanos))}s")


def _timestamp(message: Any) -> bytes:
    seconds, nanos = message.seconds, message.nanos
    if not 0 <= nanos < _SECOND:
        raise DigestError(f"ns out of range [0, {_SECOND})")
    return _text(f"{_civil(seconds)}{_fraction(nanos)}Z")


def _fraction(nanos: int) -> str:
    """Write nanoseconds with 0, 3, 6 or 9 digits."""
    text = f".{nanos:09d}"
    for _ in range(3):
        text = text.removesuffix("000")
    return text if text != "." else ""


def _civil(seconds: int) -> str:
    """Write seconds since 1970 as Go does, in years beyond 9999 and before 1 as well."""
    days, rest = divmod(seconds, 86_400)
    # Howard Hinnant's civil_from_days: years of 400 make 146,097 days.
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (
        day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (month <= 2)
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    sign, year = ("-", -year) if year < 0 else ("", year)
    hour, minute = divmod(rest // 60, 60)
    return f"{sign}{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{rest % 60:02d}"


def _struct(message: Any) -> bytes:
    return _object((_text(key), _value(message.fields[key])) for key in message.fields)


def _list_value(message: Any) -> bytes:
    return _list(_value(item) for item in message.values)


def _value(message: Any) -> bytes:
    kind = message.WhichOneof("kind")
    if kind is None:
        raise DigestError("nil Value")
    if kind == "null_value":
        return _hash(b"n", b"")
    if kind == "bool_value":
        return _hash(b"b", b"1" if message.bool_value else b"0")
    if kind == "number_value":
        return _number(message.number_value)
    if kind == "string_value":
        return _text(message.string_value)
    return (
        _struct(message.struct_value)
        if kind == "struct_value"
        else _list_value(message.list_value)
    )


_SPECIAL = {
    "google.protobuf.Duration": _duration,
    "google.protobuf.Timestamp": _timestamp,
    "google.protobuf.Struct": _struct,
    "google.protobuf.ListValue": _list_value,
    "google.protobuf.Value": _value,
}
