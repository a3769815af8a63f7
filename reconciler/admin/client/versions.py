"""Tasks, workflows and launch plans: made once, read again and again, switched on and off."""

from collections.abc import Callable
from typing import Any

from flyteidl.admin.common_pb2 import ObjectGetRequest
from flyteidl.admin.description_entity_pb2 import DescriptionEntity
from flyteidl.admin.launch_plan_pb2 import (
    ActiveLaunchPlanRequest,
    LaunchPlan,
    LaunchPlanCreateRequest,
    LaunchPlanSpec,
    LaunchPlanUpdateRequest,
)
from flyteidl.admin.task_pb2 import Task, TaskCreateRequest
from flyteidl.admin.workflow_pb2 import Workflow, WorkflowCreateRequest

from reconciler.admin.client.base import Based
from reconciler.admin.client.ids import (
    LAUNCH_PLAN,
    TASK,
    WORKFLOW,
    message_of,
    name_id,
    version_id,
)
from reconciler.admin.existing import created_already, understood
from reconciler.errors import AlreadyExistsError, InvalidArgumentError
from reconciler.ports import Created

_RACES = 3


class Versions(Based):
    """One version at a time.

    An id may be flyteidl's Identifier, flytekit's, or a ResourceId; a spec flyteidl's or
    flytekit's. A create says whether it made the version or found an identical one.
    """

    def create_task(self, task_identifer: Any, task_spec: Any) -> Created:
        """Register a version of a task.

        Raises: VersionConflictError if it exists with other content; InvalidArgumentError.
        """
        id = version_id(task_identifer, TASK)
        request = TaskCreateRequest(id=id, spec=message_of(task_spec))
        return created(self.calls.create_task, request)

    def create_workflow(self, workflow_identifier: Any, workflow_spec: Any) -> Created:
        """Register a version of a workflow; the tasks and launch plans in it must be there.

        Raises: VersionConflictError if it exists with other content; WorkflowRejectedError with
            what Admin's compiler found; InvalidArgumentError.
        """
        id = version_id(workflow_identifier, WORKFLOW)
        request = WorkflowCreateRequest(id=id, spec=message_of(workflow_spec))
        return created(self.calls.create_workflow, request)

    def create_launch_plan(self, launch_plan_identifer: Any, launch_plan_spec: Any) -> Created:
        """Register a version of a launch plan; it is inactive.

        Raises: VersionConflictError if it exists with other content; InvalidArgumentError.
        """
        id = version_id(launch_plan_identifer, LAUNCH_PLAN)
        request = LaunchPlanCreateRequest(id=id, spec=message_of(launch_plan_spec))
        return created(self.calls.create_launch_plan, request)

    def get_task(self, id: Any) -> Task:
        """A version of a task; asked for once, since it never changes."""
        return self._cached(self.calls.get_task, id, TASK)

    def get_workflow(self, id: Any) -> Workflow:
        """A version of a workflow, with its closure; asked for once, since it never changes."""
        return self._cached(self.calls.get_workflow, id, WORKFLOW)

    def get_launch_plan(self, id: Any) -> LaunchPlan:
        """A version of a launch plan, with its state as it is now."""
        found = version_id(id, LAUNCH_PLAN)
        launch_plan = self.calls.get_launch_plan(ObjectGetRequest(id=found))
        self.cache.put(_key("spec", found), launch_plan.spec)
        return launch_plan

    def get_launch_plan_spec(self, id: Any) -> LaunchPlanSpec:
        """What of a launch plan never changes; asked for once."""
        found = version_id(id, LAUNCH_PLAN)
        request = ObjectGetRequest(id=found)
        return self.cache.get(
            _key("spec", found), lambda: self.calls.get_launch_plan(request).spec
        )

    def get_active_launch_plan(self, identifier: Any) -> LaunchPlan:
        """The version of a launch plan that is active.

        Args:
            identifier: Any id of the name, a version's too.

        Raises: NotFoundError if none is active.
        """
        return self.calls.get_active_launch_plan(ActiveLaunchPlanRequest(id=name_id(identifier)))

    def update_launch_plan(self, id: Any, state: int) -> None:
        """Switch a version on, which switches the active one off, or switch it off.

        Args:
            state: Of `LaunchPlanState`: 1 is ACTIVE, 0 INACTIVE.
        """
        request = LaunchPlanUpdateRequest(id=version_id(id, LAUNCH_PLAN), state=state)
        self.calls.update_launch_plan(request)

    def get_description_entity(self, id: Any) -> DescriptionEntity:
        """What a task or workflow says about itself.

        Args:
            id: The version's, its type said.

        Raises: NotFoundError if it says nothing.
        """
        found = message_of(id)
        # Admin looks by name and version alone, whatever the type.
        request = ObjectGetRequest(id=version_id(found, found.resource_type or TASK))
        return self.calls.get_description_entity(request)

    def _cached(self, call: Callable[[Any], Any], id: Any, resource_type: int) -> Any:
        found = version_id(id, resource_type)
        request = ObjectGetRequest(id=found)
        return self.cache.get(_key("version", found), lambda: call(request))


def created(call: Callable[[Any], Any], request: Any) -> Created:
    """Send a create, and say what became of it.

    Raises: VersionConflictError, with the fields that differ as far as Admin tells them;
        WorkflowRejectedError, with what does not compile.
    """
    for _ in range(_RACES):
        try:
            call(request)
        except AlreadyExistsError as answer:
            outcome = created_already(answer)
            if outcome is Created.UNVERIFIED:
                continue  # somebody was quicker by a moment: now Admin has something to compare
            return outcome
        except InvalidArgumentError as answer:
            if error := understood(answer):
                raise error from answer
            raise
        return Created.NEW
    return Created.UNVERIFIED


def _key(what: str, id: Any) -> tuple[str, bytes]:
    return what, id.SerializeToString(deterministic=True)
