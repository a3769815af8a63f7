"""Executions: launched, repeated, stopped, archived and read.

Source: `flyteadmin/pkg/manager/impl/execution_manager.go`.
"""

from typing import Any

from flyteidl.admin import execution_pb2
from flyteidl.core import literals_pb2
from google.protobuf.message import DecodeError

from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.errors import internal
from reconciler.sandbox.executions import content, phases, rows
from reconciler.sandbox.executions.closures import namespace_of, to_execution
from reconciler.sandbox.executions.clusters import already_over, check_target
from reconciler.sandbox.executions.ids import check_execution_id
from reconciler.sandbox.executions.launch import launch
from reconciler.sandbox.executions.principals import user_of
from reconciler.sandbox.listing import ENTITIES, Column, Kind, Listing
from reconciler.sandbox.listing.query import plan, run
from reconciler.sandbox.objects import StorageError
from reconciler.sandbox.times import to_timestamp
from reconciler.sandbox.validation import check_list_request

admin = Table("flyteidl.service.AdminService")
TABLES = (admin,)

_ENTITY = ENTITIES["execution"]
_TO_TAGS = "JOIN execution_tags ON executions.execution_name = execution_tags.execution_name"
# PostgreSQL takes the bare word for its own user, who is the same for every row.
_USER = Column("user", Kind.TEXT, "NULL")

LISTING = Listing(
    _ENTITY,
    "ListExecutions",
    joins={
        "launch_plan": "JOIN launch_plans ON executions.launch_plan_id = launch_plans.id",
        "workflow": "JOIN workflows ON executions.workflow_id = workflows.id",
        "task": "JOIN tasks ON executions.task_id = tasks.id",
        "admin_tag": _TO_TAGS,
        "execution_tag": _TO_TAGS,
    },
    sort_columns={**_ENTITY.columns, "user": _USER},
)


@admin.handles("CreateExecution")
def create_execution(call: Call, request: Any) -> Any:
    """Launch a launch plan or a single task.

    Inputs in the spec, where they were of old, count if the request has none of its own.
    """
    if not request.inputs.literals and request.spec.HasField("inputs"):
        moved = execution_pb2.ExecutionCreateRequest()
        moved.CopyFrom(request)
        moved.inputs.CopyFrom(request.spec.inputs)
        request = moved
    return launch(call, request)


@admin.handles("RelaunchExecution")
def relaunch_execution(call: Call, request: Any) -> Any:
    """Launch an execution's spec and user inputs again."""
    row = _find(call, request.id)
    again = _repeat(call, request, row)
    again.spec.metadata.mode = execution_pb2.ExecutionMetadata.RELAUNCH
    again.spec.overwrite_cache = request.overwrite_cache
    return launch(call, again, source=int(row["id"]))


@admin.handles("RecoverExecution")
def recover_execution(call: Call, request: Any) -> Any:
    """Launch an execution's spec and user inputs again, to take up what it finished."""
    row = _find(call, request.id)
    again = _repeat(call, request, row)
    metadata = again.spec.metadata
    metadata.mode = execution_pb2.ExecutionMetadata.RECOVERED
    if request.HasField("metadata"):
        metadata.ClearField("parent_node_execution")
        if request.metadata.HasField("parent_node_execution"):
            metadata.parent_node_execution.CopyFrom(request.metadata.parent_node_execution)
    return launch(call, again, source=int(row["id"]))


def _repeat(call: Call, request: Any, row: Any) -> Any:
    former = to_execution(row)
    url = row["user_inputs_uri"]
    try:
        inputs = literals_pb2.LiteralMap.FromString(call.objects.get(url))
    except (StorageError, DecodeError) as exc:
        raise internal(str(exc)) from exc
    again = execution_pb2.ExecutionCreateRequest(
        project=request.id.project,
        domain=request.id.domain,
        name=request.name,
        spec=former.spec,
        inputs=inputs,
    )
    again.spec.metadata.reference_execution.CopyFrom(former.id)
    return again


@admin.handles("GetExecution")
def get_execution(call: Call, request: Any) -> Any:
    """Return one execution."""
    wanted = check_execution_id(request, "id")
    namespace = namespace_of(wanted.project, wanted.domain)
    return to_execution(_find(call, wanted), namespace=namespace)


@admin.handles("ListExecutions")
def list_executions(call: Call, request: Any) -> Any:
    """Return executions; archived ones only if a filter asks for any `state`."""
    check_list_request(request)
    ready = plan(LISTING, request)
    hides = all(item.column.name != "state" for item in ready.filters)
    of = request.id
    with call.store.read() as session:
        page = run(
            session,
            ready,
            equal={
                "executions.execution_project": of.project,
                "executions.execution_domain": of.domain,
                "executions.execution_name": of.name,
            },
            implicit=("executions.state = 0",) if hides else (),
            now=call.now(),
        )
    return execution_pb2.ExecutionList(
        executions=[to_execution(row, listed=True) for row in page.rows], token=page.token
    )


@admin.handles("GetExecutionData")
def get_execution_data(call: Call, request: Any) -> Any:
    """Return an execution's inputs and outputs; what cannot be read is empty."""
    row = _find(call, request.id)
    closure = execution_pb2.ExecutionClosure.FromString(row["closure"])
    full_inputs, inputs = content.inputs_of(call, row["inputs_uri"])
    inline = closure.output_data if closure.HasField("output_data") else None
    full_outputs, outputs = content.outputs_of(call, closure.outputs.uri, inline)
    return execution_pb2.WorkflowExecutionGetDataResponse(
        inputs=inputs, outputs=outputs, full_inputs=full_inputs, full_outputs=full_outputs
    )


@admin.handles("UpdateExecution")
def update_execution(call: Call, request: Any) -> Any:
    """Archive an execution, or take it out of the archive."""
    wanted = check_execution_id(request, "id")
    with call.store.write() as session:
        row = rows.execution_row(session, wanted)
        closure = execution_pb2.ExecutionClosure.FromString(row["closure"])
        now = call.now()
        closure.state_change_details.CopyFrom(
            execution_pb2.ExecutionStateChangeDetails(
                state=request.state, principal=user_of(call), occurred_at=to_timestamp(now)
            )
        )
        changes = {"state": request.state, "closure": closure.SerializeToString()}
        rows.update(session, "executions", row, changes, now=now)
    return execution_pb2.ExecutionUpdateResponse()


@admin.handles("TerminateExecution")
def terminate_execution(call: Call, request: Any) -> Any:
    """Begin to abort an execution; its end comes with an event.

    The row is changed before the cluster is asked, and stays so if that fails.
    """
    wanted = check_execution_id(request, "id")
    with call.store.write() as session:
        row = rows.execution_row(session, wanted)
        if phases.is_end(phases.WORKFLOW, phases.stored(phases.WORKFLOW, row["phase"])):
            text = "Cannot abort an already terminated workflow execution"
            raise already_over(text, row["phase"])
        closure = execution_pb2.ExecutionClosure.FromString(row["closure"])
        closure.phase = phases.WORKFLOW.Value("ABORTING")
        closure.abort_metadata.CopyFrom(
            execution_pb2.AbortMetadata(cause=request.cause, principal=user_of(call))
        )
        changes = {
            "phase": "ABORTING",
            "abort_cause": request.cause,
            "closure": closure.SerializeToString(),
        }
        rows.update(session, "executions", row, changes, now=call.now())
    check_target(row["cluster"])
    return execution_pb2.ExecutionTerminateResponse()


def _find(call: Call, execution_id: Any) -> Any:
    with call.store.read() as session:
        return rows.execution_row(session, execution_id)
