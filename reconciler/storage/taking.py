"""The half of `flyte://` that reads: files in parts, whole, and many at once."""

import io
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fsspec.callbacks import DEFAULT_CALLBACK
from fsspec.spec import AbstractBufferedFile
from fsspec.utils import isfilelike

from reconciler.errors import ForbiddenObjectError, MissingObjectError
from reconciler.storage.entry import Entry
from reconciler.storage.looking import Looking
from reconciler.storage.oserrors import as_oserror
from reconciler.storage.paths import UploadPath


class Taking(Looking):
    """How `FlyteFS` brings bytes here; see there."""

    def _opened(self, path: str, block_size: int | str | None, options: dict[str, Any]) -> Any:
        entry = self._file(path)
        if entry.content is not None:
            return io.BytesIO(entry.content)
        size = "default" if block_size is None else block_size
        return FlyteFile(self, entry, block_size=size, **options)

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
                except (FileNotFoundError, PermissionError):
                    self._file(path)  # says if it is a folder, or not there after all
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

    def cat(
        self, path: Any, recursive: bool = False, on_error: str = "raise", **kwargs: Any
    ) -> Any:
        """The bytes of a file; of several, by their paths, read in parallel."""
        paths = self.expand_path(path, recursive=recursive)
        if (
            len(paths) == 1
            and not isinstance(path, list)
            and paths[0] == self._strip_protocol(path)
        ):
            return self.cat_file(paths[0], **kwargs)
        files = [one for one in paths if not (recursive and self.isdir(one))]
        found = self.cat_ranges(files, kwargs.get("start"), kwargs.get("end"), on_error="return")
        wrong = next((one for one in found if isinstance(one, Exception)), None)
        if wrong is not None and on_error == "raise":
            raise wrong
        pairs = zip(files, found, strict=True)
        if on_error == "omit":
            return {name: one for name, one in pairs if not isinstance(one, Exception)}
        return dict(pairs)

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

    def _read(self, native_url: str, start: int, stop: int | None, etag: str = "") -> bytes:
        with as_oserror(native_url):
            if stop is not None and stop <= start:
                return b""
            return self._access.proxy.read(native_url, start=start, stop=stop, etag=etag)

    def _get_one(self, rpath: str, lpath: Any, callback: Any, outfile: Any) -> None:
        target = outfile if outfile is not None else lpath
        if not isfilelike(target) and self._fetched(rpath, target, callback):
            return
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

    def _fetched(self, rpath: str, target: str, callback: Any) -> bool:
        """Whether an upload came, in one request; else it must be looked at what is there."""
        parsed = self._parsed(rpath)
        if not isinstance(parsed, UploadPath) or not parsed.name:
            return False
        with as_oserror(rpath):
            native_url = self._access.resolver.native(parsed)
            try:
                stat = self._access.proxy.fetch(native_url, Path(target))
            except (MissingObjectError, ForbiddenObjectError):
                return False
        callback.set_size(stat.size)
        callback.absolute_update(stat.size)
        return True

    def _stream(self, entry: Entry, target: Any) -> None:
        if entry.content is not None:
            target.write(entry.content)
        else:
            self._access.proxy.stream(entry.native_url, target.write, etag=entry.etag)


class FlyteFile(AbstractBufferedFile):  # type: ignore[misc]
    """An object that is read in parts, always of the version that was there when it was opened."""

    def __init__(self, fs: Taking, entry: Entry, **options: Any) -> None:
        self._entry = entry
        super().__init__(fs, entry.path, mode="rb", size=entry.size, **options)

    def _fetch_range(self, start: int, end: int) -> bytes:
        found: bytes = self.fs._read(self._entry.native_url, start, end, self._entry.etag)
        return found
