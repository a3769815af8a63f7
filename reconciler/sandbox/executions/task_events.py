"""What a task event does to its attempt; the first one makes it.

Source: `flyteadmin/pkg/manager/impl/task_execution_manager.go`, CreateTaskExecutionEvent, and
`repositories/transformers/task_execution.go`.
"""

from typing import Any

import grpc
from flyteidl.admin import task_execution_pb2
from flyteidl.core import execution_pb2, identifier_pb2

from reconciler.compiler import go_text
from reconciler.sandbox.dispatch import Call
from reconciler.sandbox.errors import Refusal, missing, not_found
from reconciler.sandbox.executions import content, moments, phases, rows
from reconciler.sandbox.executions.clusters import already_over, check_producer
from reconciler.sandbox.executions.ids import check_task_execution_id
from reconciler.sandbox.executions.task_merge import (
    merge_custom,
    merge_logs,
    merge_metadata,
    merge_reasons,
    replace_all,
    shown_logs,
    sort_resources,
)
from reconciler.sandbox.store import Session
from reconciler.sandbox.times import to_timestamp

_PHASE = phases.TASK


def record(call: Call, request: Any) -> None:
    """Make an attempt of a task or move it along.

    The task need not be registered; its node must be there for the first event.

    Raises:
        Refusal: The event lacks something, what it names is not there, or the attempt has ended
            or is in this phase already.
    """
    if not request.HasField("event"):
        raise missing("event")
    event = request.event
    if not event.HasField("occurred_at"):
        raise missing("occurred_at")
    content.check_size(call, event)
    attempt = check_task_execution_id(_attempt(event))
    with call.store.write() as session:
        execution = rows.execution_row(session, event.parent_node_execution_id.execution_id)
        check_producer(execution["cluster"], event.producer_id)
        row = rows.find_task(session, attempt)
        if row is None:
            _check_node(session, event)
            session.insert("task_executions", **_new(call, event))
            return
        _check_phase(row, event, attempt)
        rows.update(session, "task_executions", row, _changes(call, row, event), now=call.now())


def _attempt(event: Any) -> Any:
    found = identifier_pb2.TaskExecutionIdentifier(retry_attempt=event.retry_attempt)
    if event.HasField("task_id"):
        found.task_id.CopyFrom(event.task_id)
    if event.HasField("parent_node_execution_id"):
        found.node_execution_id.CopyFrom(event.parent_node_execution_id)
    return found


def _check_node(session: Session, event: Any) -> None:
    if rows.find_node(session, event.parent_node_execution_id) is None:
        shown = go_text(event.parent_node_execution_id)
        text = f"Failed to get existing node execution id: [{shown}] with err: entry not found"
        raise not_found(text)


def _check_phase(row: Any, event: Any, attempt: Any) -> None:
    before, after = row["phase"], phases.name(_PHASE, event.phase)
    if before == after and row["phase_version"] >= event.phase_version:
        text = f"have already recorded task execution phase {after}"
        told = f"{text} (version: {event.phase_version}) for {go_text(attempt)}"
        raise Refusal(grpc.StatusCode.ALREADY_EXISTS, told)
    if phases.is_end(_PHASE, phases.stored(_PHASE, before)):
        text = f"invalid phase change from {before} to {after} for task execution"
        # The requested phase, where the stored one is meant.
        raise already_over(f"{text} {go_text(attempt)}", after)


def _new(call: Call, event: Any) -> dict[str, Any]:
    of, task = event.parent_node_execution_id.execution_id, event.task_id
    occurred, reported = event.occurred_at, moments.reported(event)
    input_uri = _input_uri(call, event)
    metadata = moments.given(event, "metadata")
    if metadata is not None:
        sort_resources(metadata)
    closure = task_execution_pb2.TaskExecutionClosure(
        phase=event.phase,
        created_at=occurred,
        updated_at=reported,
        logs=event.logs,
        custom_info=moments.given(event, "custom_info"),
        task_type=event.task_type,
        metadata=metadata,
        event_version=event.event_version,
    )
    merge_reasons(closure, event)
    columns: dict[str, Any] = {}
    if event.phase == execution_pb2.TaskExecution.RUNNING:
        columns["started_at"] = moments.micros(occurred)
        closure.started_at.CopyFrom(occurred)
    if phases.is_end(_PHASE, event.phase):
        _keep_result(call, event, closure)
    now = call.now()
    return {
        **columns,
        "created_at": now,
        "updated_at": now,
        "project": task.project,
        "domain": task.domain,
        "name": task.name,
        "version": task.version,
        "execution_project": of.project,
        "execution_domain": of.domain,
        "execution_name": of.name,
        "node_id": event.parent_node_execution_id.node_id,
        "retry_attempt": event.retry_attempt,
        "phase": phases.name(_PHASE, event.phase),
        "phase_version": event.phase_version,
        "input_uri": input_uri,
        "closure": closure.SerializeToString(deterministic=True),
        "task_execution_created_at": moments.micros(occurred),
        "task_execution_updated_at": moments.micros(reported),
    }


def _changes(call: Call, row: Any, event: Any) -> dict[str, Any]:
    before, after = row["phase"], phases.name(_PHASE, event.phase)
    reported = moments.reported(event)
    changes: dict[str, Any] = {
        "phase": after,
        "phase_version": event.phase_version,
        "task_execution_updated_at": moments.micros(reported),
    }
    if not row["input_uri"]:
        changes["input_uri"] = _input_uri(call, event)
    closure = task_execution_pb2.TaskExecutionClosure.FromString(row["closure"])
    closure.phase = event.phase
    closure.updated_at.CopyFrom(reported)
    logs = merge_logs(closure.logs, event.logs)
    replace_all(closure.logs, shown_logs(logs, event.phase))
    merge_reasons(closure, event)
    running = before != "RUNNING" and after == "RUNNING"
    if running and row["started_at"] is None:
        changes["started_at"] = moments.micros(event.occurred_at)
        closure.started_at.CopyFrom(event.occurred_at)
    if phases.is_end(_PHASE, event.phase):
        if row["started_at"] is not None:
            changes["duration"] = moments.span(row["started_at"], event.occurred_at)
            closure.started_at.CopyFrom(to_timestamp(row["started_at"]))
            closure.duration.CopyFrom(moments.to_duration(changes["duration"]))
        _keep_result(call, event, closure)
    if event.HasField("custom_info"):
        merge_custom(closure, event.custom_info)
    if event.HasField("metadata"):
        merge_metadata(closure, event.metadata)
    if before != after:
        for resource in closure.metadata.external_resources:
            replace_all(resource.logs, shown_logs(resource.logs, event.phase))
    closure.event_version = max(closure.event_version, event.event_version)
    changes["closure"] = closure.SerializeToString(deterministic=True)
    return changes


def _input_uri(call: Call, event: Any) -> str:
    if event.HasField("input_data"):
        return content.offload(call, event.input_data, *_keys(event), content.OFFLOADED_INPUTS)
    return str(event.input_uri)


def _keys(event: Any) -> tuple[str, ...]:
    node, task = event.parent_node_execution_id, event.task_id
    of = node.execution_id
    return (
        *(of.project, of.domain, of.name, node.node_id),
        *(task.project, task.domain, task.name, task.version),
        str(event.retry_attempt),
    )


def _keep_result(call: Call, event: Any, closure: Any) -> None:
    if event.output_uri:
        closure.output_uri = event.output_uri
    elif event.HasField("output_data"):
        content.keep_outputs(call, event, closure, *_keys(event), uri_field="output_uri")
    elif event.HasField("error"):
        closure.error.CopyFrom(event.error)
