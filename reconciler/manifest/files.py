"""Which files a list of paths means: files, folders, globs and standard input."""

import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.model import Diagnostic, Origin

WORKSPACE_FILE = "reconciler.yaml"
LISTING_FILE = "reconciler.workspaces.yaml"
STDIN = "-"
_WORKSPACES = (WORKSPACE_FILE, LISTING_FILE)
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read, and how messages name it; `path` is None for standard input."""

    name: str
    path: Path | None


def find(
    paths: Sequence[str | Path], problems: list[Diagnostic], *, ignore: Sequence[str] = ()
) -> list[Source]:
    """Every file that `paths` mean, once each, in the order given and sorted within folders.

    Args:
        ignore: Globs, seen from where the program runs, of files to pass over unless they are
            named outright: `**/` is any folders or none, `*` stops at a slash, and a folder's
            glob takes all that is in it.

    Folders are searched for *.yaml and *.yml at any depth, as the matches of a glob are; hidden
    names, workspace files and folders below that are workspaces of their own are passed over. A
    file named outright is taken whatever its name. What is not there or cannot be read is told in
    `problems`.
    """
    ignored = [_ignored(glob) for glob in ignore]
    found: dict[str, Source] = {}
    folders: dict[str, str] = {}
    for path in paths:
        for source in _sources(str(path), problems):
            outright = source.name == str(path)
            if outright or not any(glob.fullmatch(source.name) for glob in ignored):
                found.setdefault(_real(source.path, folders) if source.path else STDIN, source)
    return list(found.values())


def _real(path: Path, folders: dict[str, str]) -> str:
    """Where a file really is. What each of the `folders` is, is found once."""
    if path.is_symlink():
        return os.path.realpath(path)
    folder, name = os.path.split(path)
    real = folders.get(folder)
    if real is None:
        real = folders[folder] = os.path.realpath(folder)
    return os.path.join(real, name)


def _ignored(pattern: str) -> re.Pattern[str]:
    """What a glob of `ignore` takes, as an expression for whole paths."""
    text = ""
    for piece in re.split(r"(\*\*/|\*\*|\*|\?)", os.path.normpath(pattern).replace(os.sep, "/")):
        text += {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(
            piece, re.escape(piece)
        )
    return re.compile(rf"(?:\./)?{text}(?:/.*)?")


def _sources(path: str, problems: list[Diagnostic]) -> Iterator[Source]:
    if path == STDIN:
        yield Source("stdin", None)
    elif os.path.isdir(path):
        yield from _in_folder(path, problems)
    elif os.path.exists(path):
        yield from _named(path, problems)
    elif glob.has_magic(path):
        yield from _matching(path, problems)
    else:
        problems.append(Diagnostic("missing-file", "there is no such file", Origin(path)))


def _named(path: str, problems: list[Diagnostic]) -> Iterator[Source]:
    if os.path.basename(path) == WORKSPACE_FILE:
        message = "this is the workspace file, not a manifest"
        problems.append(Diagnostic("workspace-file", message, Origin(path)))
        return
    yield Source(path, Path(path))


def _matching(pattern: str, problems: list[Diagnostic]) -> Iterator[Source]:
    found = False
    for match in sorted(glob.glob(pattern, recursive=True)):
        if os.path.isdir(match):
            # `**` names the folders on the way too; their files match by themselves.
            passed = pattern.endswith("**") or _is_workspace(match)
            inside: Iterable[Source] = () if passed else _in_folder(match, problems)
        else:
            named = _is_manifest(os.path.basename(match))
            inside = (Source(match, Path(match)),) if named else ()
        for source in inside:
            found = True
            yield source
    if not found:
        problems.append(Diagnostic("missing-file", "no YAML file matches", Origin(pattern)))


def _in_folder(folder: str, problems: list[Diagnostic]) -> Iterator[Source]:
    def unreadable(error: OSError) -> None:
        message = f"cannot be read: {error.strerror}"
        problems.append(Diagnostic("unreadable", message, Origin(str(error.filename or folder))))

    for root, folders, files in os.walk(folder, onerror=unreadable):
        if root != folder and _is_workspace(root):
            folders[:] = []
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if _is_manifest(name):
                path = Path(root, name)
                yield Source(path.as_posix(), path)


def _is_workspace(folder: str) -> bool:
    return any(os.path.lexists(os.path.join(folder, name)) for name in _WORKSPACES)


def _is_manifest(name: str) -> bool:
    return name.endswith(_SUFFIXES) and name not in _WORKSPACES and not name.startswith(".")
