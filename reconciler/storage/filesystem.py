"""`flyte://` for fsspec: uploads and data of executions as files (see `paths` for the grammar).

    fsspec.open("flyte://flytesnacks/development/models-1/weights.bin", "rb")
    remote.filesystem().ls("flyte://v1/flytesnacks/development/f5a1/n0/o")

An instance belongs to one Admin, and knows nothing of others in the process. What it remembers is
what was written by it, signatures until they end, and listings for two seconds. It raises
OSErrors only.
"""

import errno
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from fsspec.callbacks import DEFAULT_CALLBACK

from reconciler.storage.dataproxy import Digest
from reconciler.storage.looking import is_data
from reconciler.storage.oserrors import UnsupportedError, as_oserror
from reconciler.storage.paths import UploadPath, parse
from reconciler.storage.taking import Taking
from reconciler.storage.writer import HttpFileWriter

_NO_DELETE = "Admin's data proxy deletes nothing"
_READ_ONLY = "data of executions is there to be read"
_NO_NAME = "a file is flyte://<project>/<domain>/<root>/<name>; a part is missing"


class FlyteFS(Taking):
    """Files of one Admin, for fsspec. Safe to use from many threads.

    Args:
        config: Which Admin; None for what files and environment name at this moment.
        endpoint, insecure: The same in words, as `storage_options` of other libraries have it:
            `host:port`, and whether in plain text; how to log in is looked up as ever.
        native: Whether folders are listed by the store itself where there are credentials.
        access: What a `Remote` has already; only `Remote.filesystem()` gives it.
    """

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
            options = {"cache_type": "readahead", "cache_options": cache_options} | kwargs
            return self._opened(path, block_size, options)
        if mode in ("wb", "xb"):
            return self._writer(path, exclusive=mode == "xb", autocommit=autocommit)
        raise UnsupportedError(
            f"an object can be read or written whole, not opened {mode!r}", path
        )

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
        with self._in_parallel() as jobs:
            super().put(lpath, rpath, recursive=recursive, **kwargs)
        if recursive:
            places = (self._parsed(arguments[1]) for _, arguments in jobs)
            for root in {
                replace(place, name="") for place in places if isinstance(place, UploadPath)
            }:
                self.publish(str(root))

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
        if is_data(parsed):
            raise OSError(errno.EROFS, _READ_ONLY, path)
        raise OSError(errno.EINVAL, _NO_NAME, path)
