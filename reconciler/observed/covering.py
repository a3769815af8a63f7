"""Go on where reading is allowed: a scope that may not be read is noted, and left out."""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TypeVar

from reconciler.errors import PermissionDeniedError
from reconciler.model import Found, ObservedState, Resource, ResourceId, Scope
from reconciler.ports import Reader

Answer = TypeVar("Answer")


class Covering:
    """A Reader whose answers lack what lies in scopes that may not be read.

    A question about many scopes is one question; only once it was refused is it asked scope by
    scope. What is of no scope (domains, projects, attributes, which Admin lists whole) is read or
    is an error.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._read: set[Scope] = set()
        self._refusals: dict[Scope, PermissionDeniedError] = {}
        self._lock = threading.Lock()

    @property
    def unread(self) -> Mapping[Scope, str]:
        """Project and domain → what Admin said."""
        return {scope: str(error) for scope, error in sorted(self._refusals.items())}

    def check(self) -> None:
        """Raise: PermissionDeniedError if no scope at all could be read."""
        if self._refusals and not self._read - self._refusals.keys():
            raise self._refusals[min(self._refusals)]

    def marked(self, found: Found) -> Found:
        """Say in what was found where nothing could be."""
        return replace(found, unread=self.unread) if self._refusals else found

    def narrowed(self, observed: ObservedState) -> ObservedState:
        """Say in what was observed where nothing could be: there, absence means nothing."""
        if not self._refusals:
            return observed
        asked = frozenset(id for id in observed.asked if id.scope not in self._refusals)
        return replace(observed, asked=asked, unread=self.unread)

    def domains(self) -> Collection[str]:
        return self._reader.domains()

    def projects(self, names: Collection[str]) -> Mapping[str, Resource]:
        return self._reader.projects(names)

    def attributes(self, facets: Collection[str]) -> Mapping[ResourceId, Resource]:
        return self._reader.attributes(facets)

    def versions(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        return self._ask(self._reader.versions, ids)

    def workflows(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        return self._ask(self._reader.workflows, ids)

    def holding(self, workflows: Mapping[ResourceId, bytes]) -> Collection[ResourceId]:
        def ask(ids: Collection[ResourceId]) -> Mapping[ResourceId, bytes]:
            held = self._reader.holding({id: workflows[id] for id in ids})
            return {id: workflows[id] for id in held}

        return tuple(self._ask(ask, workflows))

    def active(
        self, activations: Collection[ResourceId]
    ) -> Mapping[ResourceId, tuple[Resource, ...]]:
        return self._ask(self._reader.active, activations)

    def all_active(self, scopes: Collection[Scope]) -> Collection[Resource]:
        found: list[Resource] = []
        for scope in sorted(set(scopes) - self._refusals.keys()):
            try:
                found += self._reader.all_active([scope])
            except PermissionDeniedError as error:
                with self._lock:
                    self._refusals.setdefault(scope, error)
            else:
                with self._lock:
                    self._read.add(scope)
        return found

    def latest(self, names: Collection[ResourceId]) -> Mapping[ResourceId, ResourceId]:
        return self._ask(self._reader.latest, names)

    def named_entities(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        return self._ask(self._reader.named_entities, ids)

    def _ask(
        self,
        ask: Callable[[Collection[ResourceId]], Mapping[ResourceId, Answer]],
        ids: Collection[ResourceId],
    ) -> Mapping[ResourceId, Answer]:
        scopes: dict[Scope, list[ResourceId]] = {}
        for id in ids:
            if id.scope not in self._refusals:
                scopes.setdefault(id.scope, []).append(id)
        if not scopes:
            return {}
        try:
            answer = ask([id for some in scopes.values() for id in some])
        except PermissionDeniedError as error:
            if len(scopes) == 1:
                with self._lock:
                    self._refusals.setdefault(next(iter(scopes)), error)
                return {}
        else:
            with self._lock:
                self._read.update(scopes)
            return answer
        answers: dict[ResourceId, Answer] = {}
        for some in scopes.values():
            answers.update(self._ask(ask, some))
        return answers
