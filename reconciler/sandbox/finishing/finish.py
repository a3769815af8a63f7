"""The events that end an execution, in the order in which Flyte's engine sends them.

The workflow starts; node after node, and the task in each, runs and succeeds; the workflow
succeeds with its outputs. Or the first node that is not done fails, and the workflow with it. One
that is being aborted is aborted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flyteidl.admin import (
    common_pb2,
    event_pb2,
    execution_pb2,
    node_execution_pb2,
    task_execution_pb2,
)
from flyteidl.core import execution_pb2 as core_pb2
from flyteidl.core import identifier_pb2
from flyteidl.event import event_pb2 as events
from google.protobuf import timestamp_pb2

from reconciler.sandbox.finishing.errors import FinishError
from reconciler.sandbox.finishing.results import node_outputs

_Workflow = core_pb2.WorkflowExecution
_Node = core_pb2.NodeExecution
_Task = core_pb2.TaskExecution

_WORKFLOW_ENDS = (_Workflow.SUCCEEDED, _Workflow.FAILED, _Workflow.ABORTED, _Workflow.TIMED_OUT)
_NODE_ENDS = (_Node.SUCCEEDED, _Node.FAILED, _Node.ABORTED, _Node.SKIPPED, _Node.TIMED_OUT)
_SYSTEM_NODES = ("start-node", "end-node")
_MOST_NODES = 10_000
_FAILED_CODE = "SandboxFinish"


class Rpcs(Protocol):
    """Calls RPCs of AdminService, wherever that is."""

    def __call__(self, name: str, request: Any) -> Any:
        """Call one and return its answer.

        Raises:
            FinishError: It was refused.
        """
        ...


@dataclass(frozen=True)
class Finished:
    """How it ended.

    Attributes:
        phase: The name of the last phase.
        nodes: How many nodes were driven to an end.
    """

    phase: str
    nodes: int


def interface_of(rpcs: Rpcs, identifier: Any) -> Any:
    """Return the interface of the workflow that an execution runs.

    Raises:
        FinishError: There is no such execution.
    """
    execution = _execution(rpcs, identifier)
    return _compiled(rpcs, execution).primary.template.interface


def finish(
    rpcs: Rpcs,
    identifier: Any,
    *,
    now: int,
    outputs: Any = None,
    error: str | None = None,
) -> Finished:
    """Drive an execution to its end.

    Args:
        identifier: A WorkflowExecutionIdentifier.
        now: When it all happens, in nanoseconds since 1970.
        outputs: The LiteralMap that it ends with; None: no outputs.
        error: Makes it fail with this message.

    Raises:
        FinishError: There is no such execution, it is over already, or Admin refuses an event.
    """
    execution = _execution(rpcs, identifier)
    phase = execution.closure.phase
    if phase in _WORKFLOW_ENDS:
        raise FinishError(f"{_name(identifier)} is over already: {_Workflow.Phase.Name(phase)}")
    driver = _Driver(rpcs, identifier, _timestamp(now))
    if phase == _Workflow.ABORTING:
        driver.workflow(_Workflow.ABORTED)
        return Finished("ABORTED", 0)
    if phase != _Workflow.RUNNING:
        driver.workflow(_Workflow.RUNNING)
    compiled = _compiled(rpcs, execution)
    nodes = driver.nodes(compiled.primary.template, node_outputs(compiled, outputs), fail=error)
    if error is not None:
        driver.workflow(_Workflow.FAILED, error=_error(error))
        return Finished("FAILED", nodes)
    driver.workflow(_Workflow.SUCCEEDED, output_data=outputs)
    return Finished("SUCCEEDED", nodes)


class _Driver:
    """Sends events about one execution."""

    def __init__(self, rpcs: Rpcs, identifier: Any, at: Any) -> None:
        self._rpcs, self._id, self._at = rpcs, identifier, at

    def workflow(self, phase: int, **result: Any) -> None:
        event = events.WorkflowExecutionEvent(
            execution_id=self._id, phase=phase, occurred_at=self._at, **result
        )
        request = event_pb2.WorkflowExecutionEventRequest(event=event)
        self._rpcs("CreateWorkflowEvent", request)

    def nodes(self, template: Any, outputs: Mapping[str, Any], *, fail: str | None) -> int:
        """End every node that is not done, or all up to the first if that one is to fail."""
        done = self._known()
        ended = 0
        ordinary = [node for node in template.nodes if node.id not in _SYSTEM_NODES]
        ended += self._system("start-node", done)
        for node in ordinary:
            # Which way a branch goes is for an engine to know.
            if done.get(node.id) in _NODE_ENDS or node.HasField("branch_node"):
                continue
            begun = done.get(node.id) == _Node.RUNNING
            self._node(node, outputs.get(node.id), begun=begun, fail=fail)
            ended += 1
            if fail is not None:
                return ended
        return ended + self._system("end-node", done)

    def _known(self) -> dict[str, int]:
        request = node_execution_pb2.NodeExecutionListRequest(
            workflow_execution_id=self._id, limit=_MOST_NODES
        )
        known = self._rpcs("ListNodeExecutions", request).node_executions
        return {node.id.node_id: node.closure.phase for node in known}

    def _system(self, node: str, done: dict[str, int]) -> int:
        if done.get(node) in _NODE_ENDS:
            return 0
        self._node_event(node, _Node.SUCCEEDED, spec_node_id=node)
        return 1

    def _node(self, node: Any, outputs: Any, *, begun: bool, fail: str | None) -> None:
        about = {
            "spec_node_id": node.id,
            "node_name": node.metadata.name,
            "is_array": node.HasField("array_node"),
        }
        if not begun:
            self._node_event(node.id, _Node.RUNNING, **about)
        if node.HasField("task_node"):
            self._task(node.id, node.task_node.reference_id, outputs, fail=fail)
        if fail is None:
            self._node_event(node.id, _Node.SUCCEEDED, output_data=outputs, **about)
        else:
            self._node_event(node.id, _Node.FAILED, error=_error(fail), **about)

    def _node_event(self, node: str, phase: int, **fields: Any) -> None:
        event = events.NodeExecutionEvent(
            id=identifier_pb2.NodeExecutionIdentifier(node_id=node, execution_id=self._id),
            phase=phase,
            occurred_at=self._at,
            event_version=1,
            **fields,
        )
        self._rpcs("CreateNodeEvent", event_pb2.NodeExecutionEventRequest(event=event))

    def _task(self, node: str, task: Any, outputs: Any, *, fail: str | None) -> None:
        """Run the node's task, in the attempt that is under way or in a first one."""
        attempt, phase = self._attempt(node)
        if phase in (_Task.SUCCEEDED, _Task.FAILED, _Task.ABORTED):
            return
        if phase != _Task.RUNNING:
            self._task_event(node, task, attempt, _Task.RUNNING)
        if fail is None:
            self._task_event(node, task, attempt, _Task.SUCCEEDED, output_data=outputs)
        else:
            self._task_event(node, task, attempt, _Task.FAILED, error=_error(fail))

    def _attempt(self, node: str) -> tuple[int, int]:
        request = task_execution_pb2.TaskExecutionListRequest(
            node_execution_id=identifier_pb2.NodeExecutionIdentifier(
                node_id=node, execution_id=self._id
            ),
            limit=_MOST_NODES,
        )
        attempts = self._rpcs("ListTaskExecutions", request).task_executions
        return max(
            ((each.id.retry_attempt, each.closure.phase) for each in attempts),
            default=(0, _Task.UNDEFINED),
        )

    def _task_event(self, node: str, task: Any, attempt: int, phase: int, **result: Any) -> None:
        event = events.TaskExecutionEvent(
            task_id=task,
            parent_node_execution_id=identifier_pb2.NodeExecutionIdentifier(
                node_id=node, execution_id=self._id
            ),
            retry_attempt=attempt,
            phase=phase,
            occurred_at=self._at,
            event_version=1,
            **result,
        )
        self._rpcs("CreateTaskEvent", event_pb2.TaskExecutionEventRequest(event=event))


def _execution(rpcs: Rpcs, identifier: Any) -> Any:
    return rpcs("GetExecution", execution_pb2.WorkflowExecutionGetRequest(id=identifier))


def _compiled(rpcs: Rpcs, execution: Any) -> Any:
    workflow = rpcs("GetWorkflow", common_pb2.ObjectGetRequest(id=execution.closure.workflow_id))
    return workflow.closure.compiled_workflow


def _error(message: str) -> Any:
    return core_pb2.ExecutionError(
        code=_FAILED_CODE, message=message, kind=core_pb2.ExecutionError.USER
    )


def _timestamp(now: int) -> Any:
    seconds, nanos = divmod(now, 1_000_000_000)
    return timestamp_pb2.Timestamp(seconds=seconds, nanos=nanos)


def _name(identifier: Any) -> str:
    return f"{identifier.project}/{identifier.domain}/{identifier.name}"
