"""JSON to messages, as Go's `protojson` reads it, with its errors.

Python's own reader differs in what it takes (it knows neither `discard unknown` for enums, nor
the places of errors), so the rules are told here.

Source: `google.golang.org/protobuf/encoding/protojson`, decode.go and well_known_types.go.
"""

import base64
import re
import struct
from collections.abc import Callable
from typing import Any

from google.protobuf import symbol_database
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from reconciler.sandbox.deep import with_deep_stack
from reconciler.sandbox.http.strconv import ParseError, parse_int, parse_time, parse_uint
from reconciler.sandbox.http.tokens import (
    Token,
    Tokens,
    real_number,
    whole_number,
)
from reconciler.sandbox.json_scanner import first_value
from reconciler.sandbox.objects.gourl import quote

KIND_NAMES = {
    FieldDescriptor.TYPE_DOUBLE: "double", FieldDescriptor.TYPE_FLOAT: "float",
    FieldDescriptor.TYPE_INT64: "int64", FieldDescriptor.TYPE_UINT64: "uint64",
    FieldDescriptor.TYPE_INT32: "int32", FieldDescriptor.TYPE_FIXED64: "fixed64",
    FieldDescriptor.TYPE_FIXED32: "fixed32", FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_STRING: "string", FieldDescriptor.TYPE_MESSAGE: "message",
    FieldDescriptor.TYPE_BYTES: "bytes", FieldDescriptor.TYPE_UINT32: "uint32",
    FieldDescriptor.TYPE_ENUM: "enum", FieldDescriptor.TYPE_SFIXED32: "sfixed32",
    FieldDescriptor.TYPE_SFIXED64: "sfixed64", FieldDescriptor.TYPE_SINT32: "sint32",
    FieldDescriptor.TYPE_SINT64: "sint64",
}  # fmt: skip
_SIGNED = {
    FieldDescriptor.TYPE_INT32: 32, FieldDescriptor.TYPE_SINT32: 32,
    FieldDescriptor.TYPE_SFIXED32: 32, FieldDescriptor.TYPE_INT64: 64,
    FieldDescriptor.TYPE_SINT64: 64, FieldDescriptor.TYPE_SFIXED64: 64,
}  # fmt: skip
_UNSIGNED = {
    FieldDescriptor.TYPE_UINT32: 32, FieldDescriptor.TYPE_FIXED32: 32,
    FieldDescriptor.TYPE_UINT64: 64, FieldDescriptor.TYPE_FIXED64: 64,
}  # fmt: skip
_REAL = {FieldDescriptor.TYPE_FLOAT: 32, FieldDescriptor.TYPE_DOUBLE: 64}
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]*)?(?![-+._a-zA-Z0-9])")
_DURATION = re.compile(r"([+-]?)(0|[1-9][0-9]*)?(?:\.([0-9]{0,9}))?s")
_MAX_DURATION = 315576000000
_MIN_TIME, _MAX_TIME = -62135596800, 253402300799
_SUBSECONDS = re.compile(r"\.([^Z+-]*)[Z+-][^.]*$")
_UNSET = object()  # an enum name that nobody knows, dropped


def read_message(body: bytes, message: Message, *, discard_unknown: bool) -> None:
    """Fill `message` from the first JSON value in `body`; from nothing, if there is none.

    Args:
        discard_unknown: Whether unknown fields and enum names are dropped rather than refused.

    Raises:
        JSONSyntaxError: The body is no JSON.
        ProtoJSONError: It is JSON, but not of this message.
    """
    value = first_value(body)
    if value is not None:
        read_value(value, message, discard_unknown=discard_unknown)


def read_value(value: bytes, message: Message, *, discard_unknown: bool) -> None:
    """Fill `message` from a JSON value.

    Raises:
        ProtoJSONError: It is not of this message.
    """
    try:
        _Reader(Tokens(value), discard_unknown).message(message)
    except RecursionError:
        message.Clear()
        with_deep_stack(lambda: _Reader(Tokens(value), discard_unknown).message(message))


