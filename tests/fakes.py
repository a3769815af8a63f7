"""One in-memory Admin behind the ports, for every test that needs no wire.

`MemoryAdmin` is the world; `MemoryReader` and `MemoryWriter` are the two ways into it, and obey
what `tests/contracts` asks of the real ones. `MemoryClock` is time that only moves when told.

    admin = MemoryAdmin()
    writer = MemoryWriter(admin)
    writer.create(task)
    admin.fail(workflow.id, InternalError("disk full"))
"""

import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flyteidl.admin.common_pb2 import NamedEntityMetadata
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes
from flyteidl.admin.project_pb2 import Project
from flyteidl.core.compiler_pb2 import CompiledTask, CompiledWorkflowClosure

from reconciler.errors import (
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    UnknownError,
    VersionConflictError,
)
from reconciler.model import (
    ATTRIBUTE_FIELDS,
    PLUGIN_OVERRIDES,
    Kind,
    Resource,
    ResourceId,
    Scope,
    is_below,
    normalised,
)
from reconciler.ports import Created

DOMAINS = ("development", "staging", "production")
DEFAULT_PROJECT = "flytesnacks"


class MemoryAdmin:
    """What an Admin holds, in dicts, in order of creation.

    Attributes: `calls` counts the port calls by method; `faults` maps an id or a method name to
    the errors that its next calls raise (see `fail`).
    """

    def __init__(
        self, *, domains: Iterable[str] = DOMAINS, projects: Iterable[str] = (DEFAULT_PROJECT,)
    ) -> None:
        self.domains = tuple(domains)
        self.resources: dict[ResourceId, Resource] = {}
        self.active: set[ResourceId] = set()
        self.calls: Counter[str] = Counter()
        self.faults: dict[ResourceId | str, list[Exception]] = {}
        self._lock = threading.RLock()
        for name in projects:
            self.put(a_project(name))

    def put(self, *resources: Resource) -> None:
        """Hold these as they are, unchecked: the state a test starts from."""
        for resource in resources:
            self.resources[resource.id] = resource

    def activate(self, *launch_plans: ResourceId) -> None:
        """Make these versions active and leave all others alone, so that names can be torn."""
        self.active.update(launch_plans)

    def fail(self, what: ResourceId | str, *errors: Exception) -> None:
        """Let the next calls about an id, or of a method (`create`), raise these in turn."""
        self.faults.setdefault(what, []).extend(errors)

    @contextmanager
    def call(self, method: str, ids: Iterable[ResourceId] = ()) -> Iterator[None]:
        """Count one port call, raise what was planted for it, and hold the world still."""
        with self._lock:
            self.calls[method] += 1
            whats: tuple[ResourceId | str, ...] = (method, *ids)
            for what in whats:
                if self.faults.get(what):
                    raise self.faults[what].pop(0)
            yield

    def names(self) -> set[ResourceId]:
        """Every name that has a version."""
        return {id.named_entity for id in self.resources if id.kind.versioned}

    def active_under(self, activation: ResourceId) -> tuple[Resource, ...]:
        return tuple(
            resource
            for id, resource in self.resources.items()
            if id in self.active and id.activation == activation
        )


