"""Workflows: a get carries the compiled closure, a list only the interface in its place."""

from flyteidl.admin.workflow_pb2 import Workflow, WorkflowCreateRequest, WorkflowSpec

from reconciler.admin.codec.request import request_of
from reconciler.model import Kind, Resource, ResourceId


def to_create(resource: Resource) -> WorkflowCreateRequest:
    spec = request_of(resource, WorkflowSpec)
    return WorkflowCreateRequest(id=resource.id.to_identifier(), spec=spec)


def from_workflow(workflow: Workflow, *, complete: bool = True) -> Resource:
    """Read an answer; `complete` is False for one that came in a list."""
    id = ResourceId.from_identifier(workflow.id, Kind.WORKFLOW)
    return Resource(id, spec=workflow.closure.compiled_workflow, complete=complete)
