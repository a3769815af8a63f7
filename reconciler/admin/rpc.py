"""The RPCs of Admin's five services, and what each does to Admin.

Named here, not taken from the generated services: those import every message there is, which a
plan would wait for. The class of an answer is loaded with the first call that expects it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from reconciler.admin.retry import Effect

SERVICE = "flyteidl.service.AdminService"
DATA_PROXY = "flyteidl.service.DataProxyService"
SIGNALS = "flyteidl.service.SignalService"
AUTH_METADATA = "flyteidl.service.AuthMetadataService"
IDENTITY = "flyteidl.service.IdentityService"


@dataclass(frozen=True, slots=True)
class Rpc:
    """One RPC.

    Attributes: `name` without its service; `answer` the message it answers with, as package, file
    and name below `flyteidl`; `effect` what it does to Admin.
    """

    name: str
    answer: str
    effect: Effect = Effect.READ
    service: str = SERVICE

    @property
    def path(self) -> str:
        return f"/{self.service}/{self.name}"

    def decoder(self) -> Callable[[bytes], Any]:
        """What reads an answer's bytes."""
        module, _, name = self.answer.rpartition(".")
        decode: Callable[[bytes], Any] = getattr(
            import_module(f"flyteidl.{module}_pb2"), name
        ).FromString
        return decode


# Tasks, workflows, launch plans: versions are immutable, so a create is compare-and-swap.
CREATE_TASK = Rpc("CreateTask", "admin.task.TaskCreateResponse", Effect.CREATE)
GET_TASK = Rpc("GetTask", "admin.task.Task")
LIST_TASK_IDS = Rpc("ListTaskIds", "admin.common.NamedEntityIdentifierList")
LIST_TASKS = Rpc("ListTasks", "admin.task.TaskList")
CREATE_WORKFLOW = Rpc("CreateWorkflow", "admin.workflow.WorkflowCreateResponse", Effect.CREATE)
GET_WORKFLOW = Rpc("GetWorkflow", "admin.workflow.Workflow")
LIST_WORKFLOW_IDS = Rpc("ListWorkflowIds", "admin.common.NamedEntityIdentifierList")
LIST_WORKFLOWS = Rpc("ListWorkflows", "admin.workflow.WorkflowList")
CREATE_LAUNCH_PLAN = Rpc(
    "CreateLaunchPlan", "admin.launch_plan.LaunchPlanCreateResponse", Effect.CREATE
)
GET_LAUNCH_PLAN = Rpc("GetLaunchPlan", "admin.launch_plan.LaunchPlan")
GET_ACTIVE_LAUNCH_PLAN = Rpc("GetActiveLaunchPlan", "admin.launch_plan.LaunchPlan")
LIST_ACTIVE_LAUNCH_PLANS = Rpc("ListActiveLaunchPlans", "admin.launch_plan.LaunchPlanList")
LIST_LAUNCH_PLAN_IDS = Rpc("ListLaunchPlanIds", "admin.common.NamedEntityIdentifierList")
LIST_LAUNCH_PLANS = Rpc("ListLaunchPlans", "admin.launch_plan.LaunchPlanList")
UPDATE_LAUNCH_PLAN = Rpc(
    "UpdateLaunchPlan", "admin.launch_plan.LaunchPlanUpdateResponse", Effect.UPDATE
)
GET_NAMED_ENTITY = Rpc("GetNamedEntity", "admin.common.NamedEntity")
LIST_NAMED_ENTITIES = Rpc("ListNamedEntities", "admin.common.NamedEntityList")
UPDATE_NAMED_ENTITY = Rpc(
    "UpdateNamedEntity", "admin.common.NamedEntityUpdateResponse", Effect.UPDATE
)
GET_DESCRIPTION_ENTITY = Rpc("GetDescriptionEntity", "admin.description_entity.DescriptionEntity")
LIST_DESCRIPTION_ENTITIES = Rpc(
    "ListDescriptionEntities", "admin.description_entity.DescriptionEntityList"
)

# Executions. A name that the caller chose makes a launch repeatable (see `retry.Effect`).
CREATE_EXECUTION = Rpc("CreateExecution", "admin.execution.ExecutionCreateResponse", Effect.LAUNCH)
RELAUNCH_EXECUTION = Rpc(
    "RelaunchExecution", "admin.execution.ExecutionCreateResponse", Effect.LAUNCH
)
RECOVER_EXECUTION = Rpc(
    "RecoverExecution", "admin.execution.ExecutionCreateResponse", Effect.LAUNCH
)
GET_EXECUTION = Rpc("GetExecution", "admin.execution.Execution")
GET_EXECUTION_DATA = Rpc("GetExecutionData", "admin.execution.WorkflowExecutionGetDataResponse")
GET_EXECUTION_METRICS = Rpc(
    "GetExecutionMetrics", "admin.execution.WorkflowExecutionGetMetricsResponse"
)
LIST_EXECUTIONS = Rpc("ListExecutions", "admin.execution.ExecutionList")
UPDATE_EXECUTION = Rpc("UpdateExecution", "admin.execution.ExecutionUpdateResponse", Effect.UPDATE)
TERMINATE_EXECUTION = Rpc(
    "TerminateExecution", "admin.execution.ExecutionTerminateResponse", Effect.UPDATE
)
GET_NODE_EXECUTION = Rpc("GetNodeExecution", "admin.node_execution.NodeExecution")
GET_NODE_EXECUTION_DATA = Rpc(
    "GetNodeExecutionData", "admin.node_execution.NodeExecutionGetDataResponse"
)
GET_DYNAMIC_NODE_WORKFLOW = Rpc(
    "GetDynamicNodeWorkflow", "admin.node_execution.DynamicNodeWorkflowResponse"
)
LIST_NODE_EXECUTIONS = Rpc("ListNodeExecutions", "admin.node_execution.NodeExecutionList")
LIST_NODE_EXECUTIONS_FOR_TASK = Rpc(
    "ListNodeExecutionsForTask", "admin.node_execution.NodeExecutionList"
)
GET_TASK_EXECUTION = Rpc("GetTaskExecution", "admin.task_execution.TaskExecution")
GET_TASK_EXECUTION_DATA = Rpc(
    "GetTaskExecutionData", "admin.task_execution.TaskExecutionGetDataResponse"
)
LIST_TASK_EXECUTIONS = Rpc("ListTaskExecutions", "admin.task_execution.TaskExecutionList")
CREATE_WORKFLOW_EVENT = Rpc(
    "CreateWorkflowEvent", "admin.event.WorkflowExecutionEventResponse", Effect.UPDATE
)
CREATE_NODE_EVENT = Rpc("CreateNodeEvent", "admin.event.NodeExecutionEventResponse", Effect.UPDATE)
CREATE_TASK_EVENT = Rpc("CreateTaskEvent", "admin.event.TaskExecutionEventResponse", Effect.UPDATE)
GET_OR_CREATE_SIGNAL = Rpc(
    "GetOrCreateSignal", "admin.signal.Signal", Effect.CREATE, service=SIGNALS
)
LIST_SIGNALS = Rpc("ListSignals", "admin.signal.SignalList", service=SIGNALS)
SET_SIGNAL = Rpc("SetSignal", "admin.signal.SignalSetResponse", Effect.UPDATE, service=SIGNALS)

