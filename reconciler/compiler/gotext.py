"""Print protobuf messages the way Admin's error texts show them.

Admin is written in Go and prints identifiers, types and bindings in Go's one-line
protobuf text form. Messages, keys of its indexes and even type comparisons go through
that text, so it has to be matched to the character:

* fields stand in the order they are declared in, two blanks between them (Go draws one
  or two blanks per build; the recorded build has two), none after the colon;
* defaults are left out, map entries are sorted and always show key and value;
* enum values by name, or by number when the name is unknown;
* unknown fields follow at the end, by number.
"""

import math
import struct
from collections.abc import Iterator, Sequence
from typing import Any, Final

from flyteidl.core import types_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

SEPARATOR: Final = "  "
NIL_FIELD: Final = (1 << 29) - 1
"""Number of the unknown field that marks a message standing for a Go nil; see `literals`."""

_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_FLOATS: Final = (FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE)
_FIXED64, _BYTES, _GROUP, _FIXED32 = 1, 2, 3, 5  # wire types


def go_text(message: Message | None) -> str:
    """Return the one-line text of `message`; `<nil>` for None, nothing for an empty one.

    Source: google.golang.org/protobuf `prototext.Format`, which Go's `String()` calls.
    """
    if message is None:
        return "<nil>"
    return SEPARATOR.join(_fields(message))


def type_text(literal_type: Any) -> str:
    """Return a LiteralType as compile errors show it.

    A struct at the top loses its tag and metadata and shows the fields of its dataclass
    in a form of its own, braces unbalanced. Admin lists those fields in random order;
    here they are sorted.

    Source: flytestdlib/utils/pretty_print.go, LiteralTypeToStr.
    """
    if literal_type is None:
        return "None"
    if literal_type.simple != types_pb2.STRUCT:
        return go_text(literal_type)
    fields = sorted(literal_type.structure.dataclass_type.items())
    inner = ", ".join(
        f"dataclass_type:{{key:{name} value:{{{type_text(value)}}}" for name, value in fields
    )
    return f"simple: STRUCT structure{{{inner}}}"


def quote(text: str | bytes) -> str:
    """Return `text` in double quotes with Go's escapes; bytes may be any, UTF-8 shows as is."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(map(_escape, text)) + '"'


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    code = ord(char)
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, as surrogateescape keeps it
        return f"\\x{code - 0xDC00:02x}"
    if 0x80 <= code <= 0x9F:
        return f"\\u{code:04x}"
    return char


def _fields(message: Message) -> Iterator[str]:
    present = message.ListFields()
    if len(present) > 1:
        present = sorted(present, key=_place)
    for field, value in present:
        if not field.is_repeated:
            yield f"{field.name}:{_single(field, value)}"
        elif field.message_type is not None and field.message_type.GetOptions().map_entry:
            yield from _entries(field.name, field.message_type.fields, value)
        else:
            for item in value:
                yield f"{field.name}:{_single(field, item)}"
    yield from _unknown(UnknownFieldSet(message))


def _place(pair: tuple[FieldDescriptor, Any]) -> int:
    """Return a field's place in the .proto file, which need not be that of its number."""
    return int(pair[0].index)


def _entries(name: str, fields: Sequence[FieldDescriptor], value: Any) -> Iterator[str]:
    key_field, value_field = fields
    for key in sorted(value):
        key_text, value_text = _single(key_field, key), _single(value_field, value[key])
        yield f"{name}:{{key:{key_text}{SEPARATOR}value:{value_text}}}"


def _single(field: FieldDescriptor, value: Any) -> str:
    if field.message_type is not None:
        return "{" + SEPARATOR.join(_fields(value)) + "}"
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known is not None else str(value)
    if isinstance(value, str | bytes):
        return quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if field.cpp_type in _FLOATS:
        return _float(value, narrow=field.cpp_type == FieldDescriptor.CPPTYPE_FLOAT)
    return str(value)


def _float(value: float, *, narrow: bool = False) -> str:
    """Format as Go's shortest `%g`: an exponent below 1e-4 and from 1e6 on."""
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    scientific = _shortest(value, narrow=narrow)
    mantissa, _, power = scientific.partition("e")
    exponent = int(power)
    digits = mantissa.lstrip("-").replace(".", "").rstrip("0") or "0"
    sign = "-" if mantissa.startswith("-") else ""
    if exponent < -4 or exponent >= 6:
        fraction = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{fraction}e{exponent:+03d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole, fraction = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def _shortest(value: float, *, narrow: bool) -> str:
    """Return the fewest digits that read back as `value`, in scientific form."""
    same = struct.Struct("<f" if narrow else "<d")
    for precision in range(17):
        text = f"{value:.{precision}e}"
        if same.pack(float(text)) == same.pack(value):
            return text
    return f"{value:.17e}"


def _unknown(unknown: Any) -> Iterator[str]:
    for field in unknown:
        if field.field_number == NIL_FIELD:
            continue
        yield f"{field.field_number}:{_unknown_value(field)}"


def _unknown_value(field: Any) -> str:
    if field.wire_type == _BYTES:
        return quote(bytes(field.data))
    if field.wire_type == _GROUP:
        return "{" + SEPARATOR.join(_unknown(field.data)) + "}"
    if field.wire_type in (_FIXED32, _FIXED64):
        return f"0x{field.data:x}"
    return str(field.data)
