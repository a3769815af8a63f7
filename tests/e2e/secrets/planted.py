"""Secrets that are known, and every spelling in which one might leave.

Each is a long random-looking word with awkward letters around it. The word survives the quoting
of JSON, YAML, HTML, URLs and shells as it is, so looking for it finds all of these; half of one is
looked for too, since what is shown is often shortened. What spells it otherwise is base64, hex,
and compression, which is undone before anything is looked for.
"""

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

_HALF = 10
_DEEPEST = 3
_MEMBERS = 500


@dataclass(frozen=True)
class Secret:
    """One secret; `name` tells where it was planted."""

    name: str

    @cached_property
    def word(self) -> str:
        """The part that no quoting changes; fit for tokens, headers and parts of URLs."""
        return "S" + hashlib.sha256(f"planted {self.name}".encode()).hexdigest()[: 2 * _HALF - 1]

    @cached_property
    def text(self) -> str:
        """The word among letters that every format quotes in its own way."""
        return f"p'\"<& {self.word} é%+\\>"

    @cached_property
    def spellings(self) -> tuple[bytes, ...]:
        halves = (self.word[:_HALF].encode(), self.word[_HALF:].encode())
        found = {*halves, *(half.hex().encode() for half in halves)}
        found |= {quoted for half in halves for quoted in _base64(half)}
        return tuple(sorted(found))


@dataclass(frozen=True)
class Given(Secret):
    """One that is what it is: long, and of letters that no quoting changes."""

    value: str

    @cached_property
    def word(self) -> str:
        return self.value

    @cached_property
    def spellings(self) -> tuple[bytes, ...]:
        return (self.value.encode(), *_base64(self.value.encode()))


def _base64(part: bytes) -> Iterator[bytes]:
    """What base64 makes of it, wherever in three bytes it begins; ends that depend on others
    are cut."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + part)
        start = -(-before * 8 // 6)
        end = (before + len(part)) * 8 // 6
        yield coded[start:end]


def found_in(data: bytes | str, secrets: Iterable[Secret]) -> set[str]:
    """The names of the secrets that stand in it, in whatever spelling."""
    raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    texts = list(_opened(raw, 0))
    return {
        secret.name
        for secret in secrets
        if any(spelling in text for spelling in secret.spellings for text in texts)
    }


def found_below(folder: Path, secrets: Iterable[Secret]) -> dict[str, set[str]]:
    """The secrets in every file of a folder, names of files included; by path."""
    secrets = tuple(secrets)
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(folder).as_posix()
        names = found_in(name, secrets) | found_in(path.read_bytes(), secrets)
        if names:
            found[name] = names
    return found


def _opened(data: bytes, depth: int) -> Iterator[bytes]:
    """The data, and what is compressed or archived in it."""
    yield data
    if depth == _DEEPEST:
        return
    for inner in _inside(data):
        yield from _opened(inner, depth + 1)


def _inside(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist()[:_MEMBERS]:
                yield name.encode()
                yield archive.read(name)
    if data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for member in tar.getmembers()[:_MEMBERS]:
                handle = tar.extractfile(member) if member.isfile() else None
                yield handle.read() if handle else b""
    yield from _deflated(data)


def _deflated(data: bytes) -> Iterator[bytes]:
    """Streams of zlib and gzip anywhere in it, as files of ours hold them."""
    for magic in (b"\x78\x9c", b"\x78\xda", b"\x78\x01", b"\x1f\x8b\x08"):
        at = data.find(magic, 1)
        while at >= 0:
            with_header = zlib.decompressobj(zlib.MAX_WBITS | 32)
            with suppress(zlib.error):
                yield with_header.decompress(data[at:])
            at = data.find(magic, at + 1)
