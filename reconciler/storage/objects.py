"""Objects by their native URLs, reached by whatever way there is to them.

The store itself where there are credentials (see `native`), signed URLs otherwise, and also where
those credentials turn out to be worth nothing.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from reconciler.admin import Pool
from reconciler.errors import DownloadError, MissingObjectError, UnsuitableError
from reconciler.storage.atomic import replacing
from reconciler.storage.dataproxy import DataProxy
from reconciler.storage.index import Indexes
from reconciler.storage.native import Native
from reconciler.storage.paths import name_problems, native_of
from reconciler.storage.resolver import FlytePathResolver

_CHUNK = 1 << 20
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What lies below a folder: files by their relative paths, with sizes, and empty folders."""

    files: dict[str, int]
    empty: frozenset[str] = frozenset()


class Objects:
    """Reads objects of one Admin's store, and of others.

    Args:
        project, domain: Where this Admin may be asked for the place of its uploads.
    """

    def __init__(
        self,
        proxy: DataProxy,
        native: Native,
        resolver: FlytePathResolver,
        indexes: Indexes,
        *,
        project: str,
        domain: str,
        parallelism: int,
    ) -> None:
        self._proxy = proxy
        self._native = native
        self._resolver = resolver
        self._indexes = indexes
        self._project, self._domain = project, domain
        self._parallelism = parallelism

    def read(self, native_url: str) -> bytes:
        """A whole object, held in memory.

        Raises: DownloadError and those below it.
        """
        for system, path in self._ways(native_url):
            with self._perhaps(native_url):
                return bytes(system.cat_file(path))
        return self._proxy.read(native_url)

    def fetch(self, native_url: str, to: Path) -> None:
        """Bring an object to a file, which appears when all of it is there.

        Raises: DownloadError and those below it; OSError if the file cannot be written.
        """
        for system, path in self._ways(native_url):
            if self._fetch_natively(native_url, system, path, to):
                return
        self._proxy.fetch(native_url, to)

    def _fetch_natively(self, native_url: str, system: Any, path: str, to: Path) -> bool:
        done = False
        with self._perhaps(native_url):
            with system.open(path, "rb") as source, replacing(to) as file:
                while True:
                    chunk = source.read(_CHUNK)
                    if not chunk:
                        break
                    try:
                        file.write(chunk)
                    except OSError as error:
                        raise _UnwrittenError(error) from None
            done = True
        return done  # noqa: RET504  (the block may end before it is set)

    @contextmanager
    def _perhaps(self, native_url: str) -> Iterator[None]:
        """Go on if the store itself does not help; each library has its own errors."""
        try:
            yield
        except _UnwrittenError as error:
            raise error.reason from None
        except FileNotFoundError:
            return
        except Exception as error:
            _log.debug("%s: %s; signed URLs from now on", native_url, type(error).__name__)
            self._native.give_up(native_url)

    def fetch_folder(self, native_url: str, to: Path) -> list[Path]:
        """Bring everything below a URL into a folder; if an object is there itself, just it.

        Raises: DownloadError and those below it; UnsuitableError for names that lead out of the
            folder; OSError if a file cannot be written.
        """
        native_url = native_url.rstrip("/")
        found = self.list(native_url)
        if found is None:
            name = file_name(native_url)
            try:
                self.fetch(native_url, to / name)
            except MissingObjectError:
                raise DownloadError(_UNKNOWN, native_url=native_url) from None
            return [to / name]
        problems = [problem for name in found.files for problem in name_problems(name)]
        if problems:
            raise UnsuitableError(problems)
        pool = Pool(self._parallelism)
        try:
            pool.map(lambda name: self.fetch(native_of(native_url, name), to / name), found.files)
        finally:
            pool.close()
        for name in found.empty:
            (to / name).mkdir(parents=True, exist_ok=True)
        to.mkdir(parents=True, exist_ok=True)
        return [to / name for name in found.files]

    def list(self, native_url: str) -> Found | None:
        """What lies below a URL, however deep; None if nothing does, or nobody can tell."""
        ways = [self._list_natively, self._list_by_index]
        if urlsplit(native_url).scheme == "file":
            ways.reverse()  # on a disk, names that were uploaded may be escaped
        for way in ways:
            found = way(native_url)
            if found is not None:
                return found
        return None

    def _list_natively(self, native_url: str) -> Found | None:
        for system, path in self._ways(native_url):
            top = str(system._strip_protocol(path)).rstrip("/")
            entries: dict[str, Any] = {}
            with self._perhaps(native_url):
                entries = system.find(top, detail=True)
            files = {
                name.removeprefix(f"{top}/"): int(entry.get("size") or 0)
                for name, entry in entries.items()
                if name.startswith(f"{top}/") and entry["type"] == "file"
            }
            if files:
                return Found(files, frozenset(_empty_folders(system, top)))
        return None

    def _list_by_index(self, native_url: str) -> Found | None:
        path = self._resolver.path_of(native_url, project=self._project, domain=self._domain)
        index = self._indexes.read(path) if path is not None else None
        if path is None or index is None:
            return None
        before = f"{path.name}/" if path.name else ""
        files = {
            name.removeprefix(before): held.size
            for name, held in index.files.items()
            if name.startswith(before)
        }
        empty = {name.removeprefix(before) for name in index.empty if name.startswith(before)}
        return Found(files, frozenset(empty)) if files or empty or not before else None

    def _ways(self, native_url: str) -> "Iterator[tuple[Any, str]]":
        found = self._native.find(native_url)
        if found is None:
            return
        system, path = found
        yield system, path
        parts = urlsplit(native_url)
        raw = f"{parts.netloc}{parts.path}"
        if raw != path and "%" in raw and parts.scheme != "file":
            # Whoever writes past Admin may not think of a key as an escaped one.
            yield system, raw


_UNKNOWN = (
    "no object is there, and what lies below it cannot be told: Admin's data proxy lists nothing, "
    "no index was written beside it, and there are no credentials to ask the store itself"
)


class _UnwrittenError(Exception):
    """This machine's disk could not: no other way to the object would mend that."""

    def __init__(self, reason: OSError) -> None:
        self.reason = reason
        super().__init__()


def file_name(native_url: str) -> str:
    """The last part of a URL's path, unescaped; fit to be the name of a file.

    Raises: UnsuitableError if it is not.
    """
    name = unquote(urlsplit(native_url).path.rstrip("/").rpartition("/")[2])
    if name_problems(name) or PurePosixPath(name).name != name:
        raise UnsuitableError([f"{native_url}: its last part is no name of a file"])
    return name


def _empty_folders(system: Any, top: str) -> "Iterator[str]":
    # A disk has them; stores of objects do not.
    if getattr(system, "protocol", "") not in (("file", "local"), "file"):
        return
    for folder, folders, files in os.walk(top):
        if not folders and not files and folder != top:
            yield os.path.relpath(folder, top)
