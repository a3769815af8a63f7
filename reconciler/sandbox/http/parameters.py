"""Query parameters and path variables to fields, as Go's grpc-gateway fills them in.

Source: `github.com/grpc-ecosystem/grpc-gateway/v2/runtime/query.go`.
"""

import base64
import re
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from reconciler.sandbox.http import strconv
from reconciler.sandbox.http.prefixes import Prefixes
from reconciler.sandbox.http.reader import read_value
from reconciler.sandbox.http.strconv import ParseError
from reconciler.sandbox.http.tokens import PREFIX, ProtoJSONError
from reconciler.sandbox.json_scanner import JSONSyntaxError, first_value
from reconciler.sandbox.objects.gourl import quote

_MAP_KEY = re.compile(r"(.*)\[(.*)\]", re.DOTALL)
_INTEGERS = {
    FieldDescriptor.TYPE_INT32: (strconv.parse_int, 32),
    FieldDescriptor.TYPE_SINT32: (strconv.parse_int, 32),
    FieldDescriptor.TYPE_SFIXED32: (strconv.parse_int, 32),
    FieldDescriptor.TYPE_INT64: (strconv.parse_int, 64),
    FieldDescriptor.TYPE_SINT64: (strconv.parse_int, 64),
    FieldDescriptor.TYPE_SFIXED64: (strconv.parse_int, 64),
    FieldDescriptor.TYPE_UINT32: (strconv.parse_uint, 32),
    FieldDescriptor.TYPE_FIXED32: (strconv.parse_uint, 32),
    FieldDescriptor.TYPE_UINT64: (strconv.parse_uint, 64),
    FieldDescriptor.TYPE_FIXED64: (strconv.parse_uint, 64),
}
_MIN_TIME, _MAX_TIME = -62135596800, 253402300799


class ParameterError(ValueError):
    """A parameter that does not fit its field; the message is Go's."""


class InvalidUTF8Error(ValueError):
    """A text that no protobuf string can hold: sending the message on fails."""


def populate_query(
    message: Message, values: Mapping[str, Sequence[str]], ignored: Prefixes
) -> None:
    """Fill fields from a query; names that no field has are left aside.

    Args:
        ignored: Names that are left aside too, for the path decides them.

    Raises:
        ParameterError: A value does not fit.
        InvalidUTF8Error: A text is no UTF-8.
    """
    for key, given in values.items():
        found = list(given)
        pair = _MAP_KEY.fullmatch(key)
        if pair:
            key, found = pair[1], [pair[2], *found]
        path = _normalised(message.DESCRIPTOR, key.split("."))
        if path not in ignored:
            _populate(message, path, found)


def populate_path(message: Message, name: str, value: str) -> None:
    """Fill the field that a path variable names.

    Raises:
        ParameterError: The value does not fit.
        InvalidUTF8Error: It is no UTF-8.
    """
    try:
        if "." in name:
            _populate(message, name.split("."), [value])
        else:
            _populate_top(message, name, value)
    except ParameterError as exc:
        raise ParameterError(f"type mismatch, parameter: {name}, error: {exc}") from None


def _populate_top(message: Message, name: str, value: str) -> None:
    # A field of the request itself is converted by generated code, in other words than a field
    # within one.
    field: Any = message.DESCRIPTOR.fields_by_name[name]
    if field.enum_type is not None:
        named = field.enum_type.values_by_name.get(value)
        number = named.number if named is not None else strconv.parse_any_base(value, 32)
        if number not in field.enum_type.values_by_number:
            raise ParameterError(f"{value} is not valid")
        setattr(message, name, number)
        return
    try:
        _set(message, field, _parse(field, value))
    except ParseError as exc:
        raise ParameterError(str(exc)) from None


def _normalised(descriptor: Any, path: list[str]) -> list[str]:
    """Return `path` in proto names if every part names a field, else as it is."""
    names = []
    for index, name in enumerate(path):
        field = _field(descriptor, name)
        if field is None:
            return path
        names.append(field.name)
        if index == len(path) - 1:
            break
        if field.message_type is None or field.is_repeated:
            return path
        descriptor = field.message_type
    return names


def _populate(message: Any, path: list[str], values: list[str]) -> None:
    for index, name in enumerate(path):
        field = _field(message.DESCRIPTOR, name)
        if field is None:
            return
        oneof = field.containing_oneof
        if oneof is not None and not _is_synthetic(oneof):
            current = message.WhichOneof(oneof.name)
            if current and (field.message_type is None or current != field.name):
                raise ParameterError(f"field already set for oneof {quote(oneof.name)}")
        if index == len(path) - 1:
            _fill(message, field, values)
            return
        if field.message_type is None or field.is_repeated:
            raise ParameterError(f"invalid path: {quote(name)} is not a message")
        message = getattr(message, field.name)
        message.SetInParent()


