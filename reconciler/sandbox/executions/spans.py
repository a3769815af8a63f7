"""Where the time of an execution went: a tree of spans over its nodes and tasks.

Source: `flyteadmin/pkg/manager/impl/metrics_manager.go`.
"""

from collections.abc import Mapping
from typing import Any

from flyteidl.core import compiler_pb2, metrics_pb2

from reconciler.compiler import go_text
from reconciler.sandbox.dispatch import Call
from reconciler.sandbox.errors import internal
from reconciler.sandbox.executions import dynamic, rows
from reconciler.sandbox.executions.closures import to_execution
from reconciler.sandbox.executions.ids import check_execution_id
from reconciler.sandbox.executions.nodes import to_node, to_task
from reconciler.sandbox.executions.targets import find_workflow, read_workflow
from reconciler.sandbox.store import Session

_START, _END = "start-node", "end-node"

Nodes = Mapping[str, Any]
"""NodeExecutions by the id of their node in the workflow."""


def execution_span(call: Call, session: Session, holder: Any, field: str, *, depth: int) -> Any:
    """Return the Span of an execution, with as many levels below it as asked for.

    Args:
        holder: The message that holds the execution's id.
        field: The field's name there.
        depth: 0 for the execution alone, negative for everything.

    Raises:
        Refusal: What is needed is not there or does not fit together.
    """
    wanted = check_execution_id(holder, field)
    execution = to_execution(rows.execution_row(session, wanted))
    return _Tree(call, session).execution(execution, depth)


