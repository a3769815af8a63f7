"""The events by which an engine tells Admin how executions go."""

from typing import Any

from flyteidl.admin import event_pb2

from reconciler.sandbox.dispatch import Call, Table
from reconciler.sandbox.executions import node_events, task_events, workflow_events

admin = Table("flyteidl.service.AdminService")
TABLES = (admin,)


@admin.handles("CreateWorkflowEvent")
def create_workflow_event(call: Call, request: Any) -> Any:
    """Move an execution along."""
    workflow_events.record(call, request)
    return event_pb2.WorkflowExecutionEventResponse()


@admin.handles("CreateNodeEvent")
def create_node_event(call: Call, request: Any) -> Any:
    """Make a node or move it along."""
    node_events.record(call, request)
    return event_pb2.NodeExecutionEventResponse()


@admin.handles("CreateTaskEvent")
def create_task_event(call: Call, request: Any) -> Any:
    """Make an attempt of a task or move it along."""
    task_events.record(call, request)
    return event_pb2.TaskExecutionEventResponse()
