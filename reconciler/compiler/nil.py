"""Go's nil where Python's protobuf has none.

The compiler infers types from literals that leave parts out: a union without its type, a
dataset without metadata. In Go these become types that are set but hold nil, and it
matters: such a type matches nothing, prints as `{}`, and makes the compiler panic where
the pointer is followed. A message here cannot hold nil, so one unknown field that no
schema uses marks the messages that stand for it.
"""

from typing import Any, Final

from reconciler.compiler.gotext import NIL_FIELD


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


NIL: Final = _varint(NIL_FIELD << 3) + b"\x01"
"""Wire form of a message that stands for nil."""


def present(message: Any) -> Any:
    """Return `message`, or None if it stands for nil."""
    if message is None or (message.ByteSize() == len(NIL) and _is_nil(message)):
        return None
    return message


def _is_nil(message: Any) -> bool:
    return bool(message.SerializeToString() == NIL)
