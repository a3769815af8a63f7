"""What an execution has from the node that launched it, if one did."""

from dataclasses import dataclass
from typing import Any

from flyteidl.admin import execution_pb2

from reconciler.sandbox.executions import rows
from reconciler.sandbox.store import Session


@dataclass(frozen=True)
class Parent:
    """Row ids of the launching node and of its execution; 0 where there is none."""

    node_row: int = 0
    execution_row: int = 0


def inherit(session: Session, spec: Any) -> Parent:
    """Hand down principal, depth and cluster label to a child's ExecutionSpec.

    Raises:
        Refusal: NOT_FOUND: the node or its execution is not there.
    """
    if not spec.metadata.HasField("parent_node_execution"):
        return Parent()
    node_id = spec.metadata.parent_node_execution
    node = rows.node_row(session, node_id)
    execution = rows.execution_row(session, node_id.execution_id)
    parent = execution_pb2.ExecutionSpec.FromString(execution["spec"])
    spec.metadata.principal = execution["user"]
    spec.metadata.nesting = parent.metadata.nesting + 1
    if parent.HasField("execution_cluster_label"):
        spec.execution_cluster_label.CopyFrom(parent.execution_cluster_label)
    return Parent(int(node["id"]), int(execution["id"]))
