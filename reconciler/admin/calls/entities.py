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
        return self._call(rpc.CREATE_TASK, request)

    def get_task(self, request: ObjectGetRequest) -> Task:
        return self._call(rpc.GET_TASK, request)

    def list_task_ids(
        self, request: NamedEntityIdentifierListRequest
    ) -> NamedEntityIdentifierList:
        return self._call(rpc.LIST_TASK_IDS, request)

    def list_tasks(self, request: ResourceListRequest) -> TaskList:
        return self._call(rpc.LIST_TASKS, request)

    def create_workflow(self, request: WorkflowCreateRequest) -> WorkflowCreateResponse:
        return self._call(rpc.CREATE_WORKFLOW, request)

    def get_workflow(self, request: ObjectGetRequest) -> Workflow:
        return self._call(rpc.GET_WORKFLOW, request)

    def list_workflow_ids(
        self, request: NamedEntityIdentifierListRequest
    ) -> NamedEntityIdentifierList:
        return self._call(rpc.LIST_WORKFLOW_IDS, request)

    def list_workflows(self, request: ResourceListRequest) -> WorkflowList:
        return self._call(rpc.LIST_WORKFLOWS, request)

    def create_launch_plan(self, request: LaunchPlanCreateRequest) -> LaunchPlanCreateResponse:
        return self._call(rpc.CREATE_LAUNCH_PLAN, request)

    def get_launch_plan(self, request: ObjectGetRequest) -> LaunchPlan:
        return self._call(rpc.GET_LAUNCH_PLAN, request)

    def get_active_launch_plan(self, request: ActiveLaunchPlanRequest) -> LaunchPlan:
        return self._call(rpc.GET_ACTIVE_LAUNCH_PLAN, request)

    def list_active_launch_plans(self, request: ActiveLaunchPlanListRequest) -> LaunchPlanList:
        return self._call(rpc.LIST_ACTIVE_LAUNCH_PLANS, request)

    def list_launch_plan_ids(
        self, request: NamedEntityIdentifierListRequest
    ) -> NamedEntityIdentifierList:
        return self._call(rpc.LIST_LAUNCH_PLAN_IDS, request)

    def list_launch_plans(self, request: ResourceListRequest) -> LaunchPlanList:
        return self._call(rpc.LIST_LAUNCH_PLANS, request)

    def update_launch_plan(self, request: LaunchPlanUpdateRequest) -> LaunchPlanUpdateResponse:
        return self._call(rpc.UPDATE_LAUNCH_PLAN, request)

    def get_named_entity(self, request: NamedEntityGetRequest) -> NamedEntity:
        return self._call(rpc.GET_NAMED_ENTITY, request)

    def list_named_entities(self, request: NamedEntityListRequest) -> NamedEntityList:
        return self._call(rpc.LIST_NAMED_ENTITIES, request)

    def update_named_entity(self, request: NamedEntityUpdateRequest) -> NamedEntityUpdateResponse:
        return self._call(rpc.UPDATE_NAMED_ENTITY, request)

    def get_description_entity(self, request: ObjectGetRequest) -> DescriptionEntity:
        return self._call(rpc.GET_DESCRIPTION_ENTITY, request)

    def list_description_entities(
        self, request: DescriptionEntityListRequest
    ) -> DescriptionEntityList:
        return self._call(rpc.LIST_DESCRIPTION_ENTITIES, request)
