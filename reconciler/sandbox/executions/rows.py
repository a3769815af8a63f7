"""The row that an id means.

Admin leaves the empty parts of an id out of its query and takes the first row there is, so an
incomplete id finds any row that fits, and no id at all any row of the server. Calls that want
better check the id first (see `ids`).
"""

from typing import Any

from flyteidl.core import identifier_pb2

from reconciler.compiler import go_text
from reconciler.sandbox.errors import Refusal, missing_entity
from reconciler.sandbox.store import Session


def execution_row(session: Session, execution_id: Any) -> Any:
    """Return a row of `executions`.

    Raises:
        Refusal: NOT_FOUND, with those parts of the id that were given.
    """
    row = _first(session, "executions", _execution_parts(execution_id))
    if row is None:
        raise missing_entity("execution", go_text(_bare_execution(execution_id)))
    return row


def node_row(session: Session, node_id: Any) -> Any:
    """Return a row of `node_executions`.

    Raises:
        Refusal: NOT_FOUND.
    """
    row = find_node(session, node_id)
    if row is None:
        raise missing_node(node_id)
    return row


def find_node(session: Session, node_id: Any) -> Any | None:
    """Return a row of `node_executions`, or None."""
    return _first(session, "node_executions", _node_parts(node_id))


def missing_node(node_id: Any) -> Refusal:
    """Return the refusal of a call that names no node execution there is."""
    return missing_entity("node execution", go_text(_bare_node(node_id)))


def task_row(session: Session, task_execution_id: Any) -> Any:
    """Return a row of `task_executions`.

    Raises:
        Refusal: NOT_FOUND; the text does not tell the attempt.
    """
    row = find_task(session, task_execution_id)
    if row is None:
        bare = identifier_pb2.TaskExecutionIdentifier(
            task_id=_bare_task(task_execution_id.task_id),
            node_execution_id=_bare_node(task_execution_id.node_execution_id),
        )
        raise missing_entity("task execution", go_text(bare))
    return row


def find_task(session: Session, task_execution_id: Any) -> Any | None:
    """Return a row of `task_executions`, or None; the attempt counts even if it is 0."""
    task = task_execution_id.task_id
    parts = {
        "project": task.project,
        "domain": task.domain,
        "name": task.name,
        "version": task.version,
        **_node_parts(task_execution_id.node_execution_id),
    }
    return _first(session, "task_executions", parts, retry_attempt=task_execution_id.retry_attempt)


def execution_id_of(row: Any) -> Any:
    """Return the WorkflowExecutionIdentifier of any row that has one."""
    return identifier_pb2.WorkflowExecutionIdentifier(
        project=row["execution_project"],
        domain=row["execution_domain"],
        name=row["execution_name"],
    )


def node_id_of(row: Any) -> Any:
    """Return the NodeExecutionIdentifier of a row of a node or a task execution."""
    return identifier_pb2.NodeExecutionIdentifier(
        node_id=row["node_id"], execution_id=execution_id_of(row)
    )


def update(session: Session, table: str, row: Any, changes: dict[str, Any], *, now: int) -> None:
    """Write the changed columns of a row, zeros and empty texts left out.

    Admin's database layer takes a zero for "not given". So the empty cause of a second terminate
    and the phase version 0 stay unwritten; None is a value that was never there.
    """
    kept = {
        column: value
        for column, value in changes.items()
        if value is not None and (value not in (0, "", b"") or column in _WRITTEN_ANYWAY)
    }
    columns = ", ".join(f'"{column}" = ?' for column in ("updated_at", *kept))
    session.run(
        f"UPDATE {table} SET {columns} WHERE id = ?", (now, *kept.values(), int(row["id"]))
    )


# Columns that Admin keeps as pointers: there a zero is a value.
_WRITTEN_ANYWAY = frozenset(
    {
        "state",
        "started_at",
        "error_kind",
        "error_code",
        "cache_status",
        "execution_updated_at",
        "node_execution_updated_at",
        "task_execution_updated_at",
    }
)


def _first(session: Session, table: str, parts: dict[str, str], **also: int) -> Any | None:
    wanted: dict[str, Any] = {column: text for column, text in parts.items() if text}
    wanted.update(also)
    where = " AND ".join(f"{column} = ?" for column in wanted) or "1"
    return session.one(
        f"SELECT * FROM {table} WHERE {where} ORDER BY id LIMIT 1", tuple(wanted.values())
    )


def _execution_parts(execution_id: Any) -> dict[str, str]:
    return {
        "execution_project": execution_id.project,
        "execution_domain": execution_id.domain,
        "execution_name": execution_id.name,
    }


def _node_parts(node_id: Any) -> dict[str, str]:
    return {**_execution_parts(node_id.execution_id), "node_id": node_id.node_id}


def _bare_execution(execution_id: Any) -> Any:
    return identifier_pb2.WorkflowExecutionIdentifier(
        project=execution_id.project, domain=execution_id.domain, name=execution_id.name
    )


def _bare_node(node_id: Any) -> Any:
    return identifier_pb2.NodeExecutionIdentifier(
        node_id=node_id.node_id, execution_id=_bare_execution(node_id.execution_id)
    )


def _bare_task(task_id: Any) -> Any:
    return identifier_pb2.Identifier(
        project=task_id.project, domain=task_id.domain, name=task_id.name, version=task_id.version
    )
