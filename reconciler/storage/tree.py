"""A local folder as it will lie in the store: every file by its relative path, size and MD5.

Links are followed, since an object store has none; what cannot be carried is said all at once.
"""

import base64
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reconciler.admin import Pool
from reconciler.errors import UnsuitableError
from reconciler.storage.dataproxy import Digest
from reconciler.storage.paths import name_problems

_BEFORE = 200  # what project, domain, prefix and root may take of a key's bytes
_LETTERS = 32  # of a root: 160 bits


@dataclass(frozen=True, slots=True)
class TreeFile:
    """One file: its path with slashes from the top of the tree, where it is, what it holds."""

    name: str
    path: Path
    digest: Digest


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder's files in the order of their names, and the folders with nothing in them."""

    files: tuple[TreeFile, ...]
    empty: tuple[str, ...] = ()

    @property
    def root(self) -> str:
        """A name for just these names and contents: SHA-256 in base 32, lower case.

        Of a line for each file, `path NUL size NUL MD5`, in the order of paths; an empty folder
        has its path with a slash behind, and nothing else.
        """
        lines = [f"{f.name}\0{f.digest.size}\0{f.digest.md5.hex()}\n" for f in self.files]
        lines += [f"{name}/\0\0\n" for name in self.empty]
        digest = hashlib.sha256("".join(sorted(lines)).encode()).digest()
        return base64.b32encode(digest).decode().lower()[:_LETTERS]


def read_tree(folder: Path, *, parallelism: int = 4) -> Tree:
    """Read every file of a folder once.

    Raises: UnsuitableError with everything that is wrong: links that lead nowhere or round in
        circles, names no object can have, files that are none or cannot be read.
    """
    problems: list[str] = []
    found: list[tuple[str, Path]] = []
    empty: list[str] = []
    if not folder.is_dir():
        raise UnsuitableError([f"{folder} is not a folder"])
    _walk(folder, "", (os.path.realpath(folder),), found, empty, problems)
    for name in (*(name for name, _ in found), *empty):
        problems += name_problems(name, before=_BEFORE)
    pool = Pool(parallelism)
    try:
        read = pool.map(_digested, found)
    finally:
        pool.close()
    problems += [one for one in read if isinstance(one, str)]
    if problems:
        raise UnsuitableError(problems)
    files = sorted((one for one in read if isinstance(one, TreeFile)), key=lambda one: one.name)
    return Tree(tuple(files), tuple(sorted(empty)))


def _walk(
    folder: Path,
    prefix: str,
    inside: tuple[str, ...],
    found: list[tuple[str, Path]],
    empty: list[str],
    problems: list[str],
) -> None:
    anything = False
    for entry in _entries(folder, problems):
        anything = True
        name, path = f"{prefix}{entry.name}", folder / entry.name
        try:
            mode = entry.stat().st_mode
        except OSError as error:
            what = "a link that leads nowhere" if entry.is_symlink() else error.strerror
            problems.append(f"{path}: {what}")
            continue
        if stat.S_ISREG(mode):
            found.append((name, path))
        elif not stat.S_ISDIR(mode):
            problems.append(f"{path}: neither a file nor a folder")
        elif (real := os.path.realpath(path)) in inside:
            problems.append(f"{path}: a link to a folder that it lies in")
        else:
            _walk(path, f"{name}/", (*inside, real), found, empty, problems)
    if not anything and prefix:
        empty.append(prefix[:-1])


def _entries(folder: Path, problems: list[str]) -> Iterator["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            yield from sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        problems.append(f"{folder}: {error.strerror}")


def _digested(one: tuple[str, Path]) -> TreeFile | str:
    name, path = one
    try:
        return TreeFile(name, path, Digest.of(path))
    except OSError as error:
        return f"{path}: {error.strerror}"
