"""Messages at rest: their bytes, and the messages themselves only while somebody looks.

A message that is built or parsed takes a kilobyte at the least, however little it says; its bytes
take what it says. A large set holds tens of thousands, of which a plan looks at few.
"""

from functools import lru_cache
from typing import Any

from google.protobuf.message import DecodeError, EncodeError, Message

# Those looked at last stay as they are, for they are looked at in runs.
_UNPACKED = 256


class Packed:
    """The bytes of a message of one kind, which read as the same again.

    What it gives is nobody's to change.
    """

    __slots__ = ("data", "kind")

    def __init__(self, kind: type[Message], data: bytes | memoryview) -> None:
        self.kind = kind
        self.data = data

    @property
    def message(self) -> Any:
        """The message; the very same one as long as it is among the last that were asked for."""
        return _unpacked(self)


def packed(message: Message) -> Packed | None:
    """Return a message's bytes as they are now; None for one that is too deep to be read again.

    Cost: writing and reading it, for protobuf writes deeper messages than it reads.
    """
    kind = type(message)
    try:
        data = message.SerializeToString()
        kind.FromString(data)
    except (DecodeError, EncodeError):
        return None
    return Packed(kind, data)


@lru_cache(maxsize=_UNPACKED)
def _unpacked(packed: Packed) -> Message:
    return packed.kind.FromString(bytes(packed.data))


class AtRest:
    """A field of a dataclass that takes a message, keeps its bytes and gives an equal message.

    What is changed in the message afterwards is not in what is kept.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object | None, owner: type) -> Any:
        if instance is None:
            return self
        kept = instance.__dict__[self._name]
        return kept.message if type(kept) is Packed else kept

    def __set__(self, instance: object, value: Message | Packed | None) -> None:
        if isinstance(value, Message):
            value = packed(value) or value
        instance.__dict__[self._name] = value