class MemoryReader:
    """The Reader port on a MemoryAdmin."""

    def __init__(self, admin: MemoryAdmin) -> None:
        self.admin = admin

    def domains(self) -> Collection[str]:
        with self.admin.call("domains"):
            return self.admin.domains

    def projects(self, names: Collection[str]) -> Mapping[str, Resource]:
        ids = {name: ResourceId(Kind.PROJECT, name) for name in names}
        with self.admin.call("projects", ids.values()):
            found = {name: self.admin.resources.get(id) for name, id in ids.items()}
            return {name: _as_read(project) for name, project in found.items() if project}

    def versions(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        with self.admin.call("versions", ids):
            found = (self.admin.resources.get(id) for id in ids)
            return {one.id: _existence(_as_read(one)) for one in found if one}

    def workflows(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        with self.admin.call("workflows", ids):
            found = (self.admin.resources.get(id) for id in ids)
            return {one.id: _as_read(one) for one in found if one}

    def holding(self, workflows: Mapping[ResourceId, bytes]) -> Collection[ResourceId]:
        with self.admin.call("holding", workflows):
            there = {id: self.admin.resources.get(id) for id in workflows}
            return [id for id, one in there.items() if one and one.digest == workflows[id]]

    def active(
        self, activations: Collection[ResourceId]
    ) -> Mapping[ResourceId, tuple[Resource, ...]]:
        with self.admin.call("active", activations):
            return {
                activation: tuple(map(_as_read, self.admin.active_under(activation)))
                for activation in activations
            }

    def all_active(self, scopes: Collection[Scope]) -> Collection[Resource]:
        with self.admin.call("all_active"):
            return [
                _as_read(resource)
                for id, resource in self.admin.resources.items()
                if id in self.admin.active and id.scope in scopes
            ]

    def latest(self, names: Collection[ResourceId]) -> Mapping[ResourceId, ResourceId]:
        with self.admin.call("latest", names):
            newest = {id.at("*"): id for id in self.admin.resources if id.version}
            return {name: newest[name.at("*")] for name in names if name.at("*") in newest}

    def attributes(self, facets: Collection[str]) -> Mapping[ResourceId, Resource]:
        with self.admin.call("attributes"):
            return {
                id: _as_read(row)
                for id, row in self.admin.resources.items()
                if id.kind is Kind.ATTRIBUTES and id.facet in facets
            }

    def named_entities(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        with self.admin.call("named_entities", ids):
            names = self.admin.names()
            plain = NamedEntityMetadata()
            return {
                id: _as_read(self.admin.resources.get(id, Resource(id, spec=plain)))
                for id in ids
                if id in names
            }


class MemoryWriter:
    """The Writer port on a MemoryAdmin; refuses what Admin would, in Admin's words."""

    def __init__(self, admin: MemoryAdmin) -> None:
        self.admin = admin

    def create(self, resource: Resource) -> Created:
        id = resource.id
        with self.admin.call("create", [id]):
            if id.kind is Kind.PROJECT:
                return self._register(resource)
            self._check_project(id)
            stored = replace(_stored(resource), active=(), origin=None)
            existing = self.admin.resources.get(id)
            if existing is None:
                self._check_workflow(stored)
                self.admin.resources[id] = stored
                return Created.NEW
            if existing.digest == stored.digest:
                return Created.IDENTICAL
            text = f"{id.name} {id.kind} with different structure already exists."
            raise VersionConflictError(text, method="Create", subject=str(id))

    def update(self, resource: Resource) -> None:
        id = resource.id
        with self.admin.call("update", [id]):
            if id.kind is Kind.ATTRIBUTES:
                return self._set_attributes(resource)
            if id.kind is Kind.NAMED_ENTITY:
                return self._describe(resource)
            if id.kind is not Kind.PROJECT:
                raise ValueError(f"{id} cannot be updated: a {id.kind} never changes")
            existing = self.admin.resources.get(id)
            if existing is None:
                raise NotFoundError(f"project [{id.project}] not found", subject=str(id))
            wanted, project = _project(resource), _project(existing)
            # Empty texts are "leave it"; a labels message replaces all; state is always written.
            project.name = wanted.name or project.name
            project.description = wanted.description or project.description
            project.state = wanted.state
            if wanted.HasField("labels"):
                project.labels.CopyFrom(wanted.labels)
            self.admin.resources[id] = replace(existing, spec=project)
            return None

    def delete(self, attributes: ResourceId) -> None:
        if attributes.kind is not Kind.ATTRIBUTES:
            raise ValueError(f"{attributes} cannot be deleted: Admin deletes attributes only")
        with self.admin.call("delete", [attributes]):
            self._check_project(attributes)
            for id in list(self.admin.resources):
                if id == attributes or is_below(id, attributes):
                    del self.admin.resources[id]

    def set_active(self, launch_plan: ResourceId, *, active: bool) -> None:
        if launch_plan.kind is not Kind.LAUNCH_PLAN:
            raise ValueError(f"only launch plan versions are switched, not {launch_plan}")
        with self.admin.call("set_active", [launch_plan]):
            if launch_plan not in self.admin.resources:
                raise NotFoundError("missing entity of type LAUNCH_PLAN", subject=str(launch_plan))
            if active:
                # At most one other is switched off, as in Admin: torn names stay torn.
                for former in self.admin.active_under(launch_plan.activation)[:1]:
                    self.admin.active.discard(former.id)
                self.admin.active.add(launch_plan)
            else:
                self.admin.active.discard(launch_plan)

    def _set_attributes(self, resource: Resource) -> None:
        id, spec = resource.id, resource.spec
        if not isinstance(spec, MatchingAttributes):
            raise ValueError(f"{id} needs a spec of MatchingAttributes")
        if spec.WhichOneof("target") != ATTRIBUTE_FIELDS[id.facet]:
            raise ValueError(f"{id} cannot hold {spec.WhichOneof('target')}")
        self._check_project(id)
        if id.facet == PLUGIN_OVERRIDES:
            if not id.domain:
                raise InternalError("unexpected error type for: missing and/or invalid parameters")
            # What Admin takes for the existing row: for a domain's its oldest, a workflow's too.
            for row in self.admin.resources.values():
                if row.id == id or (not id.name and is_below(row.id, id)):
                    self.admin.put(Resource(row.id, spec=_merged(row.spec, spec)))
                    return
        self.admin.put(Resource(id, spec=normalised(spec)))

    def _describe(self, resource: Resource) -> None:
        id, spec = resource.id, resource.spec
        if not isinstance(spec, NamedEntityMetadata):
            raise ValueError(f"{id} needs a spec of NamedEntityMetadata")
        if id not in self.admin.names():
            raise NotFoundError("entry not found", subject=str(id))
        if len(spec.description) > 300:
            raise UnknownError("value too long for type character varying(300)")
        metadata, former = NamedEntityMetadata(), self.admin.resources.get(id)
        metadata.CopyFrom(spec)
        if former is not None and not metadata.description:
            known: Any = former.spec
            metadata.description = known.description
        self.admin.put(Resource(id, spec=metadata))

    def _register(self, resource: Resource) -> Created:
        if resource.id in self.admin.resources:
            return Created.UNVERIFIED
        self.admin.put(Resource(resource.id, spec=_project(resource)))
        return Created.NEW

    def _check_project(self, id: ResourceId) -> None:
        project = self.admin.resources.get(ResourceId(Kind.PROJECT, id.project))
        if project is None:
            raise InvalidArgumentError(f"project [{id.project}] not found", subject=str(id))
        if _project(project).state != Project.ACTIVE:
            raise InvalidArgumentError(f"project [{id.project}] is not active", subject=str(id))
        if id.domain not in self.admin.domains and (id.domain or id.kind is not Kind.ATTRIBUTES):
            text = f"domain [{id.domain}] is unrecognized by system"
            raise InvalidArgumentError(text, subject=str(id))

    def _check_workflow(self, resource: Resource) -> None:
        if resource.id.kind is not Kind.LAUNCH_PLAN:
            return
        spec: Any = resource.spec
        workflow = ResourceId.from_identifier(spec.spec.workflow_id)
        if workflow not in self.admin.resources:
            raise NotFoundError("missing entity of type WORKFLOW", subject=str(resource.id))


@dataclass
class MemoryClock:
    """Time that stands still but for `sleep`, which moves it at once and is remembered."""

    instant: datetime = datetime(2025, 1, 1, tzinfo=UTC)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self.instant + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.seconds += seconds


def a_project(id: str = DEFAULT_PROJECT, /, **fields: Any) -> Resource:
    """A project as desired: `a_project("risk", description="…", state=Project.ARCHIVED)`."""
    project = Project(id=id, **{"name": id} | fields)
    return Resource(ResourceId(Kind.PROJECT, id), spec=project, request=project)


def _project(resource: Resource) -> Project:
    project = Project()
    project.CopyFrom(resource.request or resource.spec)
    project.ClearField("domains")
    return project


def _stored(resource: Resource) -> Resource:
    """What a create leaves behind: a desired resource has its canonical spec, or is a task."""
    if resource.spec is not None:
        return replace(resource, request=None)
    if resource.id.kind is not Kind.TASK or resource.request is None:
        raise ValueError(f"the fake cannot tell what {resource.id} becomes: give a spec")
    request: Any = resource.request
    compiled = CompiledTask(template=request.template)
    compiled.template.id.CopyFrom(resource.id.to_identifier())
    return Resource(resource.id, spec=compiled)


def _merged(before: Any, after: MatchingAttributes) -> MatchingAttributes:
    """Plugin overrides of both, the last of each task type."""
    overrides = {
        override.task_type: override
        for attributes in (before, after)
        for override in attributes.plugin_overrides.overrides
    }
    merged = MatchingAttributes()
    merged.plugin_overrides.overrides.extend(overrides.values())
    return normalised(merged)


def _as_read(resource: Resource) -> Resource:
    return Resource(resource.id, spec=resource.spec)


def _existence(resource: Resource) -> Resource:
    """Admin's lists carry of a workflow's content only its interface."""
    if resource.id.kind is not Kind.WORKFLOW:
        return resource
    full: Any = resource.spec
    listed = CompiledWorkflowClosure()
    listed.primary.template.interface.CopyFrom(full.primary.template.interface)
    return replace(resource, spec=listed, complete=False)
