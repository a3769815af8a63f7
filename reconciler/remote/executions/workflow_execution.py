"""One execution of a workflow or a task."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flyteidl.admin.execution_pb2 import (
    Execution,
    ExecutionSpec,
    WorkflowExecutionGetDataRequest,
    WorkflowExecutionGetRequest,
)
from flyteidl.core.identifier_pb2 import ResourceType

from reconciler.model import ExecutionId
from reconciler.remote.executions.base import Watched
from reconciler.remote.executions.phases import WORKFLOW_ENDS, workflow_phase

if TYPE_CHECKING:
    from reconciler.remote.executions.node_execution import FlyteNodeExecution


class FlyteWorkflowExecution(Watched):
    """One execution of a workflow or a task, as it was when it was last fetched or synced.

    Attributes:
        node_executions: Its nodes by id, as of the last sync that read them.
    """

    _kind = "execution"
    _ends = WORKFLOW_ENDS
    message: Execution

    def __init__(
        self,
        message: Execution,
        remote: Any,
        *,
        listed: bool = False,
        type_hints: dict[str, Any] | None = None,
    ) -> None:
        self._id = ExecutionId.from_identifier(message.id)
        self.node_executions: dict[str, FlyteNodeExecution] = {}
        self._synced_whole = False
        super().__init__(message, remote, listed=listed)
        self._outputs.update_type_hints(type_hints or {})

    @property
    def id(self) -> ExecutionId:
        return self._id

    @property
    def current_state(self) -> str:
        return workflow_phase(self.closure.phase)

    @property
    def spec(self) -> ExecutionSpec:
        """What was asked for, as Admin resolved it."""
        return self.message.spec

    @property
    def abort_cause(self) -> str:
        """Why somebody ended it; empty if nobody did."""
        return str(self.closure.abort_metadata.cause)

    @property
    def is_of_task(self) -> bool:
        """True if it runs a single task."""
        return bool(self.spec.launch_plan.resource_type == ResourceType.TASK)

    @property
    def flyte_workflow(self) -> Any:
        """The workflow that runs, fetched now; None for a single task."""
        if self.is_of_task:
            return None
        id = self.closure.workflow_id
        return self._remote.fetch_workflow(id.project, id.domain, id.name, id.version)

    @property
    def is_settled(self) -> bool:
        """True once nothing in it will change any more, and all of it was read."""
        nodes = self.node_executions.values()
        return self._synced_whole and self.is_done and all(node.is_settled for node in nodes)

    def sync(
        self, sync_nodes: bool = False, *, depth: int | None = None
    ) -> "FlyteWorkflowExecution":
        """Bring it up to date, as `Remote.sync_execution` does."""
        return self._remote.sync_execution(self, sync_nodes=sync_nodes, depth=depth)

    def wait(
        self,
        timeout: timedelta | float | None = None,
        poll_interval: timedelta | float | None = None,
        sync_nodes: bool = True,
        progress: "Callable[[FlyteWorkflowExecution], None] | None" = None,
    ) -> "FlyteWorkflowExecution":
        """Wait for its end, as `Remote.wait` does."""
        return self._remote.wait(self, timeout, poll_interval, sync_nodes, progress=progress)

    def terminate(self, cause: str) -> None:
        """End it, as `Remote.terminate` does."""
        self._remote.terminate(self, cause)

    def _reason(self) -> str:
        found = super()._reason()
        return found or (f": {self.abort_cause}" if self.abort_cause else "")

    def _get(self) -> Execution:
        request = WorkflowExecutionGetRequest(id=self.message.id)
        return self._remote._connection.calls.get_execution(request)

    def _get_data(self) -> Any:
        request = WorkflowExecutionGetDataRequest(id=self.message.id)
        return self._remote._connection.calls.get_execution_data(request)
