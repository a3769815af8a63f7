"""Files at URLs, pinned by their SHA-256: fetched once, kept under their digest.

A digest says which bytes are meant, so what is in the cache never goes stale, and what an object
store returns instead of them is an error, whoever put it there.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from reconciler.errors import FetchError

MAX_BYTES = 1 << 30
_CHUNK = 1 << 20
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@|\?\S*")
# Which library a scheme needs, for the hint: fsspec knows, but says it at length.
_LIBRARIES = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "abfs": "adlfs"}
_LIBRARIES |= {"abfss": "adlfs", "az": "adlfs", "http": "aiohttp", "https": "aiohttp"}


@dataclass(frozen=True, slots=True)
class Pushed:
    """Where a file was put and its SHA-256; `existed` if the very same lay there before."""

    url: str
    sha256: str
    existed: bool

    @property
    def pin(self) -> str:
        """Both in one, as a manifest says it."""
        return f"{self.url}@sha256:{self.sha256}"


@dataclass(frozen=True, slots=True)
class Kept:
    """The SHA-256 of a file in the cache; `existed` if it was there before."""

    sha256: str
    existed: bool


class PinnedFiles:
    """Fetches and puts files (see `ports.Fetcher`).

    Args:
        cache: The folder of caches; None for one among the temporary files.
    """

    def __init__(self, cache: Path | None = None) -> None:
        folder = cache or Path(tempfile.gettempdir(), "reconciler")
        self._cache = folder / "packages"

    def fetch(self, url: str, *, sha256: str) -> Path:
        """The file at `url`, from the cache if it was here before.

        Raises: FetchError if it cannot be had, or is not what the digest says.
        """
        # The suffix tells what it is, and a URL may have a query behind it.
        kept = self._cache / sha256 / f"package{suffix_in(url)}"
        if kept.is_file() and sha256_of(kept) == sha256:
            return kept
        with self._temporary() as temporary:
            with opened(url, "rb") as remote, open(temporary, "wb") as file:
                found = _copy(remote, file, url)
            if found != sha256:
                raise FetchError(
                    f"{shown(url)} holds sha256:{found}, and the manifest pins sha256:{sha256}; "
                    "if the new content is meant, pin that"
                )
            kept.parent.mkdir(parents=True, exist_ok=True)
            os.replace(temporary, kept)
        return kept

    def keep(self, file: Path) -> "Kept":
        """Put a file into the cache, as if it had been fetched from a URL that ends as it does.

        Raises: FetchError if the cache cannot be written.
        """
        sha256 = sha256_of(file)
        kept = self._cache / sha256 / f"package{suffix_in(file.name)}"
        if kept.is_file() and sha256_of(kept) == sha256:
            return Kept(sha256, existed=True)
        with self._temporary() as temporary:
            shutil.copyfile(file, temporary)
            kept.parent.mkdir(parents=True, exist_ok=True)
            os.replace(temporary, kept)
        return Kept(sha256, existed=False)

    def push(self, file: Path, url: str) -> Pushed:
        """Put a file where a URL says, unless the very same lies there.

        Raises: FetchError if it cannot be put, or something else lies there already: someone's
            manifest may pin it.
        """
        sha256 = sha256_of(file)
        there = _sha256_at(url)
        if there not in (None, sha256):
            raise FetchError(
                f"{shown(url)} holds something else (sha256:{there}), which manifests may pin; "
                "push to another name"
            )
        if there is None:
            with open(file, "rb") as local, opened(url, "wb") as remote:
                _copy(local, remote, url)
        return Pushed(url, sha256, existed=there is not None)

    @contextmanager
    def _temporary(self) -> Iterator[Path]:
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._cache, prefix=".fetching-")
        except OSError as error:
            raise FetchError(f"{self._cache}: cannot be written: {error.strerror}") from error
        os.close(handle)
        try:
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)


def suffix_in(url: str) -> str:
    """What the last part of a URL's path ends in, `.tgz` and `.tar.gz` being one."""
    path = url.partition("?")[0].partition("#")[0].rstrip("/")
    name = path.rpartition("/")[2]
    if name.endswith(".tar.gz"):
        return ".tgz"
    found = re.search(r"(_[123])?\.[A-Za-z0-9]+$", name)
    return found[0] if found else ""


def sha256_of(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def shown(url: str) -> str:
    """A URL without what may be a credential in it."""
    return _CREDENTIALS.sub("", url)


@contextmanager
def opened(url: str, mode: str) -> Iterator[BinaryIO]:
    """Open a URL with whatever library fsspec has for its scheme.

    Raises: FetchError for anything that goes wrong, in the library's own words.
    """
    import fsspec

    try:
        with fsspec.open(url, mode) as file:
            yield file
    except FetchError:
        raise
    except ImportError as error:
        scheme = url.partition("://")[0].rpartition("::")[2]
        library = _LIBRARIES.get(scheme, f"the fsspec library for {scheme}://")
        raise FetchError(f"{shown(url)}: needs {library}; install it beside this") from error
    except FileNotFoundError as error:
        raise FetchError(f"{shown(url)}: there is no such file") from error
    except Exception as error:  # each library has its own, and not all derive from OSError
        words = " ".join(shown(str(error)).split()) or type(error).__name__
        raise FetchError(f"{shown(url)}: {words}") from error


def _sha256_at(url: str) -> str | None:
    try:
        with opened(url, "rb") as file:
            return _copy(file, None, url)
    except FetchError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise


def _copy(source: BinaryIO, target: Any, url: str) -> str:
    sha256 = hashlib.sha256()
    size = 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if size > MAX_BYTES:
            raise FetchError(f"{shown(url)}: is larger than any sensible package; refused")
        sha256.update(chunk)
        if target is not None:
            target.write(chunk)
    return sha256.hexdigest()
