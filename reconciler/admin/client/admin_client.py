"""AdminClient: the calls of one connection under friendly names."""

from flyteidl.admin.common_pb2 import ObjectGetRequest
from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.task_pb2 import Task
from flyteidl.admin.workflow_pb2 import Workflow
from flyteidl.core.identifier_pb2 import Identifier

from reconciler.admin.calls import AdminCalls
from reconciler.model import ResourceId


class AdminClient:
    """Every RPC of Admin under a friendly name; raw messages in and out.

    Args:
        calls: Of the connection that it is on.
    """

    def __init__(self, calls: AdminCalls) -> None:
        self.calls = calls

    def get_task(self, id: Identifier | ResourceId) -> Task:
        """Return one version of a task."""
        return self.calls.get_task(_get(id))

    def get_workflow(self, id: Identifier | ResourceId) -> Workflow:
        """Return one version of a workflow."""
        return self.calls.get_workflow(_get(id))

    def get_launch_plan(self, id: Identifier | ResourceId) -> LaunchPlan:
        """Return one version of a launch plan."""
        return self.calls.get_launch_plan(_get(id))


def _get(id: Identifier | ResourceId) -> ObjectGetRequest:
    return ObjectGetRequest(id=id.to_identifier() if isinstance(id, ResourceId) else id)
