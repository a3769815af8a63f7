"""Everything that an Admin holds, as one mapping that two Admins can be compared by."""

from collections.abc import Mapping
from typing import Any

from flyteidl.admin.common_pb2 import (
    NamedEntityListRequest,
    ObjectGetRequest,
    ResourceListRequest,
)
from flyteidl.admin.project_pb2 import ProjectListRequest
from flyteidl.core.identifier_pb2 import ResourceType
from flyteidl.service.admin_pb2_grpc import AdminServiceStub
from google.protobuf.json_format import MessageToDict

from tests.conformance.packages import digest

_TYPES = {
    "tasks": ResourceType.TASK,
    "workflows": ResourceType.WORKFLOW,
    "launch_plans": ResourceType.LAUNCH_PLAN,
}


def listing(admin: AdminServiceStub) -> Mapping[str, str]:
    """What is said of each thing, by its id: Admin's own digest of a version, and its state; of
    projects and names all of it."""
    found: dict[str, str] = {}
    projects = admin.ListProjects(ProjectListRequest(limit=1000, filters="value_in(state,0;1;2)"))
    for project in projects.projects:
        found[f"project {project.id}"] = str(MessageToDict(project))
        for domain in project.domains:
            found |= _versions(admin, project.id, domain.id)
    return found


def _versions(admin: AdminServiceStub, project: str, domain: str) -> dict[str, str]:
    found: dict[str, str] = {}
    place = {"project": project, "domain": domain}
    gets: dict[str, Any] = {
        "tasks": (admin.ListTasks, admin.GetTask),
        "workflows": (admin.ListWorkflows, admin.GetWorkflow),
        "launch_plans": (admin.ListLaunchPlans, admin.GetLaunchPlan),
    }
    for kind, (every, get) in gets.items():
        request = ResourceListRequest(limit=10000)
        request.id.project, request.id.domain = project, domain
        for row in getattr(every(request), kind):
            answer = get(ObjectGetRequest(id=row.id))
            state = answer.closure.state if kind == "launch_plans" else ""
            key = f"{kind} {project}/{domain}/{row.id.name}@{row.id.version}"
            found[key] = f"{digest(kind, answer)} {state}"
        names = NamedEntityListRequest(
            resource_type=_TYPES[kind], limit=2**31 - 1, filters="value_in(state,0;1)", **place
        )
        for name in admin.ListNamedEntities(names).entities:
            key = f"name of {kind} {project}/{domain}/{name.id.name}"
            found[key] = str(MessageToDict(name.metadata))
    return found
