"""Sensitive texts leave a message before it is saved, and come back when it is carried out.

In their place stands which text belongs there and how it is spelled, so that what comes back is
what was there, byte for byte. A placeholder holds random characters of its own file, so nothing
else looks like one.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from reconciler.model import Sensitive
from reconciler.planfile.packed import can_unpack, pack, unpack

# Fields of ours that hold words of this program, never a value that somebody gave.
_WORDS = frozenset({"kind", "verb", "reason", "facet", "severity", "code"})
_OURS = "reconciler.plan.v1"


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What becomes of each text and each string of bytes, names in maps included."""

    text: Callable[[str], str]
    data: Callable[[bytes], bytes]


class Placeholders:
    """The placeholders of one file.

    Args:
        nonce: The file's own random bytes.
    """

    def __init__(self, nonce: bytes) -> None:
        tag = hashlib.sha256(b"placeholder" + nonce).hexdigest()[:16]
        self._start, self._end = f"\ue000{tag}:", "\ue001"
        self._found = re.compile(rf"{self._start}(\d+)\.(\d+){self._end}")
        self._found_data = re.compile(self._found.pattern.encode())

    def hide(self, messages: Iterable[Message], texts: Mapping[int, str]) -> set[int]:
        """Put placeholders where any of `texts` stands, and return the numbers of those.

        Works in place. A text shorter than what can be masked stays.
        """
        used: set[int] = set()
        names: dict[str, str] = {}
        data_names: dict[bytes, str] = {}
        for number, text in texts.items():
            if len(text) < Sensitive.SHORTEST:
                continue
            for at, spelling in enumerate(_spellings(text)):
                placeholder = f"{self._start}{number}.{at}{self._end}"
                if isinstance(spelling, str):
                    names.setdefault(spelling, placeholder)
                    spelling = spelling.encode()
                data_names.setdefault(spelling, placeholder)
        if not names:
            return used
        looked_for = re.compile("|".join(map(re.escape, _longest_first(names))))
        looked_for_data = re.compile(b"|".join(map(re.escape, _longest_first(data_names))))

        def named(placeholder: str) -> str:
            used.add(int(placeholder[len(self._start) : -1].partition(".")[0]))
            return placeholder

        rewriting = Rewriting(
            lambda text: looked_for.sub(lambda found: named(names[found[0]]), text),
            lambda data: looked_for_data.sub(
                lambda found: named(data_names[found[0]]).encode(), data
            ),
        )
        for message in messages:
            if looked_for_data.search(message.SerializePartialToString()):
                rewrite(message, rewriting)
        return used

    def restore(self, message: Message, texts: Mapping[int, str]) -> None:
        """Put `texts` back where `hide` took them out; in place.

        Raises: KeyError for a number that `texts` lacks.
        """
        spellings = {number: _spellings(text) for number, text in texts.items()}

        def text(found: "re.Match[str]") -> str:
            spelling = spellings[int(found[1])][int(found[2])]
            return spelling if isinstance(spelling, str) else spelling.decode()

        def data(found: "re.Match[bytes]") -> bytes:
            spelling = spellings[int(found[1])][int(found[2])]
            return spelling.encode() if isinstance(spelling, str) else spelling

        self._replace(message, text, data)

    def mask(self, message: Message) -> None:
        """Put in the place of each placeholder what a reader is shown there; in place."""
        self._replace(
            message,
            lambda found: f"(sensitive #{found[1]})",
            lambda found: b"(sensitive #" + found[1] + b")",
        )

    def _replace(
        self,
        message: Message,
        text: "Callable[[re.Match[str]], str]",
        data: "Callable[[re.Match[bytes]], bytes]",
    ) -> None:
        start = self._start.encode()
        rewriting = Rewriting(
            lambda value: self._found.sub(text, value),
            lambda value: self._found_data.sub(data, value),
        )
        if start in message.SerializePartialToString():
            rewrite(message, rewriting)


def rewrite(message: Message, rewriting: Rewriting) -> None:
    """Rewrite a message and all in it, packed messages too; in place."""
    if isinstance(message, AnyMessage):
        _rewrite_packed(message, rewriting)
        return
    ours = message.DESCRIPTOR.file.package == _OURS
    for field, value in message.ListFields():
        if ours and field.name in _WORDS:
            continue
        inner = field.message_type
        if inner is not None and inner.GetOptions().map_entry:
            _rewrite_map(value, inner.fields_by_name["value"], rewriting)
        elif inner is not None:
            for item in value if field.is_repeated else (value,):
                rewrite(item, rewriting)
        elif field.is_repeated:
            value[:] = [_scalar(item, field, rewriting) for item in value]
        else:
            setattr(message, field.name, _scalar(value, field, rewriting))


def _rewrite_packed(message: AnyMessage, rewriting: Rewriting) -> None:
    if not can_unpack(message):
        message.value = rewriting.data(message.value)
        return
    inner = unpack(message)
    rewrite(inner, rewriting)
    message.CopyFrom(pack(inner))


def _rewrite_map(entries: Any, kind: FieldDescriptor, rewriting: Rewriting) -> None:
    for key in list(entries):
        name = rewriting.text(key) if isinstance(key, str) else key
        if kind.message_type is not None:
            rewrite(entries[key], rewriting)
            if name != key:
                entries[name].CopyFrom(entries[key])
        else:
            entries[name] = _scalar(entries[key], kind, rewriting)
        if name != key:
            del entries[key]


def _scalar(value: Any, field: FieldDescriptor, rewriting: Rewriting) -> Any:
    if field.type == FieldDescriptor.TYPE_STRING:
        return rewriting.text(value)
    return rewriting.data(value) if field.type == FieldDescriptor.TYPE_BYTES else value


def _spellings(text: str) -> list[str | bytes]:
    """Every way in which a text may stand in a message; always in the same order."""
    found: list[str | bytes] = [*Sensitive.spelled(text)]
    try:
        # What a manifest says of binary data, it says so.
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return found
    return [*found, decoded] if len(decoded) >= Sensitive.SHORTEST else found


def _longest_first(spellings: Mapping[Any, str]) -> list[Any]:
    # One text may be part of another.
    return sorted(spellings, key=lambda one: (-len(one), one))
