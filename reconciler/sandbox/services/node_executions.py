"""Nodes of executions: alone, in lists, with their data.

Source: `flyteadmin/pkg/manager/impl/node_execution_manager.go`.
"""

from typing import Any

from flyteidl.admin import common_pb2, node_execution_pb2
from flyteidl.core import identifier_pb2

from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.errors import Refusal, invalid_value, missing, not_found
from reconciler.sandbox.executions import content, dynamic, rows
from reconciler.sandbox.executions.ids import (
    check_execution_id,
    check_task_execution_id,
    with_task_type,
)
from reconciler.sandbox.executions.nodes import to_node
from reconciler.sandbox.listing import ENTITIES, Listing, list_rows
from reconciler.sandbox.store import Session

admin = Table("flyteidl.service.AdminService")
TABLES = (admin,)

LISTING = Listing(
    ENTITIES["node_execution"],
    "ListNodeExecutions",
    joins={
        "execution": (
            "JOIN executions ON node_executions.execution_project = executions.execution_project "
            "AND node_executions.execution_domain = executions.execution_domain "
            "AND node_executions.execution_name = executions.execution_name"
        )
    },
)
_AT_THE_TOP = (
    "node_executions.parent_id IS NULL",
    "node_executions.parent_task_execution_id IS NULL",
)


@admin.handles("GetNodeExecution")
def get_node_execution(call: Call, request: Any) -> Any:
    """Return one node; an incomplete id finds some node that fits."""
    with call.store.read() as session:
        return to_node(session, rows.node_row(session, request.id), listed=False)


@admin.handles("ListNodeExecutions")
def list_node_executions(call: Call, request: Any) -> Any:
    """Return the nodes of an execution: those at the top, or those under one parent."""
    try:
        of = check_execution_id(request, "workflow_execution_id")
    except Refusal:
        raise missing("execution_id") from None
    if not request.limit:
        raise invalid_value("limit")
    with call.store.read() as session:
        if not request.unique_parent_id:
            return _page(call, session, request, of, implicit=_AT_THE_TOP)
        parent = identifier_pb2.NodeExecutionIdentifier(
            execution_id=of, node_id=request.unique_parent_id
        )
        row = rows.node_row(session, parent)
        return _page(call, session, request, of, **{"node_executions.parent_id": row["id"]})


@admin.handles("ListNodeExecutionsForTask")
def list_node_executions_for_task(call: Call, request: Any) -> Any:
    """Return the nodes that a task execution made."""
    given = request.task_execution_id if request.HasField("task_execution_id") else None
    parent = check_task_execution_id(given and with_task_type(given))
    if not request.limit:
        raise invalid_value("limit")
    of = parent.node_execution_id.execution_id
    with call.store.read() as session:
        row = rows.task_row(session, parent)
        column = "node_executions.parent_task_execution_id"
        return _page(call, session, request, of, **{column: row["id"]})


def _page(
    call: Call,
    session: Session,
    request: Any,
    of: Any,
    *,
    implicit: tuple[str, ...] = (),
    **equal: int,
) -> Any:
    page = list_rows(
        session,
        LISTING,
        request,
        equal={
            "node_executions.execution_project": of.project,
            "node_executions.execution_domain": of.domain,
            "node_executions.execution_name": of.name,
            **equal,
        },
        implicit=implicit,
        now=call.now(),
    )
    return node_execution_pb2.NodeExecutionList(
        node_executions=[to_node(session, row, listed=True) for row in page.rows],
        token=page.token,
    )


@admin.handles("GetNodeExecutionData")
def get_node_execution_data(call: Call, request: Any) -> Any:
    """Return a node's inputs and outputs, and the workflow that a dynamic one made."""
    with call.store.read() as session:
        row = rows.node_row(session, request.id)
    closure = node_execution_pb2.NodeExecutionClosure.FromString(row["closure"])
    full_inputs, inputs = content.inputs_of(call, row["input_uri"])
    inline = closure.output_data if closure.HasField("output_data") else None
    full_outputs, outputs = content.outputs_of(call, closure.output_uri, inline)
    answer = node_execution_pb2.NodeExecutionGetDataResponse(
        inputs=inputs,
        outputs=outputs,
        full_inputs=full_inputs,
        full_outputs=full_outputs,
        flyte_urls=flyte_urls(request.id, deck=bool(closure.deck_uri)),
    )
    reference = row["dynamic_workflow_remote_closure_reference"]
    if reference:
        compiled = dynamic.read_closure(call, reference)
        answer.dynamic_workflow.compiled_workflow.CopyFrom(compiled)
        if compiled.primary.template.HasField("id"):
            answer.dynamic_workflow.id.CopyFrom(compiled.primary.template.id)
        answer.dynamic_workflow.dynamic_job_spec_uri = closure.dynamic_job_spec_uri
    return answer


@admin.handles("GetDynamicNodeWorkflow")
def get_dynamic_node_workflow(call: Call, request: Any) -> Any:
    """Return the compiled workflow that a dynamic node made."""
    with call.store.read() as session:
        row = rows.node_row(session, request.id)
    reference = row["dynamic_workflow_remote_closure_reference"]
    if not reference:
        raise not_found("node does not contain dynamic workflow")
    return node_execution_pb2.DynamicNodeWorkflowResponse(
        compiled_workflow=dynamic.read_closure(call, reference)
    )


def flyte_urls(node_id: Any, *, attempt: int | None = None, deck: bool = False) -> Any:
    """Return the `flyte://` URLs under which GetData knows a node's or an attempt's data.

    Args:
        node_id: As the request has it.
        attempt: Of a task.
        deck: Whether there is one.
    """
    of = node_id.execution_id
    parts = [of.project, of.domain, of.name, node_id.node_id]
    if attempt is not None:
        parts.append(str(attempt))
    base = f"flyte://v1/{'/'.join(parts)}"
    return common_pb2.FlyteURLs(
        inputs=f"{base}/i", outputs=f"{base}/o", deck=f"{base}/d" if deck else ""
    )
