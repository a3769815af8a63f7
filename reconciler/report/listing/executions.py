"""Executions, their nodes and attempts, and the signals they wait for, as `get` lists them."""

from typing import Any

from flyteidl.admin.execution_pb2 import ExecutionMetadata, ExecutionState
from flyteidl.core.catalog_pb2 import CatalogCacheStatus
from flyteidl.core.execution_pb2 import (
    NodeExecution,
    TaskExecution,
    WorkflowExecution,
)
from flyteidl.core.identifier_pb2 import ResourceType

from reconciler.model import describe
from reconciler.report.listing.ages import age, duration, seconds, when
from reconciler.report.listing.listing import Column, Listing
from reconciler.report.listing.values import short_value


def phase_word(enum: Any, number: int) -> str:
    """The name of a phase; the number where nobody knows it."""
    found = enum.Phase.DESCRIPTOR.values_by_number.get(number)
    return found.name if found is not None else str(number)


def execution_phase(row: Any) -> str:
    return phase_word(WorkflowExecution, row.closure.phase)


def node_phase(row: Any) -> str:
    return phase_word(NodeExecution, row.closure.phase)


def attempt_phase(row: Any) -> str:
    return phase_word(TaskExecution, row.closure.phase)


def error_line(closure: Any) -> str:
    """What went wrong, its first line; or why it was aborted."""
    match closure.WhichOneof("output_result"):
        case "error":
            text = closure.error.message or closure.error.code
        case "abort_metadata":
            text = closure.abort_metadata.cause
        case _:
            return ""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def took(closure: Any, now: int) -> str:
    """How long it took, or has been running."""
    if closure.duration.ByteSize():
        return duration(closure.duration)
    return age(closure.started_at, now)


def execution_name(row: Any) -> str:
    """What other commands take to mean this execution."""
    return f"{row.id.project}/{row.id.domain}/{row.id.name}"


def _mode(row: Any) -> str:
    value = ExecutionMetadata.ExecutionMode.DESCRIPTOR.values_by_number.get(row.spec.metadata.mode)
    return value.name.lower() if value is not None else str(row.spec.metadata.mode)


def _of_task(row: Any) -> bool:
    return bool(row.spec.launch_plan.resource_type == ResourceType.TASK)


def _entity(row: Any) -> str:
    name = row.spec.launch_plan.name
    return f"{name} (task)" if _of_task(row) else str(name)


def _user(row: Any) -> str:
    return str(row.closure.abort_metadata.principal or row.spec.metadata.principal)


def _tags(row: Any) -> list[str]:
    return list(row.spec.tags)


def _error(closure: Any) -> dict[str, Any] | None:
    if closure.WhichOneof("output_result") != "error":
        return None
    return {"code": closure.error.code, "message": closure.error.message}


def _execution(row: Any) -> dict[str, Any]:
    closure, spec = row.closure, row.spec
    aborted = closure.WhichOneof("output_result") == "abort_metadata"
    return {
        "project": row.id.project,
        "domain": row.id.domain,
        "name": row.id.name,
        "phase": execution_phase(row),
        "entity": {
            "kind": "task" if _of_task(row) else "launch_plan",
            "project": spec.launch_plan.project,
            "domain": spec.launch_plan.domain,
            "name": spec.launch_plan.name,
            "version": spec.launch_plan.version,
        },
        "mode": _mode(row),
        "principal": spec.metadata.principal or None,
        "cluster": spec.metadata.system_metadata.execution_cluster or None,
        "tags": _tags(row),
        "labels": dict(sorted(spec.labels.values.items())),
        "archived": closure.state_change_details.state == ExecutionState.EXECUTION_ARCHIVED,
        "error": _error(closure),
        "abort_cause": closure.abort_metadata.cause if aborted else None,
        "created_at": when(closure.created_at),
        "started_at": when(closure.started_at),
        "updated_at": when(closure.updated_at),
        "seconds": seconds(closure.duration),
    }


def node_target(row: Any) -> str:
    """What a node runs, as far as its row tells: `launch plan` executions are named there."""
    child = row.closure.workflow_node_metadata.executionId
    if child.name:
        return f"execution {child.name}"
    if row.metadata.is_array:
        return "array"
    if row.metadata.is_dynamic:
        return "dynamic"
    return "sub-nodes" if row.metadata.is_parent_node else ""


def cache_status(closure: Any) -> str:
    """What the cache did for a node; "" where it had no say."""
    status = closure.task_node_metadata.cache_status
    return "" if not status else CatalogCacheStatus.Name(status).removeprefix("CACHE_").lower()


