"""Objects as files of one folder, whatever their names.

A key is any text: it may hold `..`, NUL, doubled slashes, or be thirty thousand bytes long, and
`a` may be an object although `a/b` is one. Each becomes a path that cannot leave the folder:
characters beyond the harmless are escaped, segments that mean something to a file system too,
and what is too long for one is stored under its hash. Folders carry a mark (`a%/b`), so that
they never meet a file.

An object appears whole or not at all: its bytes go to a temporary file that is renamed. What is
known of it (digest, content type, metadata) lies in a file of its own, written first and bound
to the bytes by their inode and time, so that a crash in between leaves the former object.
"""

import contextlib
import errno
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from reconciler.sandbox.objects.gourl import escape

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~$&+,:;=@")
_LONGEST_SEGMENT = 200
_LONGEST_PATH = 1000
_CHUNK = 1 << 20


class ObjectError(Exception):
    """An object cannot be stored or read: no space, too large, not allowed by the disk.

    Attributes:
        full: Whether it is for want of space.
    """

    def __init__(self, message: str, *, full: bool = False) -> None:
        super().__init__(message)
        self.full = full


@dataclass(frozen=True)
class ObjectInfo:
    """What is known of one object without reading it.

    Attributes:
        size: Bytes.
        md5: Hexadecimal; S3's ETag of an object put in one piece.
        modified: Seconds since 1970 UTC.
        metadata: The client's own (`x-amz-meta-…`), names in lower case without that prefix.
    """

    size: int
    md5: str
    modified: float
    content_type: str = "binary/octet-stream"
    metadata: Mapping[str, str] = field(default_factory=dict)


class Folder:
    """A store of objects below `home`.

    Args:
        home: Created when the first object comes.
        plain: Paths equal keys wherever a file system allows it, for native URLs of the scheme
            `file`; `a` and `a/b` then cannot both be objects.
        size_limit: The most bytes one object may have.
    """

    def __init__(self, home: Path, *, plain: bool = False, size_limit: int = 5 << 30) -> None:
        self.home = home
        self.size_limit = size_limit
        self._mark = "" if plain else "%"

    def path(self, container: str, key: str) -> Path:
        """Return where the object is or would be; always a descendant of `home`."""
        segments = [_segment(part) for part in key.split("/")]
        lengths = [len(segment) for segment in segments]
        if max(lengths) > _LONGEST_SEGMENT or sum(lengths) > _LONGEST_PATH or not key:
            digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
            return self.home / _segment(container) / "%long" / digest
        folders = [f"{segment}{self._mark}" for segment in segments[:-1]]
        return self.home.joinpath(_segment(container), *folders, segments[-1])

    def info(self, container: str, key: str) -> ObjectInfo | None:
        """Return what is known of the object, None if there is none."""
        path = self.path(container, key)
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not path.is_file():
            return None
        record = self._record(container, key)
        if record.get("inode") == found.st_ino and record.get("time") == found.st_mtime_ns:
            return ObjectInfo(
                size=found.st_size,
                md5=record["md5"],
                modified=found.st_mtime,
                content_type=record["content_type"],
                metadata=record["metadata"],
            )
        # Put there by hand, or after a crash: the bytes are what counts.
        with path.open("rb") as file:
            md5 = hashlib.file_digest(file, "md5").hexdigest()
        return ObjectInfo(size=found.st_size, md5=md5, modified=found.st_mtime)

    def open(self, container: str, key: str) -> BinaryIO:
        """Open the object for reading.

        Raises:
            FileNotFoundError: There is none.
        """
        path = self.path(container, key)
        if not path.is_file():
            raise FileNotFoundError(errno.ENOENT, "no such object", f"{container}/{key}")
        return path.open("rb")

    def write(self, container: str, key: str) -> "Upload":
        """Begin an object; it exists when `commit` returns.

        Raises:
            ObjectError: The disk does not let us.
        """
        return Upload(self, container, key)

    def delete(self, container: str, key: str) -> None:
        """Remove the object; there need not be one."""
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            self.path(container, key).unlink()
        self._record_path(container, key).unlink(missing_ok=True)

    def keys(self, container: str, prefix: str = "") -> Iterator[str]:
        """Yield the keys that begin with `prefix`, in the order of their bytes."""
        records = self.home / ".about"
        found = []
        for path in records.glob("*/*.json"):
            record = _read_json(path)
            key = record.get("key", "")
            if record.get("container") == container and key.startswith(prefix):
                found.append(key)
        for key in sorted(found, key=lambda text: text.encode("utf-8", "surrogateescape")):
            if self.path(container, key).is_file():
                yield key

    def clear(self) -> None:
        """Remove every object."""
        shutil.rmtree(self.home, ignore_errors=True)

    def _record_path(self, container: str, key: str) -> Path:
        name = f"{container}/{key}".encode("utf-8", "surrogateescape")
        digest = hashlib.sha256(name).hexdigest()
        return self.home / ".about" / digest[:2] / f"{digest}.json"

    def _record(self, container: str, key: str) -> dict[str, Any]:
        return _read_json(self._record_path(container, key))


