"""`flyte://` for fsspec: uploads and data of executions as files (see `paths` for the grammar).

    fsspec.open("flyte://flytesnacks/development/models-1/weights.bin", "rb")
    remote.filesystem().ls("flyte://v1/flytesnacks/development/f5a1/n0/o")

An instance belongs to one Admin, and knows nothing of others in the process. What it remembers is
what was written by it, signatures until they end, and listings for two seconds. It raises
OSErrors only.
"""

import errno
import io
import os
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from fsspec import AbstractFileSystem
from fsspec.callbacks import DEFAULT_CALLBACK
from fsspec.spec import AbstractBufferedFile
from fsspec.utils import isfilelike

from reconciler.config import Config
from reconciler.storage.access import Access
from reconciler.storage.dataproxy import Digest
from reconciler.storage.entry import Entry
from reconciler.storage.executions import Executions
from reconciler.storage.instances import ByConfig, access_for, rebuilt, without_secrets
from reconciler.storage.oserrors import UnsupportedError, as_oserror
from reconciler.storage.paths import SCHEME, Above, DataPath, Parsed, UploadPath, parse
from reconciler.storage.uploads import Uploads
from reconciler.storage.writer import HttpFileWriter

_NO_DELETE = "Admin's data proxy deletes nothing"
_READ_ONLY = "data of executions is there to be read"
_NO_NAME = "a file is flyte://<project>/<domain>/<root>/<name>; a part is missing"


