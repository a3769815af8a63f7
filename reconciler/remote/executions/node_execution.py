"""One node of an execution, and what ran in it."""

from typing import TYPE_CHECKING, Any

from flyteidl.admin.node_execution_pb2 import (
    NodeExecution,
    NodeExecutionGetDataRequest,
    NodeExecutionGetRequest,
)

from reconciler.errors import ReconcilerError
from reconciler.model import ExecutionId, NodeExecutionId
from reconciler.remote.executions.base import Watched
from reconciler.remote.executions.phases import NODE_ENDS, node_phase
from reconciler.remote.executions.task_execution import FlyteTaskExecution

if TYPE_CHECKING:
    from reconciler.remote.executions.workflow_execution import FlyteWorkflowExecution

_SYSTEM = frozenset({"start-node", "end-node"})


class FlyteNodeExecution(Watched):
    """One node of an execution, and what ran in it, as it was when it was last synced.

    Attributes:
        task_executions: The attempts of its task, in order; of a map task there is one that tells
            of all, of a dynamic task that of the task itself.
        workflow_executions: The execution that it launched, of a launch plan node.
        subworkflow_node_executions: The nodes inside it, by id, of a sub-workflow, a branch or a
            dynamic task.
        sync_error: Why it could not be synced; None if it could.
    """

    _kind = "node"
    _ends = NODE_ENDS
    message: NodeExecution

    def __init__(self, message: NodeExecution, remote: Any, *, listed: bool = False) -> None:
        self._id = NodeExecutionId.from_identifier(message.id)
        self.task_executions: list[FlyteTaskExecution] = []
        self.workflow_executions: list[FlyteWorkflowExecution] = []
        self.subworkflow_node_executions: dict[str, FlyteNodeExecution] = {}
        self.sync_error: ReconcilerError | None = None
        # A single read may not know of the children that a list knows of.
        self.is_parent = message.metadata.is_parent_node
        self._synced_whole = False
        super().__init__(message, remote, listed=listed)

    @property
    def id(self) -> NodeExecutionId:
        return self._id

    @property
    def current_state(self) -> str:
        return node_phase(self.closure.phase)

    @property
    def metadata(self) -> Any:
        """`spec_node_id`, `retry_group`, and which kind of parent it is."""
        return self.message.metadata

    @property
    def input_uri(self) -> str:
        return str(self.message.input_uri)

    @property
    def spec_node_id(self) -> str:
        """The id that the node has in its own workflow; its own id for nodes of old."""
        return self.message.metadata.spec_node_id or self._id.node_id

    @property
    def is_system(self) -> bool:
        """True for the two that begin and end every workflow, and run nothing."""
        return self.spec_node_id in _SYSTEM

    @property
    def launched_id(self) -> ExecutionId | None:
        """The execution that it launched."""
        closure = self.closure
        if not closure.HasField("workflow_node_metadata"):
            return None
        identifier = closure.workflow_node_metadata.executionId
        return ExecutionId.from_identifier(identifier) if identifier.name else None

    @property
    def has_attempts(self) -> bool:
        """Whether it may have attempts of a task: Admin says only what it surely has not."""
        if self.is_system or self.launched_id is not None or self.current_state == "SKIPPED":
            return False
        return not self.is_parent or self.metadata.is_dynamic or self.metadata.is_array

    @property
    def executions(self) -> list[Any]:
        """What ran in it: attempts, or the execution launched, or the nodes inside."""
        inside = list(self.subworkflow_node_executions.values())
        return [*self.task_executions] or [*self.workflow_executions] or inside

    @property
    def interface(self) -> Any:
        """The typed interface of what ran, fetched now; None if that cannot be told."""
        if self.task_executions:
            return self.task_executions[-1].task.interface
        if self.workflow_executions:
            launched = self.workflow_executions[-1].flyte_workflow
            return launched.interface if launched is not None else None
        dynamic = getattr(self.data, "dynamic_workflow", None)
        if dynamic is not None and dynamic.HasField("compiled_workflow"):
            return dynamic.compiled_workflow.primary.template.interface
        return None

    @property
    def is_settled(self) -> bool:
        """True once nothing in it will change any more, and all of it was read."""
        return (
            self._synced_whole
            and self.is_done
            and self.sync_error is None
            and all(one.is_settled for one in self.task_executions)
            and all(one.is_settled for one in self.workflow_executions)
            and all(one.is_settled for one in self.subworkflow_node_executions.values())
        )

    def _take(self, message: NodeExecution, *, listed: bool = False) -> None:
        self.is_parent = self.is_parent or message.metadata.is_parent_node
        super()._take(message, listed=listed)

    def _get(self) -> NodeExecution:
        request = NodeExecutionGetRequest(id=self.message.id)
        return self._remote._connection.calls.get_node_execution(request)

    def _get_data(self) -> Any:
        request = NodeExecutionGetDataRequest(id=self.message.id)
        return self._remote._connection.calls.get_node_execution_data(request)
