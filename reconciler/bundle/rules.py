"""All rules that decide what of a folder goes into its bundle, asked in one order.

First the built-in ones and `exclude`, then the ignore files, each for itself: what one of them
leaves out no other takes back. What none leaves out is taken, if `include` names it or there
is no `include`.
"""

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.bundle import dockerignore
from reconciler.bundle.checkout import GITIGNORE, Checkout, own_rules, rules_above
from reconciler.bundle.dockerignore import DockerRules
from reconciler.bundle.git_index import is_checkout, top_of_checkout
from reconciler.bundle.gitignore import GitRule, GitRules, parse_rule
from reconciler.bundle.wildmatch import literal_prefix
from reconciler.model import CodeFolder

# What version control, Python and its tools leave beside the code, and no task ever needs.
BUILT_IN = (
    ".git",
    ".hg/",
    ".svn/",
    "__pycache__/",
    "*.pyc",
    "*.pyo",
    ".cache",
    ".venv/",
    ".tox/",
    ".nox/",
    ".mypy_cache/",
    ".pytest_cache/",
    ".ruff_cache/",
    ".hypothesis/",
    ".ipynb_checkpoints/",
    "*.egg-info/",
    ".DS_Store",
)
_EVERYTHING = "no rule leaves it out"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether something is taken, and the rule that says so, in words.

    `looked_into` is for folders that are left out but may hold what is not.
    """

    taken: bool
    rule: str
    looked_into: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A folder under way, and what is known in it: which rules apply, and what they said above.

    `path` is relative to the bundle's root, nothing for the root itself; `included` names the
    include pattern that took a folder above; `ignored` the git rule that left one out of which
    only tracked files are taken; `checkout` is what the git rules are those of.
    """

    path: str = ""
    checkout: Checkout | None = None
    git: tuple[GitRules, ...] = ()
    docker: tuple[dockerignore.Folder, ...] = ()
    included: str = ""
    ignored: str = ""