class FlyteFS(AbstractFileSystem, metaclass=ByConfig):  # type: ignore[misc]
    """Files of one Admin, for fsspec. Safe to use from many threads.

    Args:
        config: Which Admin; None for what files and environment name at this moment.
        native: Whether folders are listed by the store itself where there are credentials.
        access: What a `Remote` has already; only `Remote.filesystem()` gives it.
    """

    protocol = SCHEME
    root_marker = ""
    sep = "/"

    def __init__(
        self,
        config: Config | None = None,
        *,
        native: bool = True,
        access: Access | None = None,
        **storage_options: Any,
    ) -> None:
        super().__init__(**storage_options)
        self._access = access or access_for(config)
        self.config = self._access.config
        self._native = native
        self._uploads = Uploads(self._access, natively=native)
        self._executions = Executions(self._access)
        self._later = threading.local()

    def __reduce__(self) -> Any:
        """By configuration, without what is secret in it: the reader's environment has its own."""
        return rebuilt, (type(self), without_secrets(self.config), self._native)

    @property
    def fsid(self) -> str:
        return f"{SCHEME}_{self.config.endpoint}"

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        if isinstance(path, list):
            return [cls._strip_protocol(one) for one in path]
        text = os.fspath(path)
        return text.removeprefix(f"{SCHEME}://").strip("/")

    # Looking

    def info(self, path: str, **kwargs: Any) -> dict[str, Any]:
        """What is at a path: `name`, `size`, `type`; of a file `native_url` and `ETag`, too."""
        return self._entry(path).as_info()

    def ls(self, path: str, detail: bool = True, **kwargs: Any) -> list[Any]:
        """What lies in a folder. `refresh=True` remembers nothing.

        Raises: FileNotFoundError also where nobody can tell: see docs/data.md.
        """
        if kwargs.get("refresh"):
            self.invalidate_cache()
        parsed = self._parsed(path)
        with as_oserror(path):
            try:
                found = self._children(parsed)
            except (FileNotFoundError, NotADirectoryError) as nothing:
                found = [self._file_instead(path, nothing)]
        return [one.as_info() if detail else one.path for one in found]

    def exists(self, path: str, **kwargs: Any) -> bool:
        """Whether a path is there; an error is raised, not taken for a no."""
        try:
            self._entry(path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def isdir(self, path: str) -> bool:
        try:
            return self._entry(path).folder
        except (FileNotFoundError, NotADirectoryError):
            return False

    def isfile(self, path: str) -> bool:
        try:
            return not self._entry(path).folder
        except (FileNotFoundError, NotADirectoryError):
            return False

    def modified(self, path: str) -> datetime | None:
        """When the object was written; None if the store does not say."""
        return self._entry(path).modified

    def created(self, path: str) -> datetime | None:
        """The same: an object is never written over."""
        return self.modified(path)

    def ukey(self, path: str) -> str:
        entry = self._entry(path)
        return f"{entry.native_url}@{entry.etag}" if entry.etag else super().ukey(path)

    def sign(self, path: str, expiration: int | None = None, **kwargs: Any) -> str:
        """A URL that anybody may GET for as long as Admin signs, an hour or so: a credential."""
        entry = self._entry(path)
        if not entry.native_url:
            raise UnsupportedError("there is no object behind it that could be signed", path)
        with as_oserror(path):
            return self._access.proxy.sign_get(entry.native_url)

    def native(self, path: str) -> str:
        """Where a path's bytes are in the store: what goes into a literal."""
        parsed = self._parsed(path)
        with as_oserror(path):
            if isinstance(parsed, UploadPath):
                return self._access.resolver.native(parsed)
            entry = self._entry(path)
        if not entry.native_url:
            raise UnsupportedError("there is no object behind it", path)
        return entry.native_url

    def invalidate_cache(self, path: str | None = None) -> None:
        """Take nothing for known that was not written here."""
        self._uploads.forget()
        super().invalidate_cache(path)

    # Reading

    def _open(
        self,
        path: str,
        mode: str = "rb",
        block_size: int | str | None = None,
        autocommit: bool = True,
        cache_options: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        if mode == "rb":
            entry = self._file(path)
            if entry.content is not None:
                return io.BytesIO(entry.content)
            options = {"cache_type": "readahead", "cache_options": cache_options} | kwargs
            return FlyteFile(
                self, entry, block_size="default" if block_size is None else block_size, **options
            )
        if mode in ("wb", "xb"):
            return self._writer(path, exclusive=mode == "xb", autocommit=autocommit)
        raise UnsupportedError(
            f"an object can be read or written whole, not opened {mode!r}", path
        )

    def cat_file(
        self, path: str, start: int | None = None, end: int | None = None, **kwargs: Any
    ) -> bytes:
        """Bytes of a file, counted from its end where negative; one request."""
        parsed = self._parsed(path)
        simple = isinstance(parsed, UploadPath) and min(start or 0, end or 0) >= 0
        with as_oserror(path):
            if simple and isinstance(parsed, UploadPath) and parsed.name:
                try:
                    return self._read(self._access.resolver.native(parsed), start or 0, end)
                except FileNotFoundError:
                    self._file(path)  # says if it is a folder
                    raise
            entry = self._file(path)
            if entry.content is not None:
                return entry.content[start:end]
            first, last, _ = slice(start, end).indices(entry.size or 0)
            return self._read(entry.native_url, first, last, entry.etag)

    def cat_ranges(
        self,
        paths: list[str],
        starts: Any,
        ends: Any,
        max_gap: int | None = None,
        on_error: str = "return",
        **kwargs: Any,
    ) -> list[Any]:
        """Parts of files, in parallel."""
        if max_gap is not None:
            raise NotImplementedError("max_gap")
        count = len(paths)
        firsts = starts if isinstance(starts, (list, tuple)) else [starts] * count
        lasts = ends if isinstance(ends, (list, tuple)) else [ends] * count

        def part(number: int) -> Any:
            try:
                return self.cat_file(paths[number], firsts[number], lasts[number])
            except Exception as error:
                if on_error == "return":
                    return error
                raise

        with ThreadPoolExecutor(self._access.parallelism) as pool:
            return list(pool.map(part, range(count)))

    def get_file(
        self,
        rpath: str,
        lpath: Any,
        callback: Any = DEFAULT_CALLBACK,
        outfile: Any = None,
        **kwargs: Any,
    ) -> None:
        """Bring one file here; it appears when all of it is there."""
        jobs = getattr(self._later, "jobs", None)
        if jobs is not None:
            jobs.append((self._get_one, (rpath, lpath, callback, outfile)))
        else:
            self._get_one(rpath, lpath, callback, outfile)

    def get(self, rpath: Any, lpath: Any, *args: Any, **kwargs: Any) -> None:
        """Bring files here, in parallel."""
        with self._in_parallel():
            super().get(rpath, lpath, *args, **kwargs)

    # Writing

    def put_file(
        self,
        lpath: str,
        rpath: str,
        callback: Any = DEFAULT_CALLBACK,
        mode: str = "overwrite",
        **kwargs: Any,
    ) -> None:
        """Upload one file.

        Raises: FileExistsError if there is another, or `mode` is `create` and there is any.
        """
        jobs = getattr(self._later, "jobs", None)
        if jobs is not None:
            jobs.append((self._put_one, (lpath, rpath, callback, mode)))
        else:
            self._put_one(lpath, rpath, callback, mode)

    def put(self, lpath: Any, rpath: Any, recursive: bool = False, **kwargs: Any) -> None:
        """Upload files, in parallel. A folder that is put recursively is published as well."""
        with self._in_parallel():
            super().put(lpath, rpath, recursive=recursive, **kwargs)
        if recursive:
            first = rpath[0] if isinstance(rpath, list) else rpath
            self.publish(first)

    def publish(self, path: str) -> int:
        """Let other processes list what was written from here under a path's root.

        An index is written beside the root. Returns the number of files that are new in it.
        """
        parsed = self._parsed(path)
        if not isinstance(parsed, UploadPath):
            raise UnsupportedError("there are no uploads", path)
        with as_oserror(path):
            return self._uploads.publish(parsed)

    def cp_file(self, path1: str, path2: str, **kwargs: Any) -> None:
        """Copy, by way of this machine's disk: stores copy for those with credentials only."""
        if self._entry(path1).folder:
            return
        with tempfile.TemporaryDirectory(prefix="flyte-copy-") as folder:
            between = os.path.join(folder, "file")
            self._get_one(path1, between, DEFAULT_CALLBACK, None)
            self._put_one(between, path2, DEFAULT_CALLBACK, "overwrite")

    def mkdir(self, path: str, create_parents: bool = True, **kwargs: Any) -> None:
        """Does nothing: folders are what names of files have in common."""

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Does nothing, as `mkdir`."""

    # What there is no way to do

    def rm_file(self, path: str) -> None:
        raise UnsupportedError(_NO_DELETE, path)

    def rm(self, path: Any, recursive: bool = False, maxdepth: int | None = None) -> None:
        raise UnsupportedError(_NO_DELETE, str(path))

    def rmdir(self, path: str) -> None:
        raise UnsupportedError(_NO_DELETE, path)

    def mv(self, path1: str, path2: str, *args: Any, **kwargs: Any) -> None:
        raise UnsupportedError(f"to move is to copy and to delete, and {_NO_DELETE}", path1)

    # Behind all that

    def _parsed(self, path: str) -> Parsed:
        try:
            return parse(self._strip_protocol(path))
        except ValueError as error:
            raise FileNotFoundError(errno.ENOENT, str(error), path) from None

    def _entry(self, path: str) -> Entry:
        parsed = self._parsed(path)
        with as_oserror(path):
            if isinstance(parsed, UploadPath):
                return self._uploads.info(parsed)
            if isinstance(parsed, DataPath):
                return self._executions.info(parsed)
        return Entry(str(parsed), folder=True)

    def _file(self, path: str) -> Entry:
        entry = self._entry(path)
        if entry.folder:
            raise IsADirectoryError(errno.EISDIR, "a folder", path)
        return entry

    def _file_instead(self, path: str, nothing: OSError) -> Entry:
        """What is listed of a path with nothing in it: itself, if it is a file."""
        try:
            entry = self._entry(path)
        except FileNotFoundError:
            raise nothing from None
        if entry.folder:
            raise nothing
        return entry

    def _children(self, parsed: Parsed) -> list[Entry]:
        if isinstance(parsed, DataPath):
            return self._executions.children(parsed)
        if isinstance(parsed, Above) and _is_data(parsed):
            return self._executions.children(parsed)
        return self._uploads.children(parsed)

    def _read(self, native_url: str, start: int, stop: int | None, etag: str = "") -> bytes:
        with as_oserror(native_url):
            if stop is not None and stop <= start:
                return b""
            return self._access.proxy.read(native_url, start=start, stop=stop, etag=etag)

    def _get_one(self, rpath: str, lpath: Any, callback: Any, outfile: Any) -> None:
        target = outfile if outfile is not None else lpath
        entry = self._entry(rpath)
        if entry.folder:
            if not isfilelike(target):
                os.makedirs(target, exist_ok=True)
            return
        callback.set_size(entry.size)
        with as_oserror(rpath):
            if isfilelike(target):
                self._stream(entry, target)
            elif entry.content is None:
                self._access.proxy.fetch(entry.native_url, Path(target))
            else:
                Path(target).parent.mkdir(parents=True, exist_ok=True)
                Path(target).write_bytes(entry.content)
        callback.absolute_update(entry.size)

    def _stream(self, entry: Entry, target: Any) -> None:
        if entry.content is not None:
            target.write(entry.content)
        else:
            self._access.proxy.stream(entry.native_url, target.write, etag=entry.etag)

    def _put_one(self, lpath: str, rpath: str, callback: Any, mode: str) -> None:
        if os.path.isdir(lpath):
            return
        path = self._writable(rpath)
        size = os.stat(lpath).st_size
        callback.set_size(size)
        with as_oserror(rpath):
            if mode == "create" and self._uploads.exists(path):
                raise FileExistsError(errno.EEXIST, "there is one", rpath)
            self._uploads.put(Path(lpath), path)
        callback.absolute_update(size)

    def _writer(self, path: str, *, exclusive: bool, autocommit: bool) -> HttpFileWriter:
        place = self._writable(path)

        def upload(file: Path, digest: Digest) -> None:
            with as_oserror(path):
                self._uploads.put(file, place, digest)

        if exclusive:
            with as_oserror(path):
                if self._uploads.exists(place):
                    raise FileExistsError(errno.EEXIST, "there is one", path)
        return HttpFileWriter(upload, path=path, autocommit=autocommit)

    def _writable(self, path: str) -> UploadPath:
        try:
            parsed = parse(self._strip_protocol(path))
        except ValueError as error:
            raise OSError(errno.EINVAL, str(error), path) from None
        if isinstance(parsed, UploadPath) and parsed.name:
            return parsed
        if _is_data(parsed):
            raise OSError(errno.EROFS, _READ_ONLY, path)
        raise OSError(errno.EINVAL, _NO_NAME, path)

    @contextmanager
    def _in_parallel(self) -> Iterator[None]:
        """Do at its end, many at once, what single files ask for within it."""
        jobs: list[tuple[Any, tuple[Any, ...]]] = []
        self._later.jobs = jobs
        try:
            yield
        finally:
            self._later.jobs = None
        with ThreadPoolExecutor(self._access.parallelism) as pool:
            futures = [pool.submit(function, *arguments) for function, arguments in jobs]
            try:
                for future in futures:
                    future.result()
            finally:
                for future in futures:
                    future.cancel()


class FlyteFile(AbstractBufferedFile):  # type: ignore[misc]
    """An object that is read in parts, always of the version that was there when it was opened."""

    def __init__(self, fs: FlyteFS, entry: Entry, **options: Any) -> None:
        self._entry = entry
        super().__init__(fs, entry.path, mode="rb", size=entry.size, **options)

    def _fetch_range(self, start: int, end: int) -> bytes:
        found: bytes = self.fs._read(self._entry.native_url, start, end, self._entry.etag)
        return found


def _is_data(parsed: Parsed) -> bool:
    if isinstance(parsed, Above):
        return parsed.parts[:1] == ("v1",)
    return isinstance(parsed, DataPath)
