"""The RPCs that we use, and what each does to Admin.

Named here, not taken from the generated service: that one imports every message of every
service, which a plan would wait for.
"""

from dataclasses import dataclass

from flyteidl.admin.common_pb2 import (
    NamedEntity,
    NamedEntityIdentifierList,
    NamedEntityList,
    NamedEntityUpdateResponse,
)
from flyteidl.admin.launch_plan_pb2 import (
    LaunchPlan,
    LaunchPlanCreateResponse,
    LaunchPlanList,
    LaunchPlanUpdateResponse,
)
from flyteidl.admin.matchable_resource_pb2 import ListMatchableAttributesResponse
from flyteidl.admin.project_attributes_pb2 import (
    ProjectAttributesDeleteResponse,
    ProjectAttributesUpdateResponse,
)
from flyteidl.admin.project_domain_attributes_pb2 import (
    ProjectDomainAttributesDeleteResponse,
    ProjectDomainAttributesUpdateResponse,
)
from flyteidl.admin.project_pb2 import (
    GetDomainsResponse,
    ProjectRegisterResponse,
    Projects,
    ProjectUpdateResponse,
)
from flyteidl.admin.task_pb2 import Task, TaskCreateResponse, TaskList
from flyteidl.admin.version_pb2 import GetVersionResponse
from flyteidl.admin.workflow_attributes_pb2 import (
    WorkflowAttributesDeleteResponse,
    WorkflowAttributesUpdateResponse,
)
from flyteidl.admin.workflow_pb2 import Workflow, WorkflowCreateResponse, WorkflowList
from flyteidl.service.dataproxy_pb2 import CreateUploadLocationResponse
from google.protobuf.message import Message

from reconciler.admin.retry import Effect

SERVICE = "flyteidl.service.AdminService"
DATA_PROXY = "flyteidl.service.DataProxyService"


@dataclass(frozen=True, slots=True)
class Rpc:
    """One RPC: its name, the message it answers with, and its effect."""

    name: str
    answer: type[Message]
    effect: Effect = Effect.READ
    service: str = SERVICE

    @property
    def path(self) -> str:
        return f"/{self.service}/{self.name}"


GET_VERSION = Rpc("GetVersion", GetVersionResponse)
GET_DOMAINS = Rpc("GetDomains", GetDomainsResponse)
LIST_PROJECTS = Rpc("ListProjects", Projects)
GET_TASK = Rpc("GetTask", Task)
GET_WORKFLOW = Rpc("GetWorkflow", Workflow)
GET_LAUNCH_PLAN = Rpc("GetLaunchPlan", LaunchPlan)
LIST_TASKS = Rpc("ListTasks", TaskList)
LIST_TASK_IDS = Rpc("ListTaskIds", NamedEntityIdentifierList)
LIST_WORKFLOWS = Rpc("ListWorkflows", WorkflowList)
LIST_LAUNCH_PLANS = Rpc("ListLaunchPlans", LaunchPlanList)
LIST_LAUNCH_PLAN_IDS = Rpc("ListLaunchPlanIds", NamedEntityIdentifierList)
LIST_MATCHABLE_ATTRIBUTES = Rpc("ListMatchableAttributes", ListMatchableAttributesResponse)
GET_NAMED_ENTITY = Rpc("GetNamedEntity", NamedEntity)
LIST_NAMED_ENTITIES = Rpc("ListNamedEntities", NamedEntityList)

REGISTER_PROJECT = Rpc("RegisterProject", ProjectRegisterResponse, Effect.CREATE)
CREATE_TASK = Rpc("CreateTask", TaskCreateResponse, Effect.CREATE)
CREATE_WORKFLOW = Rpc("CreateWorkflow", WorkflowCreateResponse, Effect.CREATE)
CREATE_LAUNCH_PLAN = Rpc("CreateLaunchPlan", LaunchPlanCreateResponse, Effect.CREATE)
# It only signs, and may be asked as often as one likes.
CREATE_UPLOAD_LOCATION = Rpc(
    "CreateUploadLocation", CreateUploadLocationResponse, service=DATA_PROXY
)
UPDATE_PROJECT = Rpc("UpdateProject", ProjectUpdateResponse, Effect.UPDATE)
UPDATE_LAUNCH_PLAN = Rpc("UpdateLaunchPlan", LaunchPlanUpdateResponse, Effect.UPDATE)
UPDATE_NAMED_ENTITY = Rpc("UpdateNamedEntity", NamedEntityUpdateResponse, Effect.UPDATE)
UPDATE_PROJECT_ATTRIBUTES = Rpc(
    "UpdateProjectAttributes", ProjectAttributesUpdateResponse, Effect.UPDATE
)
UPDATE_PROJECT_DOMAIN_ATTRIBUTES = Rpc(
    "UpdateProjectDomainAttributes", ProjectDomainAttributesUpdateResponse, Effect.UPDATE
)
UPDATE_WORKFLOW_ATTRIBUTES = Rpc(
    "UpdateWorkflowAttributes", WorkflowAttributesUpdateResponse, Effect.UPDATE
)
DELETE_PROJECT_ATTRIBUTES = Rpc(
    "DeleteProjectAttributes", ProjectAttributesDeleteResponse, Effect.UPDATE
)
DELETE_PROJECT_DOMAIN_ATTRIBUTES = Rpc(
    "DeleteProjectDomainAttributes", ProjectDomainAttributesDeleteResponse, Effect.UPDATE
)
DELETE_WORKFLOW_ATTRIBUTES = Rpc(
    "DeleteWorkflowAttributes", WorkflowAttributesDeleteResponse, Effect.UPDATE
)
