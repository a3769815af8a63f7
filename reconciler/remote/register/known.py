"""A Reader that reads a workflow's content once: under one version it never changes.

Admin's lists say that a workflow is there, not what it is, and asking costs a call each. So what
a connection has read or written itself it need not read again, as long as the lists still show it.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from threading import Lock

from reconciler.model import Kind, Resource, ResourceId, Scope
from reconciler.ports import Reader

MOST_BYTES = 64 << 20


class Known:
    """Workflows whose content is known, by id; the oldest are let go beyond `most` bytes."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._found: OrderedDict[ResourceId, Resource] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def add(self, resources: Iterable[Resource]) -> None:
        with self._lock:
            for one in resources:
                if one.id.kind is not Kind.WORKFLOW or one.spec is None or not one.complete:
                    continue
                self._drop(one.id)
                self._found[one.id] = one
                self._size += one.spec.ByteSize()
            while self._size > self._most and self._found:
                self._drop(next(iter(self._found)))

    def of(self, ids: Collection[ResourceId]) -> dict[ResourceId, Resource]:
        with self._lock:
            return {id: self._found[id] for id in ids if id in self._found}

    def _drop(self, id: ResourceId) -> None:
        gone = self._found.pop(id, None)
        if gone is not None and gone.spec is not None:
            self._size -= gone.spec.ByteSize()


class KnowingReader:
    """The Reader port, its workflows from what is known where that has them."""

    def __init__(self, reader: Reader, known: Known) -> None:
        self._reader = reader
        self._known = known

    def workflows(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        found = self._known.of(ids)
        missing = [id for id in ids if id not in found]
        if missing:
            read = self._reader.workflows(missing)
            self._known.add(read.values())
            found.update(read)
        return found

    def holding(self, workflows: Mapping[ResourceId, bytes]) -> Collection[ResourceId]:
        known = self._known.of(workflows)
        unknown = {id: digest for id, digest in workflows.items() if id not in known}
        held = self._reader.holding(unknown) if unknown else ()
        return (*(id for id, one in known.items() if one.digest == workflows[id]), *held)

    def domains(self) -> Collection[str]:
        return self._reader.domains()

    def projects(self, names: Collection[str]) -> Mapping[str, Resource]:
        return self._reader.projects(names)

    def versions(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        return self._reader.versions(ids)

    def active(
        self, activations: Collection[ResourceId]
    ) -> Mapping[ResourceId, tuple[Resource, ...]]:
        return self._reader.active(activations)

    def all_active(self, scopes: Collection[Scope]) -> Collection[Resource]:
        return self._reader.all_active(scopes)

    def latest(self, names: Collection[ResourceId]) -> Mapping[ResourceId, ResourceId]:
        return self._reader.latest(names)

    def attributes(self, facets: Collection[str]) -> Mapping[ResourceId, Resource]:
        return self._reader.attributes(facets)

    def named_entities(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        return self._reader.named_entities(ids)
