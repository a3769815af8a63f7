"""Executions, their nodes and attempts, events and signals: request in, answer out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.admin import rpc
from reconciler.admin.calls.call import Calling

if TYPE_CHECKING:  # what a command does not call, it does not load
    from flyteidl.admin.common_pb2 import (
        ResourceListRequest,
    )
    from flyteidl.admin.event_pb2 import (
        NodeExecutionEventRequest,
        NodeExecutionEventResponse,
        TaskExecutionEventRequest,
        TaskExecutionEventResponse,
        WorkflowExecutionEventRequest,
        WorkflowExecutionEventResponse,
    )
    from flyteidl.admin.execution_pb2 import (
        Execution,
        ExecutionCreateRequest,
        ExecutionCreateResponse,
        ExecutionList,
        ExecutionRecoverRequest,
        ExecutionRelaunchRequest,
        ExecutionTerminateRequest,
        ExecutionTerminateResponse,
        ExecutionUpdateRequest,
        ExecutionUpdateResponse,
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
        NodeExecutionForTaskListRequest,
        NodeExecutionGetDataRequest,
        NodeExecutionGetDataResponse,
        NodeExecutionGetRequest,
        NodeExecutionList,
        NodeExecutionListRequest,
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
        TaskExecutionList,
        TaskExecutionListRequest,
    )


class ExecutionCalls(Calling):
    """Executions, their nodes and attempts, events and signals."""

    def create_execution(self, request: ExecutionCreateRequest) -> ExecutionCreateResponse:
        """Start an execution; a name that is taken is an error, its inputs overwritten."""
        return self._call(rpc.CREATE_EXECUTION, request)

    def relaunch_execution(self, request: ExecutionRelaunchRequest) -> ExecutionCreateResponse:
        """Start an execution once more from its beginning, with the same inputs."""
        return self._call(rpc.RELAUNCH_EXECUTION, request)

    def recover_execution(self, request: ExecutionRecoverRequest) -> ExecutionCreateResponse:
        """Start an execution once more where it failed; what succeeded keeps its outputs."""
        return self._call(rpc.RECOVER_EXECUTION, request)

    def get_execution(self, request: WorkflowExecutionGetRequest) -> Execution:
        """One execution, how it stands, and its error whole."""
        return self._call(rpc.GET_EXECUTION, request)

    def get_execution_data(
        self, request: WorkflowExecutionGetDataRequest
    ) -> WorkflowExecutionGetDataResponse:
        """The inputs and outputs of an execution."""
        return self._call(rpc.GET_EXECUTION_DATA, request)

    def get_execution_metrics(
        self, request: WorkflowExecutionGetMetricsRequest
    ) -> WorkflowExecutionGetMetricsResponse:
        """Where the time of an execution went, as nested spans."""
        return self._call(rpc.GET_EXECUTION_METRICS, request)

    def list_executions(self, request: ResourceListRequest) -> ExecutionList:
        """Executions of a place; the archived ones only where a filter asks for their state."""
        return self._call(rpc.LIST_EXECUTIONS, request)

    def update_execution(self, request: ExecutionUpdateRequest) -> ExecutionUpdateResponse:
        """Archive an execution, or bring it back."""
        return self._call(rpc.UPDATE_EXECUTION, request)

    def terminate_execution(
        self, request: ExecutionTerminateRequest
    ) -> ExecutionTerminateResponse:
        """End an execution; of one that has ended, FailedPreconditionError."""
        return self._call(rpc.TERMINATE_EXECUTION, request)

    def get_node_execution(self, request: NodeExecutionGetRequest) -> NodeExecution:
        """One node of an execution and how it stands."""
        return self._call(rpc.GET_NODE_EXECUTION, request)

    def get_node_execution_data(
        self, request: NodeExecutionGetDataRequest
    ) -> NodeExecutionGetDataResponse:
        """The inputs and outputs of a node, and the workflow that a dynamic one made."""
        return self._call(rpc.GET_NODE_EXECUTION_DATA, request)

    def get_dynamic_node_workflow(
        self, request: GetDynamicNodeWorkflowRequest
    ) -> DynamicNodeWorkflowResponse:
        """The compiled workflow that a dynamic node made."""
        return self._call(rpc.GET_DYNAMIC_NODE_WORKFLOW, request)

    def list_node_executions(self, request: NodeExecutionListRequest) -> NodeExecutionList:
        """Nodes of an execution, or those below one of its nodes."""
        return self._call(rpc.LIST_NODE_EXECUTIONS, request)

    def list_node_executions_for_task(
        self, request: NodeExecutionForTaskListRequest
    ) -> NodeExecutionList:
        """Nodes that one attempt of a task made: how dynamic tasks of old did it."""
        return self._call(rpc.LIST_NODE_EXECUTIONS_FOR_TASK, request)

    def get_task_execution(self, request: TaskExecutionGetRequest) -> TaskExecution:
        """One attempt of a node at its task and how it stands."""
        return self._call(rpc.GET_TASK_EXECUTION, request)

    def get_task_execution_data(
        self, request: TaskExecutionGetDataRequest
    ) -> TaskExecutionGetDataResponse:
        """The inputs and outputs of an attempt."""
        return self._call(rpc.GET_TASK_EXECUTION_DATA, request)

    def list_task_executions(self, request: TaskExecutionListRequest) -> TaskExecutionList:
        """Attempts of a node at its task."""
        return self._call(rpc.LIST_TASK_EXECUTIONS, request)

    def create_workflow_event(
        self, request: WorkflowExecutionEventRequest
    ) -> WorkflowExecutionEventResponse:
        """Say, as the engine does, that an execution has come to another phase."""
        return self._call(rpc.CREATE_WORKFLOW_EVENT, request)

    def create_node_event(self, request: NodeExecutionEventRequest) -> NodeExecutionEventResponse:
        """Say, as the engine does, that a node has come to another phase."""
        return self._call(rpc.CREATE_NODE_EVENT, request)

    def create_task_event(self, request: TaskExecutionEventRequest) -> TaskExecutionEventResponse:
        """Say, as the engine does, that an attempt has come to another phase."""
        return self._call(rpc.CREATE_TASK_EVENT, request)

    def get_or_create_signal(self, request: SignalGetOrCreateRequest) -> Signal:
        """A signal of an execution, made if it is not there, as at a gate."""
        return self._call(rpc.GET_OR_CREATE_SIGNAL, request)

    def list_signals(self, request: SignalListRequest) -> SignalList:
        """Signals of an execution, answered and not."""
        return self._call(rpc.LIST_SIGNALS, request)

    def set_signal(self, request: SignalSetRequest) -> SignalSetResponse:
        """Answer a signal; its value must be of its type."""
        return self._call(rpc.SET_SIGNAL, request)