class Upload:
    """One object on its way in; leaving the `with` block without `commit` drops it."""

    def __init__(self, folder: Folder, container: str, key: str) -> None:
        self._folder, self._container, self._key = folder, container, key
        self._md5 = hashlib.md5(usedforsecurity=False)
        self.size = 0
        self._temporary = folder.home / ".coming" / secrets.token_hex(12)
        with _translated():
            self._temporary.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._temporary.open("xb")

    def __enter__(self) -> "Upload":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        self._temporary.unlink(missing_ok=True)

    @property
    def md5(self) -> bytes:
        """The digest of what was written so far, 16 bytes."""
        return self._md5.digest()

    def write(self, chunk: bytes) -> None:
        """Add bytes.

        Raises:
            ObjectError: The object is too large, or the disk full.
        """
        self.size += len(chunk)
        if self.size > self._folder.size_limit:
            raise ObjectError(f"larger than {self._folder.size_limit} bytes")
        with _translated():
            self._file.write(chunk)
        self._md5.update(chunk)

    def commit(
        self,
        *,
        content_type: str = "binary/octet-stream",
        metadata: Mapping[str, str] | None = None,
    ) -> ObjectInfo:
        """Make the object appear, over the one that was there.

        Raises:
            ObjectError: The disk does not let us.
        """
        folder = self._folder
        path = folder.path(self._container, self._key)
        about = folder._record_path(self._container, self._key)
        with _translated():
            self._file.flush()
            os.fsync(self._file.fileno())
            written = os.fstat(self._file.fileno())
            self._file.close()
            record: dict[str, Any] = {
                "container": self._container,
                "key": self._key,
                "inode": written.st_ino,
                "time": written.st_mtime_ns,
                "md5": self._md5.hexdigest(),
                "content_type": content_type,
                "metadata": dict(metadata or {}),
            }
            _write_json(about, record, aside=self._temporary.with_suffix(".json"))
            path.parent.mkdir(parents=True, exist_ok=True)
            self._temporary.replace(path)
        return ObjectInfo(
            size=self.size,
            md5=self._md5.hexdigest(),
            modified=written.st_mtime,
            content_type=content_type,
            metadata=record["metadata"],
        )


def copy(source: BinaryIO, upload: Upload) -> None:
    """Stream `source` into `upload`."""
    while chunk := source.read(_CHUNK):
        upload.write(chunk)


def _segment(text: str) -> str:
    if text in ("", ".", ".."):
        return {"": "%_", ".": "%2E", "..": "%2E%2E"}[text]
    return escape(text, _SAFE)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_json(path: Path, record: Mapping[str, Any], *, aside: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside.write_text(json.dumps(record), "utf-8")
    aside.replace(path)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        full = exc.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise ObjectError(f"cannot store the object: {exc.strerror}", full=full) from exc
