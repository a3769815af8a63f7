"""The Reader port on AdminService: few calls, all at once, none through history."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flyteidl.admin.common_pb2 import (
    NamedEntityIdentifier,
    NamedEntityListRequest,
    ObjectGetRequest,
    ResourceListRequest,
    Sort,
)
from flyteidl.admin.matchable_resource_pb2 import ListMatchableAttributesRequest
from flyteidl.admin.project_pb2 import GetDomainRequest, ProjectListRequest

from reconciler.admin.calls import AdminCalls
from reconciler.admin.codec import CODECS, attributes, named_entity
from reconciler.admin.codec.request import to_get
from reconciler.admin.codec.workflow import from_workflow
from reconciler.admin.paging import BY_ID, Page, read_all
from reconciler.admin.pool import Pool
from reconciler.admin.queries import (
    PAGE,
    Listing,
    Names,
    Query,
    chunks,
    holding_queries,
    is_sayable,
    names_queries,
    queries,
    value_in,
)
from reconciler.admin.retry import UNREADABLE_CLOSURE
from reconciler.errors import InternalError, InvalidArgumentError, NotFoundError, UnknownError
from reconciler.model import ATTRIBUTE_NUMBERS, Kind, Resource, ResourceId, Scope

_NEWEST = Sort(key="created_at", direction=Sort.DESCENDING)
_BY_IDENTIFIER = Sort(key="identifier", direction=Sort.ASCENDING)
_BY_NAME = Sort(key="name", direction=Sort.ASCENDING)
# Admin cuts a page of names before it filters: only a page that holds all of them misses none.
_ALL_NAMES = 2**31 - 1


class AdminReader:
    """Reads Admin by name and version (see `ports.Reader`).

    Args:
        calls: On a channel that refuses whatever is not a read.
        pool: Bounds how many calls are under way at once.
    """

    def __init__(self, calls: AdminCalls, pool: Pool) -> None:
        self._calls = calls
        self._pool = pool
        self._tables = {
            Kind.TASK: _Table(calls.list_tasks, "tasks", calls.get_task),
            Kind.WORKFLOW: _Table(calls.list_workflows, "workflows", calls.get_workflow),
            Kind.LAUNCH_PLAN: _Table(
                calls.list_launch_plans, "launch_plans", calls.get_launch_plan
            ),
        }

    def domains(self) -> Collection[str]:
        return tuple(domain.id for domain in self._calls.get_domains(GetDomainRequest()).domains)

    def projects(self, names: Collection[str]) -> Mapping[str, Resource]:
        # What a filter cannot say is no DNS label, so no project can have that name.
        wanted = sorted({name for name in names if name and is_sayable(name)})
        pages = self._pool.map(self._list_projects, chunks(wanted))
        return {project.id.project: project for page in pages for project in page}

    def versions(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        for id in ids:
            self._table(id.kind)
        wanted = set(ids)
        answers = self._pool.map(self._ask, queries(ids))
        return {one.id: one for answer in answers for one in answer if one.id in wanted}

    def workflows(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        for id in ids:
            if id.kind is not Kind.WORKFLOW:
                raise ValueError(f"{id} is no workflow")
        found = self._pool.map(self._get, sorted(set(ids)))
        return {one.id: one for one in found if one is not None}

    def holding(self, workflows: Mapping[ResourceId, bytes]) -> Collection[ResourceId]:
        answers = self._pool.map(self._ask_digests, holding_queries(workflows))
        return {one.id for answer in answers for one in answer if one.id in workflows}

    def active(
        self, activations: Collection[ResourceId]
    ) -> Mapping[ResourceId, tuple[Resource, ...]]:
        found: dict[ResourceId, list[Resource]] = {id: [] for id in activations}
        for rows in self._pool.map(self._list, _active_listings(activations)):
            for row in rows:
                if row.id.activation in found:
                    found[row.id.activation].append(row)
        return {id: tuple(versions) for id, versions in found.items()}

    def all_active(self, scopes: Collection[Scope]) -> Collection[Resource]:
        listings = [
            Listing(Kind.LAUNCH_PLAN, project, domain, "", "eq(state,1)", PAGE)
            for project, domain in sorted(set(scopes))
        ]
        return [row for rows in self._pool.map(self._list, listings) for row in rows]

    def latest(self, names: Collection[ResourceId]) -> Mapping[ResourceId, ResourceId]:
        asked = sorted(set(names))
        newest = self._pool.map(self._newest, asked)
        return {id: found for id, found in zip(asked, newest, strict=True) if found}

    def attributes(self, facets: Collection[str]) -> Mapping[ResourceId, Resource]:
        answers = self._pool.map(self._rows, sorted(set(facets)))
        return {row.id: row for answer in answers for row in answer}

    def named_entities(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Resource]:
        for id in ids:
            if id.kind is not Kind.NAMED_ENTITY:
                raise ValueError(f"{id} is no named entity")
        wanted = set(ids)
        answers = self._pool.map(self._names, names_queries(ids))
        return {one.id: one for answer in answers for one in answer if one.id in wanted}

    def _list_projects(self, names: list[str]) -> list[Resource]:
        filters = value_in("identifier", names)

        def fetch(limit: int, token: str) -> Page[Any]:
            request = ProjectListRequest(
                limit=limit, token=token, filters=filters, sort_by=_BY_IDENTIFIER
            )
            answer = self._calls.list_projects(request)
            return Page(answer.projects, answer.token)

        rows = read_all(fetch, limit=len(names) + 1, key=lambda row: row.id, what="projects")
        return [CODECS[Kind.PROJECT].read(row) for row in rows]

    def _ask(self, query: Query) -> list[Resource]:
        if isinstance(query, Listing):
            return self._list(query)
        found = self._get(query)
        return [] if found is None else [found]

    def _ask_digests(self, listing: Listing) -> list[Resource]:
        try:
            return self._list(listing)
        except (UnknownError, InvalidArgumentError):
            return []  # a database that compares no digests; so nothing is proven

    def _list(self, listing: Listing) -> list[Resource]:
        table = self._table(listing.kind)
        place = NamedEntityIdentifier(
            project=listing.project, domain=listing.domain, name=listing.name
        )

        def fetch(limit: int, token: str) -> Page[Any]:
            request = ResourceListRequest(
                id=place, limit=limit, token=token, filters=listing.filters, sort_by=BY_ID
            )
            answer = table.list(request)
            return Page(getattr(answer, table.field), answer.token)

        what = f"{listing.kind}s of {listing.project}/{listing.domain}"
        rows = read_all(fetch, limit=listing.limit, key=_row_key, what=what)
        if listing.kind is Kind.WORKFLOW:
            return [from_workflow(row, complete=False) for row in rows]
        return [CODECS[listing.kind].read(row) for row in rows]

    def _get(self, id: ResourceId) -> Resource | None:
        try:
            found = CODECS[id.kind].read(self._table(id.kind).get(to_get(id)))
        except NotFoundError:
            return None
        except InternalError as error:
            # The row is there, the blob beside it is lost or over Admin's own limit.
            if UNREADABLE_CLOSURE in error.text:
                return Resource(id, complete=False)
            raise
        # Admin drops what is empty to it from its search, and could answer with another.
        return found if found.id == id else None

    def _newest(self, id: ResourceId) -> ResourceId | None:
        table = self._table(id.kind)
        place = NamedEntityIdentifier(project=id.project, domain=id.domain, name=id.name)
        answer = table.list(ResourceListRequest(id=place, limit=1, sort_by=_NEWEST))
        rows = getattr(answer, table.field)
        return id.at(rows[0].id.version) if rows else None

    def _rows(self, facet: str) -> list[Resource]:
        request = ListMatchableAttributesRequest(resource_type=ATTRIBUTE_NUMBERS[facet])
        found = self._calls.list_matchable_attributes(request).configurations
        return [row for row in map(attributes.from_row, found) if row is not None]

    def _names(self, query: Names | ResourceId) -> list[Resource]:
        if isinstance(query, Names):
            request = NamedEntityListRequest(
                resource_type=named_entity.RESOURCE_TYPES[query.facet],
                project=query.project,
                domain=query.domain,
                filters=query.filters,
                limit=_ALL_NAMES,
                sort_by=_BY_NAME,
            )
            found = self._calls.list_named_entities(request).entities
            return [named_entity.from_named_entity(one, query.facet) for one in found]
        try:
            answer = self._calls.get_named_entity(named_entity.to_get(query))
        except NotFoundError:
            return []
        return [named_entity.from_named_entity(answer, query.facet)]

    def _table(self, kind: Kind) -> "_Table":
        if kind not in self._tables:
            raise ValueError(f"a {kind} has no versions to read")
        return self._tables[kind]


@dataclass(frozen=True, slots=True)
class _Table:
    """One kind's list, the field of its answer that holds the rows, and its get."""

    list: Callable[[ResourceListRequest], Any]
    field: str
    get: Callable[[ObjectGetRequest], Any]


def _active_listings(activations: Collection[ResourceId]) -> list[Listing]:
    """Lists of what is active under these names: one for hundreds, or one for an odd name."""
    scopes: dict[tuple[str, str], list[str]] = {}
    for id in sorted(set(activations), key=lambda one: one.sort_key):
        if id.kind is not Kind.ACTIVATION:
            raise ValueError(f"{id} is no activation")
        scopes.setdefault((id.project, id.domain), []).append(id.name)
    found: list[Listing] = []
    for (project, domain), names in scopes.items():
        for some in chunks(name for name in names if is_sayable(name)):
            filters = f"eq(state,1)+{value_in('name', some)}"
            # One a name, and room for some torn ones before a second page is needed.
            limit = min(2 * len(some) + 1, PAGE)
            found.append(Listing(Kind.LAUNCH_PLAN, project, domain, "", filters, limit))
        for name in names:
            if not is_sayable(name) and "\0" not in name:
                found.append(Listing(Kind.LAUNCH_PLAN, project, domain, name, "eq(state,1)", PAGE))
    return found


def _row_key(row: Any) -> tuple[str, str]:
    return row.id.name, row.id.version
