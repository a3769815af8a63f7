"""The lists of Admin: of all places or one, the newest of each name or every version."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from flyteidl.admin.common_pb2 import ObjectGetRequest
from flyteidl.admin.execution_pb2 import (
    WorkflowExecutionGetDataRequest,
    WorkflowExecutionGetRequest,
)
from flyteidl.admin.matchable_resource_pb2 import ListMatchableAttributesRequest
from flyteidl.admin.node_execution_pb2 import (
    NodeExecutionGetDataRequest,
    NodeExecutionGetRequest,
)
from flyteidl.admin.project_pb2 import GetDomainRequest
from flyteidl.core.identifier_pb2 import (
    Identifier,
    NodeExecutionIdentifier,
    WorkflowExecutionIdentifier,
)

from reconciler.admin import AdminClient, eq
from reconciler.errors import NotFoundError, PermissionDeniedError
from reconciler.model import ATTRIBUTE_NUMBERS, Kind, Scope
from reconciler.remote.browse import asked as columns
from reconciler.remote.browse.asked import EVERYTHING, Asked

if TYPE_CHECKING:
    from reconciler.admin import Connection

Result = TypeVar("Result")
Item = TypeVar("Item")

_NEWEST = "-created_at"
_TABLES: Mapping[Kind, tuple[str, Mapping[str, str]]] = {
    Kind.TASK: ("task", columns.ENTITIES),
    Kind.WORKFLOW: ("workflow", columns.ENTITIES),
    Kind.LAUNCH_PLAN: ("launch_plan", columns.LAUNCH_PLANS),
}


class Browser:
    """Reads lists for people; every row is the message that Admin sent. Nothing can be written.

    Where a project or domain is None, all of them are meant. Of several places those that may not
    be read are left out and noted in `refused`; where none may be, that is an error.

    Raises: ValueError for a filter or order that is none; AdminError or UnreachableError.
    """

    def __init__(self, connection: Connection, *, parallelism: int = 10) -> None:
        self._calls: Any = connection.reads
        self._client: Any = AdminClient(connection.reads)
        self._parallelism = parallelism
        self.refused: list[Scope] = []

    # Places

    def projects(self, asked: Asked = EVERYTHING) -> Iterator[Any]:
        """Projects, archived ones only where a filter asks for their state."""
        found: Iterator[Any] = self._client.iter_projects(**_wanted(asked, columns.PROJECTS, "id"))
        return found

    def domains(self) -> Sequence[Any]:
        """Domains, as the server is configured."""
        found: Sequence[Any] = self._calls.get_domains(GetDomainRequest()).domains
        return found

    def places(self, project: str | None, domain: str | None) -> Sequence[Scope]:
        """Every project and domain that is meant."""
        domains = [domain] if domain else [one.id for one in self.domains()]
        projects = [project] if project else [one.id for one in self.projects()]
        return [(one, other) for one in projects for other in domains]

    # Tasks, workflows and launch plans

    def names(self, kind: Kind, place: Scope, *, limit: int | None = None) -> Iterator[str]:
        """Names of one place, by name."""
        list_ids = getattr(self._client, f"iter_{_TABLES[kind][0]}_ids")
        return (row.name for row in list_ids(*place, limit=limit))

    def newest(self, kind: Kind, places: Sequence[Scope], asked: Asked) -> Iterator[Any]:
        """Of each name the newest version that the filters let through, by place and name.

        Cost: a call a name, several at once.
        """
        for place in places[:1]:  # wrong filters are told before anything is read
            self.versions(kind, place, "", asked)
        named = self._readable(lambda place: [(place, n) for n in self.names(kind, place)], places)
        every = [one for some in named for one in some]
        newest = Asked(asked.filters, asked.sort, limit=1)

        def first(one: tuple[Scope, str]) -> Any:
            return next(self.versions(kind, one[0], one[1], newest), None)

        found = (row for row in self.each(first, every) if row is not None)
        return islice(found, asked.limit)

    def versions(self, kind: Kind, place: Scope, name: str, asked: Asked) -> Iterator[Any]:
        """Versions of a name, or with "" of every name of a place; newest first."""
        word, known = _TABLES[kind]
        list_versions = getattr(self._client, f"iter_{word}s")
        of = (*place, name) if name else place
        found: Iterator[Any] = list_versions(of, **_wanted(asked, known, _NEWEST))
        return found

    def all_versions(self, kind: Kind, places: Sequence[Scope], asked: Asked) -> Iterator[Any]:
        """Every version of every name, place after place, in each newest first."""
        if len(places) == 1:
            return self.versions(kind, places[0], "", asked)
        found = self._readable(lambda place: list(self.versions(kind, place, "", asked)), places)
        return islice((row for some in found for row in some), asked.limit)

    def entity(self, kind: Kind, place: Scope, name: str, version: str) -> Any:
        """One version in full.

        Raises: NotFoundError.
        """
        id = Identifier(
            resource_type=kind.name, project=place[0], domain=place[1], name=name, version=version
        )
        return getattr(self._calls, f"get_{_TABLES[kind][0]}")(ObjectGetRequest(id=id))

    # Executions

    def executions(
        self, places: Sequence[Scope], asked: Asked, *, archived: bool = False
    ) -> Iterator[Any]:
        """Executions of these places, newest first.

        Args:
            archived: Those that were archived instead.
        """
        wanted = _wanted(asked, columns.EXECUTIONS, _NEWEST)
        if archived:
            wanted["filters"] = [*wanted["filters"], eq("state", "ARCHIVED")]

        def of(place: Scope) -> Iterator[Any]:
            rows: Iterator[Any] = self._client.iter_executions(*place, **wanted)
            return rows

        if len(places) == 1:
            return of(places[0])
        found = [row for some in self._readable(lambda one: list(of(one)), places) for row in some]
        if not asked.sort:
            found.sort(key=_created, reverse=True)
        return islice(found, asked.limit)

    def execution(self, id: WorkflowExecutionIdentifier) -> Any:
        """One execution in full.

        Raises: NotFoundError.
        """
        return self._calls.get_execution(WorkflowExecutionGetRequest(id=id))

    def execution_data(self, id: WorkflowExecutionIdentifier) -> dict[str, Any]:
        """Its `inputs` and `outputs`, each a LiteralMap."""
        answer = self._calls.get_execution_data(WorkflowExecutionGetDataRequest(id=id))
        return {"inputs": answer.full_inputs, "outputs": answer.full_outputs}

    def node(self, id: NodeExecutionIdentifier) -> Any:
        """One node in full.

        Raises: NotFoundError.
        """
        return self._calls.get_node_execution(NodeExecutionGetRequest(id=id))

    def node_data(self, id: NodeExecutionIdentifier) -> dict[str, Any]:
        """Its `inputs` and `outputs`, each a LiteralMap."""
        answer = self._calls.get_node_execution_data(NodeExecutionGetDataRequest(id=id))
        return {"inputs": answer.full_inputs, "outputs": answer.full_outputs}

    def nodes(
        self, execution: WorkflowExecutionIdentifier, asked: Asked, *, parent: str = ""
    ) -> Iterator[Any]:
        """Nodes of an execution, or those below one of them, in the order they came."""
        found: Iterator[Any] = self._client.iter_node_executions(
            execution,
            unique_parent_id=parent or None,
            **_wanted(asked, columns.NODES, "created_at"),
        )
        return found

    def attempts(self, node: NodeExecutionIdentifier, asked: Asked) -> Iterator[Any]:
        """Attempts of a node at its task, in the order they came."""
        found: Iterator[Any] = self._client.iter_task_executions(
            node, **_wanted(asked, columns.ATTEMPTS, "created_at")
        )
        return found

    def all_attempts(self, execution: WorkflowExecutionIdentifier, asked: Asked) -> Iterator[Any]:
        """Attempts of every node of an execution, those of nodes within nodes, too."""
        ids = [row.id for row in self.all_nodes(execution, EVERYTHING)]
        found = self.each(lambda id: list(self.attempts(id, asked)), ids)
        return islice((row for some in found for row in some), asked.limit)

    def all_nodes(
        self, execution: WorkflowExecutionIdentifier, asked: Asked, *, parent: str = ""
    ) -> Iterator[Any]:
        """Nodes of an execution, each followed by those below it; filters hide no descendants."""
        every = Asked(sort=asked.sort)
        wanted = asked.filters and {
            row.id.node_id
            for row in self.nodes(execution, Asked(asked.filters, asked.sort), parent=parent)
        }
        for row in self.nodes(execution, every, parent=parent):
            if not asked.filters or row.id.node_id in wanted:
                yield row
            if row.metadata.is_parent_node:
                yield from self.all_nodes(execution, asked, parent=row.id.node_id)

    def signals(self, execution: WorkflowExecutionIdentifier, asked: Asked) -> Iterator[Any]:
        """What an execution waits for somebody to say, or was told."""
        found: Iterator[Any] = self._client.iter_signals(
            execution, **_wanted(asked, columns.SIGNALS, "created_at")
        )
        return found

    # Attributes

    def attributes(self, facets: Iterable[str] = ()) -> Iterator[Any]:
        """Attributes of every level, by their type; all types, if none is said."""
        wanted = list(facets) or list(ATTRIBUTE_NUMBERS)

        def read(facet: str) -> Sequence[Any]:
            request = ListMatchableAttributesRequest(resource_type=ATTRIBUTE_NUMBERS[facet])
            found: Sequence[Any] = self._calls.list_matchable_attributes(request).configurations
            return found

        for some in self.each(read, wanted):
            yield from some

    # Where else something is

    def near(self, kind: Kind, name: str, *, limit: int = 2000) -> Sequence[tuple[Scope, str]]:
        """Names of this kind anywhere, to tell somebody who asked for one that is not there."""
        places = self.places(None, None)

        def some(place: Scope) -> list[tuple[Scope, str]]:
            try:
                return [(place, one) for one in self.names(kind, place, limit=limit)]
            except (NotFoundError, PermissionDeniedError):
                return []

        return [one for found in self.each(some, places) for one in found]

    def _readable(
        self, function: Callable[[Scope], Result], places: Sequence[Scope]
    ) -> Iterator[Result]:
        """The function of each place that may be read."""

        def attempt(place: Scope) -> Result | PermissionDeniedError:
            try:
                return function(place)
            except PermissionDeniedError as error:
                return error

        errors = []
        for place, found in zip(places, self.each(attempt, places), strict=True):
            if isinstance(found, PermissionDeniedError):
                errors.append((place, found))
            else:
                yield found
        if errors and len(errors) == len(places):
            raise errors[0][1]
        self.refused += [place for place, _ in errors]

    def each(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """The function of each, several at once, in order; one by one within such a function."""
        if len(items) < 2 or getattr(_here, "is_worker", False):
            yield from map(function, items)
            return
        with ThreadPoolExecutor(
            min(self._parallelism, len(items)), initializer=_becomes_worker
        ) as pool:
            yield from pool.map(function, items)


def _wanted(asked: Asked, known: Mapping[str, str], otherwise: str) -> dict[str, Any]:
    """What the client's lists take of it."""
    return {
        "filters": asked.conditions(known),
        "sort_by": asked.order(known, otherwise),
        "limit": asked.limit,
    }


_here = threading.local()


def _becomes_worker() -> None:
    _here.is_worker = True


def _created(row: Any) -> tuple[int, int]:
    at = row.closure.created_at
    return at.seconds, at.nanos