def _node(row: Any) -> dict[str, Any]:
    closure, child = row.closure, row.closure.workflow_node_metadata.executionId
    return {
        "id": row.id.node_id,
        "spec_node_id": row.metadata.spec_node_id or row.id.node_id,
        "phase": node_phase(row),
        "is_parent": row.metadata.is_parent_node,
        "is_dynamic": row.metadata.is_dynamic,
        "is_array": row.metadata.is_array,
        "retry_group": row.metadata.retry_group or None,
        "execution": f"{child.project}/{child.domain}/{child.name}" if child.name else None,
        "cache": cache_status(closure) or None,
        "deck_uri": closure.deck_uri or None,
        "error": _error(closure),
        "created_at": when(closure.created_at),
        "started_at": when(closure.started_at),
        "updated_at": when(closure.updated_at),
        "seconds": seconds(closure.duration),
    }


def _attempt(row: Any) -> dict[str, Any]:
    closure, task = row.closure, row.id.task_id
    return {
        "node": row.id.node_execution_id.node_id,
        "attempt": row.id.retry_attempt,
        "phase": attempt_phase(row),
        "task": {
            "project": task.project,
            "domain": task.domain,
            "name": task.name,
            "version": task.version,
        },
        "task_type": closure.task_type or None,
        "reason": closure.reason or None,
        "logs": [{"name": log.name, "uri": log.uri} for log in closure.logs],
        "error": _error(closure),
        "created_at": when(closure.created_at),
        "started_at": when(closure.started_at),
        "updated_at": when(closure.updated_at),
        "seconds": seconds(closure.duration),
    }


def _signal(row: Any) -> dict[str, Any]:
    """A signal; its value is what somebody said, and is told only whether it is there."""
    return {"id": row.id.signal_id, "signal_type": describe(row.type), "is_set": is_set(row)}


def is_set(signal: Any) -> bool:
    """Whether somebody answered."""
    return bool(signal.value.WhichOneof("value"))


EXECUTIONS = Listing(
    "executions",
    (
        Column("PROJECT", lambda row, now: row.id.project),
        Column("DOMAIN", lambda row, now: row.id.domain),
        Column("NAME", lambda row, now: row.id.name),
        Column("PHASE", lambda row, now: execution_phase(row)),
        Column("RUNS", lambda row, now: _entity(row)),
        Column("VERSION", lambda row, now: row.spec.launch_plan.version),
        Column("AGE", lambda row, now: age(row.closure.created_at, now)),
        Column("TOOK", lambda row, now: took(row.closure, now)),
        Column("MODE", lambda row, now: _mode(row), wide=True),
        Column("BY", lambda row, now: _user(row), wide=True),
        Column("TAGS", lambda row, now: ",".join(_tags(row)), wide=True),
        Column("ERROR", lambda row, now: error_line(row.closure), wide=True),
    ),
    _execution,
    execution_name,
)
NODES = Listing(
    "nodes",
    (
        Column("NODE", lambda row, now: row.id.node_id),
        Column("PHASE", lambda row, now: node_phase(row)),
        Column("RUNS", lambda row, now: node_target(row)),
        Column("AGE", lambda row, now: age(row.closure.created_at, now)),
        Column("TOOK", lambda row, now: took(row.closure, now)),
        Column("CACHE", lambda row, now: cache_status(row.closure), wide=True),
        Column("ERROR", lambda row, now: error_line(row.closure), wide=True),
    ),
    _node,
    lambda row: row.id.node_id,
)
ATTEMPTS = Listing(
    "task_executions",
    (
        Column("NODE", lambda row, now: row.id.node_execution_id.node_id),
        Column("ATTEMPT", lambda row, now: str(row.id.retry_attempt)),
        Column("PHASE", lambda row, now: attempt_phase(row)),
        Column("TASK", lambda row, now: row.id.task_id.name),
        Column("VERSION", lambda row, now: row.id.task_id.version),
        Column("AGE", lambda row, now: age(row.closure.created_at, now)),
        Column("TOOK", lambda row, now: took(row.closure, now)),
        Column("LOGS", lambda row, now: " ".join(log.uri for log in row.closure.logs), wide=True),
        Column("REASON", lambda row, now: row.closure.reason, wide=True),
        Column("ERROR", lambda row, now: error_line(row.closure), wide=True),
    ),
    _attempt,
    lambda row: f"{row.id.node_execution_id.node_id}/{row.id.retry_attempt}",
)
SIGNALS = Listing(
    "signals",
    (
        Column("SIGNAL", lambda row, now: row.id.signal_id),
        Column("TYPE", lambda row, now: describe(row.type)),
        Column(
            "ANSWER", lambda row, now: short_value(row.value) if is_set(row) else "(waits for one)"
        ),
    ),
    _signal,
    lambda row: row.id.signal_id,
)
