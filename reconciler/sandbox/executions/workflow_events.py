"""What a workflow event does to its execution.

Source: `flyteadmin/pkg/manager/impl/execution_manager.go`, CreateWorkflowEvent, and
`repositories/transformers/execution.go`, UpdateExecutionModelState.
"""

from typing import Any

import grpc
from flyteidl.admin import execution_pb2
from flyteidl.core import execution_pb2 as core_pb2

from reconciler.compiler import go_text
from reconciler.sandbox.dispatch import Call
from reconciler.sandbox.errors import Refusal, internal, invalid
from reconciler.sandbox.executions import content, moments, phases, rows
from reconciler.sandbox.executions.clusters import ANY_PRODUCER, already_over, check_producer

_PHASE = phases.WORKFLOW


def record(call: Call, request: Any) -> None:
    """Move an execution along.

    Raises:
        Refusal: The event is none, the execution is not there, the phase cannot follow the
            stored one, or the event comes from the wrong cluster.
    """
    if not request.HasField("event"):
        raise invalid("Workflow event handler was called without event")
    event = request.event
    if not event.HasField("execution_id"):
        text = "Workflow event handler request event doesn't have an execution id - "
        raise invalid(f"{text}{go_text(event)}")
    content.check_size(call, event)
    with call.store.write() as session:
        row = rows.execution_row(session, event.execution_id)
        _check_phase(row, event)
        rows.update(session, "executions", row, _changes(call, row, event), now=call.now())


def _check_phase(row: Any, event: Any) -> None:
    stored = phases.stored(_PHASE, row["phase"])
    before, after = phases.name(_PHASE, stored), phases.name(_PHASE, event.phase)
    of = f"for workflow execution {go_text(event.execution_id)}"
    # A further QUEUED is how an execution changes its cluster.
    if event.phase != core_pb2.WorkflowExecution.QUEUED:
        if stored == event.phase:
            text = f"This phase {before} was already recorded {of}"
            raise Refusal(grpc.StatusCode.ALREADY_EXISTS, text)
        check_producer(row["cluster"], event.producer_id)
    if phases.is_end(_PHASE, stored):
        raise already_over(f"Invalid phase change from {before} to {after} {of}", before)
    if (before, after) == ("RUNNING", "QUEUED"):
        text = f"Cannot go from {before} to {after} {of}"
        raise Refusal(grpc.StatusCode.FAILED_PRECONDITION, text)
    if before == "ABORTING" and not phases.is_end(_PHASE, event.phase):
        text = f"Invalid phase change from aborting to {after} {of}"
        raise Refusal(grpc.StatusCode.FAILED_PRECONDITION, text)


def _changes(call: Call, row: Any, event: Any) -> dict[str, Any]:
    closure = execution_pb2.ExecutionClosure.FromString(row["closure"])
    closure.phase = event.phase
    try:
        occurred = moments.check(moments.given(event, "occurred_at"))
    except moments.MomentError as exc:
        raise internal(f"Failed to parse OccurredAt: {exc}") from exc
    closure.updated_at.CopyFrom(occurred)
    changes: dict[str, Any] = {
        "phase": phases.name(_PHASE, event.phase),
        "execution_updated_at": moments.micros(occurred),
    }
    if event.phase == core_pb2.WorkflowExecution.RUNNING:
        changes["started_at"] = moments.micros(occurred)
        closure.started_at.CopyFrom(occurred)
    elif phases.is_end(_PHASE, event.phase) and row["started_at"] is not None:
        changes["duration"] = moments.span(row["started_at"], occurred)
        closure.duration.CopyFrom(moments.to_duration(changes["duration"]))
    if event.producer_id not in ANY_PRODUCER:
        changes["cluster"] = event.producer_id
        changes["spec"] = _moved(row["spec"], event.producer_id)
    changes.update(_keep_result(call, event, closure))
    changes["closure"] = closure.SerializeToString(deterministic=True)
    return changes


def _moved(spec: bytes, cluster: str) -> bytes:
    moved = execution_pb2.ExecutionSpec.FromString(spec)
    moved.metadata.system_metadata.execution_cluster = cluster
    return bytes(moved.SerializeToString(deterministic=True))


def _keep_result(call: Call, event: Any, closure: Any) -> dict[str, str]:
    """Put the event's outputs or error into the closure; return the columns of an error."""
    of = event.execution_id
    if event.output_uri:
        closure.outputs.uri = event.output_uri
    elif event.HasField("output_data"):
        keys = (of.project, of.domain, of.name)
        content.keep_outputs(call, event, closure, *keys, uri_field="outputs")
    elif event.HasField("error"):
        closure.error.CopyFrom(event.error)
        return error_columns(event.error)
    return {}


def error_columns(error: Any) -> dict[str, str]:
    """Return the columns by which executions and nodes are found for their error."""
    kind = phases.name(core_pb2.ExecutionError.ErrorKind, error.kind)
    return {"error_kind": kind, "error_code": error.code}