class _Reader:
    """Reads one value after the other into messages."""

    def __init__(self, tokens: Tokens, discard_unknown: bool) -> None:
        self._tokens, self._discard = tokens, discard_unknown

    def message(self, message: Message, *, in_any: bool = False) -> None:
        descriptor: Any = message.DESCRIPTOR
        special = _SPECIAL.get(descriptor.full_name)
        if special is not None:
            special(self, message)
            return
        self._expect("{")
        seen: set[int] = set()
        oneofs: set[str] = set()
        while True:
            token = self._tokens.read()
            if token.kind == "}":
                return
            if in_any and token.text == "@type":
                self._tokens.read()
                continue
            field = _field(descriptor, token.text)
            if field is None:
                self._unknown(token)
                continue
            if field.number in seen:
                raise self._tokens.error(token.position, f"duplicate field {token.raw}")
            seen.add(field.number)
            if self._tokens.next_is_null() and not _takes_null(field):
                self._tokens.read()
                continue
            self._field(message, field, token, oneofs)

    def _field(self, message: Message, field: Any, name: Token, oneofs: set[str]) -> None:
        if _is_map(field):
            self._map(message, field)
            return
        if field.is_repeated:
            self._list(getattr(message, field.name), field)
            return
        oneof = field.containing_oneof
        if oneof is not None:
            if oneof.full_name in oneofs:
                text = f"error parsing {name.raw}, oneof {oneof.full_name} is already set"
                raise self._tokens.error(name.position, text)
            oneofs.add(oneof.full_name)
        if field.message_type is not None:
            inner = getattr(message, field.name)
            inner.SetInParent()
            self.message(inner)
            return
        value = self._scalar(field)
        if value is not _UNSET:
            setattr(message, field.name, value)

    def _list(self, found: Any, field: Any) -> None:
        self._expect("[")
        while self._tokens.peek().kind != "]":
            if field.message_type is not None:
                self.message(found.add())
                continue
            value = self._scalar(field)
            if value is not _UNSET:
                found.append(value)
        self._tokens.read()

    def _map(self, message: Message, field: Any) -> None:
        self._expect("{")
        found = getattr(message, field.name)
        key_field, value_field = field.message_type.fields
        while True:
            token = self._tokens.read()
            if token.kind == "}":
                return
            key = self._key(token, key_field)
            if key in found:
                raise self._tokens.error(token.position, f"duplicate map key {token.raw}")
            if value_field.message_type is not None:
                self.message(found[key])  # comes into being by being asked for
                continue
            value = self._scalar(value_field)
            if value is not _UNSET:
                found[key] = value

    def _key(self, token: Token, field: Any) -> Any:
        try:
            if field.type == FieldDescriptor.TYPE_STRING:
                return token.text
            if field.type in _SIGNED:
                return parse_int(token.text, _SIGNED[field.type])
            if field.type in _UNSIGNED:
                return parse_uint(token.text, _UNSIGNED[field.type])
            if token.text in ("true", "false"):
                return token.text == "true"
        except ParseError:
            pass
        text = f"invalid value for {KIND_NAMES[field.type]} key: {token.raw}"
        raise self._tokens.error(token.position, text)

    def _scalar(self, field: Any) -> Any:
        token = self._tokens.read()
        value = self._convert(token, field)
        if value is None:
            kind, name = KIND_NAMES[field.type], field.json_name
            text = f"invalid value for {kind} field {name}: {token.raw}"
            raise self._tokens.error(token.position, text)
        return value

    def _convert(self, token: Token, field: Any) -> Any:
        """Return the value, None if the token is none of this field."""
        kind = field.type
        if kind == FieldDescriptor.TYPE_ENUM:
            return self._enum(token, field)
        if kind == FieldDescriptor.TYPE_BOOL:
            return token.raw == "true" if token.kind == "bool" else None
        if kind == FieldDescriptor.TYPE_STRING:
            return token.text if token.kind == "string" else None
        if kind == FieldDescriptor.TYPE_BYTES:
            return _bytes(token.text) if token.kind == "string" else None
        if kind in _REAL and token.kind == "string" and token.text in _REALS:
            return float(token.text)
        raw = _number_in(token)
        if raw is None:
            return None
        if kind in _REAL:
            real = real_number(raw, _REAL[kind])
            if real is not None and kind == FieldDescriptor.TYPE_FLOAT:
                return struct.unpack("f", struct.pack("f", real))[0]
            return real
        bits = _SIGNED.get(kind) or _UNSIGNED[kind]
        return whole_number(raw, bits, signed=kind in _SIGNED)

    def _enum(self, token: Token, field: Any) -> Any:
        if token.kind == "string":
            value = field.enum_type.values_by_name.get(token.text)
            if value is not None:
                return value.number
            return _UNSET if self._discard else None
        if token.kind == "number":
            return whole_number(token.raw, 32, signed=True)
        if token.kind == "null" and field.enum_type.full_name == "google.protobuf.NullValue":
            return 0
        return None

    def _unknown(self, token: Token) -> None:
        if not self._discard:
            raise self._tokens.error(token.position, f"unknown field {token.raw}")
        self._tokens.skip()

    def _expect(self, kind: str) -> Token:
        token = self._tokens.read()
        if token.kind != kind:
            raise self._tokens.unexpected(token)
        return token

    # Types with a JSON form of their own.

    def any(self, message: Any) -> None:
        start = self._tokens.peek()
        if start.kind != "{":
            raise self._tokens.unexpected(start)
        token = self._type_url(start)
        if token is None:
            self._tokens.skip()
            return
        inner = _message_at(token.text)
        if inner is None:
            text = f'unable to resolve {token.raw}: "not found"'
            raise self._tokens.error(token.position, text)
        descriptor: Any = inner.DESCRIPTOR
        if descriptor.full_name in _SPECIAL:
            self._any_value(inner)
        else:
            self.message(inner, in_any=True)
        message.type_url = token.text
        message.value = inner.SerializeToString(deterministic=True)

    def _type_url(self, start: Token) -> Token | None:
        """Look ahead for `@type`; None if the object is to be taken for an empty Any."""
        ahead = self._tokens.clone()
        ahead.read()
        found: Token | None = None
        fields = 0
        while (token := ahead.read()).kind != "}":
            fields += 1
            if token.text != "@type":
                ahead.skip()
                continue
            if found is not None:
                raise ahead.error(token.position, 'duplicate "@type" field')
            token = ahead.read()
            if token.kind != "string":
                text = f"@type field value is not a string: {token.raw}"
                raise ahead.error(token.position, text)
            if not token.text:
                raise ahead.error(token.position, "@type field contains empty value")
            found = token
        if found is None and fields and not self._discard:
            raise self._tokens.error(start.position, 'missing "@type" field')
        return found

    def _any_value(self, inner: Message) -> None:
        self._tokens.read()
        found = False
        while (token := self._tokens.read()).kind != "}":
            if token.text == "@type":
                self._tokens.read()
            elif token.text != "value":
                self._unknown(token)
            elif found:
                raise self._tokens.error(token.position, 'duplicate "value" field')
            else:
                self.message(inner)
                found = True
        if not found and inner.DESCRIPTOR.full_name != "google.protobuf.Empty":
            raise self._tokens.error(token.position, 'missing "value" field')

    def wrapper(self, message: Any) -> None:
        message.value = self._scalar(message.DESCRIPTOR.fields_by_name["value"])

    def empty(self, message: Any) -> None:
        self._expect("{")
        while (token := self._tokens.read()).kind != "}":
            self._unknown(token)

    def struct(self, message: Any) -> None:
        self._map(message, message.DESCRIPTOR.fields_by_name["fields"])

    def list_value(self, message: Any) -> None:
        self._list(message.values, message.DESCRIPTOR.fields_by_name["values"])

    def value(self, message: Any) -> None:
        token = self._tokens.peek()
        if token.kind == "{":
            message.struct_value.SetInParent()
            self.struct(message.struct_value)
            return
        if token.kind == "[":
            message.list_value.SetInParent()
            self.list_value(message.list_value)
            return
        self._tokens.read()
        if token.kind == "null":
            message.null_value = 0
        elif token.kind == "bool":
            message.bool_value = token.raw == "true"
        elif token.kind == "string":
            message.string_value = token.text
        else:
            number = real_number(token.raw, 64)
            if number is None:
                text = f"invalid google.protobuf.Value: {token.raw}"
                raise self._tokens.error(token.position, text)
            message.number_value = number

    def duration(self, message: Any) -> None:
        token = self._expect("string")
        found = _DURATION.fullmatch(token.text)
        whole, fraction = (found[2], found[3]) if found else (None, None)
        # One of the two parts must be there, if only as a point.
        seconds = int(whole) if whole and len(whole) < 20 else 0
        too_long = whole is not None and (len(whole) >= 20 or seconds > 2**63 - 1)
        if found is None or (whole is None and fraction is None) or too_long:
            text = f"invalid google.protobuf.Duration value {token.raw}"
            raise self._tokens.error(token.position, text)
        if seconds > _MAX_DURATION:
            text = f"google.protobuf.Duration value out of range: {token.raw}"
            raise self._tokens.error(token.position, text)
        sign = -1 if found[1] == "-" else 1
        message.seconds = sign * seconds
        message.nanos = sign * int((fraction or "").ljust(9, "0"))

    def timestamp(self, message: Any) -> None:
        token = self._expect("string")
        subseconds = _SUBSECONDS.search(token.text)
        try:
            seconds, nanos = parse_time(token.text)
        except ParseError:
            seconds, nanos = _MIN_TIME, -1
        if _MIN_TIME <= seconds <= _MAX_TIME:
            if nanos < 0 or (subseconds and len(subseconds[1]) > 9):
                text = f"invalid google.protobuf.Timestamp value {token.raw}"
                raise self._tokens.error(token.position, text)
        else:
            text = f"google.protobuf.Timestamp value out of range: {token.raw}"
            raise self._tokens.error(token.position, text)
        message.seconds, message.nanos = seconds, nanos

    def field_mask(self, message: Any) -> None:
        token = self._expect("string")
        for path in token.text.strip().split(",") if token.text.strip() else ():
            snake = re.sub(r"[A-Z]", lambda upper: f"_{upper[0].lower()}", path)
            if "_" in path or not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", snake):
                text = f"google.protobuf.FieldMask.paths contains invalid path: {quote(path)}"
                raise self._tokens.error(token.position, text)
            message.paths.append(snake)


