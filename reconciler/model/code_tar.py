"""The tar of a code bundle, as flytekit writes it into a package: read, and not trusted.

What a tar says beyond paths, content and whether a file may be executed is nothing to us, so the
same code has the same digest whoever packaged it.
"""

import hashlib
import io
import posixpath
import tarfile
import zlib
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.model.bundle import CodeFile
from reconciler.model.tar_headers import LONGEST_NAME, UNREADABLE, wary_headers

MAX_CODE_BYTES = 1 << 30
# Code shrinks to a fifth, zeros to a thousandth. While there is little of it, it may be anything.
_MAX_RATIO = 150
_ANY_RATIO = 8 << 20
# Reading stops at so many problems: an archive with more is no bundle gone wrong.
_MAX_PROBLEMS = 50
_LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class _Member:
    """Where in the tar the content of a file is; of a link, what it leads to."""

    mode: str
    start: int = 0
    size: int = 0
    target: bytes = b""


class CodeTar:
    """A bundle's archive, gzipped or not, whole in memory.

    Attributes: `files` by path; folders are not among them, as with `git`. `md5` is of the tar
    before compression.

    Raises: ValueError with everything that is wrong with it: members outside of it, links that
        lead out, devices, doubled members, and more than `max_bytes` in all.
    """

    def __init__(self, content: bytes, *, max_bytes: int = MAX_CODE_BYTES) -> None:
        self._data = _inflated(content, max_bytes)
        self.md5 = hashlib.md5(self._data, usedforsecurity=False).digest()
        self._members: dict[bytes, _Member] = {}
        self._problems: list[str] = []
        self._read()
        if len(self._problems) >= _MAX_PROBLEMS:
            self._problems.append("and perhaps more; reading stopped here")
        if self._problems:
            raise ValueError("; ".join(self._problems))
        self.files = tuple(self._file(path) for path in sorted(self._members))

    def content(self, file: CodeFile) -> bytes:
        """The bytes of one of the files; of a link, its target."""
        return self._content(self._members[file.path])

    def _content(self, member: _Member) -> bytes:
        if member.mode == "l":
            return member.target
        return self._data[member.start : member.start + member.size]

    def _read(self) -> None:
        try:
            tar = tarfile.TarFile(
                fileobj=io.BytesIO(self._data),
                tarinfo=wary_headers(),
                encoding="utf-8",
                errors="surrogateescape",
            )
            for member in tar:
                self._add(member)
                if len(self._problems) >= _MAX_PROBLEMS:
                    return
        except RecursionError as error:
            raise ValueError("is no readable tar: headers upon headers") from error
        except UNREADABLE as error:
            raise ValueError(f"is no readable tar: {error}") from error
        # The reader takes content that is cut off for the end.
        end = self._data[tar.offset :]
        if len(end) < tarfile.BLOCKSIZE or any(end):
            raise ValueError("is cut off or damaged")
        for path in self._below_links():
            self._problem(path, "lies below a link")

    def _add(self, info: tarfile.TarInfo) -> None:
        if info.isdir():
            return
        name = posixpath.normpath(info.name)
        path = _bytes(name)
        member = self._member(info, name)
        if isinstance(member, str):
            self._problem(_bytes(info.name), member)
        elif path in self._members:
            self._problem(_bytes(info.name), "is there twice")
        else:
            self._members[path] = member

    def _member(self, info: tarfile.TarInfo, name: str) -> _Member | str:
        """One of them, or what is wrong with it."""
        if max(len(info.name), len(info.linkname)) > LONGEST_NAME:
            return "has a name of more than any sensible length"
        if _leads_out(name):
            return "points outside the archive"
        if info.issparse():
            return "is a sparse file"
        mode = "x" if info.mode & 0o100 else "-"
        if info.isfile():
            return _Member(mode, info.offset_data, info.size)
        linked = posixpath.normpath(info.linkname)
        if info.issym():
            target = posixpath.join(posixpath.dirname(name), info.linkname)
            # To the top itself is not out: code may well look at all of itself.
            if (led := posixpath.normpath(target)) != "." and _leads_out(led):
                hint = "package with `--deref-symlinks`"
                return f"is a link to {info.linkname}, out of the bundle; {hint}"
            return _Member("l", target=_bytes(linked))
        if info.islnk():
            known = self._members.get(_bytes(linked))
            if known is None or known.mode == "l":
                return "is a link to nothing"
            return _Member(mode, known.start, known.size)
        return "is a device or something else that is no file"

    def _below_links(self) -> Iterator[bytes]:
        paths = sorted(self._members)
        for link in [path for path in paths if self._members[path].mode == "l"]:
            inside = link + b"/"
            for at in range(bisect(paths, inside), len(paths)):
                if not paths[at].startswith(inside) or len(self._problems) >= _MAX_PROBLEMS:
                    break
                yield paths[at]

    def _problem(self, path: bytes, what: str) -> None:
        text = f"{_shown(path)}: {what}"
        if text not in self._problems:
            self._problems.append(text)

    def _file(self, path: bytes) -> CodeFile:
        member = self._members[path]
        content = self._content(member)
        return CodeFile(path, member.mode, len(content), hashlib.sha256(content).digest())


def _inflated(content: bytes, limit: int) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return content
    parts: list[bytes] = []
    left = limit = min(limit, max(_ANY_RATIO, _MAX_RATIO * len(content)))
    while content.startswith(b"\x1f\x8b"):
        stream = zlib.decompressobj(wbits=31)
        try:
            parts.append(stream.decompress(content, left + 1))
        except zlib.error as error:
            raise ValueError(f"is no readable gzip: {error}") from error
        left -= len(parts[-1])
        if left < 0:
            raise ValueError(f"inflates beyond {limit:,} bytes; refused")
        if not stream.eof:
            raise ValueError("is cut off")
        content = stream.unused_data
    if any(content):
        raise ValueError("is damaged: something stands behind its end")
    return b"".join(parts)


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "../")) or name in ("..", ".") or "\0" in name


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _shown(path: bytes) -> str:
    text = path.decode("utf-8", "replace")
    return text if len(text) < _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
