"""The tar of a code bundle, as flytekit writes it into a package: read, and not trusted.

What a tar says beyond paths, content and whether a file may be executed is nothing to us, so the
same code has the same digest whoever packaged it.
"""

import hashlib
import io
import posixpath
import tarfile
import zlib
from collections.abc import Iterator

from reconciler.model.bundle import CodeFile

MAX_CODE_BYTES = 1 << 30
# Code shrinks to a fifth, zeros to a thousandth. While there is little of it, it may be anything.
_MAX_RATIO = 150
_ANY_RATIO = 16 << 20


class CodeTar:
    """A bundle's archive, gzipped or not, whole in memory.

    Attributes: `files` by path; folders are not among them, as with `git`. `md5` is of the tar
    before compression.

    Raises: ValueError with everything that is wrong with it: members outside of it, links that
        lead out, devices, doubled members, and more than `max_bytes` in all.
    """

    def __init__(self, content: bytes, *, max_bytes: int = MAX_CODE_BYTES) -> None:
        data = _inflated(content, max_bytes)
        self.md5 = hashlib.md5(data, usedforsecurity=False).digest()
        self._members: dict[bytes, tarfile.TarInfo] = {}
        self._problems: list[str] = []
        self._tar = self._read(data)
        if self._problems:
            raise ValueError("; ".join(self._problems))
        self.files = tuple(self._file(path) for path in sorted(self._members))

    def content(self, file: CodeFile) -> bytes:
        """The bytes of one of the files; of a link, its target."""
        member = self._members[file.path]
        if member.issym():
            return _bytes(posixpath.normpath(member.linkname))
        opened = self._tar.extractfile(member)
        assert opened is not None, "only files and links are kept"
        return opened.read()

    def _read(self, data: bytes) -> tarfile.TarFile:
        try:
            file = io.BytesIO(data)
            tar = tarfile.TarFile(fileobj=file, encoding="utf-8", errors="surrogateescape")
            for member in tar:
                self._add(member)
        except (tarfile.TarError, EOFError, OverflowError) as error:
            raise ValueError(f"is no readable tar: {error}") from error
        # The reader takes a damaged header for the end.
        end = data[tar.offset :]
        if len(end) < tarfile.BLOCKSIZE or any(end):
            raise ValueError("is cut off or damaged")
        below = (path for path in self._members for folder in _above(path) if self._links(folder))
        self._problems += (f"{_shown(path)}: lies below a link" for path in below)
        return tar

    def _links(self, path: bytes) -> bool:
        member = self._members.get(path)
        return member is not None and not member.isfile() and not member.islnk()

    def _add(self, member: tarfile.TarInfo) -> None:
        if member.isdir():
            return
        name = posixpath.normpath(member.name)
        path = _bytes(name)
        problem = self._problem(member, name)
        if problem is None and path in self._members:
            problem = "is there twice"
        if problem is None:
            self._members[path] = member
        else:
            self._problems.append(f"{_shown(_bytes(member.name))}: {problem}")

    def _problem(self, member: tarfile.TarInfo, name: str) -> str | None:
        if _leads_out(name):
            return "points outside the archive"
        if member.issparse():
            return "is a sparse file"
        if member.isfile():
            return None
        if member.issym():
            target = posixpath.join(posixpath.dirname(name), member.linkname)
            if _leads_out(posixpath.normpath(target)):
                hint = "package with `--deref-symlinks`"
                return f"is a link to {member.linkname}, out of the bundle; {hint}"
            return None
        if member.islnk():
            known = self._members.get(_bytes(posixpath.normpath(member.linkname)))
            return None if known is not None and not known.issym() else "is a link to nothing"
        return "is a device or something else that is no file"

    def _file(self, path: bytes) -> CodeFile:
        member = self._members[path]
        unread = CodeFile(path, _mode(member), 0, b"")
        content = self.content(unread)
        return CodeFile(path, unread.mode, len(content), hashlib.sha256(content).digest())


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
    return b"".join(parts)


def _mode(member: tarfile.TarInfo) -> str:
    if member.issym():
        return "l"
    return "x" if member.mode & 0o100 else "-"


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "../")) or name in ("..", ".") or "\0" in name


def _above(path: bytes) -> Iterator[bytes]:
    folder = path.rpartition(b"/")[0]
    while folder:
        yield folder
        folder = folder.rpartition(b"/")[0]


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "replace")
