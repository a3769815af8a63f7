"""Rows of node and task executions as the messages that clients read."""

from typing import Any

from flyteidl.admin import node_execution_pb2, task_execution_pb2
from flyteidl.core import identifier_pb2
from google.protobuf import wrappers_pb2

from reconciler.sandbox.executions.closures import trim_error
from reconciler.sandbox.executions.rows import node_id_of
from reconciler.sandbox.store import Session


def internal_data(event_version: int) -> bytes:
    """Encode what Admin keeps of a node for itself: the version of its first event, in field 1."""
    return bytes(wrappers_pb2.Int32Value(value=event_version).SerializeToString())


def _event_version(row: Any) -> int:
    return int(wrappers_pb2.Int32Value.FromString(row["internal_data"] or b"").value)


def to_node(session: Session, row: Any, *, listed: bool) -> Any:
    """Make the NodeExecution of a row.

    A node read alone is believed when it says that it is no parent, unless its engine is too
    old to say; in a list its children are looked for in any case.

    Args:
        listed: Whether it is for a list, where messages of errors are cut.
    """
    closure = node_execution_pb2.NodeExecutionClosure.FromString(row["closure"])
    if listed:
        trim_error(closure)
    metadata = node_execution_pb2.NodeExecutionMetaData.FromString(
        row["node_execution_metadata"] or b""
    )
    told = metadata.is_parent_node or metadata.is_dynamic
    if not told and (listed or _event_version(row) == 0) and _has_nodes(session, "parent_id", row):
        metadata.is_parent_node = True
        metadata.is_dynamic = bool(row["dynamic_workflow_remote_closure_reference"])
    return node_execution_pb2.NodeExecution(
        id=node_id_of(row), input_uri=row["input_uri"], closure=closure, metadata=metadata
    )


def to_task(session: Session, row: Any) -> Any:
    """Make the TaskExecution of a row; errors are whole, in lists too."""
    return task_execution_pb2.TaskExecution(
        id=identifier_pb2.TaskExecutionIdentifier(
            task_id=identifier_pb2.Identifier(
                resource_type=identifier_pb2.TASK,
                project=row["project"],
                domain=row["domain"],
                name=row["name"],
                version=row["version"],
            ),
            node_execution_id=node_id_of(row),
            retry_attempt=row["retry_attempt"],
        ),
        input_uri=row["input_uri"],
        closure=task_execution_pb2.TaskExecutionClosure.FromString(row["closure"]),
        is_parent=_has_nodes(session, "parent_task_execution_id", row),
    )


def _has_nodes(session: Session, column: str, row: Any) -> bool:
    found = session.one(
        f"SELECT 1 FROM node_executions WHERE {column} = ? LIMIT 1", (int(row["id"]),)
    )
    return found is not None
