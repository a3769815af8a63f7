"""Where the time of executions went."""

from typing import Any

from flyteidl.admin import execution_pb2

from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.executions.spans import execution_span

admin = Table("flyteidl.service.AdminService")
TABLES = (admin,)


@admin.handles("GetExecutionMetrics")
def get_execution_metrics(call: Call, request: Any) -> Any:
    """Return an execution's time as a tree of spans."""
    with call.store.read() as session:
        span = execution_span(call, session, request, "id", depth=request.depth)
    return execution_pb2.WorkflowExecutionGetMetricsResponse(span=span)
