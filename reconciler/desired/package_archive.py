"""A tar, gzipped or not, entry by entry, from whoever may have written it.

Nothing that an archive claims is believed: what it inflates to is counted while it inflates, below
the standard library's reader of tars, so that no header can ask for more; and where that reader
takes a damaged header for the end, here it is an error, for half a package is none.
"""

import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, BinaryIO

from reconciler.model import UNREADABLE, wary_headers

# No package with its code comes near.
MAX_BYTES = 1 << 30
# Ten thousand small launch plans shrink to a seventieth, zeros to a thousandth. While there is
# little of it, it may be anything.
_MAX_RATIO = 150
_ANY_RATIO = 8 << 20
_CHUNK = 1 << 16
_MOST_PAST_END = 100
_GZIP = b"\x1f\x8b"
_BOMB = "inflates beyond any sensible size; refused"


class ArchiveError(ValueError):
    """The archive is damaged, or larger than any sensible one."""


class Sort(Enum):
    """What an entry is: OTHER are links, devices, pipes and sparse files."""

    FILE = "file"
    FOLDER = "folder"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `read` gives the content of a file until the next entry is asked for.

    `name` is as it stands in the archive, its undecodable bytes as surrogates.
    """

    name: str
    sort: Sort
    size: int
    read: Callable[[], bytes]


def entries(file: BinaryIO) -> Iterator[Entry]:
    """Yield the entries of an archive as they stand in it.

    Raises: ArchiveError once it turns out to be damaged, cut off, or a bomb.
    """
    stream: Any = _Inflated(file)
    with (
        _translated(),
        tarfile.open(
            fileobj=stream,
            mode="r|",
            tarinfo=wary_headers(),
            encoding="utf-8",
            errors="surrogateescape",
        ) as tar,
    ):
        while (header := tar.next()) is not None:
            setattr(tar, "members", [])  # noqa: B010 (it would keep them all; untyped)
            yield Entry(header.name, _sort(header), header.size, _reader(tar, header))
        _check_rest(tar.fileobj)


def _check_rest(stream: Any) -> None:
    """Read on to the end: a gzip that is cut off behind the last member is damaged too.

    Nor may there be more than padding: other readers of tars would find other members there.
    """
    while piece := stream.read(_CHUNK):
        if any(piece):
            raise EOFError("something stands behind its end")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ArchiveError:
        raise
    except RecursionError as error:
        raise ArchiveError("is no readable archive: headers upon headers") from error
    except (*UNREADABLE, zlib.error) as error:
        raise ArchiveError(f"is no readable archive: {error}") from error


def _sort(header: tarfile.TarInfo) -> Sort:
    if header.isdir():
        return Sort.FOLDER
    return Sort.FILE if header.isreg() and not header.issparse() else Sort.OTHER


def _reader(tar: tarfile.TarFile, header: tarfile.TarInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        with _translated():
            content = tar.extractfile(header)
            assert content is not None, "a regular file has content"
            data = content.read()
            if len(data) != header.size:
                raise EOFError("the archive is cut off")
            return data

    return read


class _Inflated:
    """A file as the tar inside of it, gzipped or not, up to what a package may come to.

    Raises while read: ArchiveError for a bomb; EOFError if the file ends within a gzip.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._ready = bytearray()
        self._taken = 0
        self._given = 0
        self._past_end = 0
        start = file.read(len(_GZIP))
        file.seek(0)
        self._inflater = _gunzip() if start == _GZIP else None

    def read(self, size: int) -> bytes:
        while len(self._ready) < size and self._more():
            pass
        piece = bytes(self._ready[:size])
        del self._ready[:size]
        if not piece:
            # A reader that skips what a header claims asks again and again, to where that ends.
            self._past_end += 1
            if self._past_end > _MOST_PAST_END:
                raise EOFError("the archive is cut off")
        return piece

    def _more(self) -> bool:
        """Make some more ready; False at the end."""
        if self._inflater is None:
            return self._keep(self._file.read(_CHUNK))
        waiting = self._inflater.unconsumed_tail
        while True:
            if self._inflater.eof:
                # Gzips one behind the other are one to whoever reads them.
                waiting = self._inflater.unused_data or self._file.read(_CHUNK)
                if not waiting.startswith(_GZIP[: len(waiting)]) or not waiting:
                    self._check_padding(waiting)
                    return False
                self._inflater = _gunzip()
            if not waiting:
                waiting = self._file.read(_CHUNK)
                if not waiting:
                    raise EOFError("the file is cut off")
                self._taken += len(waiting)
            if self._keep(self._inflater.decompress(waiting, _CHUNK)):
                return True
            waiting = self._inflater.unconsumed_tail

    def _check_padding(self, waiting: bytes) -> None:
        while waiting:
            if any(waiting):
                raise EOFError("something stands behind its end")
            waiting = self._file.read(_CHUNK)

    def _keep(self, piece: bytes) -> bool:
        self._given += len(piece)
        likely = self._given <= max(_ANY_RATIO, _MAX_RATIO * self._taken)
        if self._given > MAX_BYTES or (self._inflater is not None and not likely):
            raise ArchiveError(_BOMB)
        self._ready += piece
        return bool(piece)


def _gunzip() -> Any:
    return zlib.decompressobj(wbits=31)
