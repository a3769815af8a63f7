"""The ids of executions, nodes and tasks, checked part by part in Admin's order."""

from typing import Any

from reconciler.sandbox.errors import missing
from reconciler.sandbox.validation import TASK, check_identifier


def check_execution_id(holder: Any, field: str, *, label: str = "id") -> Any:
    """Return a WorkflowExecutionIdentifier that has all its parts.

    Args:
        holder: The message that holds it.
        field: The field's name there.
        label: What a request without it is said to lack.

    Raises:
        Refusal: INVALID_ARGUMENT, `missing …`.
    """
    if not holder.HasField(field):
        raise missing(label)
    found = getattr(holder, field)
    for part in ("project", "domain", "name"):
        if not getattr(found, part):
            raise missing(part)
    return found


def check_node_id(holder: Any, field: str, *, label: str = "id") -> Any:
    """Return a NodeExecutionIdentifier that has all its parts.

    Raises:
        Refusal: INVALID_ARGUMENT, `missing …`.
    """
    if not holder.HasField(field):
        raise missing(label)
    found = getattr(holder, field)
    if not found.HasField("execution_id"):
        raise missing("execution_id")
    if not found.node_id:
        raise missing("node_id")
    check_execution_id(found, "execution_id")
    return found


def check_task_execution_id(found: Any | None) -> Any:
    """Return a TaskExecutionIdentifier that has all its parts.

    Args:
        found: None if the request has none.

    Raises:
        Refusal: INVALID_ARGUMENT: something is missing, or the task is no task.
    """
    if found is None:
        raise missing("id")
    check_node_id(found, "node_execution_id", label="node_execution_id")
    if not found.HasField("task_id"):
        raise missing("task_id")
    check_identifier(found, "task_id", TASK)
    return found


def with_task_type(found: Any) -> Any:
    """Return a TaskExecutionIdentifier whose task's type is TASK if it was not given."""
    if not found.HasField("task_id") or found.task_id.resource_type:
        return found
    filled = type(found)()
    filled.CopyFrom(found)
    filled.task_id.resource_type = TASK
    return filled
