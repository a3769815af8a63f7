"""Protobuf messages made wrong: fields gone, of others or out of bounds; and on the wire."""

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import strategies as st

from tests.fuzz.mutations import ODD_TEXTS, Draw, pick

# Messages by the full name of their type.
Parts = Mapping[str, Sequence[Message]]


def parts_of(messages: Sequence[Message]) -> Parts:
    """Everything inside some messages, at any depth, by type."""
    parts: dict[str, list[Message]] = {}
    for message in messages:
        for one in _messages(message):
            parts.setdefault(one.DESCRIPTOR.full_name, []).append(one)
    return parts


def change_message(draw: Draw, message: Message, others: Parts) -> Message:
    """A message with one to four fields wrong, at any depth."""
    made = type(message)()
    made.CopyFrom(message)
    for _ in range(draw(st.integers(1, 4))):
        inner = [one for one in _messages(made) if one.DESCRIPTOR.fields]
        target = pick(draw, inner)
        fields: Any = list(target.DESCRIPTOR.fields)
        field = pick(draw, fields)
        _change_field(draw, target, field, others)
    return made


def _messages(message: Message) -> list[Message]:
    found = [message]
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            if field.message_type.fields_by_name["value"].message_type is not None:
                for item in value.values():
                    found += _messages(item)
        else:
            for item in value if field.is_repeated else (value,):
                found += _messages(item)
    return found


def _change_field(draw: Draw, target: Message, field: FieldDescriptor, others: Parts) -> None:
    if draw(st.booleans()):
        target.ClearField(field.name)
        return
    if field.message_type is not None:
        _change_inner(draw, target, field, others)
        return
    try:
        value = draw(_scalar(field))
        if field.is_repeated:
            getattr(target, field.name).append(value)
        else:
            setattr(target, field.name, value)
    except ValueError:
        return  # a text that no protobuf holds


def _change_inner(draw: Draw, target: Message, field: FieldDescriptor, others: Parts) -> None:
    value: Any = getattr(target, field.name)
    kind: Any = field.message_type
    if kind.GetOptions().map_entry:
        if value and draw(st.booleans()):
            key = draw(st.sampled_from(sorted(value, key=str)))
            del value[key]
        return
    same = others.get(kind.full_name)
    source = pick(draw, same) if same else None
    if field.is_repeated:
        added = value.add()
        if source is not None:
            added.CopyFrom(source)
    else:
        value.SetInParent()
        if source is not None:
            value.CopyFrom(source)


def _scalar(field: FieldDescriptor) -> st.SearchStrategy[Any]:
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING if field.type == FieldDescriptor.TYPE_BYTES:
            return st.binary(max_size=8)
        case FieldDescriptor.CPPTYPE_STRING:
            return st.sampled_from(ODD_TEXTS)
        case FieldDescriptor.CPPTYPE_BOOL:
            return st.booleans()
        case FieldDescriptor.CPPTYPE_ENUM:
            numbers = [one.number for one in field.enum_type.values] if field.enum_type else [0]
            return st.sampled_from([*numbers, 99])
        case FieldDescriptor.CPPTYPE_DOUBLE | FieldDescriptor.CPPTYPE_FLOAT:
            return st.sampled_from([0.0, -1.0, 0.5, 2.0, float("nan"), float("inf")])
    return st.sampled_from([0, 1, 2, 7, 2**31 - 1])


def change_wire(draw: Draw, content: bytes) -> bytes:
    """A message as bytes with one to three fields of it, at any depth, wrong on the wire.

    Unlike flipped bytes this keeps the lengths around them right, so that it is read on.
    """
    fields = _fields(content)
    for _ in range(draw(st.integers(1, 3))):
        fields = _change_fields(draw, fields)
    return b"".join(tag + value for tag, value in fields)


def _change_fields(draw: Draw, fields: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    if not fields:
        return [(b"\x0a", b"\x01a")]
    number = draw(st.integers(0, len(fields) - 1))
    tag, value = fields[number]
    if tag[-1] < 0x80 and tag[0] & 7 == 2 and draw(st.integers(0, 3)):
        # A text, or a message: go into it as long as it looks like one.
        inner = _unprefixed(value)
        if inner and (within := _fields(inner)):
            made = b"".join(a + b for a, b in _change_fields(draw, within))
            return [*fields[:number], (tag, _prefixed(made)), *fields[number + 1 :]]
    match draw(st.integers(0, 7)):
        case 0:
            return [*fields[:number], *fields[number + 1 :]]
        case 1:
            return [*fields, fields[number]]
        case 2:
            fields = [*fields[:number], (tag, b"\xff" * 9 + b"\x01"), *fields[number + 1 :]]
        case 3:
            fields = [*fields[:number], (pick(draw, _TAGS), value), *fields[number + 1 :]]
        case 4:
            fields = [
                *fields[:number],
                (tag, _prefixed(pick(draw, _TEXTS))),
                *fields[number + 1 :],
            ]
        case 5:
            deep = b""
            for _ in range(pick(draw, (5, 99, 101, 3_000))):
                deep = pick(draw, _TAGS[:3]) + _prefixed(deep) if len(deep) < 60_000 else deep
            fields = [*fields[:number], (tag, _prefixed(deep)), *fields[number + 1 :]]
        case 6:
            fields = fields * pick(draw, (2, 3, 20))
        case _:
            fields = [*fields[:number], *fields[number:][::-1]]
    return fields


# Of fields that messages have, of one that none has, of groups, and of no field at all.
_TAGS = (
    *(b"\x0a", b"\x12", b"\x1a", b"\x08", b"\x22"),
    *(b"\xfa\x3f", b"\x0b", b"\x0c", b"\x0d", b"\x00"),
)
_TEXTS = (b"", b"a", b"\xff\xfe", b"a" * 3_000, b"\x0a\x00", b"\x00" * 40, b"\xed\xa0\x80")


def _fields(content: bytes) -> list[tuple[bytes, bytes]]:
    """Tag and value of each field; none if it is no message."""
    found: list[tuple[bytes, bytes]] = []
    at = 0
    while at < len(content):
        start = at
        number, at = _varint(content, at)
        tag = content[start:at]
        start = at
        match number & 7:
            case 0:
                _, at = _varint(content, at)
            case 1:
                at += 8
            case 2:
                size, at = _varint(content, at)
                at += size
            case 5:
                at += 4
            case _:
                return []
        if at > len(content) or not tag:
            return []
        found.append((tag, content[start:at]))
    return found


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(content):
        value |= (content[at] & 0x7F) << shift
        shift += 7
        at += 1
        if content[at - 1] < 0x80:
            return value, at
    return value, len(content) + 1


def _unprefixed(value: bytes) -> bytes:
    _, at = _varint(value, 0)
    return value[at:]


def _prefixed(content: bytes) -> bytes:
    size, made = len(content), bytearray()
    while size >= 0x80:
        made.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes((*made, size)) + content
