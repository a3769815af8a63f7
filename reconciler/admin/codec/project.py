"""Projects: the message is its own spec, but for the domains, which are the server's."""

from flyteidl.admin.project_pb2 import Project, ProjectRegisterRequest

from reconciler.admin.codec.request import request_of
from reconciler.model import Kind, Resource, ResourceId


def to_register(resource: Resource) -> ProjectRegisterRequest:
    return ProjectRegisterRequest(project=to_update(resource))


def to_update(resource: Resource) -> Project:
    """The whole project: Admin refuses domains in it, and always takes its state as said."""
    project = Project()
    project.CopyFrom(request_of(resource, Project))
    project.id = resource.id.project
    project.ClearField("domains")
    return project


def from_project(project: Project) -> Resource:
    spec = Project()
    spec.CopyFrom(project)
    spec.ClearField("domains")
    return Resource(ResourceId(Kind.PROJECT, project.id), spec=spec)
