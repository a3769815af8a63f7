"""The files of a package: an archive read as a stream, a folder, or one file by itself.

Nothing is unpacked to disk. What does not belong into a package is told, all of it, and what is
more than any package would hold ends the reading.
"""

import os
import posixpath
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from reconciler.desired.package_archive import ArchiveError, Entry, Sort, entries

ARCHIVES = (".tgz", ".tar.gz", ".tar")
# Admin reads no request beyond 4 MiB; as JSON or YAML the same takes more.
MAX_MEMBER_BYTES = 16 << 20
MAX_ENTITY_BYTES = 160 << 20
MAX_BUNDLE_BYTES = 1 << 30
MAX_MEMBERS = 100_000
# Folders and what desktops leave behind: read, and then not used.
MAX_UNUSED = 5_000
_MAX_NAME = 4096
# Reading stops at so many problems: an archive with more is no package gone wrong.
MAX_PROBLEMS = 50
_JUNK = {".DS_Store", "Thumbs.db", "desktop.ini"}
_OUTSIDE = "points outside the package"
_NO_FILE = "is a link or device, which a package must not hold"
_TOO_LARGE = "is larger than any sensible size; refused"
_TWICE = "is there twice"


class PackageError(ValueError):
    """The package cannot be used; `problems` says everything that is wrong with it."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problems))


def package_files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every file of the package at `path`, and its bundles'.

    Shape:  names are relative, parted by slashes; what desktops leave behind is passed over.
    Raises: PackageError with everything wrong, at the latest after the last file.
    """
    try:
        if path.is_dir():
            yield from _folder(path)
        elif path.name.endswith(ARCHIVES):
            with open(path, "rb") as file:
                yield from _archive(file)
        else:
            with open(path, "rb") as file:
                yield path.name, _bounded(file, path.name)
    except FileNotFoundError:
        raise PackageError(["no such file or folder; build it with `pyflyte package`"]) from None
    except OSError as error:
        raise PackageError([f"cannot be read: {error.strerror or error}"]) from error


def is_bundle(name: str) -> bool:
    """Tell whether a file is a code bundle by flytekit's naming, as flytectl does."""
    base = name.rpartition("/")[2]
    return base.startswith("fast") and base.endswith(".tar.gz")


def is_junk(name: str) -> bool:
    """What desktops leave behind: no entity, and no reason to refuse a package."""
    folders, _, base = name.rpartition("/")
    return (
        base in _JUNK
        or base.startswith("._")
        or ("__MACOSX" in folders and "__MACOSX" in folders.split("/"))
    )


def shown(name: str) -> str:
    """A name as it can be printed, whatever bytes it has."""
    if name.isprintable():
        return name
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


class _Counted:
    """Bounds what is taken of a package: the number of its files, and their sizes by sort."""

    def __init__(self) -> None:
        self._count = 0
        self._unused = 0
        self._entities = 0
        self._bundles = 0
        self._names: set[str] = set()
        self.problems: list[str] = []

    def problem(self, name: str, text: str) -> None:
        self.problems.append(f"{shown(name)}: {text}")
        if len(self.problems) >= MAX_PROBLEMS:
            raise PackageError([*self.problems, "and perhaps more; reading stopped here"])

    def entry(self) -> None:
        self._count += 1
        if self._count > MAX_MEMBERS:
            raise PackageError([*self.problems, f"holds more than {MAX_MEMBERS:,} members"])

    def unused(self) -> None:
        self._unused += 1
        if self._unused > MAX_UNUSED:
            raise PackageError([*self.problems, f"holds more than {MAX_UNUSED:,} idle entries"])

    def takes(self, name: str, size: int) -> bool:
        """Whether a file of this size may be read; if not, why is among the problems."""
        key = posixpath.normpath(name)
        if key in self._names:
            self.problem(name, _TWICE)
            return False
        self._names.add(key)
        if is_bundle(name):
            self._bundles += size
            fits = self._bundles <= MAX_BUNDLE_BYTES
        else:
            self._entities += size
            fits = size <= MAX_MEMBER_BYTES and self._entities <= MAX_ENTITY_BYTES
        if not fits:
            raise PackageError([*self.problems, f"{shown(name)}: {_TOO_LARGE}"])
        return True

    def end(self) -> None:
        if self.problems:
            raise PackageError(self.problems)


def _folder(root: Path) -> Iterator[tuple[str, bytes]]:
    counted = _Counted()
    for file in _entries(root, counted):
        name = file.relative_to(root).as_posix()
        if is_junk(name):
            continue
        found = file.lstat()
        if not stat.S_ISREG(found.st_mode):
            counted.problem(name, _NO_FILE)
        elif counted.takes(name, found.st_size):
            with open(file, "rb") as handle:
                yield name, handle.read(found.st_size)
    counted.end()


def _entries(root: Path, counted: _Counted) -> Iterator[Path]:
    """Everything below a folder that is no folder, sorted; links to folders are not followed."""

    def unreadable(error: OSError) -> None:
        raise error

    for folder, folders, files in os.walk(root, onerror=unreadable):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = sorted(set(folders) - set(links))
        for name in sorted([*files, *links]):
            counted.entry()
            yield Path(folder, name)


def _archive(file: BinaryIO) -> Iterator[tuple[str, bytes]]:
    counted = _Counted()
    try:
        for entry in entries(file):
            counted.entry()
            content = _member(entry, counted)
            if content is not None:
                yield entry.name, content
    except ArchiveError as error:
        raise PackageError([*counted.problems, str(error)]) from error
    counted.end()


def _member(entry: Entry, counted: _Counted) -> bytes | None:
    name = entry.name
    if len(name) > _MAX_NAME:
        counted.problem(name[:80], "has a name of more than any sensible length")
    elif name.startswith("/") or (".." in name and ".." in name.split("/")) or "\\" in name:
        counted.problem(name, _OUTSIDE)
    elif entry.sort is Sort.OTHER:
        counted.problem(name, _NO_FILE)
    elif entry.sort is Sort.FOLDER or is_junk(name):
        counted.unused()
    elif counted.takes(name, entry.size):
        return entry.read()
    return None


def _bounded(file: BinaryIO, name: str) -> bytes:
    content = file.read(MAX_MEMBER_BYTES + 1)
    if len(content) > MAX_MEMBER_BYTES:
        raise PackageError([f"{shown(name)}: {_TOO_LARGE}"])
    return content
