"""Files → one `.tar.gz`, the same bytes on every machine.

Members stand in the order of their paths, with one time, no owner and one of two modes, in the
format that every tar reads. The tar never differs; the gzip around it does between compressors,
which is why nothing is named by its bytes.
"""

import hashlib
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, BinaryIO

from reconciler.bundle.tar_header import BLOCK, RECORD, tar_header
from reconciler.model import CodeFile

# Small pieces cost more to hand over than to compress.
_PIECE = 1 << 20
_AHEAD = 4  # pieces that may wait for the compressor
# isal's highest level is still several times as fast as zlib's lowest; with the next one down code
# takes up to a tenth more.
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
    sink = _Gzip(out)
    # One thread reads and hashes while another compresses: half of the time each, no more.
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="compress") as pool:
        under_way: deque[Future[None]] = deque()
        for piece in _pieces(_tar(members, files)):
            under_way.append(pool.submit(sink.write, piece))
            if len(under_way) > _AHEAD:
                under_way.popleft().result()
        for future in under_way:
            future.result()
    sink.close()
    return files, sink.size, sink.md5.digest()


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
        header = tar_header(member.path, mode=member.mode, size=member.size, target=member.target)
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
        padding = -member.size % BLOCK
        yield bytes(padding)
        written += member.size + padding
        files.append(CodeFile(member.path, member.mode, member.size, sha.digest()))
    # Two empty blocks end it, and tar's own records are twenty blocks long.
    written += 2 * BLOCK
    yield bytes(2 * BLOCK + -written % RECORD)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Join chunks until a piece is worth handing over."""
    waiting: list[bytes] = []
    length = 0
    for chunk in chunks:
        waiting.append(chunk)
        length += len(chunk)
        if length >= _PIECE:
            yield b"".join(waiting)
            waiting, length = [], 0
    yield b"".join(waiting)


class _Gzip:
    """A gzip stream without a time or a name in its head, and what is to be known of its bytes."""

    def __init__(self, out: BinaryIO) -> None:
        self.md5 = hashlib.md5(usedforsecurity=False)
        self.size = 0
        self._out = out
        self._compressor = _compressor()

    def write(self, piece: bytes) -> None:
        self._put(self._compressor.compress(piece))

    def close(self) -> None:
        self._put(self._compressor.flush())

    def _put(self, data: bytes) -> None:
        self.md5.update(data)
        self.size += len(data)
        self._out.write(data)


def _compressor() -> Any:
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.compressobj(_ZLIB_LEVEL, zlib.DEFLATED, 31)
    return isal_zlib.compressobj(_ISAL_LEVEL, isal_zlib.DEFLATED, 31)