_REALS = ("NaN", "Infinity", "-Infinity")
_WRAPPERS = ("Bool", "Int32", "Int64", "UInt32", "UInt64", "Float", "Double", "String", "Bytes")
_SPECIAL: dict[str, Callable[[_Reader, Any], None]] = {
    "google.protobuf.Any": _Reader.any,
    "google.protobuf.Timestamp": _Reader.timestamp,
    "google.protobuf.Duration": _Reader.duration,
    "google.protobuf.Empty": _Reader.empty,
    "google.protobuf.Struct": _Reader.struct,
    "google.protobuf.ListValue": _Reader.list_value,
    "google.protobuf.Value": _Reader.value,
    "google.protobuf.FieldMask": _Reader.field_mask,
    **{f"google.protobuf.{name}Value": _Reader.wrapper for name in _WRAPPERS},
}


def _field(descriptor: Descriptor, name: str) -> Any:
    by_json: dict[str, Any] = _BY_JSON_NAME.setdefault(
        descriptor.full_name, {field.json_name: field for field in descriptor.fields}
    )
    return by_json.get(name) or descriptor.fields_by_name.get(name)


_BY_JSON_NAME: dict[str, dict[str, Any]] = {}


def _is_map(field: Any) -> bool:
    return (
        field.is_repeated
        and field.message_type is not None
        and bool(field.message_type.GetOptions().map_entry)
    )


