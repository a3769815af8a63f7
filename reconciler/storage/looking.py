"""The half of `flyte://` that looks: what is there, what lies in it, what it is."""

import errno
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from fsspec import AbstractFileSystem

from reconciler.config import Config
from reconciler.storage.access import Access
from reconciler.storage.entry import Entry
from reconciler.storage.executions import Executions
from reconciler.storage.instances import ByConfig, access_for, rebuilt, without_secrets
from reconciler.storage.oserrors import UnsupportedError, as_oserror
from reconciler.storage.paths import SCHEME, Above, DataPath, Parsed, UploadPath, parse
from reconciler.storage.uploads import Uploads

Jobs = list[tuple[Any, tuple[Any, ...]]]


class Looking(AbstractFileSystem, metaclass=ByConfig):  # type: ignore[misc]
    """What `FlyteFS` knows of paths; see there."""

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

    def find(
        self,
        path: str,
        maxdepth: int | None = None,
        withdirs: bool = False,
        detail: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Every file below a path, sorted; see `ls` for what can be known."""
        parsed = self._parsed(path)
        if isinstance(parsed, UploadPath) and maxdepth is None and not withdirs:
            with as_oserror(path):
                found = self._uploads.below(parsed)
            if found is not None:
                return (
                    {one.path: one.as_info() for one in found}
                    if detail
                    else [one.path for one in found]
                )
        return super().find(path, maxdepth, withdirs, detail, **kwargs)

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
        if isinstance(parsed, Above) and is_data(parsed):
            return self._executions.children(parsed)
        return self._uploads.children(parsed)

    @contextmanager
    def _in_parallel(self) -> Iterator[Jobs]:
        """Do at its end, many at once, what single files ask for within it."""
        jobs: Jobs = []
        self._later.jobs = jobs
        try:
            yield jobs
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


def is_data(parsed: Parsed) -> bool:
    if isinstance(parsed, Above):
        return parsed.parts[:1] == ("v1",)
    return isinstance(parsed, DataPath)
