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
        return self._call(rpc.CREATE_EXECUTION, request)

    def relaunch_execution(self, request: ExecutionRelaunchRequest) -> ExecutionCreateResponse:
        return self._call(rpc.RELAUNCH_EXECUTION, request)

    def recover_execution(self, request: ExecutionRecoverRequest) -> ExecutionCreateResponse:
        return self._call(rpc.RECOVER_EXECUTION, request)

    def get_execution(self, request: WorkflowExecutionGetRequest) -> Execution:
        return self._call(rpc.GET_EXECUTION, request)

    def get_execution_data(
        self, request: WorkflowExecutionGetDataRequest
    ) -> WorkflowExecutionGetDataResponse:
        return self._call(rpc.GET_EXECUTION_DATA, request)

    def get_execution_metrics(
        self, request: WorkflowExecutionGetMetricsRequest
    ) -> WorkflowExecutionGetMetricsResponse:
        return self._call(rpc.GET_EXECUTION_METRICS, request)

    def list_executions(self, request: ResourceListRequest) -> ExecutionList:
        return self._call(rpc.LIST_EXECUTIONS, request)

    def update_execution(self, request: ExecutionUpdateRequest) -> ExecutionUpdateResponse:
        return self._call(rpc.UPDATE_EXECUTION, request)

    def terminate_execution(
        self, request: ExecutionTerminateRequest
    ) -> ExecutionTerminateResponse:
        return self._call(rpc.TERMINATE_EXECUTION, request)

    def get_node_execution(self, request: NodeExecutionGetRequest) -> NodeExecution:
        return self._call(rpc.GET_NODE_EXECUTION, request)

    def get_node_execution_data(
        self, request: NodeExecutionGetDataRequest
    ) -> NodeExecutionGetDataResponse:
        return self._call(rpc.GET_NODE_EXECUTION_DATA, request)

    def get_dynamic_node_workflow(
        self, request: GetDynamicNodeWorkflowRequest
    ) -> DynamicNodeWorkflowResponse:
        return self._call(rpc.GET_DYNAMIC_NODE_WORKFLOW, request)

    def list_node_executions(self, request: NodeExecutionListRequest) -> NodeExecutionList:
        return self._call(rpc.LIST_NODE_EXECUTIONS, request)

    def list_node_executions_for_task(
        self, request: NodeExecutionForTaskListRequest
    ) -> NodeExecutionList:
        return self._call(rpc.LIST_NODE_EXECUTIONS_FOR_TASK, request)

    def get_task_execution(self, request: TaskExecutionGetRequest) -> TaskExecution:
        return self._call(rpc.GET_TASK_EXECUTION, request)

    def get_task_execution_data(
        self, request: TaskExecutionGetDataRequest
    ) -> TaskExecutionGetDataResponse:
        return self._call(rpc.GET_TASK_EXECUTION_DATA, request)

    def list_task_executions(self, request: TaskExecutionListRequest) -> TaskExecutionList:
        return self._call(rpc.LIST_TASK_EXECUTIONS, request)

    def create_workflow_event(
        self, request: WorkflowExecutionEventRequest
    ) -> WorkflowExecutionEventResponse:
        return self._call(rpc.CREATE_WORKFLOW_EVENT, request)

    def create_node_event(self, request: NodeExecutionEventRequest) -> NodeExecutionEventResponse:
        return self._call(rpc.CREATE_NODE_EVENT, request)

    def create_task_event(self, request: TaskExecutionEventRequest) -> TaskExecutionEventResponse:
        return self._call(rpc.CREATE_TASK_EVENT, request)

    def get_or_create_signal(self, request: SignalGetOrCreateRequest) -> Signal:
        return self._call(rpc.GET_OR_CREATE_SIGNAL, request)

    def list_signals(self, request: SignalListRequest) -> SignalList:
        return self._call(rpc.LIST_SIGNALS, request)

    def set_signal(self, request: SignalSetRequest) -> SignalSetResponse:
        return self._call(rpc.SET_SIGNAL, request)
