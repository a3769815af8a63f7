"""Executions, their nodes and attempts as they are, and the signals they wait for."""

from typing import Any

from flyteidl.admin.execution_pb2 import (
    Execution,
    WorkflowExecutionGetDataRequest,
    WorkflowExecutionGetDataResponse,
    WorkflowExecutionGetMetricsRequest,
    WorkflowExecutionGetMetricsResponse,
    WorkflowExecutionGetRequest,
)
from flyteidl.admin.node_execution_pb2 import (
    DynamicNodeWorkflowResponse,
    GetDynamicNodeWorkflowRequest,
    NodeExecution,
    NodeExecutionGetDataRequest,
    NodeExecutionGetDataResponse,
    NodeExecutionGetRequest,
)
from flyteidl.admin.signal_pb2 import (
    Signal,
    SignalGetOrCreateRequest,
    SignalList,
    SignalListRequest,
    SignalSetRequest,
    SignalSetResponse,
)
from flyteidl.admin.task_execution_pb2 import (
    TaskExecution,
    TaskExecutionGetDataRequest,
    TaskExecutionGetDataResponse,
    TaskExecutionGetRequest,
)

from reconciler.admin.client.base import Based
from reconciler.admin.client.ids import (
    execution_id,
    message_of,
    node_execution_id,
    signal_id,
    task_execution_id,
)


class Progress(Based):
    """What becomes of executions; never remembered, for it changes.

    Ids may be flyteidl's, flytekit's, or an ExecutionId, NodeExecutionId or TaskExecutionId.
    """

    def get_execution(self, id: Any) -> Execution:
        """An execution: its spec, its phase and its error, whole."""
        return self.calls.get_execution(WorkflowExecutionGetRequest(id=execution_id(id)))

    def get_execution_data(self, id: Any) -> WorkflowExecutionGetDataResponse:
        """The inputs and outputs of an execution, in `full_inputs` and `full_outputs`.

        Admin says nothing of what it cannot read: a map is empty then, as for maps above 2 MiB.
        """
        return self.calls.get_execution_data(WorkflowExecutionGetDataRequest(id=execution_id(id)))

    def get_execution_metrics(
        self, id: Any, depth: int = 10
    ) -> WorkflowExecutionGetMetricsResponse:
        """Where an execution spent its time: spans within spans.

        Args:
            depth: Levels below the first; -1 for all.
        """
        request = WorkflowExecutionGetMetricsRequest(id=execution_id(id), depth=depth)
        return self.calls.get_execution_metrics(request)

    def get_node_execution(self, node_execution_identifier: Any) -> NodeExecution:
        """A node of an execution."""
        id = node_execution_id(node_execution_identifier)
        return self.calls.get_node_execution(NodeExecutionGetRequest(id=id))

    def get_node_execution_data(
        self, node_execution_identifier: Any
    ) -> NodeExecutionGetDataResponse:
        """The inputs and outputs of a node, and the workflow that it made of itself, if it did."""
        id = node_execution_id(node_execution_identifier)
        return self.calls.get_node_execution_data(NodeExecutionGetDataRequest(id=id))

    def get_dynamic_node_workflow(
        self, node_execution_identifier: Any
    ) -> DynamicNodeWorkflowResponse:
        """The workflow that a dynamic node made of itself.

        Raises: NotFoundError if it made none, or not yet.
        """
        id = node_execution_id(node_execution_identifier)
        return self.calls.get_dynamic_node_workflow(GetDynamicNodeWorkflowRequest(id=id))

    def get_task_execution(self, id: Any) -> TaskExecution:
        """An attempt of a node's task."""
        return self.calls.get_task_execution(TaskExecutionGetRequest(id=task_execution_id(id)))

    def get_task_execution_data(
        self, task_execution_identifier: Any
    ) -> TaskExecutionGetDataResponse:
        """The inputs and outputs of an attempt."""
        id = task_execution_id(task_execution_identifier)
        return self.calls.get_task_execution_data(TaskExecutionGetDataRequest(id=id))

    def list_signals(self, signal_list_request: SignalListRequest) -> SignalList:
        """A page of signals, by Admin's own messages (see `iter_signals`)."""
        return self.calls.list_signals(message_of(signal_list_request))

    def set_signal(self, signal_set_request: SignalSetRequest) -> SignalSetResponse:
        """Give a signal its value, by Admin's own message.

        Raises: InvalidArgumentError if there is no such signal, or it takes no such value.
        """
        return self.calls.set_signal(message_of(signal_set_request))

    def get_or_create_signal(self, id: Any, type: Any) -> Signal:
        """A signal, made if it is not there: what the engine does when a gate is reached.

        Args:
            id: flyteidl's SignalIdentifier or flytekit's.
            type: A LiteralType, flyteidl's or flytekit's.
        """
        request = SignalGetOrCreateRequest(id=signal_id(id), type=message_of(type))
        return self.calls.get_or_create_signal(request)
