"""Phases by name, and which of them are the last.

Source: `flyteadmin/pkg/common/executions.go`; a node that was recovered has ended there, too.
"""

from flyteidl.core.execution_pb2 import NodeExecution, TaskExecution, WorkflowExecution

WORKFLOW_ENDS = frozenset({"SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT"})
NODE_ENDS = WORKFLOW_ENDS | {"SKIPPED", "RECOVERED"}
TASK_ENDS = frozenset({"SUCCEEDED", "FAILED", "ABORTED"})
# Those that have outputs; of a skipped node they are none.
GOOD_ENDS = frozenset({"SUCCEEDED", "RECOVERED", "SKIPPED"})


def workflow_phase(number: int) -> str:
    """A phase by name; a number that this version does not know as itself."""
    return _name(WorkflowExecution.Phase, number)


def node_phase(number: int) -> str:
    return _name(NodeExecution.Phase, number)


def task_phase(number: int) -> str:
    return _name(TaskExecution.Phase, number)


def _name(enum: object, number: int) -> str:
    found = enum.DESCRIPTOR.values_by_number.get(number)  # type: ignore[attr-defined]
    return found.name if found is not None else str(number)
