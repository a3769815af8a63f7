"""The checkout that a folder lies in: what it tracks, and what is ignored from above.

A bundle may take in several: submodules, and clones within a clone, are checkouts of their own,
with rules and an index of their own, as git has it.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from reconciler.bundle.git_index import knows_modes, tracked
from reconciler.bundle.gitignore import GitRule, GitRules, read_rules

GITIGNORE = ".gitignore"


@dataclass
class Checkout:
    """Where it is, how paths of the bundle are called in it, and what it tracks.

    `prefix` is where in it the bundle's root lies, with a slash behind it; `skip` how much of a
    path leads to it, if it lies below the root. What it tracks is read once it is asked for.
    """

    top: Path
    prefix: bytes = b""
    skip: int = 0
    _files: Mapping[bytes, bool] | None = field(default=None)
    _folders: frozenset[bytes] = field(default=frozenset())

    def has(self, raw: bytes, *, folder: bool) -> bool:
        """Tell whether a path is tracked, or holds something that is."""
        path = self.path(raw)
        # A submodule is a folder, and tracked as if it were a file.
        return path in self._read() or (folder and path in self._folders)

    @cached_property
    def knows_modes(self) -> bool:
        """Whether the file system says what may be executed, and not the index."""
        return knows_modes(self.top)

    def executable(self, raw: bytes) -> bool:
        """Tell whether the index says that a path may be executed; of what it lacks: no."""
        return self._read().get(self.path(raw), False)

    def path(self, raw: bytes) -> bytes:
        """How a path of the bundle is called in this checkout."""
        return self.prefix + raw[self.skip :]

    def has_any(self) -> bool:
        """Tell whether anything in the root is tracked."""
        return any(file.startswith(self.prefix) for file in self._read())

    def _read(self) -> Mapping[bytes, bool]:
        if self._files is None:
            self._files = tracked(self.top)
            self._folders = frozenset(_folders_of(self._files, below=self.prefix))
        return self._files


def rules_above(root: Path, top: Path) -> tuple[tuple[GitRules, ...], GitRule | None]:
    """The rules of the folders from a checkout's top down to the one that `root` is in.

    And the rule that ignores `root` itself or a folder it is in, if there is one.
    """
    found: list[GitRules] = []
    inner = root.relative_to(top).parts
    place = top
    for depth, part in enumerate(inner, 1):
        base = os.fsencode("/".join(inner[: depth - 1]))
        own = own_rules(place, root)
        if own is not None:
            found.append(GitRules(own, base))
        path = os.fsencode("/".join(inner[:depth]))
        said = (rules.last(path, os.fsencode(part), folder=True) for rules in reversed(found))
        rule = next((rule for rule in said if rule is not None), None)
        if rule is not None and not rule.negative:
            return (), rule
        place /= part
    return tuple(found), None


def own_rules(folder: Path, root: Path) -> list[GitRule] | None:
    """The rules of a folder's own `.gitignore`; git never follows a link there."""
    file = folder / GITIGNORE
    try:
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with open(handle, "rb") as opened:
        try:
            content = opened.read()
        except OSError:
            return None  # a folder of that name
    return list(read_rules(content, Path(os.path.relpath(file, root)).as_posix()))


def _folders_of(files: Iterable[bytes], *, below: bytes) -> set[bytes]:
    found: set[bytes] = set()
    for file in files:
        if not file.startswith(below):
            continue
        folder = file.rpartition(b"/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition(b"/")[0]
    return found
