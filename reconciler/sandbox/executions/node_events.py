"""What a node event does to its node; the first one makes it.

Source: `flyteadmin/pkg/manager/impl/node_execution_manager.go`, CreateNodeEvent, and
`repositories/transformers/node_execution.go`.
"""

from typing import Any

import grpc
from flyteidl.admin import node_execution_pb2
from flyteidl.core import catalog_pb2, execution_pb2, identifier_pb2

from reconciler.compiler import go_text
from reconciler.sandbox.dispatch import Call
from reconciler.sandbox.errors import Refusal, internal
from reconciler.sandbox.executions import content, moments, phases, rows
from reconciler.sandbox.executions.clusters import already_over, check_producer
from reconciler.sandbox.executions.dynamic import keep_closure
from reconciler.sandbox.executions.ids import check_task_execution_id
from reconciler.sandbox.executions.nodes import internal_data
from reconciler.sandbox.executions.workflow_events import error_columns
from reconciler.sandbox.store import Session

_PHASE = phases.NODE


def record(call: Call, request: Any) -> None:
    """Make a node or move it along.

    The id is looked at only by what it finds: Admin checks it and goes on regardless.

    Raises:
        Refusal: Something the event names is not there, the node has ended or is in this phase
            already, or the event has no time.
    """
    event = request.event
    with call.store.read() as session:
        execution = _execution(session, event)
    check_producer(execution["cluster"], event.producer_id)
    # Before anything else, and there to stay: an event that is then refused has replaced it.
    reference = keep_closure(call, event)
    with call.store.write() as session:
        row = rows.find_node(session, event.id)
        if row is None:
            session.insert("node_executions", **_new(call, session, event, reference))
            return
        _check_phase(row, event)
        if event.HasField("workflow_node_metadata"):
            rows.execution_row(session, event.workflow_node_metadata.execution_id)
        changes = _changes(call, row, event)
        changes["dynamic_workflow_remote_closure_reference"] = reference
        rows.update(session, "node_executions", row, changes, now=call.now())


def _execution(session: Session, event: Any) -> Any:
    given = event.id.HasField("execution_id")
    try:
        return rows.execution_row(session, event.id.execution_id)
    except Refusal as refusal:
        shown = go_text(event.id.execution_id if given else None)
        text = f"Failed to get existing execution id: [{shown}] with err: {refusal.message}"
        raise Refusal(refusal.code, text) from None


def _check_phase(row: Any, event: Any) -> None:
    stored = phases.stored(_PHASE, row["phase"])
    before, after = phases.name(_PHASE, stored), phases.name(_PHASE, event.phase)
    if stored == event.phase:
        text = f"This phase was already recorded {before} for {go_text(event.id)}"
        raise Refusal(grpc.StatusCode.ALREADY_EXISTS, text)
    if phases.is_end(_PHASE, stored):
        text = f"Invalid phase change from {before} to {after} for node execution {row['id']}"
        raise already_over(text, after)  # the requested phase, where the stored one is meant


def _new(call: Call, session: Session, event: Any, reference: str) -> dict[str, Any]:
    of = event.id.execution_id
    parent_id, parent_task_id = _parents(session, event)
    occurred, reported = moments.given(event, "occurred_at"), moments.reported(event)
    values: dict[str, Any] = {
        "execution_project": of.project,
        "execution_domain": of.domain,
        "execution_name": of.name,
        "node_id": event.id.node_id,
        "phase": phases.name(_PHASE, event.phase),
        "input_uri": _input_uri(call, event),
    }
    closure = node_execution_pb2.NodeExecutionClosure(
        phase=event.phase, created_at=occurred, updated_at=reported
    )
    values.update(_keep_phase(call, event, closure, started_at=None))
    values.update(_keep_task_metadata(event, closure))
    metadata = node_execution_pb2.NodeExecutionMetaData(
        retry_group=event.retry_group,
        is_parent_node=event.is_parent,
        spec_node_id=event.spec_node_id,
        is_dynamic=event.is_dynamic,
        is_array=event.is_array,
    )
    try:
        created = moments.micros(moments.check(occurred))
    except moments.MomentError:
        raise internal("failed to read event timestamp") from None
    try:
        updated = moments.micros(moments.check(reported))
    except moments.MomentError:
        raise internal("failed to read event reported_at timestamp") from None
    now = call.now()
    return {
        **values,
        "created_at": now,
        "updated_at": now,
        "closure": closure.SerializeToString(deterministic=True),
        "node_execution_metadata": metadata.SerializeToString(deterministic=True),
        "node_execution_created_at": created,
        "node_execution_updated_at": updated,
        "parent_id": parent_id,
        "parent_task_execution_id": parent_task_id,
        "dynamic_workflow_remote_closure_reference": reference,
        "internal_data": internal_data(event.event_version),
    }


