"""Looking at an execution again and again, as cheaply as it changes.

Each look reads the execution, the nodes of every level that is not yet over, and the attempts of
nodes that are not; what has ended once is remembered. An execution that a node started is looked
at as a part of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flyteidl.core.execution_pb2 import NodeExecution, TaskExecution, WorkflowExecution
from flyteidl.core.identifier_pb2 import WorkflowExecutionIdentifier

from reconciler.errors import AdminError
from reconciler.model import Branch, Kind, Log
from reconciler.remote.browse.asked import EVERYTHING
from reconciler.remote.browse.browser import Browser
from reconciler.remote.browse.parts import Part, parts_of

_SYSTEM = ("start-node", "end-node")
_UNKNOWN = Part("")
_GOING = (WorkflowExecution.QUEUED, WorkflowExecution.RUNNING)
_DEPTH = 12  # levels of executions and workflows within each other that are looked into


class Watcher:
    """Looks at one execution.

    Args:
        depth: How many levels below the execution's own nodes are looked into; None for all.
    """

    def __init__(
        self, browser: Browser, id: WorkflowExecutionIdentifier, *, depth: int | None = None
    ) -> None:
        self._browser = browser
        self._id = id
        self._depth = _DEPTH if depth is None else min(depth, _DEPTH)
        self._over: dict[str, Branch] = {}
        self._parts: dict[str, Mapping[str, Part]] = {}

    def look(self) -> Branch:
        """The execution as it is now.

        Raises: NotFoundError if there is none; AdminError or UnreachableError.
        """
        return self._execution(self._id, self._id.name, self._depth)

    def glance(self) -> Branch:
        """The execution alone, without its nodes. Costs one call.

        Raises: As `look`.
        """
        return _bare(self._browser.execution(self._id), self._id.name)

    def _execution(self, id: WorkflowExecutionIdentifier, path: str, depth: int) -> Branch:
        if path in self._over:
            return self._over[path]
        row = self._browser.execution(id)
        closure = row.closure
        children = self._level(id, "", path, depth, self._parts_of(closure.workflow_id))
        waits = "" if row.closure.phase not in _GOING else self._waits_for(id, children)
        branch = replace(_bare(row, path), reason=waits, children=children)
        return self._kept(branch)

    def _waits_for(self, id: WorkflowExecutionIdentifier, children: Sequence[Branch]) -> str:
        """Signals that nobody gave yet, looked for where a node runs and nothing in it does."""
        if not any(_may_wait(one) for one in children):
            return ""
        open_signals = [
            row.id.signal_id
            for row in self._browser.signals(id, EVERYTHING)
            if not row.value.WhichOneof("value")
        ]
        return f"waits for signal {', '.join(open_signals)}" if open_signals else ""

    def _parts_of(self, workflow: Any) -> Mapping[str, Part]:
        """What the nodes of a workflow run; nothing is known of one that cannot be read."""
        key = f"{workflow.project}/{workflow.domain}/{workflow.name}@{workflow.version}"
        if key not in self._parts:
            try:
                place = (workflow.project, workflow.domain)
                found = self._browser.entity(Kind.WORKFLOW, place, workflow.name, workflow.version)
                self._parts[key] = parts_of(found.closure.compiled_workflow)
            except AdminError:
                self._parts[key] = {}
        return self._parts[key]

    def _level(
        self,
        id: WorkflowExecutionIdentifier,
        parent: str,
        path: str,
        depth: int,
        parts: Mapping[str, Part],
    ) -> tuple[Branch, ...]:
        rows = [
            row
            for row in self._browser.nodes(id, EVERYTHING, parent=parent)
            if row.id.node_id not in _SYSTEM and row.metadata.spec_node_id not in _SYSTEM
        ]

        def part(row: Any) -> Part:
            return parts.get(row.metadata.spec_node_id or row.id.node_id, _UNKNOWN)

        return tuple(
            self._browser.each(lambda row: self._node(id, row, path, depth, part(row)), rows)
        )

    def _node(
        self,
        execution: WorkflowExecutionIdentifier,
        row: Any,
        above: str,
        depth: int,
        part: Part,
    ) -> Branch:
        path = f"{above}/{row.id.node_id}"
        if path in self._over:
            return self._over[path]
        closure = row.closure
        branch = Branch(
            path=path,
            name=row.id.node_id,
            phase=_phase(NodeExecution, closure.phase),
            runs=part.runs,
            started=_nanos(closure.started_at),
            ended=_end(closure),
            cache=_cache(closure),
            error=_error(closure),
        )
        child = closure.workflow_node_metadata.executionId
        if child.name:
            branch = self._started(branch, child, depth)
        elif row.metadata.is_parent_node or row.metadata.is_dynamic:
            parts = part.parts or {}
            below = self._level(execution, row.id.node_id, path, depth - 1, parts) if depth else ()
            branch = replace(branch, runs=part.runs or "nodes", children=below)
        # What ended well has nothing to say that a call each would be worth.
        is_fine = branch.has_ended and not branch.went_wrong and branch.runs
        if not branch.children and not is_fine:
            branch = self._attempted(branch, row)
        return self._kept(branch)

    def _started(self, branch: Branch, child: WorkflowExecutionIdentifier, depth: int) -> Branch:
        """A node that started an execution, with what that is made of."""
        named = replace(branch, runs=branch.runs or f"execution {child.name}")
        if not depth:
            return named
        try:
            below = self._execution(child, f"{branch.path}/{child.name}", depth - 1)
        except AdminError:
            # Not yet there, or not ours to see: the node is there all the same.
            return named
        return replace(named, children=(below,))

    def _attempted(self, branch: Branch, row: Any) -> Branch:
        """A node that runs a task, with what its last attempt says."""
        attempts = list(self._browser.attempts(row.id, EVERYTHING))
        if not attempts:
            return branch
        last = attempts[-1].closure
        name = attempts[-1].id.task_id.name
        mapped = _mapped(last.metadata.external_resources) if row.metadata.is_array else ""
        reason = "" if branch.has_ended else last.reason
        runs = branch.runs or name
        return replace(
            branch,
            runs=f"{runs}, {mapped}" if mapped else runs,
            attempts=max(one.id.retry_attempt for one in attempts) + 1,
            reason=" ".join(reason.split()),
            logs=tuple(Log(log.name, log.uri) for log in _logs(last)),
        )

    def _kept(self, branch: Branch) -> Branch:
        # A node may be over before Admin was told of all below it.
        if branch.has_ended and all(child.has_ended for child in branch.children):
            self._over[branch.path] = branch
        return branch


def _bare(row: Any, path: str) -> Branch:
    """An execution without what it is made of."""
    closure, reference = row.closure, row.spec.launch_plan
    return Branch(
        path=path,
        name=row.id.name,
        phase=_phase(WorkflowExecution, closure.phase),
        runs=f"{reference.name}@{reference.version}",
        started=_nanos(closure.started_at),
        ended=_end(closure),
        error=_error(closure),
    )


def _may_wait(branch: Branch) -> bool:
    """Whether a node could be one that waits for a signal."""
    return branch.phase == "RUNNING" and not branch.attempts and not branch.children


def _mapped(resources: Sequence[Any]) -> str:
    """How far the elements of a map came: of each its last attempt counts."""
    last: dict[int, Any] = {}
    for resource in resources:
        former = last.get(resource.index)
        if former is None or resource.retry_attempt >= former.retry_attempt:
            last[resource.index] = resource
    if not last:
        return ""
    done = sum(one.phase == TaskExecution.SUCCEEDED for one in last.values())
    failed = sum(one.phase == TaskExecution.FAILED for one in last.values())
    return f"{done} of {len(last)} mapped" + (f", {failed} failed" if failed else "")


def _logs(closure: Any) -> list[Any]:
    parts = closure.metadata.external_resources
    return [*closure.logs, *(log for one in parts for log in one.logs)]


def _phase(enum: Any, number: int) -> str:
    found = enum.Phase.DESCRIPTOR.values_by_number.get(number)
    return found.name if found is not None else str(number)


def _nanos(at: Any) -> int | None:
    return int(at.ToNanoseconds()) if at.ByteSize() else None


def _end(closure: Any) -> int | None:
    """When it ended: its beginning and how long it took, where both are known."""
    if not closure.duration.ByteSize() or not closure.started_at.ByteSize():
        return None
    return int(closure.started_at.ToNanoseconds() + closure.duration.ToNanoseconds())


def _error(closure: Any) -> str:
    match closure.WhichOneof("output_result"):
        case "error":
            return str(closure.error.message or closure.error.code)
        case "abort_metadata":
            aborted = closure.abort_metadata
            by = f"aborted by {aborted.principal}" if aborted.principal else "aborted"
            return f"{by}: {aborted.cause}" if aborted.cause else by
    return ""


def _cache(closure: Any) -> str:
    from flyteidl.core.catalog_pb2 import CatalogCacheStatus

    status = closure.task_node_metadata.cache_status
    return "" if not status else CatalogCacheStatus.Name(status).removeprefix("CACHE_").lower()
