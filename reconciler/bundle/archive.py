"""Files → one `.tar.gz`, the same bytes on every machine.

Members stand in the order of their paths, with one time, no owner and one of two modes, in the
format that every tar reads. The tar never differs; the gzip around it does between compressors,
which is why nothing is named by its bytes.
"""

import hashlib
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from reconciler.model import CodeFile

# 1980-01-01, as flytekit has it: some tools refuse what is older.
_TIME = 315532800
_MODES = {"x": 0o755, "-": 0o644, "l": 0o777}
_BLOCK = 512
# Small pieces cost more to hand over than to compress.
_PIECE = 1 << 20
# isal's highest level is still several times as fast as zlib's lowest.
_ISAL_LEVEL = 3
_ZLIB_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Member:
    """One file to be archived: `chunks` gives its bytes (of a link: none), `size` of them."""

    path: bytes
    mode: str
    size: int
    chunks: Callable[[], Iterable[bytes]]
    target: bytes = b""


def write_archive(members: Iterable[Member], out: BinaryIO) -> tuple[list[CodeFile], int, bytes]:
    """Write a gzipped tar of `members`, which come in the order of their paths.

    Returns: what was archived, for the digest; the number of bytes written; their MD5.
    Raises: whatever a member's `chunks` does.
    """
    files: list[CodeFile] = []
    compressor = _compressor()
    md5 = hashlib.md5(usedforsecurity=False)
    size = 0
    for piece in _compressed(_tar(members, files), compressor):
        md5.update(piece)
        size += len(piece)
        out.write(piece)
    return files, size, md5.digest()


def write_tar(members: Iterable[Member], out: BinaryIO) -> list[CodeFile]:
    """Write the tar alone, and return what was archived."""
    files: list[CodeFile] = []
    for piece in _tar(members, files):
        out.write(piece)
    return files


def _tar(members: Iterable[Member], files: list[CodeFile]) -> Iterator[bytes]:
    """Yield the tar in pieces, and add each member to `files` once it is read."""
    written = 0
    for member in members:
        header = _header(member)
        yield header
        written += len(header)
        if member.mode == "l":
            target = hashlib.sha256(member.target).digest()
            files.append(CodeFile(member.path, "l", len(member.target), target))
            continue
        sha = hashlib.sha256()
        for chunk in member.chunks():
            sha.update(chunk)
            yield chunk
        padding = -member.size % _BLOCK
        yield bytes(padding)
        written += member.size + padding
        files.append(CodeFile(member.path, member.mode, member.size, sha.digest()))
    # Two empty blocks end it, and tar's own records are twenty blocks long.
    written += 2 * _BLOCK
    yield bytes(2 * _BLOCK + -written % tarfile.RECORDSIZE)


def _header(member: Member) -> bytes:
    info = tarfile.TarInfo(member.path.decode("utf-8", "surrogateescape"))
    info.mtime = _TIME
    info.mode = _MODES[member.mode]
    if member.mode == "l":
        info.type = tarfile.SYMTYPE
        info.linkname = member.target.decode("utf-8", "surrogateescape")
    else:
        info.size = member.size
    return info.tobuf(tarfile.PAX_FORMAT, encoding="utf-8", errors="surrogateescape")


def _compressed(pieces: Iterable[bytes], compressor: Any) -> Iterator[bytes]:
    waiting: list[bytes] = []
    length = 0
    for piece in pieces:
        waiting.append(piece)
        length += len(piece)
        if length >= _PIECE:
            yield compressor.compress(b"".join(waiting))
            waiting, length = [], 0
    yield compressor.compress(b"".join(waiting)) + compressor.flush()


def _compressor() -> Any:
    """A gzip stream without a time or a name in its head."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.compressobj(_ZLIB_LEVEL, zlib.DEFLATED, 31)
    return isal_zlib.compressobj(_ISAL_LEVEL, isal_zlib.DEFLATED, 31)
