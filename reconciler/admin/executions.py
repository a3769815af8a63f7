"""Executions as backfills see them: which there are, how they stand; and starting one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from flyteidl.admin.common_pb2 import NamedEntityIdentifier, ResourceListRequest, Sort
from flyteidl.admin.execution_pb2 import (
    ExecutionCreateRequest,
    ExecutionMetadata,
    WorkflowExecutionGetDataRequest,
)
from flyteidl.core.execution_pb2 import WorkflowExecution
from flyteidl.core.identifier_pb2 import WorkflowExecutionIdentifier
from flyteidl.core.literals_pb2 import LiteralMap

from reconciler.admin.calls import AdminCalls
from reconciler.admin.paging import BY_ID, Page, read_all
from reconciler.admin.pool import Pool
from reconciler.admin.queries import VALUES, chunks, is_sayable, value_in
from reconciler.model import (
    BACKFILL_LABEL,
    INPUTS_ANNOTATION,
    NO_INPUTS,
    Kind,
    Phase,
    ResourceId,
    Run,
)

_PAGE = 500  # rows of a list; each holds its execution's spec
# Admin's lists leave out what is archived, unless something is said of its state; and yet it would
# take the name of such an execution for taken, once its inputs are overwritten.
_ARCHIVED_TOO = "gte(state,0)"
_NEWEST = Sort(key="id", direction=Sort.DESCENDING)
_PHASES = {
    WorkflowExecution.SUCCEEDED: Phase.SUCCEEDED,
    WorkflowExecution.FAILED: Phase.FAILED,
    WorkflowExecution.ABORTED: Phase.FAILED,
    WorkflowExecution.TIMED_OUT: Phase.FAILED,
}
_UNENDED = [name for name, number in WorkflowExecution.Phase.items() if number not in _PHASES]
_SECOND = 1_000_000_000


class AdminExecutionReader:
    """Reads executions (see `ports.ExecutionReader`).

    Args:
        calls: On a channel that refuses whatever is not a read.
        pool: Bounds how many calls are under way at once.
    """

    def __init__(self, calls: AdminCalls, pool: Pool) -> None:
        self._calls = calls
        self._pool = pool

    def runs(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Run]:
        names: dict[tuple[str, str], list[str]] = {}
        for id in ids:
            names.setdefault(id.scope, []).append(id.name)
        queries = [
            (scope, some)
            for scope in sorted(names)
            for some in chunks(sorted(names[scope]), VALUES)
        ]
        answers = self._pool.map(self._named, queries)
        return {run.id: run for answer in answers for run in answer}

    def runs_of(self, launch_plan: ResourceId, *, since: int) -> Sequence[Run]:
        if not is_sayable(launch_plan.name):
            return []
        filters = (
            f"eq(launch_plan.name,{launch_plan.name})"
            f"+gte(execution_created_at,{_time(since)})+{_ARCHIVED_TOO}"
        )
        return [
            run
            for run in self._list(launch_plan.scope, filters, _PAGE)
            if run.scheduled_at is not None and run.launch_plan.activation == launch_plan
        ]

    def under_way(self, backfill: ResourceId) -> Sequence[Run]:
        filters = (
            f"eq(execution_tag.key,{BACKFILL_LABEL})+eq(execution_tag.value,{backfill.name})"
            f"+value_in(phase,{';'.join(_UNENDED)})+{_ARCHIVED_TOO}"
        )
        # Admin joins tags by an execution's name alone, and so finds namesakes elsewhere, too.
        return [
            run
            for run in self._list(backfill.scope, filters, _PAGE)
            if run.phase is Phase.RUNNING and run.backfill == backfill.name
        ]

    def last_scheduled(self, launch_plan: ResourceId) -> Run | None:
        if not is_sayable(launch_plan.name) or not is_sayable(launch_plan.version):
            return None
        filters = (
            f"eq(launch_plan.name,{launch_plan.name})+eq(launch_plan.version,{launch_plan.version})"
            f"+eq(mode,{ExecutionMetadata.SCHEDULED})+{_ARCHIVED_TOO}"
        )
        request = ResourceListRequest(
            id=_place(launch_plan.scope), limit=1, filters=filters, sort_by=_NEWEST
        )
        return next(_runs(self._calls.list_executions(request).executions), None)

    def given(self, execution: ResourceId) -> LiteralMap:
        id = WorkflowExecutionIdentifier(
            project=execution.project, domain=execution.domain, name=execution.name
        )
        return self._calls.get_execution_data(WorkflowExecutionGetDataRequest(id=id)).full_inputs

    def _named(self, query: tuple[tuple[str, str], list[str]]) -> list[Run]:
        scope, names = query
        filters = f"{value_in('execution_name', names)}+{_ARCHIVED_TOO}"
        return self._list(scope, filters, len(names) + 1)

    def _list(self, scope: tuple[str, str], filters: str, limit: int) -> list[Run]:
        place = _place(scope)

        def fetch(limit: int, token: str) -> Page[Any]:
            request = ResourceListRequest(
                id=place, limit=limit, token=token, filters=filters, sort_by=BY_ID
            )
            answer = self._calls.list_executions(request)
            return Page(answer.executions, answer.token)

        what = f"executions of {'/'.join(scope)}"
        rows = read_all(fetch, limit=limit, key=lambda row: str(row.id.name), what=what)
        return list(_runs(rows))


class AdminLauncher:
    """Starts executions (see `ports.Launcher`)."""

    def __init__(self, calls: AdminCalls) -> None:
        self._calls = calls

    def launch(self, request: ExecutionCreateRequest) -> None:
        self._calls.create_execution(request)


def _runs(rows: Any) -> Iterator[Run]:
    """Executions of launch plans; those of single tasks are nobody's slots."""
    for row in rows:
        launch_plan = row.spec.launch_plan
        try:
            runs = ResourceId.from_identifier(launch_plan)
        except ValueError:
            continue
        metadata = row.spec.metadata
        by_scheduler = metadata.mode == ExecutionMetadata.SCHEDULED
        said = row.spec.annotations.values.get(INPUTS_ANNOTATION, "")
        scheduled_at = None
        if metadata.HasField("scheduled_at"):
            scheduled_at = metadata.scheduled_at.seconds * _SECOND + metadata.scheduled_at.nanos
        phase = row.closure.phase
        yield Run(
            id=ResourceId(Kind.EXECUTION, row.id.project, row.id.domain, row.id.name),
            launch_plan=runs,
            phase=_PHASES.get(phase, Phase.RUNNING),
            word=WorkflowExecution.Phase.Name(phase),
            scheduled_at=scheduled_at,
            by_scheduler=by_scheduler,
            # The scheduler gives nothing but the time.
            inputs=said or (NO_INPUTS if by_scheduler else ""),
            backfill=row.spec.labels.values.get(BACKFILL_LABEL, ""),
        )


def _place(scope: tuple[str, str]) -> NamedEntityIdentifier:
    return NamedEntityIdentifier(project=scope[0], domain=scope[1])


def _time(instant: int) -> str:
    """An instant as filters spell it, to the second."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(instant // _SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
