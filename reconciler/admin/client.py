"""AdminService as typed calls: every one with a deadline, our errors, and the retry policy."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import grpc
from flyteidl.admin.common_pb2 import (
    NamedEntity,
    NamedEntityGetRequest,
    NamedEntityIdentifierList,
    NamedEntityIdentifierListRequest,
    NamedEntityList,
    NamedEntityListRequest,
    NamedEntityUpdateRequest,
    ObjectGetRequest,
    ResourceListRequest,
)
from flyteidl.admin.launch_plan_pb2 import (
    LaunchPlan,
    LaunchPlanCreateRequest,
    LaunchPlanList,
    LaunchPlanUpdateRequest,
)
from flyteidl.admin.matchable_resource_pb2 import (
    ListMatchableAttributesRequest,
    ListMatchableAttributesResponse,
)
from flyteidl.admin.project_pb2 import (
    GetDomainRequest,
    GetDomainsResponse,
    Project,
    ProjectListRequest,
    ProjectRegisterRequest,
    Projects,
)
from flyteidl.admin.task_pb2 import Task, TaskCreateRequest, TaskList
from flyteidl.admin.version_pb2 import GetVersionRequest, GetVersionResponse
from flyteidl.admin.workflow_pb2 import Workflow, WorkflowCreateRequest, WorkflowList
from flyteidl.service.dataproxy_pb2 import (
    CreateUploadLocationRequest,
    CreateUploadLocationResponse,
)
from google.protobuf.message import Message

from reconciler.admin import rpc
from reconciler.admin.interceptors import Recorder
from reconciler.admin.retry import RetryPolicy
from reconciler.admin.rpc import Rpc
from reconciler.admin.status import as_unreachable, refused_login, translate
from reconciler.config import Config
from reconciler.errors import AdminError, UnauthenticatedError
from reconciler.model import ResourceId
from reconciler.ports import Clock


class AdminClient:
    """The RPCs that the reconciler uses, on one channel. Safe to use from many threads.

    Every method raises AdminError (the class of its gRPC code) or UnreachableError, after the
    policy's retries. The error of a write is `in_doubt` if any of its attempts may have acted.

    Args:
        channel: Interceptors and all; a reader's refuses what is not a read.
        config: For what errors say about the endpoint and the login.
        recorder: The one that sits in the channel, if any.
        rand: A fraction in [0, 1), for the pauses between retries.
    """

    def __init__(
        self,
        channel: grpc.Channel,
        *,
        config: Config,
        policy: RetryPolicy,
        clock: Clock,
        rand: Callable[[], float],
        recorder: Recorder | None = None,
    ) -> None:
        self._channel = channel
        self._config = config
        self._policy = policy
        self._clock = clock
        self._rand = rand
        self._recorder = recorder or Recorder()
        self._stubs: dict[str, Callable[..., Any]] = {}
        self._lock = threading.Lock()

    @property
    def calls(self) -> Counter[str]:
        """How many calls left so far, by RPC, each attempt for itself."""
        return Counter(self._recorder.calls)

    def get_version(self) -> GetVersionResponse:
        return self._call(rpc.GET_VERSION, GetVersionRequest())

    def get_domains(self) -> GetDomainsResponse:
        return self._call(rpc.GET_DOMAINS, GetDomainRequest())

    def list_projects(self, request: ProjectListRequest) -> Projects:
        return self._call(rpc.LIST_PROJECTS, request)

    def get_task(self, id: ResourceId) -> Task:
        return self._call(rpc.GET_TASK, _get(id), id)

    def get_workflow(self, id: ResourceId) -> Workflow:
        return self._call(rpc.GET_WORKFLOW, _get(id), id)

    def get_launch_plan(self, id: ResourceId) -> LaunchPlan:
        return self._call(rpc.GET_LAUNCH_PLAN, _get(id), id)

    def list_tasks(self, request: ResourceListRequest) -> TaskList:
        return self._call(rpc.LIST_TASKS, request, _place(request))

    def list_task_ids(
        self, request: NamedEntityIdentifierListRequest
    ) -> NamedEntityIdentifierList:
        return self._call(rpc.LIST_TASK_IDS, request, f"{request.project}/{request.domain}")

    def list_workflows(self, request: ResourceListRequest) -> WorkflowList:
        return self._call(rpc.LIST_WORKFLOWS, request, _place(request))

    def list_launch_plans(self, request: ResourceListRequest) -> LaunchPlanList:
        return self._call(rpc.LIST_LAUNCH_PLANS, request, _place(request))

    def list_launch_plan_ids(
        self, request: NamedEntityIdentifierListRequest
    ) -> NamedEntityIdentifierList:
        return self._call(rpc.LIST_LAUNCH_PLAN_IDS, request)

    def register_project(self, project: Project) -> None:
        request = ProjectRegisterRequest(project=project)
        self._call(rpc.REGISTER_PROJECT, request, f"project {project.id}")

    def update_project(self, project: Project) -> None:
        self._call(rpc.UPDATE_PROJECT, project, f"project {project.id}")

    def create_task(self, request: TaskCreateRequest) -> None:
        self._call(rpc.CREATE_TASK, request, ResourceId.from_identifier(request.id))

    def create_workflow(self, request: WorkflowCreateRequest) -> None:
        self._call(rpc.CREATE_WORKFLOW, request, ResourceId.from_identifier(request.id))

    def create_launch_plan(self, request: LaunchPlanCreateRequest) -> None:
        self._call(rpc.CREATE_LAUNCH_PLAN, request, ResourceId.from_identifier(request.id))

    def update_launch_plan(self, request: LaunchPlanUpdateRequest) -> None:
        self._call(rpc.UPDATE_LAUNCH_PLAN, request, ResourceId.from_identifier(request.id))

    def list_matchable_attributes(
        self, request: ListMatchableAttributesRequest
    ) -> ListMatchableAttributesResponse:
        return self._call(rpc.LIST_MATCHABLE_ATTRIBUTES, request)

    def update_attributes(self, request: Any, id: ResourceId) -> None:
        """Write one row; the request is that of the id's level."""
        self._call(_BY_LEVEL[_level(id)][0], request, id)

    def delete_attributes(self, request: Any, id: ResourceId) -> None:
        """Remove one row and those below; the request is that of the id's level."""
        self._call(_BY_LEVEL[_level(id)][1], request, id)

    def get_named_entity(self, request: NamedEntityGetRequest, id: ResourceId) -> NamedEntity:
        return self._call(rpc.GET_NAMED_ENTITY, request, id)

    def list_named_entities(self, request: NamedEntityListRequest) -> NamedEntityList:
        return self._call(rpc.LIST_NAMED_ENTITIES, request, f"{request.project}/{request.domain}")

    def update_named_entity(self, request: NamedEntityUpdateRequest, id: ResourceId) -> None:
        self._call(rpc.UPDATE_NAMED_ENTITY, request, id)

    def create_upload_location(
        self, request: CreateUploadLocationRequest, id: ResourceId
    ) -> CreateUploadLocationResponse:
        return self._call(rpc.CREATE_UPLOAD_LOCATION, request, id)

    def _call(self, rpc: Rpc, request: Message, subject: ResourceId | str = "") -> Any:
        stub = self._stub(rpc)
        delays = self._policy.delays(self._rand)
        end = self._clock.monotonic() + self._policy.budget
        in_doubt = False
        while True:
            remaining = end - self._clock.monotonic()
            try:
                return stub(request, timeout=min(self._policy.deadline, max(remaining, 0.001)))
            except grpc.RpcError as raised:
                error = translate(raised, method=rpc.name, subject=str(subject))
                cause = raised
            in_doubt = in_doubt or (error.in_doubt and not rpc.effect.reads)
            error.in_doubt = in_doubt
            delay = next(delays, None)
            remaining = end - self._clock.monotonic()
            if delay is None or delay >= remaining:
                raise self._final(error) from cause
            if not self._policy.may_repeat(error, rpc.effect):
                raise self._final(error) from cause
            self._clock.sleep(delay)

    def _final(self, error: AdminError) -> Exception:
        if isinstance(error, UnauthenticatedError):
            return refused_login(error, self._config.login)
        if error.in_doubt:
            return error  # some attempt did reach Admin, and the doubt must not get lost
        config = self._config
        return as_unreachable(error, endpoint=config.endpoint, insecure=config.insecure) or error

    def _stub(self, rpc: Rpc) -> Callable[..., Any]:
        with self._lock:
            if rpc.name not in self._stubs:
                self._stubs[rpc.name] = self._channel.unary_unary(
                    rpc.path,
                    request_serializer=lambda message: message.SerializeToString(),
                    response_deserializer=rpc.answer.FromString,
                )
            return self._stubs[rpc.name]


# Update and delete of a row of attributes, by how many parts name its level.
_BY_LEVEL = {
    1: (rpc.UPDATE_PROJECT_ATTRIBUTES, rpc.DELETE_PROJECT_ATTRIBUTES),
    2: (rpc.UPDATE_PROJECT_DOMAIN_ATTRIBUTES, rpc.DELETE_PROJECT_DOMAIN_ATTRIBUTES),
    3: (rpc.UPDATE_WORKFLOW_ATTRIBUTES, rpc.DELETE_WORKFLOW_ATTRIBUTES),
}


def _level(id: ResourceId) -> int:
    return 1 + bool(id.domain) + bool(id.name)


def _get(id: ResourceId) -> ObjectGetRequest:
    return ObjectGetRequest(id=id.to_identifier())


def _place(request: ResourceListRequest) -> str:
    parts = (request.id.project, request.id.domain, request.id.name)
    return "/".join(part for part in parts if part)
