"""Messages to JSON, as Go's `protojson` writes them for the gateway: every field is there.

Unset messages are null, unset members of a oneof left out, 64-bit integers texts, enums names.

Source: `google.golang.org/protobuf/encoding/protojson`, encode.go and well_known_types.go.
"""

import base64
import json
import math
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

from reconciler.sandbox.deep import with_deep_stack
from reconciler.sandbox.http.reader import _is_map, _message_at
from reconciler.sandbox.http.tokens import PREFIX

_LONG = (
    FieldDescriptor.TYPE_INT64, FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_SINT64,
    FieldDescriptor.TYPE_FIXED64, FieldDescriptor.TYPE_SFIXED64,
)  # fmt: skip
_REAL = (FieldDescriptor.TYPE_FLOAT, FieldDescriptor.TYPE_DOUBLE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MIN_TIME, _MAX_TIME = -62135596800, 253402300799
_MAX_DURATION = 315576000000


class UnprintableError(ValueError):
    """A message that JSON has no form for; the message is Go's."""


def write_message(message: Message, *, proto_names: bool) -> bytes:
    """Return the JSON of `message`, without any blank.

    Args:
        proto_names: Whether fields are named as in the protobuf, or in camelCase.

    Raises:
        UnprintableError: It holds something that JSON cannot say.
    """
    try:
        return _write(message, proto_names)
    except RecursionError:
        return with_deep_stack(lambda: _write(message, proto_names))


def _write(message: Message, proto_names: bool) -> bytes:
    value = _Writer(proto_names).message(message)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class _Writer:
    def __init__(self, proto_names: bool) -> None:
        self._proto_names = proto_names

    def message(self, message: Message) -> Any:
        special = _SPECIAL.get(message.DESCRIPTOR.full_name)
        return special(self, message) if special is not None else self._fields(message)

    def _fields(self, message: Message) -> dict[str, Any]:
        out: dict[str, Any] = {}
        fields: Any = message.DESCRIPTOR.fields
        for field in fields:
            name = field.name if self._proto_names else field.json_name
            if field.is_repeated:
                value = getattr(message, field.name)
                out[name] = self._map(value, field) if _is_map(field) else self._list(value, field)
            elif field.has_presence and not message.HasField(field.name):
                if field.containing_oneof is None:
                    out[name] = None
            else:
                out[name] = self._single(getattr(message, field.name), field)
        return out

    def _list(self, values: Any, field: Any) -> list[Any]:
        return [self._single(value, field) for value in values]

    def _map(self, values: Any, field: Any) -> dict[str, Any]:
        value_field = field.message_type.fields_by_name["value"]
        return {
            str(key).lower() if isinstance(key, bool) else str(key): self._single(
                values[key], value_field
            )
            for key in sorted(values)
        }

    def _single(self, value: Any, field: Any) -> Any:
        kind = field.type
        if field.message_type is not None:
            return self.message(value)
        if kind in _LONG:
            return str(value)
        if kind == FieldDescriptor.TYPE_ENUM:
            if field.enum_type.full_name == "google.protobuf.NullValue":
                return None
            known = field.enum_type.values_by_number.get(value)
            return known.name if known is not None else value
        if kind == FieldDescriptor.TYPE_BYTES:
            return base64.b64encode(value).decode()
        if kind in _REAL:
            return _real(value, single=kind == FieldDescriptor.TYPE_FLOAT)
        return value

    def any(self, message: Any) -> Any:
        if not message.type_url:
            if not message.value:
                return {}
            raise _error("google.protobuf.Any: type_url is not set")
        inner = _message_at(message.type_url)
        if inner is None:
            raise _error(f'google.protobuf.Any: unable to resolve "{message.type_url}": not found')
        try:
            inner.ParseFromString(message.value)
        except DecodeError:
            raise _error(
                f'google.protobuf.Any: unable to unmarshal "{message.type_url}": '
                "cannot parse invalid wire-format data"
            ) from None
        if inner.DESCRIPTOR.full_name in _SPECIAL:
            return {"@type": message.type_url, "value": self.message(inner)}
        return {"@type": message.type_url, **self._fields(inner)}

    def wrapper(self, message: Any) -> Any:
        return self._single(message.value, message.DESCRIPTOR.fields_by_name["value"])

    def empty(self, message: Any) -> Any:
        return {}

    def struct(self, message: Any) -> Any:
        return self._map(message.fields, message.DESCRIPTOR.fields_by_name["fields"])

    def list_value(self, message: Any) -> Any:
        return self._list(message.values, message.DESCRIPTOR.fields_by_name["values"])

    def value(self, message: Any) -> Any:
        which = message.WhichOneof("kind")
        if which is None:
            raise _error("google.protobuf.Value: none of the oneof fields is set")
        value = getattr(message, which)
        if which == "number_value" and not math.isfinite(value):
            text = "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
            raise _error(f"google.protobuf.Value.number_value: invalid {text} value")
        return self._single(value, message.DESCRIPTOR.fields_by_name[which])

    def duration(self, message: Any) -> Any:
        seconds, nanos = message.seconds, message.nanos
        if not -_MAX_DURATION <= seconds <= _MAX_DURATION:
            raise _error(f"google.protobuf.Duration: seconds out of range {seconds}")
        if not -(10**9) < nanos < 10**9:
            raise _error(f"google.protobuf.Duration: nanos out of range {nanos}")
        if seconds * nanos < 0:
            raise _error("google.protobuf.Duration: signs of seconds and nanos do not match")
        sign = "-" if seconds < 0 or nanos < 0 else ""
        return f"{sign}{abs(seconds)}{_fraction(abs(nanos))}s"

    def timestamp(self, message: Any) -> Any:
        if not _MIN_TIME <= message.seconds <= _MAX_TIME:
            raise _error(f"google.protobuf.Timestamp: seconds out of range {message.seconds}")
        if not 0 <= message.nanos < 10**9:
            raise _error(f"google.protobuf.Timestamp: nanos out of range {message.nanos}")
        moment = _EPOCH + timedelta(seconds=message.seconds)
        return f"{moment.replace(tzinfo=None).isoformat()}{_fraction(message.nanos)}Z"

    def field_mask(self, message: Any) -> Any:
        paths = []
        for path in message.paths:
            first, *others = path.split("_")
            paths.append(first + "".join(word.capitalize() for word in others))
        return ",".join(paths)


def _real(value: float, *, single: bool) -> Any:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if single:
        value = _shortest(value)
    # Go writes whole numbers out, with zeros for the digits a double does not have.
    return int(Decimal(repr(value))) if value.is_integer() and abs(value) < 1e21 else value


def _shortest(value: float) -> float:
    """Return the double with the fewest digits that is this single-precision number."""
    for digits in range(1, 10):
        candidate = float(f"{value:.{digits}g}")
        if struct.pack("f", candidate) == struct.pack("f", value):
            return candidate
    return value


def _fraction(nanos: int) -> str:
    text = f".{nanos:09d}"
    for _ in range(3):
        text = text.removesuffix("000")
    return "" if text == "." else text


def _error(text: str) -> UnprintableError:
    return UnprintableError(f"{PREFIX}{text}")


_WRAPPERS = ("Bool", "Int32", "Int64", "UInt32", "UInt64", "Float", "Double", "String", "Bytes")
_SPECIAL: dict[str, Callable[[_Writer, Any], Any]] = {
    "google.protobuf.Any": _Writer.any,
    "google.protobuf.Timestamp": _Writer.timestamp,
    "google.protobuf.Duration": _Writer.duration,
    "google.protobuf.Empty": _Writer.empty,
    "google.protobuf.Struct": _Writer.struct,
    "google.protobuf.ListValue": _Writer.list_value,
    "google.protobuf.Value": _Writer.value,
    "google.protobuf.FieldMask": _Writer.field_mask,
    **{f"google.protobuf.{name}Value": _Writer.wrapper for name in _WRAPPERS},
}
