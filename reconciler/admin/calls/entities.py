"""Tasks, workflows, launch plans and what is said about them: request in, answer out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.admin import rpc
from reconciler.admin.calls.call import Calling

if TYPE_CHECKING:  # what a command does not call, it does not load
    from flyteidl.admin.common_pb2 import (
        NamedEntity,
        NamedEntityGetRequest,
        NamedEntityIdentifierList,
        NamedEntityIdentifierListRequest,
        NamedEntityList,
        NamedEntityListRequest,
        NamedEntityUpdateRequest,
        NamedEntityUpdateResponse,
        ObjectGetRequest,
        ResourceListRequest,
    )
    from flyteidl.admin.description_entity_pb2 import (
        DescriptionEntity,
        DescriptionEntityList,
        DescriptionEntityListRequest,
    )
    from flyteidl.admin.launch_plan_pb2 import (
        ActiveLaunchPlanListRequest,
        ActiveLaunchPlanRequest,
        LaunchPlan,
        LaunchPlanCreateRequest,
        LaunchPlanCreateResponse,
        LaunchPlanList,
        LaunchPlanUpdateRequest,
        LaunchPlanUpdateResponse,
    )
    from flyteidl.admin.task_pb2 import (
        Task,
        TaskCreateRequest,
        TaskCreateResponse,
        TaskList,
    )
    from flyteidl.admin.workflow_pb2 import (
        Workflow,
        WorkflowCreateRequest,
        WorkflowCreateResponse,
        WorkflowList,
    )


class RegistryCalls(Calling):
    """Tasks, workflows, launch plans and what is said about them."""

    def create_task(self, request: TaskCreateRequest) -> TaskCreateResponse:
        """Store a version of a task; AlreadyExistsError if it is there, or a conflict."""
        return self._call(rpc.CREATE_TASK, request)

    def get_task(self, request: ObjectGetRequest) -> Task:
        """One version of a task, whole."""
        return self._call(rpc.GET_TASK, request)

    def list_task_ids(
        self, request: NamedEntityIdentifierListRequest
    ) -> NamedEntityIdentifierList:
        """Names of tasks, each once, whatever versions it has; takes no filters."""
        return self._call(rpc.LIST_TASK_IDS, request)

    def list_tasks(self, request: ResourceListRequest) -> TaskList:
        """Versions of tasks, whole."""
        return self._call(rpc.LIST_TASKS, request)

    def create_workflow(self, request: WorkflowCreateRequest) -> WorkflowCreateResponse:
        """Have a workflow compiled and stored; what it refers to must be there."""
        return self._call(rpc.CREATE_WORKFLOW, request)

    def get_workflow(self, request: ObjectGetRequest) -> Workflow:
        """One version of a workflow with its compiled closure."""
        return self._call(rpc.GET_WORKFLOW, request)

    def list_workflow_ids(
        self, request: NamedEntityIdentifierListRequest
    ) -> NamedEntityIdentifierList:
        """Names of workflows, each once, whatever versions it has; takes no filters."""
        return self._call(rpc.LIST_WORKFLOW_IDS, request)

    def list_workflows(self, request: ResourceListRequest) -> WorkflowList:
        """Versions of workflows; of their closures only the interface."""
        return self._call(rpc.LIST_WORKFLOWS, request)

    def create_launch_plan(self, request: LaunchPlanCreateRequest) -> LaunchPlanCreateResponse:
        """Store a version of a launch plan, inactive; its workflow must be there."""
        return self._call(rpc.CREATE_LAUNCH_PLAN, request)

    def get_launch_plan(self, request: ObjectGetRequest) -> LaunchPlan:
        """One version of a launch plan and its state."""
        return self._call(rpc.GET_LAUNCH_PLAN, request)

    def get_active_launch_plan(self, request: ActiveLaunchPlanRequest) -> LaunchPlan:
        """The active version of a name; NotFoundError unless there is exactly one."""
        return self._call(rpc.GET_ACTIVE_LAUNCH_PLAN, request)

    def list_active_launch_plans(self, request: ActiveLaunchPlanListRequest) -> LaunchPlanList:
        """The active versions of a project and domain; takes no filters."""
        return self._call(rpc.LIST_ACTIVE_LAUNCH_PLANS, request)

    def list_launch_plan_ids(
        self, request: NamedEntityIdentifierListRequest
    ) -> NamedEntityIdentifierList:
        """Names of launch plans, each once, whatever versions it has; takes no filters."""
        return self._call(rpc.LIST_LAUNCH_PLAN_IDS, request)

    def list_launch_plans(self, request: ResourceListRequest) -> LaunchPlanList:
        """Versions of launch plans, whole, with their states."""
        return self._call(rpc.LIST_LAUNCH_PLANS, request)

    def update_launch_plan(self, request: LaunchPlanUpdateRequest) -> LaunchPlanUpdateResponse:
        """Switch a version on, and with it the active one of its name off; or only it off."""
        return self._call(rpc.UPDATE_LAUNCH_PLAN, request)

    def get_named_entity(self, request: NamedEntityGetRequest) -> NamedEntity:
        """What all versions of a name share: its description and state."""
        return self._call(rpc.GET_NAMED_ENTITY, request)

    def list_named_entities(self, request: NamedEntityListRequest) -> NamedEntityList:
        """Names with what their versions share; archived ones where a filter asks."""
        return self._call(rpc.LIST_NAMED_ENTITIES, request)

    def update_named_entity(self, request: NamedEntityUpdateRequest) -> NamedEntityUpdateResponse:
        """Set a name's state, and its description unless that is empty."""
        return self._call(rpc.UPDATE_NAMED_ENTITY, request)

    def get_description_entity(self, request: ObjectGetRequest) -> DescriptionEntity:
        """What a version says about itself at length."""
        return self._call(rpc.GET_DESCRIPTION_ENTITY, request)

    def list_description_entities(
        self, request: DescriptionEntityListRequest
    ) -> DescriptionEntityList:
        """What the versions of one name say about themselves."""
        return self._call(rpc.LIST_DESCRIPTION_ENTITIES, request)
