"""Plan about some of a set: what was named, what changed, and what these cannot do without.

A pattern is a glob over names, or over `project/domain/name` if it holds a slash. `kind:` before
it keeps to one kind, and `label:key=value` looks at labels instead. A `+` before it adds all that
it is made of, one after it all that is made of it:

    etl.daily      the task, workflow or launch plan of this name, and what must be there for it
    launchplan:*   every launch plan
    +etl.daily     and the whole of these: their own launch plans' states, descriptions, …
    etl.clean+     and everything that uses it
    label:team=a   launch plans and projects with this label

What must be registered first always comes along. What is excluded takes along what cannot do
without it: a plan never asks Admin for the impossible.
"""

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import translate
from posixpath import normpath

from reconciler.errors import ConfigError
from reconciler.model import (
    CodeFolder,
    DesiredState,
    Diagnostic,
    Kind,
    Resource,
    ResourceId,
    Selection,
    Severity,
    reached,
)

_KINDS = {
    "project": Kind.PROJECT.slug,
    "domain": Kind.DOMAIN.slug,
    "attributes": Kind.ATTRIBUTES.slug,
    "task": Kind.TASK.slug,
    "workflow": Kind.WORKFLOW.slug,
    "launchplan": Kind.LAUNCH_PLAN.slug,
    "backfill": Kind.BACKFILL.slug,
}
_LABEL = "label"


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """What people name: every id of one kind at one place, whatever its version."""

    kind: str
    place: tuple[str, ...]

    @staticmethod
    def of(id: ResourceId) -> "Thing":
        kind = Kind.LAUNCH_PLAN.slug if id.kind is Kind.ACTIVATION else id.facet or id.kind.slug
        if id.kind is Kind.ATTRIBUTES:
            kind = Kind.ATTRIBUTES.slug
        place = (id.project, id.domain, id.name)
        return Thing(kind, tuple(part for part in place if part))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One `--target` or `--exclude`, read."""

    text: str
    kind: str = ""
    glob: str = ""
    label: tuple[str, str] | None = None
    above: bool = False
    below: bool = False

    @staticmethod
    def parse(text: str) -> "Pattern":
        """Read a pattern.

        Raises: ConfigError if it is none.
        """
        inner = text.strip()
        above, below = inner.startswith("+"), inner.endswith("+")
        inner = inner.removeprefix("+").removesuffix("+")
        word, colon, rest = inner.partition(":")
        if not colon:
            word, rest = "", inner
        if word == _LABEL:
            key, equals, value = rest.partition("=")
            if not key or not equals:
                raise ConfigError(f"{text!r}: write label:KEY=VALUE")
            return Pattern(text, label=(key, value), above=above, below=below)
        kind = re.sub("[-_ ]", "", word.lower())
        if kind and kind not in _KINDS:
            raise ConfigError(f"{text!r}: {word!r} is no kind; there are {', '.join(_KINDS)}")
        if not rest:
            raise ConfigError(f"{text!r} names nothing; write NAME, KIND:NAME or label:KEY=VALUE")
        return Pattern(text, _KINDS.get(kind, ""), rest, above=above, below=below)

    def find(
        self, things: Iterable[Thing], labels: Mapping[Thing, Collection[tuple[str, str]]]
    ) -> set[Thing]:
        """Which of `things` it names."""
        if self.label is not None:
            return {thing for thing in things if self.label in labels.get(thing, ())}
        matches = re.compile(translate(self.glob)).match
        return {
            thing
            for thing in things
            if (not self.kind or thing.kind == self.kind)
            and matches("/".join(thing.place) if "/" in self.glob else thing.place[-1])
        }


def select(desired: DesiredState, selection: Selection) -> DesiredState:
    """Keep of a set what a selection is about, and say that it is not all.

    Raises: ConfigError for every pattern that is none, or that names nothing of the set.
    """
    graph = _Graph(desired)
    problems: list[str] = []

    def found(texts: Iterable[str]) -> set[Thing]:
        things: set[Thing] = set()
        for text in texts:
            try:
                things |= graph.named(Pattern.parse(text))
            except ConfigError as error:
                problems.append(str(error))
        return things

    wanted = found(selection.targets) if selection.targets else set(graph.ids)
    unwanted = found(selection.excludes)
    if problems:
        raise ConfigError("\n".join(problems))
    if selection.changed is not None:
        wanted &= graph.below(graph.touched(selection.changed))
    out = graph.ids_of(graph.below(unwanted))
    kept = graph.with_needs(graph.ids_of(wanted) - out) - out
    declared = len(desired) + len(desired.backfills)
    return replace(
        desired,
        resources={id: one for id, one in desired.resources.items() if id in kept},
        needs={id: needs for id, needs in desired.needs.items() if id in kept},
        warnings=(_partial(len(kept), declared, selection), *desired.warnings),
        renames={old: new for old, new in desired.renames.items() if new in kept},
        backfills=tuple(one for one in desired.backfills if one.id in kept),
    )


class _Graph:
    """The things of a set, their labels, and who needs whom."""

    def __init__(self, desired: DesiredState) -> None:
        self.desired = desired
        self.ids: dict[Thing, list[ResourceId]] = defaultdict(list)
        self.users: dict[ResourceId, list[ResourceId]] = defaultdict(list)
        for id in (*desired.resources, *(one.id for one in desired.backfills)):
            self.ids[Thing.of(id)].append(id)
        for id, needs in desired.needs.items():
            for need in needs:
                # A name and its state go along with its versions, and use nothing of theirs.
                if Thing.of(need) != Thing.of(id):
                    self.users[need].append(id)

    def named(self, pattern: Pattern) -> set[Thing]:
        """Raises: ConfigError if that is nothing."""
        things = pattern.find(self.ids, self._labels() if pattern.label else {})
        if not things:
            raise ConfigError(
                f"{pattern.text!r} names nothing that is declared{self._hint(pattern)}"
            )
        above = self.above(things) if pattern.above else set()
        below = self.below(things) if pattern.below else set()
        return things | above | below

    def below(self, things: Iterable[Thing]) -> set[Thing]:
        """These, and everything that directly or not is made of them."""
        return self._reached(things, lambda id: self.users.get(id, ()))

    def above(self, things: Iterable[Thing]) -> set[Thing]:
        """These, and everything that they directly or not are made of."""
        return self._reached(things, lambda id: self.desired.needs.get(id, ()))

    def touched(self, files: Collection[str]) -> set[Thing]:
        """What is said in one of `files`, or runs code that is."""
        return {
            Thing.of(one.id)
            for one in (*self.desired, *self.desired.backfills)
            if (one.origin is not None and normpath(one.origin.file) in files)
            or any(_lies_in(bundle.source, files) for bundle in getattr(one, "bundles", ()))
        }

    def ids_of(self, things: Iterable[Thing]) -> set[ResourceId]:
        return {id for thing in things for id in self.ids[thing]}

    def with_needs(self, ids: Iterable[ResourceId]) -> set[ResourceId]:
        """These ids, and those that must be there before them."""
        known = self.desired.resources
        return reached(
            ids, lambda id: (need for need in self.desired.needs.get(id, ()) if need in known)
        )

    def _reached(
        self, things: Iterable[Thing], step: Callable[[ResourceId], Iterable[ResourceId]]
    ) -> set[Thing]:
        def next_of(thing: Thing) -> Iterable[Thing]:
            return (Thing.of(one) for id in self.ids.get(thing, ()) for one in step(id))

        return reached(things, next_of) & self.ids.keys()

    def _labels(self) -> dict[Thing, set[tuple[str, str]]]:
        found: dict[Thing, set[tuple[str, str]]] = defaultdict(set)
        for one in self.desired:
            found[Thing.of(one.id)].update(_labels_of(one))
        return found

    def _hint(self, pattern: Pattern) -> str:
        if pattern.label is not None:
            return ""
        whole = "/" in pattern.glob
        names = {"/".join(thing.place) if whole else thing.place[-1] for thing in self.ids}
        near = difflib.get_close_matches(pattern.glob, sorted(names), n=1)
        return f"; did you mean {near[0]}?" if near else ""


def _labels_of(resource: Resource) -> Iterable[tuple[str, str]]:
    spec: object = resource.spec
    if resource.id.kind is Kind.LAUNCH_PLAN:
        spec = getattr(spec, "spec", None)
    labels = getattr(spec, "labels", None)
    return labels.values.items() if labels is not None else ()


def _lies_in(source: object, files: Collection[str]) -> bool:
    if not isinstance(source, CodeFolder):
        return False
    folder = normpath(source.root)
    if folder == ".":
        return any(not file.startswith(("../", "/")) for file in files)
    folder += "/"
    return any(file.startswith(folder) for file in files)


def _partial(kept: int, all_: int, selection: Selection) -> Diagnostic:
    return Diagnostic(
        "partial",
        f"this plan is partial: it is about {kept} of {all_} declared objects ({selection})",
        hint="nothing is retired by it",
        severity=Severity.WARNING,
    )
