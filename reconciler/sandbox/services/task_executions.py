"""Attempts of tasks: alone, in lists, with their data.

Source: `flyteadmin/pkg/manager/impl/task_execution_manager.go`.
"""

from dataclasses import replace
from typing import Any

from flyteidl.admin import task_execution_pb2

from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.errors import invalid_value
from reconciler.sandbox.executions import content, rows
from reconciler.sandbox.executions.ids import (
    check_node_id,
    check_task_execution_id,
    with_task_type,
)
from reconciler.sandbox.executions.nodes import to_task
from reconciler.sandbox.listing import ENTITIES, Listing, list_rows
from reconciler.sandbox.services.node_executions import flyte_urls

admin = Table("flyteidl.service.AdminService")
TABLES = (admin,)

_ENTITY = ENTITIES["task_execution"]
# Filters by these columns mean those of the execution; sort keys mean the task's own.
_OF_THE_EXECUTION = {
    name: replace(_ENTITY.columns[f"execution_{name}"], name=name)
    for name in ("project", "domain", "name")
}
_TO_NODES = (
    "JOIN node_executions ON task_executions.node_id = node_executions.node_id "
    "AND task_executions.execution_project = node_executions.execution_project "
    "AND task_executions.execution_domain = node_executions.execution_domain "
    "AND task_executions.execution_name = node_executions.execution_name"
)
_TO_EXECUTIONS = (
    "JOIN executions ON task_executions.execution_project = executions.execution_project "
    "AND task_executions.execution_domain = executions.execution_domain "
    "AND task_executions.execution_name = executions.execution_name"
)
_TO_TASKS = (
    "LEFT JOIN tasks ON task_executions.project = tasks.project "
    "AND task_executions.domain = tasks.domain AND task_executions.name = tasks.name "
    "AND task_executions.version = tasks.version"
)

LISTING = Listing(
    replace(_ENTITY, columns={**_ENTITY.columns, **_OF_THE_EXECUTION}),
    "ListTaskExecutions",
    joins={"task": _TO_TASKS, "node_execution": _TO_NODES, "execution": _TO_EXECUTIONS},
    sort_columns=_ENTITY.columns,
)


@admin.handles("GetTaskExecution")
def get_task_execution(call: Call, request: Any) -> Any:
    """Return one attempt."""
    with call.store.read() as session:
        return to_task(session, rows.task_row(session, _checked(request)))


@admin.handles("ListTaskExecutions")
def list_task_executions(call: Call, request: Any) -> Any:
    """Return the attempts of a node's tasks; there need be no such node."""
    node = check_node_id(request, "node_execution_id")
    if not request.limit:
        raise invalid_value("limit")
    of = node.execution_id
    with call.store.read() as session:
        page = list_rows(
            session,
            LISTING,
            request,
            equal={
                "task_executions.execution_project": of.project,
                "task_executions.execution_domain": of.domain,
                "task_executions.execution_name": of.name,
                "task_executions.node_id": node.node_id,
            },
            now=call.now(),
        )
        return task_execution_pb2.TaskExecutionList(
            task_executions=[to_task(session, row) for row in page.rows], token=page.token
        )


@admin.handles("GetTaskExecutionData")
def get_task_execution_data(call: Call, request: Any) -> Any:
    """Return an attempt's inputs and outputs."""
    attempt = _checked(request)
    with call.store.read() as session:
        row = rows.task_row(session, attempt)
    closure = task_execution_pb2.TaskExecutionClosure.FromString(row["closure"])
    full_inputs, inputs = content.inputs_of(call, row["input_uri"])
    inline = closure.output_data if closure.HasField("output_data") else None
    full_outputs, outputs = content.outputs_of(call, closure.output_uri, inline)
    return task_execution_pb2.TaskExecutionGetDataResponse(
        inputs=inputs,
        outputs=outputs,
        full_inputs=full_inputs,
        full_outputs=full_outputs,
        flyte_urls=flyte_urls(attempt.node_execution_id, attempt=attempt.retry_attempt),
    )


def _checked(request: Any) -> Any:
    return check_task_execution_id(with_task_type(request.id) if request.HasField("id") else None)