class _Tree:
    def __init__(self, call: Call, session: Session) -> None:
        self._call, self._session = call, session

    def execution(self, execution: Any, depth: int) -> Any:
        closure = execution.closure
        span = _between(closure.created_at, closure.updated_at, workflow_id=execution.id)
        if depth == 0:
            return span
        compiled = self._workflow(closure.workflow_id)
        nodes = self._nodes(execution.id, parent=None)
        start = _updated(nodes.get(_START))
        if start is None:
            span.spans.append(
                _between(closure.created_at, closure.updated_at, operation="WORKFLOW_SETUP")
            )
            return span
        span.spans.append(_between(closure.created_at, start, operation="WORKFLOW_SETUP"))
        span.spans.extend(self._each(nodes, compiled, depth - 1))
        _add_teardown(span, _latest(nodes, compiled, _END), closure, "WORKFLOW_TEARDOWN")
        return span

    def _each(self, nodes: Nodes, compiled: Any, depth: int) -> list[Any]:
        defined = {node.id: node for node in compiled.primary.template.nodes}
        spans = []
        for execution in sorted(nodes.values(), key=lambda node: _nanos(node.closure.created_at)):
            node_id = execution.metadata.spec_node_id
            if node_id in (_START, _END):
                continue
            if node_id not in defined:
                shown = go_text(compiled.primary.template.id)
                raise internal(
                    f"failed to discover workflow node '{node_id}' in workflow '{shown}'"
                )
            span = self._node(execution, defined[node_id], depth)
            before = _latest(nodes, compiled, node_id)
            if before is not None:
                # Always the first, and there even where the node's own parts are not asked for.
                created, parts = execution.closure.created_at, list(span.spans)
                del span.spans[:]
                waited = _between(before.updated_at, created, operation="NODE_TRANSITION")
                span.spans.extend([waited, *parts])
            spans.append(span)
        return spans

    def _node(self, execution: Any, node: Any, depth: int) -> Any:
        closure = execution.closure
        span = _between(closure.created_at, closure.updated_at, node_id=execution.id)
        if depth == 0:
            return span
        kind = node.WhichOneof("target")
        if kind == "branch_node":
            span.spans.extend(self._branch(execution, node.branch_node, depth - 1))
        elif kind == "gate_node":
            span.spans.extend(_gate(closure))
        elif kind == "task_node" and execution.metadata.is_parent_node:
            span.spans.extend(self._dynamic(execution, depth - 1))
        elif kind == "task_node":
            span.spans.extend(self._task_node(execution, depth - 1))
        elif kind == "workflow_node":
            span.spans.extend(self._workflow_node(execution, node.workflow_node, depth - 1))
        return span

    def _branch(self, execution: Any, branch: Any, depth: int) -> list[Any]:
        nodes = self._nodes(execution.id.execution_id, parent=execution)
        closure = execution.closure
        if not nodes:
            return [_between(closure.created_at, closure.updated_at, operation="NODE_SETUP")]
        if len(nodes) != 1:
            raise internal(
                f"invalid branch node execution: expected 1 but found {len(nodes)} node "
                "execution(s)"
            )
        (child,) = nodes.values()
        node = _taken(branch, child.metadata.spec_node_id)
        if node is None:
            raise internal(
                "failed to identify branch node final node definition for nodeID "
                f"'{child.metadata.spec_node_id}' and branchNode '{go_text(branch)}'"
            )
        created = child.closure.created_at
        spans = [
            _between(closure.created_at, created, operation="NODE_SETUP"),
            self._node(child, node, depth),
        ]
        return spans + _teardown(child.closure, closure, "NODE_TEARDOWN")

    def _dynamic(self, execution: Any, depth: int) -> list[Any]:
        tasks, closure = self._tasks(execution), execution.closure
        if not tasks:
            return [_between(closure.created_at, closure.updated_at, operation="NODE_SETUP")]
        spans = [_setup(closure, tasks[0].closure), *_attempts(tasks, depth)]
        last = sorted(tasks, key=lambda task: _nanos(task.closure.created_at))[-1].closure
        nodes = self._nodes(execution.id.execution_id, parent=execution)
        if not nodes:
            return spans + _teardown(last, closure, "NODE_RESET")
        started = _updated(nodes.get(_START))
        spans.append(_between(last.updated_at, started, operation="NODE_RESET"))
        row = rows.node_row(self._session, execution.id)
        url = row["dynamic_workflow_remote_closure_reference"]
        compiled = (
            dynamic.read_closure(self._call, url)
            if url
            else compiler_pb2.CompiledWorkflowClosure()
        )
        spans += self._each(nodes, compiled, depth)
        latest = _latest(nodes, compiled, _END)
        return spans + (_teardown(latest, closure, "NODE_TEARDOWN") if latest else [])

    def _task_node(self, execution: Any, depth: int) -> list[Any]:
        tasks, closure = self._tasks(execution), execution.closure
        if not tasks:
            return [_between(closure.created_at, closure.updated_at, operation="NODE_SETUP")]
        setup = _setup(closure, tasks[0].closure)
        ordered = sorted(tasks, key=lambda task: _nanos(task.closure.created_at))
        return [
            setup,
            *_attempts(ordered, depth),
            *_teardown(ordered[-1].closure, closure, "NODE_TEARDOWN"),
        ]

    def _workflow_node(self, execution: Any, node: Any, depth: int) -> list[Any]:
        kind = node.WhichOneof("reference")
        if kind == "launchplan_ref":
            return self._launch_plan(execution, depth)
        if kind == "sub_workflow_ref":
            return self._sub_workflow(execution, node.sub_workflow_ref, depth)
        raise internal(f"failed to identify workflow node type for node: {go_text(node)}")

    def _launch_plan(self, execution: Any, depth: int) -> list[Any]:
        closure = execution.closure
        if not closure.HasField("workflow_node_metadata"):
            return [_between(closure.created_at, closure.updated_at, operation="NODE_SETUP")]
        wanted = check_execution_id(closure.workflow_node_metadata, "executionId")
        child = to_execution(rows.execution_row(self._session, wanted))
        spans = [_setup(closure, child.closure), self.execution(child, depth)]
        return spans + _teardown(child.closure, closure, "NODE_TEARDOWN")

    def _sub_workflow(self, execution: Any, reference: Any, depth: int) -> list[Any]:
        closure = execution.closure
        nodes = self._nodes(execution.id.execution_id, parent=execution)
        if not nodes:
            return [_between(closure.created_at, closure.updated_at, operation="NODE_SETUP")]
        started = _updated(nodes.get(_START))
        spans = [_between(closure.created_at, started, operation="NODE_SETUP")]
        compiled = self._workflow(reference)
        spans += self._each(nodes, compiled, depth)
        latest = _latest(nodes, compiled, _END)
        return spans + (_teardown(latest, closure, "NODE_TEARDOWN") if latest else [])

    def _workflow(self, identifier: Any) -> Any:
        return read_workflow(self._call, find_workflow(self._session, identifier))

    def _nodes(self, execution_id: Any, *, parent: Any | None) -> dict[str, Any]:
        of = (execution_id.project, execution_id.domain, execution_id.name)
        where = (
            "execution_project = ? AND execution_domain = ? AND execution_name = ? AND "
            "parent_id IS NULL AND parent_task_execution_id IS NULL"
        )
        values: tuple[Any, ...] = of
        if parent is not None:
            where, values = "parent_id = ?", (rows.node_row(self._session, parent.id)["id"],)
        sql = f"SELECT * FROM node_executions WHERE {where} ORDER BY id"
        found = [
            to_node(self._session, row, listed=True) for row in self._session.all(sql, values)
        ]
        return {node.metadata.spec_node_id: node for node in found}

    def _tasks(self, execution: Any) -> list[Any]:
        of = execution.id.execution_id
        found = self._session.all(
            "SELECT * FROM task_executions WHERE execution_project = ? AND execution_domain = ? "
            "AND execution_name = ? AND node_id = ? ORDER BY id",
            (of.project, of.domain, of.name, execution.id.node_id),
        )
        return [to_task(self._session, row) for row in found]


