"""What lies under a root, written beside it, since Admin's data proxy can list nothing.

An index is an object like any other, at `<project>/<domain>/.index/<root>/<n>.json`, outside the
root, so that whoever reads the folder finds just its files. None is ever written over: what comes
later is number 2, and so on. `complete` says that no other will follow, for the root is named by
its content.
"""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.errors import (
    AlreadyExistsError,
    ForbiddenObjectError,
    MissingObjectError,
    UnsuitableError,
    UploadError,
)
from reconciler.storage.dataproxy import DataProxy, Place
from reconciler.storage.paths import UploadPath, as_filename, native_of

_FOLDER = ".index"
_VERSION = 1
_TRIES = 1000


@dataclass(frozen=True, slots=True)
class Held:
    """A file in the store: bytes, and its MD5 in hexadecimal."""

    size: int
    md5: str


@dataclass(slots=True)
class Index:
    """Files by their paths in the root, and folders with nothing in them."""

    files: dict[str, Held] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)
    complete: bool = False

    def add(self, other: "Index") -> None:
        """Take in what another one lists."""
        self.files |= other.files
        self.empty |= other.empty
        self.complete = self.complete or other.complete

    def encoded(self) -> bytes:
        """The same bytes for the same content."""
        files = {name: [held.size, held.md5] for name, held in self.files.items()}
        document = {
            "version": _VERSION,
            "complete": self.complete,
            "files": files,
            "empty": sorted(self.empty),
        }
        return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def decoded(cls, content: bytes) -> "Index":
        """Raises: ValueError if these bytes are none."""
        document: Any = json.loads(content)
        if not isinstance(document, Mapping) or document.get("version") != _VERSION:
            raise ValueError("written by another version")
        files = {
            name: Held(int(size), str(md5)) for name, (size, md5) in document["files"].items()
        }
        return cls(files, set(document["empty"]), bool(document["complete"]))


class Indexes:
    """The indexes of one Admin's uploads.

    Args:
        root_url: Gives the native URL of a root.
    """

    def __init__(self, proxy: DataProxy, root_url: Any) -> None:
        self._proxy = proxy
        self._root_url = root_url

    def exists(self, root: UploadPath) -> bool:
        """Whether there is any, at the price of one RPC."""
        return self._proxy.exists(_place(root, 1))

    def read(self, root: UploadPath) -> Index | None:
        """All that is listed under a root; None if nothing is.

        Raises: UnsuitableError if somebody put something else there; DownloadError.
        """
        found: Index | None = None
        for number in range(1, _TRIES):
            url = self._root_url(UploadPath(root.project, root.domain, _FOLDER))
            try:
                content = self._proxy.read(native_of(url, f"{root.root}/{number}.json"))
            except (MissingObjectError, ForbiddenObjectError):
                break
            part = _decoded(content, f"flyte://{root}")
            if found is None:
                found = part
            else:
                found.add(part)
            if part.complete:
                break
        return found

    def publish(self, root: UploadPath, index: Index) -> None:
        """Write an index where none is yet.

        The data proxy has no way to write only what is not there, so it is looked at afterwards
        whose index it became. Only who overwrites after that look is not noticed.

        Raises: as `DataProxy.upload`.
        """
        content = index.encoded()
        with tempfile.NamedTemporaryFile(prefix="flyte-index-") as file:
            file.write(content)
            file.flush()
            for number in range(1, _TRIES):
                try:
                    url = self._proxy.upload(Path(file.name), _place(root, number))
                except AlreadyExistsError:
                    continue
                if index.complete or self._proxy.read(url) == content:
                    return
        text = f"{_TRIES} indexes are written under it, and one more is too many"
        raise UploadError(text, url=f"flyte://{root}")


def _decoded(content: bytes, what: str) -> Index:
    try:
        return Index.decoded(content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"{what}: its index is none that can be read: {error}"
        raise UnsuitableError([problem]) from None


def _place(root: UploadPath, number: int) -> Place:
    name = as_filename(f"{root.root}/{number}.json")
    return Place(project=root.project, domain=root.domain, root=_FOLDER, name=name)