def _fill(message: Any, field: Any, values: list[str]) -> None:
    if field.is_repeated and field.message_type is not None and _is_map(field):
        _fill_map(message, field, values)
        return
    if field.is_repeated:
        for value in values:
            try:
                parsed = _parse(field, value)
            except ParseError as exc:
                raise ParameterError(f"parsing list {quote(field.name)}: {exc}") from None
            getattr(message, field.name).append(_checked(parsed))
        return
    if len(values) > 1:
        raise ParameterError(f"too many values for field {quote(field.name)}: {', '.join(values)}")
    try:
        _set(message, field, _parse(field, values[0]))
    except ParseError as exc:
        raise ParameterError(f"parsing field {quote(field.name)}: {exc}") from None


def _fill_map(message: Any, field: Any, values: list[str]) -> None:
    if len(values) != 2:
        raise ParameterError(
            f"more than one value provided for key {quote(values[0])} "
            f"in map {quote(field.full_name)}"
        )
    fields = field.message_type.fields_by_name
    parsed = []
    for part, value in zip(("key", "value"), values, strict=True):
        try:
            parsed.append(_checked(_parse(fields[part], value)))
        except ParseError as exc:
            raise ParameterError(f"parsing map {part} {quote(field.name)}: {exc}") from None
    found = getattr(message, field.name)
    if isinstance(parsed[1], Message):
        found[parsed[0]].CopyFrom(parsed[1])
    else:
        found[parsed[0]] = parsed[1]


def _set(message: Any, field: Any, value: Any) -> None:
    if isinstance(value, Message):
        getattr(message, field.name).CopyFrom(value)
        getattr(message, field.name).SetInParent()
    else:
        setattr(message, field.name, _checked(value))


def _parse(field: Any, text: str) -> Any:
    """Return what `text` means for one value of the field."""
    kind = field.type
    if kind == FieldDescriptor.TYPE_STRING:
        return text
    if kind == FieldDescriptor.TYPE_BOOL:
        return strconv.parse_bool(text)
    if kind in _INTEGERS:
        parse, bits = _INTEGERS[kind]
        return parse(text, bits)
    if kind == FieldDescriptor.TYPE_ENUM:
        number = _enum(field, text)
        if number is None:
            raise ParseError(f"{quote(text)} is not a valid value")
        return number
    if kind == FieldDescriptor.TYPE_DOUBLE:
        return strconv.parse_float(text)
    if kind == FieldDescriptor.TYPE_FLOAT:
        return struct.unpack("f", struct.pack("f", strconv.parse_float(text)))[0]
    if kind == FieldDescriptor.TYPE_BYTES:
        return _bytes(text)
    return _message(field.message_type, text)


def _enum(field: Any, text: str) -> int | None:
    named = field.enum_type.values_by_name.get(text)
    if named is not None:
        return int(named.number)
    number = strconv.atoi(text)
    if number is None:
        return None
    number = (number + 2**31) % 2**32 - 2**31  # only the low 32 bits are looked up
    return number if number in field.enum_type.values_by_number else None


def _message(descriptor: Any, text: str) -> Message:
    found: Any = message_factory.GetMessageClass(descriptor)()
    name = descriptor.full_name
    if name == "google.protobuf.Timestamp":
        found.seconds, found.nanos = strconv.parse_time(text)
        if not _MIN_TIME <= found.seconds <= _MAX_TIME:
            raise ParseError(f"{text} before 0001-01-01")
    elif name == "google.protobuf.Duration":
        nanoseconds = strconv.parse_duration(text)
        sign = -1 if nanoseconds < 0 else 1
        seconds, nanos = divmod(abs(nanoseconds), 10**9)
        found.seconds, found.nanos = sign * seconds, sign * nanos
    elif name == "google.protobuf.FieldMask":
        found.paths.extend(text.split(","))
    elif name in ("google.protobuf.Value", "google.protobuf.Struct"):
        _read_json(text, found)
    elif name.startswith("google.protobuf.") and name.endswith("Value"):
        found.value = _checked(_parse(descriptor.fields_by_name["value"], text))
    else:
        raise ParseError(f"unsupported message type: {quote(name)}")
    return found  # type: ignore[no-any-return]


def _read_json(text: str, message: Message) -> None:
    try:
        value = first_value(text.encode("utf-8", "surrogateescape"))
    except JSONSyntaxError as exc:
        raise ParseError(f"{PREFIX}{exc}") from None
    try:
        read_value(value or b"", message, discard_unknown=False)
    except ProtoJSONError as exc:
        raise ParseError(str(exc)) from None


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text.translate(str.maketrans("-_", "+/")), validate=True)
    except ValueError:
        raise ParseError("illegal base64 data at input byte 0") from None


def _checked(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidUTF8Error("string field contains invalid UTF-8") from None
    return value


def _field(descriptor: Any, name: str) -> Any:
    return descriptor.fields_by_name.get(name) or descriptor.fields_by_camelcase_name.get(name)


def _is_map(field: Any) -> bool:
    return bool(field.message_type.GetOptions().map_entry)


def _is_synthetic(oneof: Any) -> bool:
    return len(oneof.fields) == 1 and oneof.name == f"_{oneof.fields[0].name}"