def _taken(branch: Any, node_id: str) -> Any | None:
    """Return the node of the branch that was taken."""
    block = branch.if_else
    nodes = [block.case.then_node, *(other.then_node for other in block.other), block.else_node]
    return next((node for node in nodes if node.id == node_id), None)


def _attempts(tasks: list[Any], depth: int) -> list[Any]:
    """Return the spans of a task's attempts and of the time between them."""
    spans: list[Any] = []
    before = None
    for task in sorted(tasks, key=lambda task: _nanos(task.closure.created_at)):
        if before is not None:
            created = task.closure.created_at
            spans.append(_between(before.updated_at, created, operation="NODE_RESET"))
        if depth != 0:
            spans.append(_attempt(task))
        before = task.closure
    return spans


def _attempt(task: Any) -> Any:
    closure = task.closure
    span = _between(closure.created_at, closure.updated_at, task_id=task.id)
    span.spans.extend(_phases(closure, "TASK_SETUP", "TASK_RUNTIME", "TASK_TEARDOWN"))
    return span


def _gate(closure: Any) -> list[Any]:
    return _phases(closure, "NODE_SETUP", "NODE_IDLE", "NODE_TEARDOWN", always=True)


def _phases(
    closure: Any, setup: str, running: str, teardown: str, *, always: bool = False
) -> list[Any]:
    """Split what has started and ended into three.

    Args:
        always: Whether the last part is there even if it would end before it begins.
    """
    if not closure.HasField("started_at"):
        return [_between(closure.created_at, closure.updated_at, operation=setup)]
    spans = [_between(closure.created_at, closure.started_at, operation=setup)]
    if not closure.HasField("duration"):
        return [*spans, _between(closure.started_at, closure.updated_at, operation=running)]
    end = type(closure.started_at)()
    total = _nanos(closure.started_at) + _nanos(closure.duration)
    end.seconds, end.nanos = divmod(total, 1_000_000_000)
    spans.append(_between(closure.started_at, end, operation=running))
    if always or _nanos(closure.updated_at) >= _nanos(end):
        spans.append(_between(end, closure.updated_at, operation=teardown))
    return spans


def _setup(outer: Any, inner: Any) -> Any:
    return _between(outer.created_at, inner.created_at, operation="NODE_SETUP")


def _teardown(inner: Any, outer: Any, operation: str) -> list[Any]:
    """Return the span between two ends, none if the outer one is the earlier."""
    if _nanos(outer.updated_at) < _nanos(inner.updated_at):
        return []
    return [_between(inner.updated_at, outer.updated_at, operation=operation)]


def _add_teardown(span: Any, latest: Any | None, closure: Any, operation: str) -> None:
    if latest is not None:
        span.spans.extend(_teardown(latest, closure, operation))


def _latest(nodes: Nodes, compiled: Any, node_id: str) -> Any | None:
    """Return the closure of the node's upstream that was updated last, if any has begun."""
    upstream = compiled.primary.connections.upstream
    ids = upstream[node_id].ids if node_id in upstream else ()
    closures = [nodes[other].closure for other in ids if other in nodes]
    later = [closure for closure in closures if _nanos(closure.updated_at) > 0]
    return max(later, key=lambda closure: _nanos(closure.updated_at), default=None)


def _updated(node: Any | None) -> Any | None:
    if node is None or not node.closure.HasField("updated_at"):
        return None
    return node.closure.updated_at


def _nanos(moment: Any) -> int:
    return int(moment.seconds) * 1_000_000_000 + int(moment.nanos)


def _between(start: Any | None, end: Any | None, *, operation: str = "", **ids: Any) -> Any:
    span = metrics_pb2.Span(start_time=start, end_time=end, **ids)
    if operation:
        span.operation_id = operation
    return span
