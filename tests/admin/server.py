"""A scripted Admin on a real gRPC server: enough of one to misbehave in every way we know of.

It lists, gets, creates and switches as Admin does for well-formed requests, and does on top what
a test plants: refusals, answers lost after the deed, silence, rows that move between two pages.
The embedded Admin is the faithful one; this one is the unfaithful one.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import grpc
from flyteidl.admin import (
    common_pb2,
    launch_plan_pb2,
    matchable_resource_pb2,
    project_domain_attributes_pb2,
    project_pb2,
    task_pb2,
    version_pb2,
    workflow_pb2,
)
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from google.rpc.status_pb2 import Status

from reconciler.model import Kind, ResourceId

SERVICE = "flyteidl.service.AdminService"
_EXPRESSION = re.compile(r"(.+)\((.+),\s?(.+)\)", re.ASCII)


@dataclass(frozen=True)
class Refuse:
    """Answer with a status instead of acting; `after` True: act first, then answer so."""

    code: grpc.StatusCode
    text: str = ""
    details: tuple[Message, ...] = ()
    after: bool = False


@dataclass(frozen=True)
class Hang:
    """Act, but say nothing until the caller has given up."""


@dataclass
class Row:
    number: int
    message: Any


class ScriptedAdmin:
    """`with ScriptedAdmin() as server: server.endpoint`.

    Attributes: `calls` counts by RPC; `faults[rpc]` is consumed call by call; `before[rpc]` runs
    ahead of every call; `denied` are the projects nobody may see.
    """

    def __init__(self) -> None:
        self.reset()
        self._server = grpc.server(ThreadPoolExecutor(16), options=[("grpc.so_reuseport", 0)])
        self._server.add_generic_rpc_handlers((_Handlers(self),))
        self.endpoint = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def __enter__(self) -> "ScriptedAdmin":
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.stop(None).wait()

    def reset(self) -> None:
        self.tables: dict[Kind, dict[tuple[str, ...], Row]] = {kind: {} for kind in Kind}
        self.projects: dict[str, project_pb2.Project] = {}
        self.attributes: dict[tuple[str, str, str], Any] = {}
        self.names: dict[tuple[int, str], Any] = {}
        self.calls: Counter[str] = Counter()
        self.requests: list[tuple[str, Any]] = []
        self.faults: dict[str, list[Refuse | Hang]] = {}
        self.before: dict[str, Callable[[Any], None]] = {}
        self.denied: set[str] = set()
        self.domains = project_pb2.GetDomainsResponse()
        self.metadata: tuple[tuple[str, bytes], ...] = ()
        self.number = 0
        self.lock = threading.RLock()

    def hold(self, ids: Iterable[ResourceId], *, active: bool = False) -> None:
        """Have these versions, without content."""
        for id in ids:
            message = _ENTITIES[id.kind](id=id.to_identifier())
            if id.kind is Kind.LAUNCH_PLAN:
                message.closure.state = int(active)
            self.insert(id, message)

    def insert(self, id: ResourceId, message: Any) -> None:
        self.number += 1
        row = Row(self.number, message)
        self.tables[id.kind][(id.project, id.domain, id.name, id.version)] = row

    def remove(self, id: ResourceId) -> None:
        del self.tables[id.kind][(id.project, id.domain, id.name, id.version)]

    def fail(self, rpc: str, *faults: Refuse | Hang) -> None:
        self.faults.setdefault(rpc, []).extend(faults)

    def answer(self, rpc: str, payload: bytes, context: grpc.ServicerContext) -> bytes:
        request = _REQUESTS[rpc].FromString(payload)
        with self.lock:
            self.calls[rpc] += 1
            self.requests.append((rpc, request))
            fault = self.faults[rpc].pop(0) if self.faults.get(rpc) else None
            if rpc in self.before:
                self.before[rpc](request)
        project = getattr(getattr(request, "id", None), "project", "")
        if project in self.denied:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "not yours")
        if self.metadata:
            context.set_trailing_metadata(self.metadata)
        if isinstance(fault, Refuse) and not fault.after:
            _refuse(context, fault)
        with self.lock:
            answer = getattr(self, f"_{rpc}")(request, context)
        if isinstance(fault, Refuse):
            _refuse(context, fault)
        if isinstance(fault, Hang):
            given_up = threading.Event()
            context.add_callback(given_up.set)
            given_up.wait(10)
        encoded: bytes = answer.SerializeToString()
        return encoded

    def _GetVersion(self, request: Any, context: grpc.ServicerContext) -> Any:
        return version_pb2.GetVersionResponse()

    def _GetDomains(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self.domains

    def _ListProjects(self, request: Any, context: grpc.ServicerContext) -> Any:
        rows = [Row(0, project) for _, project in sorted(self.projects.items())]
        rows = [row for row in rows if _matches(row, request.filters, context)]
        page, token = _page(rows, request)
        return project_pb2.Projects(projects=[row.message for row in page], token=token)

    def _RegisterProject(self, request: Any, context: grpc.ServicerContext) -> Any:
        if request.project.id in self.projects:
            text = "value with matching already exists (duplicate key value violates unique "
            context.abort(grpc.StatusCode.ALREADY_EXISTS, text + 'constraint "projects_pkey")')
        self.projects[request.project.id] = request.project
        return project_pb2.ProjectRegisterResponse()

    def _UpdateProject(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.projects[request.id] = request
        return project_pb2.ProjectUpdateResponse()

    def _ListTasks(self, request: Any, context: grpc.ServicerContext) -> Any:
        rows, token = self._list(Kind.TASK, request, context)
        return task_pb2.TaskList(tasks=rows, token=token)

    def _ListWorkflows(self, request: Any, context: grpc.ServicerContext) -> Any:
        rows, token = self._list(Kind.WORKFLOW, request, context)
        return workflow_pb2.WorkflowList(workflows=rows, token=token)

    def _ListLaunchPlans(self, request: Any, context: grpc.ServicerContext) -> Any:
        rows, token = self._list(Kind.LAUNCH_PLAN, request, context)
        return launch_plan_pb2.LaunchPlanList(launch_plans=rows, token=token)

    def _GetTask(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._get(Kind.TASK, request.id, context).message

    def _GetWorkflow(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._get(Kind.WORKFLOW, request.id, context).message

    def _GetLaunchPlan(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._get(Kind.LAUNCH_PLAN, request.id, context).message

    def _CreateTask(self, request: Any, context: grpc.ServicerContext) -> Any:
        task = task_pb2.Task(id=request.id)
        task.closure.compiled_task.template.CopyFrom(request.spec.template)
        task.closure.compiled_task.template.id.CopyFrom(request.id)
        self._create(Kind.TASK, request.id, task, context)
        return task_pb2.TaskCreateResponse()

    def _CreateWorkflow(self, request: Any, context: grpc.ServicerContext) -> Any:
        workflow = workflow_pb2.Workflow(id=request.id)
        primary = workflow.closure.compiled_workflow.primary
        primary.template.CopyFrom(request.spec.template)
        self._create(Kind.WORKFLOW, request.id, workflow, context)
        return workflow_pb2.WorkflowCreateResponse()

    def _CreateLaunchPlan(self, request: Any, context: grpc.ServicerContext) -> Any:
        launch_plan = launch_plan_pb2.LaunchPlan(id=request.id, spec=request.spec)
        self._create(Kind.LAUNCH_PLAN, request.id, launch_plan, context)
        return launch_plan_pb2.LaunchPlanCreateResponse()

    def _UpdateLaunchPlan(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._get(Kind.LAUNCH_PLAN, request.id, context).message.closure.state = request.state
        return launch_plan_pb2.LaunchPlanUpdateResponse()

    def _ListMatchableAttributes(self, request: Any, context: grpc.ServicerContext) -> Any:
        number = matchable_resource_pb2.EXECUTION_CLUSTER_LABEL
        rows = self.attributes.items() if request.resource_type == number else ()
        return matchable_resource_pb2.ListMatchableAttributesResponse(
            configurations=[
                matchable_resource_pb2.MatchableAttributesConfiguration(
                    project=project, domain=domain, launch_plan=launch_plan, attributes=attributes
                )
                for (project, domain, launch_plan), attributes in rows
            ]
        )

    def _UpdateProjectDomainAttributes(self, request: Any, context: grpc.ServicerContext) -> Any:
        row = request.attributes
        self.attributes[row.project, row.domain, ""] = row.matching_attributes
        return project_domain_attributes_pb2.ProjectDomainAttributesUpdateResponse()

    def _DeleteProjectDomainAttributes(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.attributes.pop((request.project, request.domain, ""), None)
        return project_domain_attributes_pb2.ProjectDomainAttributesDeleteResponse()

    def _GetNamedEntity(self, request: Any, context: grpc.ServicerContext) -> Any:
        metadata = self.names.get((request.resource_type, request.id.name))
        if metadata is None:
            context.abort(grpc.StatusCode.NOT_FOUND, "entry not found")
        return common_pb2.NamedEntity(id=request.id, metadata=metadata)

    def _ListNamedEntities(self, request: Any, context: grpc.ServicerContext) -> Any:
        ids = [
            common_pb2.NamedEntityIdentifier(
                project=request.project, domain=request.domain, name=name
            )
            for resource_type, name in sorted(self.names)
            if resource_type == request.resource_type
        ]
        # As Admin does: first the page, then the filter, and no token for a short one.
        rows = [Row(0, common_pb2.NamedEntity(id=id)) for id in ids[: request.limit]]
        rows = [row for row in rows if _matches(row, request.filters, context)]
        return common_pb2.NamedEntityList(entities=[row.message for row in rows])

    def _UpdateNamedEntity(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.names[request.resource_type, request.id.name] = request.metadata
        return common_pb2.NamedEntityUpdateResponse()

    def _list(
        self, kind: Kind, request: Any, context: grpc.ServicerContext
    ) -> tuple[list[Any], str]:
        place = request.id
        rows = [
            row
            for (project, domain, name, _), row in self.tables[kind].items()
            if (project, domain) == (place.project, place.domain)
            and place.name in ("", name)
            and _matches(row, request.filters, context)
        ]
        # Without a sort key rows come as the database pleases: here, newest change first.
        ascending = request.sort_by.direction == common_pb2.Sort.ASCENDING
        rows.sort(key=lambda row: row.number, reverse=not ascending)
        page, token = _page(rows, request)
        return [row.message for row in page], token

    def _get(self, kind: Kind, id: Any, context: grpc.ServicerContext) -> Row:
        row = self.tables[kind].get((id.project, id.domain, id.name, id.version))
        if row is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"missing entity of type {kind.name}")
            raise AssertionError  # abort does not return
        return row

    def _create(self, kind: Kind, id: Any, message: Any, context: grpc.ServicerContext) -> None:
        word = str(kind)
        existing = self.tables[kind].get((id.project, id.domain, id.name, id.version))
        if existing is None:
            self.insert(ResourceId.from_identifier(id, kind), message)
        elif existing.message == message:
            text = f"{word} with identical structure already exists"
            context.abort(grpc.StatusCode.ALREADY_EXISTS, text)
        else:
            text = f"{id.name} {word} with different structure already exists. (Please register "
            text += f"a new version of the {word}):\n/spec:\n\t- old \n\t+ new "
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, text)


class _Handlers(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    def __init__(self, admin: ScriptedAdmin) -> None:
        self._admin = admin

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        service, _, rpc = handler_call_details.method.lstrip("/").rpartition("/")
        if service != SERVICE:
            return None
        return grpc.unary_unary_rpc_method_handler(
            lambda payload, context: self._admin.answer(rpc, payload, context)
        )


def _page(rows: list[Row], request: Any) -> tuple[list[Row], str]:
    offset = int(request.token or "0")
    limit = request.limit or len(rows)
    page = rows[offset : offset + limit]
    return page, str(offset + len(page)) if len(page) == limit else ""


def _matches(row: Row, filters: str, context: grpc.ServicerContext) -> bool:
    for expression in filters.split("+") if filters else ():
        found = _EXPRESSION.search(expression)
        if found is None:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "invalid value for filters")
        function, column, value = found.groups()
        held = _column(row.message, column)
        if function == "eq" and held != value:
            return False
        if function == "value_in" and held not in value.split(";"):
            return False
    return True


def _column(message: Any, column: str) -> str:
    if column == "identifier":
        return str(message.id)
    if column == "state":
        return str(message.closure.state)
    return str(getattr(message.id, column))


def _refuse(context: grpc.ServicerContext, fault: Refuse) -> None:
    if fault.details:
        status = Status(code=fault.code.value[0], message=fault.text)
        for detail in fault.details:
            packed = AnyMessage()
            packed.Pack(detail)
            status.details.append(packed)
        details = (("grpc-status-details-bin", status.SerializeToString()),)
        context.set_trailing_metadata(details)
    context.abort(fault.code, fault.text)


_ENTITIES: dict[Kind, Any] = {
    Kind.TASK: task_pb2.Task,
    Kind.WORKFLOW: workflow_pb2.Workflow,
    Kind.LAUNCH_PLAN: launch_plan_pb2.LaunchPlan,
}
_REQUESTS: dict[str, Any] = {
    "GetVersion": version_pb2.GetVersionRequest,
    "GetDomains": project_pb2.GetDomainRequest,
    "ListProjects": project_pb2.ProjectListRequest,
    "RegisterProject": project_pb2.ProjectRegisterRequest,
    "UpdateProject": project_pb2.Project,
    "ListTasks": common_pb2.ResourceListRequest,
    "ListWorkflows": common_pb2.ResourceListRequest,
    "ListLaunchPlans": common_pb2.ResourceListRequest,
    "GetTask": common_pb2.ObjectGetRequest,
    "GetWorkflow": common_pb2.ObjectGetRequest,
    "GetLaunchPlan": common_pb2.ObjectGetRequest,
    "CreateTask": task_pb2.TaskCreateRequest,
    "CreateWorkflow": workflow_pb2.WorkflowCreateRequest,
    "CreateLaunchPlan": launch_plan_pb2.LaunchPlanCreateRequest,
    "UpdateLaunchPlan": launch_plan_pb2.LaunchPlanUpdateRequest,
    "ListMatchableAttributes": matchable_resource_pb2.ListMatchableAttributesRequest,
    "UpdateProjectDomainAttributes": (
        project_domain_attributes_pb2.ProjectDomainAttributesUpdateRequest
    ),
    "DeleteProjectDomainAttributes": (
        project_domain_attributes_pb2.ProjectDomainAttributesDeleteRequest
    ),
    "GetNamedEntity": common_pb2.NamedEntityGetRequest,
    "ListNamedEntities": common_pb2.NamedEntityListRequest,
    "UpdateNamedEntity": common_pb2.NamedEntityUpdateRequest,
}
