"""Which execution is meant: objects, ids and messages of several makes, or a name."""

from typing import Any

from flyteidl.core.identifier_pb2 import WorkflowExecutionIdentifier

from reconciler.errors import ExecutionError
from reconciler.model import ExecutionId
from reconciler.remote.executions.models import as_message
from reconciler.remote.executions.workflow_execution import FlyteWorkflowExecution


def execution_id(which: Any, *, project: str, domain: str) -> ExecutionId:
    """Who an execution is.

    Args:
        which: An execution, an ExecutionId, Admin's identifier or flytekit's, `NAME`, or
            `PROJECT/DOMAIN/NAME`.
        project, domain: What a bare name lacks.

    Raises: ExecutionError for what names none.
    """
    if isinstance(which, FlyteWorkflowExecution):
        return which.id
    if isinstance(which, ExecutionId):
        return which
    try:
        if isinstance(which, str):
            return ExecutionId.parse(which, project=project, domain=domain)
        identifier = as_message(which, WorkflowExecutionIdentifier)
        if identifier is not None:
            return ExecutionId.from_identifier(identifier)
    except ValueError as error:
        raise ExecutionError(str(error)) from None
    raise ExecutionError(f"a {type(which).__name__} names no execution")
