"""Walk a folder and choose what goes into its bundle, with a reason for every entry.

Folders that are left out whole are not entered. Links are kept as links where they point at
something that is taken too; one that leads out of the folder is an error, since whoever runs the
code would find nothing there.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace

from reconciler.bundle.rules import Place, Rules, Verdict
from reconciler.errors import BundleError
from reconciler.model import Choice, CodeFolder, CodeListing, Entry

_GONE = "it is gone"


@dataclass(frozen=True, slots=True)
class Taken:
    """One file or link of the bundle, not yet read.

    Attributes: `path` relative, in the file system's own bytes; `file` where it is; `mode` as in
    `model.CodeFile`; `target` of a link, relative to the folder it is in; `stamp` tells
    whether the file was touched since: size, times and inode.
    """

    path: bytes
    file: str
    mode: str
    size: int
    stamp: tuple[int, int, int, int]
    target: bytes = b""


@dataclass(frozen=True, slots=True)
class Selection:
    """What there is, as people read it, and what of it goes into the archive, by path."""

    listing: CodeListing
    taken: tuple[Taken, ...]


def select(folder: CodeFolder) -> Selection:
    """Choose the files of a folder.

    Raises: BundleError if there is no such folder, or its ignore files cannot be read.
    """
    if not os.path.isdir(folder.root):
        what = "is no folder" if os.path.lexists(folder.root) else "there is no such folder"
        raise BundleError([f"{folder.root}: {what}"])
    walk = _Walk(folder)
    walk.go()
    return walk.selection()


class _Walk:
    def __init__(self, folder: CodeFolder) -> None:
        self._root = os.path.realpath(folder.root)
        self._rules = Rules(folder)
        self._choices: list[Choice] = []
        self._links: list[tuple[Choice, os.stat_result]] = []
        self._taken: list[Taken] = []
        self._problems: list[str] = []

    def go(self) -> None:
        places = [self._rules.at_root()]
        while places:
            place = places.pop()
            for entry in self._entries(place):
                inner = self._entry(place, entry)
                if inner is not None:
                    places.append(inner)

    def selection(self) -> Selection:
        self._choices += self._judged_links()
        choices = sorted(self._choices, key=lambda choice: os.fsencode(choice.path))
        return Selection(
            CodeListing(tuple(choices), tuple(sorted(self._problems))),
            tuple(sorted(self._taken, key=lambda taken: taken.path)),
        )

    def _entries(self, place: Place) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(os.path.join(self._root, place.path)) as entries:
                return list(entries)
        except OSError as error:
            self._problems.append(f"{place.path or '.'}: cannot be read: {error.strerror}")
            return []

    def _entry(self, place: Place, entry: os.DirEntry[str]) -> Place | None:
        """Judge one entry; return the folder to look into, if it is one."""
        path = f"{place.path}/{entry.name}" if place.path else entry.name
        if entry.is_dir(follow_symlinks=False):
            verdict = self._rules.judge(place, entry.name, folder=True)
            if verdict.taken or verdict.looked_into:
                return self._rules.enter(place, entry.name, verdict)
            self._choices.append(Choice(path, Entry.FOLDER, False, verdict.rule))
            return None
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            self._choices.append(Choice(path, Entry.OTHER, False, _GONE))
            return None
        verdict = self._rules.judge(place, entry.name, folder=False)
        kind = _kind(found)
        choice = Choice(path, kind, verdict.taken, verdict.rule, found.st_size)
        if not verdict.taken:
            self._choices.append(choice)
        elif kind == Entry.LINK:
            self._links.append((choice, found))
        elif kind == Entry.OTHER:
            rule = "it is neither file nor link"
            self._choices.append(replace(choice, taken=False, rule=rule, size=0))
        else:
            self._choices.append(choice)
            executable = self._rules.executable(place, entry.name, found.st_mode)
            self._take(choice, found, mode="x" if executable else "-", size=found.st_size)
        return None

    def _take(
        self, choice: Choice, found: os.stat_result, *, mode: str, size: int, target: bytes = b""
    ) -> None:
        self._taken.append(
            Taken(
                path=os.fsencode(choice.path),
                file=f"{self._root}/{choice.path}",
                mode=mode,
                size=size,
                stamp=(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino),
                target=target,
            )
        )

    def _judged_links(self) -> Iterator[Choice]:
        """Take the links that lead to something taken, and say what is wrong with the others."""
        if not self._links:
            return
        reachable = {one.path for one in self._taken}
        reachable |= {folder for path in reachable for folder in _parents(path)}
        for choice, found in self._links:
            verdict, target = self._link(choice.path, reachable)
            if verdict.taken:
                self._take(choice, found, mode="l", size=len(target), target=target)
                yield replace(choice, size=len(target), rule=choice.rule)
            else:
                yield replace(choice, taken=False, rule=verdict.rule, size=0)

    def _link(self, path: str, reachable: set[bytes]) -> tuple[Verdict, bytes]:
        file = os.path.join(self._root, path)
        said = os.readlink(file)
        target = os.path.realpath(file)
        if target != self._root and not target.startswith(f"{self._root}{os.sep}"):
            if not os.path.exists(target):
                return Verdict(False, f"it is a link to {said}, where nothing is"), b""
            self._problems.append(
                f"{path}: is a link to {said}, out of the folder; exclude it, or put a copy there"
            )
            return Verdict(False, f"it is a link to {said}, out of the folder"), b""
        if not os.path.exists(target):
            return Verdict(False, f"it is a link to {said}, where nothing is"), b""
        inner = os.path.relpath(target, self._root)
        if inner != os.curdir and os.fsencode(inner) not in reachable:
            return Verdict(False, f"it is a link to {said}, which is left out"), b""
        return Verdict(True, ""), os.fsencode(os.path.relpath(target, os.path.dirname(file)))


def _kind(found: os.stat_result) -> Entry:
    if stat.S_ISREG(found.st_mode):
        return Entry.FILE
    return Entry.LINK if stat.S_ISLNK(found.st_mode) else Entry.OTHER


def _parents(path: bytes) -> Iterator[bytes]:
    folder = path.rpartition(b"/")[0]
    while folder:
        yield folder
        folder = folder.rpartition(b"/")[0]
