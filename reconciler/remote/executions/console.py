"""Where things are in the console."""

from typing import Any
from urllib.parse import quote

from flyteidl.core.identifier_pb2 import (
    Identifier,
    NodeExecutionIdentifier,
    TaskExecutionIdentifier,
    WorkflowExecutionIdentifier,
)

from reconciler.errors import ExecutionError
from reconciler.model import ExecutionId, NodeExecutionId, ResourceId, TaskExecutionId
from reconciler.remote.executions.models import as_message

_KINDS = ("task", "workflow", "launch_plan")


def console_base(config: Any) -> str:
    """The console's own address: what is configured, or else Admin's endpoint, as flytekit."""
    if config.console_endpoint:
        base: str = config.console_endpoint
        return base.rstrip("/")
    return f"{'http' if config.insecure else 'https'}://{config.endpoint}"


def console_url(thing: Any, config: Any) -> str:
    """The page of an execution, a task, a workflow or a launch plan.

    A node or attempt is on the page of its execution.

    Args:
        thing: An object of ours, or an id of ours, of Admin's or of flytekit's.

    Raises: ExecutionError for what has no page.
    """
    id = _id(getattr(thing, "id", thing))
    if isinstance(id, NodeExecutionId | TaskExecutionId):
        id = id.execution_id
    if isinstance(id, ExecutionId):
        page = f"executions/{_quoted(id.name)}"
    elif isinstance(id, ResourceId) and id.kind.slug in _KINDS:
        page = f"{id.kind.slug}/{_quoted(id.name)}/version/{_quoted(id.version)}"
    else:
        raise ExecutionError(f"a {type(thing).__name__} has no page in the console")
    place = f"projects/{_quoted(id.project)}/domains/{_quoted(id.domain)}"
    return f"{console_base(config)}/console/{place}/{page}"


def _id(id: Any) -> Any:
    for kind, ours in (
        (WorkflowExecutionIdentifier, ExecutionId),
        (NodeExecutionIdentifier, NodeExecutionId),
        (TaskExecutionIdentifier, TaskExecutionId),
        (Identifier, ResourceId),
    ):
        message = as_message(id, kind)
        if message is not None:
            return ours.from_identifier(message)
    return id


def _quoted(text: str) -> str:
    return quote(text, safe="")