class Rules:
    """The rules of one bundle.

    Raises: BundleError for patterns and git indexes that cannot be read.
    """

    def __init__(self, folder: CodeFolder) -> None:
        self._root = Path(os.path.realpath(folder.root))
        self._built_in = _listed("built-in rule", BUILT_IN)
        self._exclude = _listed("exclude", folder.exclude)
        self._include = _listed("include", folder.include) if folder.include else None
        self._reach = _reach(folder.include)
        self._docker = [
            DockerRules(list(dockerignore.read_rules(_text(self._root / name), name)))
            for name in folder.ignore_files
            if name != GITIGNORE and _is_inside(self._root / name, self._root)
        ]
        self._uses_git = GITIGNORE in folder.ignore_files

    def at_root(self) -> Place:
        """The root, with what `.gitignore` files above it say."""
        checkout = _checkout_of(self._root)
        place = Place(checkout=checkout, docker=tuple(rules.root() for rules in self._docker))
        if not self._uses_git:
            return place
        if checkout is not None:
            above, ignoring = rules_above(self._root, checkout.top)
            if ignoring is None:
                place = replace(place, git=above)
            elif checkout.has_any():
                return replace(place, ignored=ignoring.name)
            # Else whoever names a folder that is ignored wants what is in it.
        return self._with_own(place)

    def enter(self, place: Place, name: str, verdict: Verdict) -> Place:
        """The folder `name` of `place`, about which `verdict` was given."""
        path = f"{place.path}/{name}" if place.path else name
        inner = Place(
            path=path,
            checkout=place.checkout,
            git=place.git,
            docker=tuple(rules.inside(path) for rules in self._docker),
            included=place.included or self._included(path, name, folder=True),
            ignored=place.ignored or (verdict.rule if verdict.looked_into else ""),
        )
        if is_checkout(self._root / path):
            # A submodule, or a clone within a clone: what is said above is not about its files.
            checkout = Checkout(self._root / path, skip=len(os.fsencode(path)) + 1)
            inner = replace(inner, checkout=checkout, git=(), ignored="")
        return self._with_own(inner) if self._uses_git and not inner.ignored else inner

    def judge(self, place: Place, name: str, *, folder: bool) -> Verdict:
        """Decide about one entry of a folder; links are judged as files are."""
        path = f"{place.path}/{name}" if place.path else name
        raw, raw_name = os.fsencode(path), os.fsencode(name)
        for rules in (self._built_in, self._exclude):
            rule = rules.last(raw, raw_name, folder=folder)
            if rule is not None and not rule.negative:
                return Verdict(False, rule.name)
        verdict = self._by_git(place, raw, raw_name, folder=folder)
        if verdict is not None and not verdict.taken and not verdict.looked_into:
            return verdict
        taken_by = verdict.rule if verdict is not None else ""
        for docker, inside in zip(self._docker, place.docker, strict=True):
            decisive = docker.last(path, inside)
            if decisive is not None and not decisive.negative:
                if not folder or not docker.looks_into(path):
                    return Verdict(False, decisive.name)
            elif decisive is not None:
                taken_by = taken_by or decisive.name
        included = self._by_include(place, path, name, taken_by, folder=folder)
        if verdict is not None and verdict.looked_into and included.taken:
            return verdict
        return included

    def executable(self, place: Place, name: str, mode: int) -> bool:
        """Tell whether a file may be executed: by its mode, or as git has it where modes are lost.

        So a checkout on a file system of Windows is the same code.
        """
        if place.checkout is None or place.checkout.knows_modes:
            return bool(mode & stat.S_IXUSR)
        path = f"{place.path}/{name}" if place.path else name
        return place.checkout.executable(os.fsencode(path))

    def _by_git(self, place: Place, raw: bytes, name: bytes, *, folder: bool) -> Verdict | None:
        """What git says: None if it says nothing."""
        said = place.ignored
        if not said:
            rule = self._git_rule(place, raw, name, folder=folder)
            if rule is None:
                return None
            if rule.negative:
                return Verdict(True, rule.name)
            said = rule.name
        if place.checkout is None or not place.checkout.has(raw, folder=folder):
            return Verdict(False, said)
        if folder:
            return Verdict(False, said, looked_into=True)
        return Verdict(True, f"git tracks it, whatever {said} says")

    def _git_rule(self, place: Place, raw: bytes, name: bytes, *, folder: bool) -> GitRule | None:
        whole = place.checkout.path(raw) if place.checkout else raw
        for rules in reversed(place.git):
            rule = rules.last(whole, name, folder=folder)
            if rule is not None:
                return rule
        return None

    def _by_include(
        self, place: Place, path: str, name: str, taken_by: str, *, folder: bool
    ) -> Verdict:
        if self._include is None:
            return Verdict(True, taken_by or _EVERYTHING)
        included = place.included or self._included(path, name, folder=folder)
        if included:
            return Verdict(True, included)
        if folder and self._reaches(path):
            return Verdict(True, taken_by or _EVERYTHING)
        return Verdict(False, "no include pattern names it")

    def _included(self, path: str, name: str, *, folder: bool) -> str:
        if self._include is None:
            return ""
        rule = self._include.last(os.fsencode(path), os.fsencode(name), folder=folder)
        return rule.name if rule is not None and not rule.negative else ""

    def _reaches(self, path: str) -> bool:
        """Tell whether an include pattern may name something below a folder."""
        inside = f"{path}/"
        return any(
            prefix.startswith(inside) or inside.startswith(prefix) for prefix in self._reach
        )

    def _with_own(self, place: Place) -> Place:
        own = own_rules(self._root / place.path, self._root)
        if own is None:
            return place
        path = os.fsencode(place.path)
        base = (place.checkout.path(path) if place.checkout else path).rstrip(b"/")
        return replace(place, git=(*place.git, GitRules(own, base)))


def _checkout_of(root: Path) -> Checkout | None:
    top = top_of_checkout(root)
    if top is None:
        return None
    inner = os.fsencode(root.relative_to(top).as_posix())
    return Checkout(top, b"" if inner == b"." else inner + b"/")


def _listed(word: str, patterns: Iterable[str]) -> GitRules:
    return GitRules([parse_rule(os.fsencode(text), f"{word} {text}") for text in patterns])


def _reach(patterns: Sequence[str]) -> tuple[str, ...]:
    """For each include pattern what every path it names begins with."""
    found = []
    for pattern in patterns:
        body = pattern.removesuffix("/")
        # A pattern without a slash is about names anywhere.
        path = body.removeprefix("/") if "/" in body else "*"
        found.append(os.fsdecode(literal_prefix(os.fsencode(path))))
    return tuple(found)


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError:
        return ""
    text = content.decode("utf-8", "surrogateescape")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_inside(file: Path, root: Path) -> bool:
    return file.is_file() and Path(os.path.realpath(file)).is_relative_to(root)
