"""The Bundler port: folders to digests, and bundles to archives."""

import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from reconciler.bundle.archive import Member, write_archive
from reconciler.bundle.packaged import packaged_code, packaged_members
from reconciler.bundle.select import Taken, select
from reconciler.bundle.stat_cache import StatCache
from reconciler.errors import BundleError
from reconciler.model import (
    Bundle,
    Code,
    CodeArchive,
    CodeFile,
    CodeFolder,
    CodeListing,
    CodePickle,
    CodeTar,
    code_digest,
)
from reconciler.ports import Archive

_CHUNK = 1 << 20
_NAMED = 3  # of the largest files, where there is too much


class CodeBundler:
    """Bundles code (see `ports.Bundler`).

    Args:
        cache: The folder of caches, None to read every file each time.
        now: Nanoseconds since 1970.
    """

    def __init__(
        self, cache: Path | None = None, *, now: Callable[[], int] = time.time_ns
    ) -> None:
        self._cache = cache
        self._now = now

    def code(self, folder: CodeFolder) -> Code:
        started = self._now()
        taken = _selected(folder)
        file = StatCache.file_for(self._cache, folder.root) if self._cache else None
        cache = StatCache(file, now=started)
        files = [_hashed(one, cache) for one in taken]
        cache.save()
        return _code(files)

    def listing(self, folder: CodeFolder) -> CodeListing:
        """Say what becomes of every entry of a folder, and what keeps it from being a bundle.

        Raises: BundleError if the folder cannot be listed at all.
        """
        listing = select(folder).listing
        problems = [*listing.problems, *_size_problems(folder, listing)]
        return CodeListing(listing.choices, tuple(problems))

    def build(self, folder: CodeFolder, out: Path) -> tuple[Code, Archive]:
        """Write the archive of a folder to a file.

        Raises: BundleError if the folder is no bundle, the file cannot be written, or lies where
            it would itself be code: the next bundle would be another one.
        """
        problem = f"{out}: would be part of the next bundle; write it elsewhere"
        taken = _selected(folder)
        if _holds(taken, out):
            raise BundleError([problem])
        files, archive = _written(map(_member, taken), out)
        if _is_below(out, folder.root) and _holds(select(folder).taken, out):
            out.unlink()
            raise BundleError([problem])
        return _code(files), archive

    def packaged(self, source: CodeArchive) -> CodeTar:
        """The bundle inside a package.

        Raises: BundleError if it is not there any more, or is no bundle.
        """
        return packaged_code(source)

    def rebuild(
        self, source: CodeArchive, out: Path, *, leave_out: Collection[bytes] = ()
    ) -> tuple[Code, Archive]:
        """Write the bundle inside a package anew, without files of these SHA-256, to a file."""
        files, archive = _written(packaged_members(source, leave_out=leave_out), out)
        return _code(files), archive

    @contextmanager
    def archive(self, bundle: Bundle) -> Iterator[Archive]:
        with tempfile.TemporaryDirectory(prefix="reconciler-") as temporary:
            if isinstance(bundle.source, CodePickle):
                yield _pickle(bundle.source, Path(temporary, bundle.file))
                return
            files, archive = _written(_members(bundle), Path(temporary, bundle.file))
            if code_digest(files) != bundle.code.digest:
                raise BundleError(
                    [f"{_source(bundle)} has changed since it was planned; plan again"]
                )
            yield archive


def _holds(taken: Iterable[Taken], file: Path) -> bool:
    return file.exists() and any(os.path.samefile(one.file, file) for one in taken)


def _is_below(file: Path, folder: str) -> bool:
    return Path(os.path.realpath(file)).is_relative_to(os.path.realpath(folder))


def _written(members: Iterable[Member], path: Path) -> tuple[list[CodeFile], Archive]:
    try:
        with open(path, "wb") as file:
            files, size, md5 = write_archive(members, file)
    except OSError as error:
        raise BundleError([f"{path}: cannot be written: {error.strerror or error}"]) from error
    return files, Archive(path, size, md5)


def _pickle(source: CodePickle, path: Path) -> Archive:
    path.write_bytes(source.content)
    md5 = hashlib.md5(source.content, usedforsecurity=False).digest()
    return Archive(path, len(source.content), md5)


def _members(bundle: Bundle) -> Iterator[Member]:
    if isinstance(bundle.source, CodeArchive):
        yield from packaged_members(bundle.source)
    elif isinstance(bundle.source, CodeFolder):
        yield from map(_member, _selected(bundle.source))


def _source(bundle: Bundle) -> str:
    match bundle.source:
        case CodeArchive(package=package, member=member):
            return f"{package}: {member}"
        case CodeFolder(root=root):
            return root
    return bundle.name


def _code(files: Sequence[CodeFile]) -> Code:
    return Code(code_digest(files), len(files), sum(file.size for file in files))


def _selected(folder: CodeFolder) -> tuple[Taken, ...]:
    """The files of a bundle.

    Raises: BundleError if there is anything wrong with them.
    """
    selection = select(folder)
    listing = selection.listing
    problems = [*listing.problems, *_size_problems(folder, listing)]
    if problems:
        raise BundleError(problems)
    return selection.taken


def _size_problems(folder: CodeFolder, listing: CodeListing) -> Iterator[str]:
    taken = len(listing.taken)
    if not taken:
        yield f"{folder.root}: no file is taken; `reconciler bundle ls` says which rule left what"
    elif listing.size > folder.max_bytes:
        largest = ", ".join(f"{one.path} {one.size:,}" for one in listing.largest(_NAMED))
        yield (
            f"{folder.root}: takes {listing.size:,} bytes in {taken:,} files, more than the "
            f"{folder.max_bytes:,} of maxSize; the largest: {largest}; "
            "exclude what no task needs, or raise maxSize"
        )


def _hashed(taken: Taken, cache: StatCache) -> CodeFile:
    if taken.mode == "l":
        return CodeFile(taken.path, "l", taken.size, hashlib.sha256(taken.target).digest())
    found = cache.recall(taken)
    if found is None:
        sha = hashlib.sha256()
        for chunk in _chunks(taken):
            sha.update(chunk)
        found = sha.digest()
        cache.remember(taken, found)
    return CodeFile(taken.path, taken.mode, taken.size, found)


def _member(taken: Taken) -> Member:
    return Member(taken.path, taken.mode, taken.size, lambda: _chunks(taken), taken.target)


def _chunks(taken: Taken) -> Iterator[bytes]:
    """The content of a file, which must be what it was when it was chosen: no link, no other size.

    Raises: BundleError if it is not, or cannot be read.
    """
    left = taken.size
    try:
        # Whoever put a link there since must not make us read what it points at.
        handle = os.open(taken.file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise BundleError([f"{taken.file}: is no file any more"])
            while left >= 0 and (chunk := os.read(handle, min(_CHUNK, left + 1))):
                left -= len(chunk)
                if left >= 0:
                    yield chunk
        finally:
            os.close(handle)
    except OSError as error:
        raise BundleError([f"{taken.file}: cannot be read: {error.strerror}"]) from error
    if left:
        raise BundleError([f"{taken.file}: changed while it was read; try again"])