# Projects, domains, attributes.
REGISTER_PROJECT = Rpc("RegisterProject", "admin.project.ProjectRegisterResponse", Effect.CREATE)
UPDATE_PROJECT = Rpc("UpdateProject", "admin.project.ProjectUpdateResponse", Effect.UPDATE)
GET_PROJECT = Rpc("GetProject", "admin.project.Project")
LIST_PROJECTS = Rpc("ListProjects", "admin.project.Projects")
GET_DOMAINS = Rpc("GetDomains", "admin.project.GetDomainsResponse")
UPDATE_PROJECT_ATTRIBUTES = Rpc(
    "UpdateProjectAttributes",
    "admin.project_attributes.ProjectAttributesUpdateResponse",
    Effect.UPDATE,
)
GET_PROJECT_ATTRIBUTES = Rpc(
    "GetProjectAttributes", "admin.project_attributes.ProjectAttributesGetResponse"
)
DELETE_PROJECT_ATTRIBUTES = Rpc(
    "DeleteProjectAttributes",
    "admin.project_attributes.ProjectAttributesDeleteResponse",
    Effect.UPDATE,
)
UPDATE_PROJECT_DOMAIN_ATTRIBUTES = Rpc(
    "UpdateProjectDomainAttributes",
    "admin.project_domain_attributes.ProjectDomainAttributesUpdateResponse",
    Effect.UPDATE,
)
GET_PROJECT_DOMAIN_ATTRIBUTES = Rpc(
    "GetProjectDomainAttributes",
    "admin.project_domain_attributes.ProjectDomainAttributesGetResponse",
)
DELETE_PROJECT_DOMAIN_ATTRIBUTES = Rpc(
    "DeleteProjectDomainAttributes",
    "admin.project_domain_attributes.ProjectDomainAttributesDeleteResponse",
    Effect.UPDATE,
)
UPDATE_WORKFLOW_ATTRIBUTES = Rpc(
    "UpdateWorkflowAttributes",
    "admin.workflow_attributes.WorkflowAttributesUpdateResponse",
    Effect.UPDATE,
)
GET_WORKFLOW_ATTRIBUTES = Rpc(
    "GetWorkflowAttributes", "admin.workflow_attributes.WorkflowAttributesGetResponse"
)
DELETE_WORKFLOW_ATTRIBUTES = Rpc(
    "DeleteWorkflowAttributes",
    "admin.workflow_attributes.WorkflowAttributesDeleteResponse",
    Effect.UPDATE,
)
LIST_MATCHABLE_ATTRIBUTES = Rpc(
    "ListMatchableAttributes", "admin.matchable_resource.ListMatchableAttributesResponse"
)

# The server itself, its data proxy (which only signs, and may be asked as often as one likes),
# and who is asking.
GET_VERSION = Rpc("GetVersion", "admin.version.GetVersionResponse")
CREATE_UPLOAD_LOCATION = Rpc(
    "CreateUploadLocation", "service.dataproxy.CreateUploadLocationResponse", service=DATA_PROXY
)
CREATE_DOWNLOAD_LOCATION = Rpc(
    "CreateDownloadLocation",
    "service.dataproxy.CreateDownloadLocationResponse",
    service=DATA_PROXY,
)
CREATE_DOWNLOAD_LINK = Rpc(
    "CreateDownloadLink", "service.dataproxy.CreateDownloadLinkResponse", service=DATA_PROXY
)
GET_DATA = Rpc("GetData", "service.dataproxy.GetDataResponse", service=DATA_PROXY)
GET_OAUTH2_METADATA = Rpc(
    "GetOAuth2Metadata", "service.auth.OAuth2MetadataResponse", service=AUTH_METADATA
)
GET_PUBLIC_CLIENT_CONFIG = Rpc(
    "GetPublicClientConfig", "service.auth.PublicClientAuthConfigResponse", service=AUTH_METADATA
)
USER_INFO = Rpc("UserInfo", "service.identity.UserInfoResponse", service=IDENTITY)