def _parents(session: Session, event: Any) -> tuple[int | None, int | None]:
    """Return the row ids of the parent node and the parent task, which must be there."""
    node = task = None
    if event.HasField("parent_task_metadata"):
        parent_id = moments.given(event.parent_task_metadata, "id")
        task = rows.task_row(session, check_task_execution_id(parent_id))["id"]
    if event.HasField("parent_node_metadata"):
        sibling = identifier_pb2.NodeExecutionIdentifier(
            execution_id=event.id.execution_id, node_id=event.parent_node_metadata.node_id
        )
        node = rows.node_row(session, sibling)["id"]
    return node, task


def _changes(call: Call, row: Any, event: Any) -> dict[str, Any]:
    changes: dict[str, Any] = {"phase": phases.name(_PHASE, event.phase)}
    if not row["input_uri"]:
        changes["input_uri"] = _input_uri(call, event)
    closure = node_execution_pb2.NodeExecutionClosure.FromString(row["closure"])
    closure.phase = event.phase
    reported = moments.reported(event)
    closure.ClearField("updated_at")
    if reported is not None:
        closure.updated_at.CopyFrom(reported)
    changes.update(_keep_phase(call, event, closure, started_at=row["started_at"]))
    told = event.workflow_node_metadata
    if told.HasField("execution_id") and not closure.HasField("workflow_node_metadata"):
        closure.workflow_node_metadata.executionId.CopyFrom(told.execution_id)
    changes.update(_keep_task_metadata(event, closure))
    job_spec = event.task_node_metadata.dynamic_workflow.dynamic_job_spec_uri
    if job_spec:
        closure.dynamic_job_spec_uri = job_spec
    try:
        changes["node_execution_updated_at"] = moments.micros(moments.check(reported))
    except moments.MomentError:
        raise internal("failed to parse updated at timestamp") from None
    changes["closure"] = closure.SerializeToString(deterministic=True)
    if event.is_parent or event.is_dynamic or event.is_array:
        changes["node_execution_metadata"] = _flagged(row, event)
    return changes


def _flagged(row: Any, event: Any) -> bytes:
    """Turn flags on; an event without one says nothing about it."""
    metadata = node_execution_pb2.NodeExecutionMetaData.FromString(row["node_execution_metadata"])
    metadata.is_parent_node |= event.is_parent
    metadata.is_dynamic |= event.is_dynamic
    metadata.is_array |= event.is_array
    return bytes(metadata.SerializeToString(deterministic=True))


def _input_uri(call: Call, event: Any) -> str:
    if event.HasField("input_data"):
        return content.offload(call, event.input_data, *_keys(event), content.OFFLOADED_INPUTS)
    return str(event.input_uri)


def _keys(event: Any) -> tuple[str, ...]:
    of = event.id.execution_id
    return of.project, of.domain, of.name, event.id.node_id


def _keep_phase(call: Call, event: Any, closure: Any, *, started_at: int | None) -> dict[str, Any]:
    """Put what RUNNING and the ends bring into the closure; return the columns it changes."""
    occurred = moments.given(event, "occurred_at")
    if event.phase == execution_pb2.NodeExecution.RUNNING:
        try:
            started = moments.check(occurred)
        except moments.MomentError as exc:
            raise internal(f"failed to unmarshal occurredAt with error: {exc}") from exc
        closure.started_at.CopyFrom(started)
        closure.deck_uri = event.deck_uri
        return {"started_at": moments.micros(started)}
    if not phases.is_end(_PHASE, event.phase):
        return {}
    columns: dict[str, Any] = {}
    if started_at is not None:
        try:
            ended = moments.check(occurred)
        except moments.MomentError as exc:
            text = "Failed to parse node execution occurred at timestamp"
            raise internal(f"{text}: {exc}") from exc
        columns["duration"] = moments.span(started_at, ended)
        closure.duration.CopyFrom(moments.to_duration(columns["duration"]))
    if event.output_uri:
        closure.output_uri = event.output_uri
    elif event.HasField("output_data"):
        content.keep_outputs(call, event, closure, *_keys(event), uri_field="output_uri")
    elif event.HasField("error"):
        closure.error.CopyFrom(event.error)
        columns.update(error_columns(event.error))
    closure.deck_uri = event.deck_uri
    return columns


def _keep_task_metadata(event: Any, closure: Any) -> dict[str, str]:
    """Replace the closure's task metadata by the event's; the cache counts with its key only."""
    if not event.HasField("task_node_metadata"):
        return {}
    told = event.task_node_metadata
    closure.task_node_metadata.Clear()
    closure.task_node_metadata.SetInParent()
    closure.task_node_metadata.checkpoint_uri = told.checkpoint_uri
    if not told.HasField("catalog_key"):
        return {}
    closure.task_node_metadata.cache_status = told.cache_status
    closure.task_node_metadata.catalog_key.CopyFrom(told.catalog_key)
    return {"cache_status": phases.name(catalog_pb2.CatalogCacheStatus, told.cache_status)}
