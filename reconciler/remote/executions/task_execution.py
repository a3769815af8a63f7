"""One attempt of a task."""

from typing import TYPE_CHECKING, Any

from flyteidl.admin.task_execution_pb2 import (
    TaskExecution,
    TaskExecutionGetDataRequest,
    TaskExecutionGetRequest,
)

from reconciler.model import TaskExecutionId
from reconciler.remote.executions.base import Watched
from reconciler.remote.executions.phases import TASK_ENDS, task_phase

if TYPE_CHECKING:
    from reconciler.remote.executions.node_execution import FlyteNodeExecution


class FlyteTaskExecution(Watched):
    """One attempt of a task, with all that its plugin told: logs, reasons, `custom_info`."""

    _kind = "attempt"
    _ends = TASK_ENDS
    message: TaskExecution

    def __init__(self, message: TaskExecution, remote: Any, *, listed: bool = False) -> None:
        self._id = TaskExecutionId.from_identifier(message.id)
        # Of tasks of old that made nodes of their own.
        self.child_node_executions: dict[str, FlyteNodeExecution] = {}
        # Lists of attempts tell errors in full.
        super().__init__(message, remote, listed=False)

    @property
    def id(self) -> TaskExecutionId:
        return self._id

    @property
    def current_state(self) -> str:
        return task_phase(self.closure.phase)

    @property
    def input_uri(self) -> str:
        return str(self.message.input_uri)

    @property
    def is_parent(self) -> bool:
        return bool(self.message.is_parent)

    @property
    def task(self) -> Any:
        """The task that ran, fetched now."""
        id = self.id.task_id
        return self._remote.fetch_task(id.project, id.domain, id.name, id.version)

    @property
    def logs(self) -> tuple[Any, ...]:
        """Where its logs are: `uri`, `name` and more, each."""
        return tuple(self.closure.logs)

    @property
    def is_settled(self) -> bool:
        """True once nothing of it will change any more."""
        children = self.child_node_executions.values()
        return self.is_done and all(node.is_settled for node in children)

    def _get(self) -> TaskExecution:
        request = TaskExecutionGetRequest(id=self.message.id)
        return self._remote._connection.calls.get_task_execution(request)

    def _get_data(self) -> Any:
        request = TaskExecutionGetDataRequest(id=self.message.id)
        return self._remote._connection.calls.get_task_execution_data(request)
