"""Run an execution again, from the start or from where it failed; and end one."""

from typing import Any

from flyteidl.admin.execution_pb2 import (
    Execution,
    ExecutionMetadata,
    ExecutionRecoverRequest,
    ExecutionRelaunchRequest,
    ExecutionTerminateRequest,
)

from reconciler.errors import (
    AdminError,
    ExecutionConflictError,
    ExecutionError,
    FailedPreconditionError,
)
from reconciler.model import ExecutionId
from reconciler.remote.executions.launch import get, start
from reconciler.remote.executions.names import choose_name
from reconciler.remote.executions.phases import workflow_phase
from reconciler.remote.executions.workflow_execution import FlyteWorkflowExecution


def relaunch(
    remote: Any,
    old: ExecutionId,
    *,
    name: str | None,
    prefix: str | None,
    overwrite_cache: bool | None,
) -> FlyteWorkflowExecution:
    """Run an execution once more, with its own inputs and options.

    Args:
        name: Of the new one; None for one that is made up, which `prefix` may begin.
        overwrite_cache: None for what the old one had.
    """
    if overwrite_cache is None:  # Admin takes an absent one for false
        overwrite_cache = get(remote, old).spec.overwrite_cache
    new = ExecutionId(old.project, old.domain, choose_name(name, prefix))
    request = ExecutionRelaunchRequest(
        id=old.to_identifier(), name=new.name, overwrite_cache=overwrite_cache
    )
    found = start(
        remote,
        new,
        lambda: remote._connection.calls.relaunch_execution(request),
        lambda found: _check(found, old, ExecutionMetadata.RELAUNCH),
        ask_first=name is not None,
    )
    return FlyteWorkflowExecution(found, remote)


def recover(
    remote: Any, old: ExecutionId, *, name: str | None, prefix: str | None
) -> FlyteWorkflowExecution:
    """Run an execution once more, with the outputs of the nodes that had succeeded.

    Args:
        name: Of the new one; None for one that is made up, which `prefix` may begin.
    """
    new = ExecutionId(old.project, old.domain, choose_name(name, prefix))
    request = ExecutionRecoverRequest(id=old.to_identifier(), name=new.name)
    found = start(
        remote,
        new,
        lambda: remote._connection.calls.recover_execution(request),
        lambda found: _check(found, old, ExecutionMetadata.RECOVERED),
        ask_first=name is not None,
    )
    return FlyteWorkflowExecution(found, remote)


def terminate(remote: Any, id: ExecutionId, cause: str) -> None:
    """End an execution; one that was ended like this already is as it should be.

    Raises: ExecutionError if it ended by itself; NotFoundError if there is none.
    """
    request = ExecutionTerminateRequest(id=id.to_identifier(), cause=cause)
    try:
        remote._connection.calls.terminate_execution(request)
    except AdminError as error:
        refused = isinstance(error, FailedPreconditionError)
        if not refused and not error.in_doubt:
            raise
        # Refused because it has ended; or Admin acted, perhaps, and the answer was lost.
        phase = workflow_phase(get(remote, id).closure.phase)
        if phase in ("ABORTING", "ABORTED"):
            return
        if not refused:
            raise
        raise ExecutionError(f"execution {id} has ended already: {phase}") from error


def _check(found: Execution, old: ExecutionId, mode: int) -> None:
    metadata = found.spec.metadata
    reference = metadata.reference_execution
    there = (reference.project, reference.domain, reference.name)
    if metadata.mode == mode and there == (old.project, old.domain, old.name):
        return
    what = ExecutionMetadata.ExecutionMode.Name(mode).lower()
    id = ExecutionId.from_identifier(found.id)
    raise ExecutionConflictError(f"execution {id}", [f"it is no {what} of {old}"])
