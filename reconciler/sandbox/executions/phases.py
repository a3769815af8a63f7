"""Phases: their names, which of them end a thing, and what a stored one counts as."""

from typing import Any

from flyteidl.core import execution_pb2

WORKFLOW: Any = execution_pb2.WorkflowExecution.Phase
NODE: Any = execution_pb2.NodeExecution.Phase
TASK: Any = execution_pb2.TaskExecution.Phase

_ENDS = {
    WORKFLOW: ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT"),
    NODE: ("SUCCEEDED", "FAILED", "ABORTED", "SKIPPED", "TIMED_OUT", "RECOVERED"),
    TASK: ("SUCCEEDED", "FAILED", "ABORTED"),
}


def name(kind: Any, number: int) -> str:
    """Return a phase's name; an unknown number is its own."""
    known = kind.DESCRIPTOR.values_by_number.get(number)
    return known.name if known is not None else str(number)


def stored(kind: Any, text: str) -> int:
    """Return the phase that a row's text counts as: one without a name counts as UNDEFINED."""
    known = kind.DESCRIPTOR.values_by_name.get(text)
    return known.number if known is not None else 0


def is_end(kind: Any, number: int) -> bool:
    """Tell whether nothing comes after this phase."""
    return name(kind, number) in _ENDS[kind]
