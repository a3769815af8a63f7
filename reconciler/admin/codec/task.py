"""Tasks: lists and gets alike carry the whole compiled task."""

from flyteidl.admin.task_pb2 import Task, TaskCreateRequest, TaskSpec

from reconciler.admin.codec.request import request_of
from reconciler.model import Kind, Resource, ResourceId


def to_create(resource: Resource) -> TaskCreateRequest:
    spec = request_of(resource, TaskSpec)
    return TaskCreateRequest(id=resource.id.to_identifier(), spec=spec)


def from_task(task: Task) -> Resource:
    id = ResourceId.from_identifier(task.id, Kind.TASK)
    return Resource(id, spec=task.closure.compiled_task)
