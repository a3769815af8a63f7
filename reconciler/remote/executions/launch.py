"""Start executions under a name of our choice, so that whatever happens on the way there is one.

A name is read before it is used: Admin compares nothing, and overwrites the stored inputs of an
execution whose name is used again. Where an answer was lost, reading settles what happened.
"""

from collections.abc import Callable, Mapping
from typing import Any

from flyteidl.admin.execution_pb2 import (
    Execution,
    ExecutionCreateRequest,
    ExecutionSpec,
    WorkflowExecutionGetRequest,
)
from flyteidl.core.literals_pb2 import Literal, LiteralMap

from reconciler.errors import AdminError, AlreadyExistsError, NotFoundError, NotServedError
from reconciler.model import ExecutionId
from reconciler.remote.executions.existing import check_same
from reconciler.remote.executions.hinted import converter
from reconciler.remote.executions.inputs import convert_inputs
from reconciler.remote.executions.names import choose_name
from reconciler.remote.executions.options import Options
from reconciler.remote.executions.targets import Target
from reconciler.remote.executions.uploads import Uploads
from reconciler.remote.executions.workflow_execution import FlyteWorkflowExecution

# ALREADY_EXISTS is also Admin's word for a launch plan that runs often enough.
_OFTEN_ENOUGH = "concurrency limit ("


def launch(
    remote: Any,
    target: Target,
    inputs: Mapping[str, Any],
    *,
    project: str,
    domain: str,
    name: str | None,
    prefix: str | None,
    options: Options,
    type_hints: Mapping[str, Any] | None,
) -> FlyteWorkflowExecution:
    """Start a task or launch plan, or find that it was started already.

    Args:
        project, domain: Where it is to run.
        name: Of the execution; None for a new one, which `prefix` may begin.
        type_hints: The Python types of inputs, for what only flytekit converts.

    Raises:
        InputsError: All that is wrong with the inputs; nothing was sent.
        ExecutionConflictError: Another execution has the name; it was left alone.
        ExecutionError: A name or option that Admin would refuse.
        AdminError, NotServedError: As Admin says.
    """
    id = ExecutionId(project, domain, choose_name(name, prefix))
    spec = options.to_spec()
    spec.launch_plan.CopyFrom(target.identifier)
    hints = {**target.hints, **(type_hints or {})}
    with Uploads() as uploads:
        literals = convert_inputs(
            inputs, target.signature, subject=str(target.id), convert=converter(hints, uploads)
        )
        uploads.settle(
            literals,
            upload=remote._uploaded,
            project=project,
            domain=domain,
            parallelism=remote._parallelism,
        )
    whole = {**target.signature.defaults, **target.signature.fixed, **literals}

    def is_ours(found: Execution) -> None:
        check_same(found, spec, whole, remote)

    request = _request(id, spec, literals)
    found = start(
        remote,
        id,
        lambda: remote._connection.calls.create_execution(request),
        is_ours,
        ask_first=name is not None,
    )
    return FlyteWorkflowExecution(found, remote, type_hints=dict(target.output_hints))


def start(
    remote: Any,
    id: ExecutionId,
    create: Callable[[], Any],
    check: Callable[[Execution], None],
    *,
    ask_first: bool,
) -> Execution:
    """Create an execution under a name, or return the one that is there and is the same.

    Args:
        create: Sends the request, whose name is that of `id`.
        check: Raises for an execution that is another one.
        ask_first: Whether the name may have been used before; a random one was not.
    """
    if ask_first:
        found = find(remote, id)
        if found is not None:
            check(found)
            return found
    try:
        create()
    except AdminError as error:
        if isinstance(error, AlreadyExistsError) and error.text.startswith(_OFTEN_ENOUGH):
            raise
        if not isinstance(error, AlreadyExistsError) and not error.in_doubt:
            raise
        # Either an attempt of ours was answered by nobody, or somebody was faster.
        found = find(remote, id)
        if found is None:
            if isinstance(error, AlreadyExistsError):
                error.add_note(
                    f"there is no execution {id}: an attempt to create one left its tags, and "
                    "Admin refuses the name from then on; choose another"
                )
            raise
        check(found)
        return found
    try:
        return get(remote, id)
    except (AdminError, NotServedError) as error:
        error.add_note(f"execution {id} was started all the same")
        raise


def get(remote: Any, id: ExecutionId) -> Execution:
    """Read an execution. Raises: NotFoundError if there is none."""
    request = WorkflowExecutionGetRequest(id=id.to_identifier())
    found: Execution = remote._connection.calls.get_execution(request)
    return found


def find(remote: Any, id: ExecutionId) -> Execution | None:
    """Read an execution; None if there is none."""
    try:
        return get(remote, id)
    except NotFoundError:
        return None


def _request(
    id: ExecutionId, spec: ExecutionSpec, literals: Mapping[str, Literal]
) -> ExecutionCreateRequest:
    return ExecutionCreateRequest(
        project=id.project,
        domain=id.domain,
        name=id.name,
        spec=spec,
        inputs=LiteralMap(literals=dict(literals)),
    )
