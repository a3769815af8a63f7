"""Read versions with all they are made of, or everything that an Admin holds.

What costs is asked for side by side, as many calls at once as the connection allows; versions by
name and version together, content of workflows one call each, and of history only what is wanted.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from flyteidl.admin.common_pb2 import NAMED_ENTITY_ARCHIVED
from flyteidl.admin.project_pb2 import Project
from flyteidl.core.identifier_pb2 import ResourceType

from reconciler.admin import AdminClient, Connection, desc, eq
from reconciler.desired import looks_up_children
from reconciler.errors import NotFoundError
from reconciler.model import ATTRIBUTE_NUMBERS, Kind, Resource, ResourceId, Scope, identifiers
from reconciler.remote.estate.estate import VERSIONED, Closure, Estate

Item = TypeVar("Item")
Result = TypeVar("Result")

_TYPES = {
    Kind.TASK: ResourceType.TASK,
    Kind.WORKFLOW: ResourceType.WORKFLOW,
    Kind.LAUNCH_PLAN: ResourceType.LAUNCH_PLAN,
}
_ANY = "-"  # stands for a version where only the name counts
_SYSTEM = ".flytegen."  # what Flyte makes for single tasks
_LEDGER = "reconciler.ledger."


class EstateReader:
    """Reads one Admin; it cannot write."""

    def __init__(self, connection: Connection, *, parallelism: int) -> None:
        self._reader = connection.reader
        self._client = AdminClient(connection.reads)
        self._parallelism = parallelism

    def whole(
        self, *, project: str | None = None, domain: str | None = None, newest: int = 0
    ) -> Estate:
        """Everything in the projects and domains that fit.

        Args:
            newest: How many versions of each name, beside those that are active and what these
                are made of; 0 for the newest one, of names that else would be missing.

        Cost: some lists for each project and domain, a call for each workflow and for each name
            of which the newest version is looked for.
        Raises: NotFoundError for a project or domain that is not there; AdminError or
            UnreachableError if something could not be read.
        """
        projects = [one for one in self._projects() if project in (None, one.id)]
        if not projects:
            raise NotFoundError(f"there is no project {project}" if project else "no project")
        scopes = tuple(
            (one.id, place.id)
            for one in projects
            for place in one.domains
            if domain in (None, place.id)
        )
        if not scopes:
            raise NotFoundError(f"there is no domain {domain}")
        names = self._names(scopes)
        active, remarks = _single(self._reader.all_active(scopes))
        roots = {activation.at(version) for activation, version in active.items()}
        if newest:
            roots |= self._newest(names.keys(), newest)
        else:
            running = {_anonymous(id) for id in roots}
            plans = {id for id in names if id.kind is Kind.LAUNCH_PLAN}
            roots |= set(self._reader.latest(plans - running).values())
        closure = self.closure(roots)
        if not newest:
            there = {_anonymous(id) for id in closure.versions}
            more = set(self._reader.latest(names.keys() - there).values())
            closure = self.closure(roots | more, known=closure)
        kept = _without_own(closure)
        remarks += [
            f"{id} is left out: Admin itself cannot give its content" for id in closure.unreadable
        ]
        return Estate(
            projects=tuple(projects if domain is None else ()),
            scopes=scopes,
            rows=tuple(self._rows(scopes, {one.id for one in projects}, whole=domain is None)),
            names=tuple(one for one in names.values() if one is not None),
            closure=kept,
            descriptions=self.descriptions(kept),
            active=active,
            archived=frozenset(one.id for one in projects if one.state == Project.ARCHIVED),
            remarks=tuple(remarks),
        )

    def active(self, scopes: Collection[Scope]) -> Mapping[ResourceId, str]:
        """By activation, the one version active under each name in these places; of several, the
        one that was switched on last."""
        return _single(self._reader.all_active(scopes))[0]

    def closure(self, roots: Iterable[ResourceId], known: Closure | None = None) -> Closure:
        """These versions, and all that they refer to at any depth.

        Of tasks that look their children up at run time (dynamic and eager ones), everything that
        has their version in their place.

        Args:
            known: What was read before, and is not read again.
        """
        versions = dict(known.versions) if known else {}
        missing = set(known.missing) if known else set()
        unreadable = set(known.unreadable) if known else set()
        looked_up: set[tuple[str, str, str]] = set()
        todo = set(roots) - versions.keys()
        while todo:
            workflows = {id for id in todo if id.kind is Kind.WORKFLOW}
            found = dict(self._reader.workflows(workflows))
            found |= self._reader.versions(todo - workflows)
            missing |= todo - found.keys()
            unreadable |= {id for id, one in found.items() if not one.complete}
            read = {id: one for id, one in found.items() if one.complete}
            versions |= read
            beside = {_scope_of(id) for id, one in read.items() if _has_children(one)} - looked_up
            looked_up |= beside
            todo = {id for some in self._map(self._versioned, sorted(beside)) for id in some}
            todo |= {id for one in read.values() for id in _referred(one)}
            todo -= versions.keys() | missing | unreadable
        return Closure(versions, frozenset(missing), frozenset(unreadable))

    def descriptions(self, closure: Closure) -> Mapping[ResourceId, Any]:
        """What tasks and workflows say of themselves, for those that do."""
        ids = sorted(id for id in closure.versions if id.kind is not Kind.LAUNCH_PLAN)
        found = zip(ids, self._map(self._description, ids), strict=True)
        return {id: one for id, one in found if one is not None}

    def _projects(self) -> Sequence[Any]:
        found = {one.id: one for one in self._client.iter_projects()}
        for state in ("ARCHIVED", "SYSTEM_GENERATED"):
            for one in self._client.iter_projects(filters=eq("state", state)):
                found.setdefault(one.id, one)
        return [found[id] for id in sorted(found)]

    def _names(self, scopes: Sequence[Scope]) -> dict[ResourceId, Resource | None]:
        """Every name, as an id of any version; and what is said of the name, if anything is."""
        asked = [(kind, *scope) for kind in VERSIONED for scope in scopes]
        return {id: one for some in self._map(self._names_of, asked) for id, one in some.items()}

    def _names_of(self, asked: tuple[Kind, str, str]) -> dict[ResourceId, Resource | None]:
        kind, project, domain = asked
        found: dict[ResourceId, Resource | None] = {}
        for one in self._client.iter_named_entities(_TYPES[kind], project, domain):
            if one.id.name.startswith((_SYSTEM, _LEDGER)):
                continue
            id = ResourceId(kind, project, domain, one.id.name, _ANY)
            is_said = one.metadata.description or one.metadata.state == NAMED_ENTITY_ARCHIVED
            found[id] = Resource(id.named_entity, spec=one.metadata) if is_said else None
        return found

    def _newest(self, names: Collection[ResourceId], count: int) -> set[ResourceId]:
        def newest(id: ResourceId) -> list[ResourceId]:
            page = {
                Kind.TASK: self._client.list_tasks_paginated,
                Kind.WORKFLOW: self._client.list_workflows_paginated,
                Kind.LAUNCH_PLAN: self._client.list_launch_plans_paginated,
            }[id.kind]
            place = (id.project, id.domain, id.name)
            rows, _ = page(place, limit=count, sort_by=desc("created_at"))
            return [id.at(row.id.version) for row in rows]

        return {id for some in self._map(newest, sorted(names)) for id in some}

    def _versioned(self, place: tuple[str, str, str]) -> list[ResourceId]:
        """Everything of one version in a project and domain."""
        project, domain, version = place
        lists = {
            Kind.TASK: self._client.iter_tasks,
            Kind.WORKFLOW: self._client.iter_workflows,
            Kind.LAUNCH_PLAN: self._client.iter_launch_plans,
        }
        return [
            ResourceId(kind, project, domain, row.id.name, version)
            for kind, rows in lists.items()
            for row in rows((project, domain), filters=eq("version", version))
            if not row.id.name.startswith(_SYSTEM)
        ]

    def _description(self, id: ResourceId) -> Any:
        try:
            found = self._client.get_description_entity(id.to_identifier())
        except NotFoundError:
            return None
        found.ClearField("id")
        return found if found.ListFields() else None

    def _rows(
        self, scopes: Collection[Scope], projects: Collection[str], *, whole: bool
    ) -> Iterable[Resource]:
        rows = self._reader.attributes(ATTRIBUTE_NUMBERS.keys())
        for id, row in sorted(rows.items()):
            if (whole and not id.domain and id.project in projects) or id.scope in scopes:
                yield row

    def _map(self, function: Callable[[Item], Result], items: Collection[Item]) -> list[Result]:
        # Not on the connection's own threads, which these calls may wait for.
        if not items:
            return []
        with ThreadPoolExecutor(self._parallelism, thread_name_prefix="estate") as pool:
            return list(pool.map(function, items))


def _single(found: Iterable[Resource]) -> tuple[dict[ResourceId, str], list[str]]:
    """The one version of each name, and a remark on each name that has several active."""
    by_name: defaultdict[ResourceId, list[Resource]] = defaultdict(list)
    for one in found:
        if not one.id.name.startswith(_SYSTEM):
            by_name[one.id.activation].append(one)
    active, remarks = {}, []
    for activation, some in sorted(by_name.items()):
        last = max(some, key=lambda one: one.since or 0)
        active[activation] = last.id.version
        if len(some) > 1:
            versions = ", ".join(sorted(one.id.version for one in some))
            remarks.append(
                f"of {activation.path} several versions are active, {versions}; "
                f"{last.id.version} is declared, and apply would switch the others off"
            )
    return active, remarks


def _referred(resource: Resource) -> set[ResourceId]:
    assert resource.spec is not None
    found = set()
    for identifier in identifiers(resource.spec):
        # Of what is inside of a workflow, what is only mentioned has no whole id.
        whole = identifier.project and identifier.domain and identifier.name
        if whole and identifier.version and identifier.resource_type in _TYPES.values():
            found.add(ResourceId.from_identifier(identifier))
    return found - {resource.id}


def _has_children(resource: Resource) -> bool:
    spec: Any = resource.spec
    return resource.id.kind is Kind.TASK and looks_up_children(spec.template)


def _scope_of(id: ResourceId) -> tuple[str, str, str]:
    return id.project, id.domain, id.version


def _anonymous(id: ResourceId) -> ResourceId:
    return id.at(_ANY)


def _without_own(closure: Closure) -> Closure:
    """Without what the tool itself and Flyte keep there, which nobody declares."""
    versions = {
        id: one
        for id, one in closure.versions.items()
        if not id.name.startswith((_SYSTEM, _LEDGER))
    }
    return Closure(versions, closure.missing, closure.unreadable)
