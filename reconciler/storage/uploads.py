"""The half of the file system that is Admin's uploads: found, listed, written once.

The data proxy answers for one object at a time. What lies in a folder is known from the store
itself where there are credentials, else from indexes (see `index`) and from what was written
here; whatever else is there stays unknown.
"""

import errno
import threading
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from reconciler.errors import ForbiddenObjectError, MissingObjectError
from reconciler.storage.access import Access
from reconciler.storage.dataproxy import Digest, Place
from reconciler.storage.entry import Entry, Fresh
from reconciler.storage.index import Held, Index
from reconciler.storage.paths import Above, UploadPath, as_filename, native_of

_FRESH = 2.0  # seconds

_Root = tuple[str, str, str]


class Uploads:
    """Uploads of one Admin, and what was written from here. Safe to use from many threads."""

    def __init__(self, access: Access, *, natively: bool) -> None:
        self._access = access
        self._natively = natively
        self._written: dict[_Root, Index] = {}
        self._lock = threading.Lock()
        self._read: Fresh[Index] = Fresh(access.clock, _FRESH)

    def info(self, path: UploadPath) -> Entry:
        """What is at a path.

        Raises: FileNotFoundError if nothing is; ForbiddenObjectError, DownloadError, AdminError.
        """
        if path.name:
            native_url = self._access.resolver.native(path)
            try:
                stat = self._access.proxy.stat(native_url)
            except MissingObjectError:
                pass
            except ForbiddenObjectError:
                # For want of a right to list, a store says so of what is not there, too.
                if self._access.proxy.exists(_place(path)):
                    raise
            else:
                return Entry(
                    str(path),
                    size=stat.size,
                    native_url=native_url,
                    etag=stat.etag,
                    modified=stat.modified,
                )
        if self._listed(path) is not None:
            return Entry(str(path), folder=True)
        raise FileNotFoundError(
            errno.ENOENT, "there is no such upload, or none that is known of", str(path)
        )

    def children(self, path: UploadPath | Above) -> list[Entry]:
        """What lies in a folder.

        Raises: FileNotFoundError if nothing does, or it cannot be known.
        """
        found = self._listed(path)
        if found is not None:
            return sorted(found, key=lambda entry: entry.path)
        raise FileNotFoundError(
            errno.ENOENT,
            "nothing is known to lie there: Admin's data proxy lists nothing, no index was "
            "published (see `publish`), and there are no credentials to ask the store itself",
            str(path),
        )

    def below(self, path: UploadPath) -> list[Entry] | None:
        """Every file below a folder, however deep; None if nothing is known to be there.

        One look for all of it, where `children` would take one for each folder.
        """
        if self._natively:
            found = self._access.native.find(self._access.resolver.native(path))
            if found is not None:
                return None  # the store's own answer is for its own library to walk
        index = self._index(path)
        before = f"{path.name}/" if path.name else ""
        names = sorted(name for name in index.files if name.startswith(before))
        return [self._held(path, name, index.files[name]) for name in names] or None

    def put(self, file: Path, path: UploadPath, digest: Digest | None = None) -> str:
        """Upload a file and remember it.

        Raises: AlreadyExistsError if another is there; as `DataProxy.upload`.
        """
        digest = digest or Digest.of(file)
        native_url = self._access.proxy.upload(file, _place(path), digest)
        with self._lock:
            written = self._written.setdefault(_root(path), Index())
            written.files[path.name] = Held(digest.size, digest.md5.hex())
        return native_url

    def exists(self, path: UploadPath) -> bool:
        """Whether an object is there, without a look at it."""
        return self._access.proxy.exists(_place(path))

    def publish(self, root: UploadPath) -> int:
        """Write down what was written under a root from here, and how many files that is.

        What an index lists already is not listed again.
        """
        top = UploadPath(root.project, root.domain, root.root)
        before = self._access.indexes.read(top) or Index()
        with self._lock:
            written = dict(self._written.get(_root(root), Index()).files)
        new = {name: held for name, held in written.items() if name not in before.files}
        if new:
            self._access.indexes.publish(top, Index(files=new))
        self._read.forget(_root(root))
        return len(new)

    def forget(self) -> None:
        """Take nothing for known that was not written here."""
        self._read.forget()

    def _listed(self, path: UploadPath | Above) -> list[Entry] | None:
        found = self._natively_listed(path) if self._natively else None
        if found is None and isinstance(path, UploadPath):
            found = self._known(path)
        return found

    def _known(self, path: UploadPath) -> list[Entry] | None:
        index = self._index(path)
        before = f"{path.name}/" if path.name else ""
        folders: set[str] = set()
        found: list[Entry] = []
        for name, held in index.files.items():
            if not name.startswith(before):
                continue
            first, slash, _ = name[len(before) :].partition("/")
            if slash:
                folders.add(first)
            else:
                found.append(self._held(path, name, held))
        for name in index.empty:
            if name.startswith(before):
                folders.add(name[len(before) :].partition("/")[0])
        found += [Entry(f"{path}/{name}", folder=True) for name in folders]
        return found or ([] if path.name in index.empty else None)

    def _index(self, path: UploadPath) -> Index:
        index = Index()
        index.add(self._read.get(_root(path), lambda: self._indexed(path)))
        with self._lock:
            if _root(path) in self._written:
                index.add(self._written[_root(path)])
        return index

    def _held(self, path: UploadPath, name: str, held: Held) -> Entry:
        whole = UploadPath(path.project, path.domain, path.root, name)
        url = native_of(self._access.resolver.root_url(path), name)
        return Entry(str(whole), size=held.size, md5=held.md5, native_url=url)

    def _indexed(self, path: UploadPath) -> Index:
        return self._access.indexes.read(path) or Index()

    def _natively_listed(self, path: UploadPath | Above) -> list[Entry] | None:
        found = self._native_place(path)
        if found is None:
            return None
        system, place, folder_url = found
        try:
            entries: list[dict[str, Any]] = system.ls(place, detail=True)
        except FileNotFoundError:
            return None
        except Exception:  # each library has its own; then what is known without it must do
            self._access.native.give_up(folder_url)
            return None
        listed = []
        escaped = folder_url.startswith("file:")  # as the embedded Admin's disk has names
        for entry in entries:
            name = str(entry["name"]).rstrip("/").rpartition("/")[2]
            name = unquote(name) if escaped else name
            if not name or str(entry["name"]).rstrip("/") == place.rstrip("/"):
                continue
            if entry["type"] == "directory":
                listed.append(Entry(f"{path}/{name}", folder=True))
            else:
                size = entry.get("size")
                url = native_of(folder_url, name)
                listed.append(Entry(f"{path}/{name}", size=size, native_url=url))
        return listed or None

    def _native_place(self, path: UploadPath | Above) -> tuple[Any, str, str] | None:
        if isinstance(path, UploadPath):
            url = self._access.resolver.native(path)
        elif len(path.parts) == 2:
            probe = UploadPath(*path.parts, root="x")
            url = self._access.resolver.native(probe).rpartition("/")[0]
        else:
            return None
        found = self._access.native.find(url)
        return (*found, url) if found else None


def _root(path: UploadPath) -> _Root:
    return (path.project, path.domain, path.root)


def _place(path: UploadPath) -> Place:
    return Place(
        project=path.project,
        domain=path.domain,
        root=as_filename(path.root),
        name=as_filename(path.name),
    )