def _takes_null(field: Any) -> bool:
    if field.message_type is not None:
        return bool(field.message_type.full_name == "google.protobuf.Value")
    return field.enum_type is not None and field.enum_type.full_name == "google.protobuf.NullValue"


def _number_in(token: Token) -> str | None:
    """Return the number a token is, or the one that a string begins with.

    Go reads one token of the string and leaves the rest: `"1 of 2"` is 1.
    """
    if token.kind == "number":
        return token.raw
    found = _NUMBER.match(token.text) if token.kind == "string" else None
    return found[0] if found and token.text == token.text.strip() else None


def _bytes(text: str) -> bytes | None:
    standard = text.translate(_URL_SAFE) if set(text) & set("-_") else text
    if set(text) & set("-_") and set(text) & set("+/"):
        return None
    try:
        # Go skips line ends inside, and wants padding only where the length asks for it.
        standard = standard.replace("\r", "").replace("\n", "")
        if len(text) % 4:
            if "=" in standard:
                return None
            standard += "=" * (-len(standard) % 4)
        return base64.b64decode(standard, validate=True)
    except ValueError:
        return None


_URL_SAFE = str.maketrans("-_", "+/")


def _message_at(type_url: str) -> Message | None:
    name = type_url.rpartition("/")[2]
    try:
        message: Message = symbol_database.Default().GetSymbol(name)()
    except KeyError:
        return None
    return message
