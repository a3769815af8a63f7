"""Lists of executions, nodes, attempts and signals."""

from collections.abc import Iterator
from typing import Any

from flyteidl.admin.common_pb2 import ResourceListRequest
from flyteidl.admin.execution_pb2 import Execution
from flyteidl.admin.node_execution_pb2 import (
    NodeExecution,
    NodeExecutionForTaskListRequest,
    NodeExecutionList,
    NodeExecutionListRequest,
)
from flyteidl.admin.signal_pb2 import Signal, SignalListRequest
from flyteidl.admin.task_execution_pb2 import TaskExecution, TaskExecutionListRequest

from reconciler.admin.client import fields
from reconciler.admin.client.base import Based, Source
from reconciler.admin.client.filters import spell
from reconciler.admin.client.ids import execution_id, node_execution_id, place, task_execution_id
from reconciler.admin.client.sorts import Sort, sorted_by
from reconciler.admin.client.streaming import PAGE

_BY_ROW = Sort("id")


class ProgressLists(Based):
    """Pages with tokens, and iterators that give every row (see `VersionLists`)."""

    def list_executions_paginated(
        self,
        project: str,
        domain: str,
        limit: int = 100,
        token: str | None = None,
        filters: Any = None,
        sort_by: Any = None,
    ) -> tuple[list[Execution], str]:
        """A page of executions, and the token of the next."""
        return self._executions(project, domain, filters, sort_by).page(limit, token)

    def iter_executions(
        self,
        project: str,
        domain: str,
        *,
        filters: Any = None,
        sort_by: Any = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[Execution]:
        """Every execution of a place but the archived ones, of which a filter by `state` asks.

        Lists cut errors to 100 bytes and leave inputs out; `get_execution` has them whole.
        """
        return self._executions(project, domain, filters, sort_by).every(page_size, limit)

    def list_node_executions_paginated(
        self, node_execution_list_request: NodeExecutionListRequest
    ) -> NodeExecutionList:
        """`list_node_executions` by Admin's own messages."""
        return self.calls.list_node_executions(node_execution_list_request)

    def list_node_executions(
        self,
        workflow_execution_identifier: Any,
        limit: int = 100,
        token: str | None = None,
        filters: Any = None,
        sort_by: Any = None,
        unique_parent_id: str | None = None,
    ) -> tuple[list[NodeExecution], str]:
        """A page of nodes of an execution, or of one node's children, and the next token."""
        source = self._nodes(workflow_execution_identifier, filters, sort_by, unique_parent_id)
        return source.page(limit, token)

    def iter_node_executions(
        self,
        workflow_execution_identifier: Any,
        *,
        filters: Any = None,
        sort_by: Any = None,
        unique_parent_id: str | None = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[NodeExecution]:
        """Every node of an execution, without the children of nodes; or those of one node.

        Args:
            unique_parent_id: The node id whose children are meant.
        """
        source = self._nodes(workflow_execution_identifier, filters, sort_by, unique_parent_id)
        return source.every(page_size, limit)

    def list_node_executions_for_task_paginated(
        self,
        task_execution_identifier: Any,
        limit: int = 100,
        token: str | None = None,
        filters: Any = None,
        sort_by: Any = None,
    ) -> tuple[list[NodeExecution], str]:
        """A page of the nodes that an attempt of a task made, and the token of the next."""
        source = self._nodes_of_task(task_execution_identifier, filters, sort_by)
        return source.page(limit, token)

    def iter_node_executions_for_task(
        self,
        task_execution_identifier: Any,
        *,
        filters: Any = None,
        sort_by: Any = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[NodeExecution]:
        """Every node that an attempt of a task made."""
        source = self._nodes_of_task(task_execution_identifier, filters, sort_by)
        return source.every(page_size, limit)

    def list_task_executions_paginated(
        self,
        node_execution_identifier: Any,
        limit: int = 100,
        token: str | None = None,
        filters: Any = None,
        sort_by: Any = None,
    ) -> tuple[list[TaskExecution], str]:
        """A page of the attempts of a node, and the token of the next."""
        return self._attempts(node_execution_identifier, filters, sort_by).page(limit, token)

    def iter_task_executions(
        self,
        node_execution_identifier: Any,
        *,
        filters: Any = None,
        sort_by: Any = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[TaskExecution]:
        """Every attempt of a node."""
        return self._attempts(node_execution_identifier, filters, sort_by).every(page_size, limit)

    def list_signals_paginated(
        self,
        workflow_execution_identifier: Any,
        limit: int = 100,
        token: str | None = None,
        filters: Any = None,
        sort_by: Any = None,
    ) -> tuple[list[Signal], str]:
        """A page of the signals of an execution, and the token of the next."""
        return self._signals(workflow_execution_identifier, filters, sort_by).page(limit, token)

    def iter_signals(
        self,
        workflow_execution_identifier: Any,
        *,
        filters: Any = None,
        sort_by: Any = None,
        limit: int | None = None,
        page_size: int = PAGE,
    ) -> Iterator[Signal]:
        """Every signal of an execution."""
        return self._signals(workflow_execution_identifier, filters, sort_by).every(
            page_size, limit
        )

    def _executions(self, project: str, domain: str, filters: Any, sort_by: Any) -> Source:
        request = ResourceListRequest(
            id=place((project, domain)), **_asked(fields.EXECUTIONS, filters, sort_by)
        )
        call = self.calls.list_executions
        return Source("executions", call, request, "executions", _execution)

    def _nodes(self, id: Any, filters: Any, sort_by: Any, parent: str | None) -> Source:
        request = NodeExecutionListRequest(
            workflow_execution_id=execution_id(id),
            unique_parent_id=parent,
            **_asked(fields.NODE_EXECUTIONS, filters, sort_by),
        )
        call = self.calls.list_node_executions
        return Source("node executions", call, request, "node_executions", _node)

    def _nodes_of_task(self, id: Any, filters: Any, sort_by: Any) -> Source:
        request = NodeExecutionForTaskListRequest(
            task_execution_id=task_execution_id(id),
            **_asked(fields.NODE_EXECUTIONS, filters, sort_by),
        )
        call = self.calls.list_node_executions_for_task
        return Source("node executions", call, request, "node_executions", _node)

    def _attempts(self, id: Any, filters: Any, sort_by: Any) -> Source:
        request = TaskExecutionListRequest(
            node_execution_id=node_execution_id(id),
            **_asked(fields.TASK_EXECUTIONS, filters, sort_by),
        )
        call = self.calls.list_task_executions
        return Source("task executions", call, request, "task_executions", _attempt)

    def _signals(self, id: Any, filters: Any, sort_by: Any) -> Source:
        request = SignalListRequest(
            workflow_execution_id=execution_id(id), **_asked(fields.SIGNALS, filters, sort_by)
        )
        return Source("signals", self.calls.list_signals, request, "signals", _signal)


def _asked(listing: fields.Listing, filters: Any, sort_by: Any) -> dict[str, Any]:
    return {
        "filters": spell(filters, listing),
        "sort_by": sorted_by(sort_by, listing, _BY_ROW),
    }


def _execution(row: Any) -> tuple[str, ...]:
    return row.id.project, row.id.domain, row.id.name


def _node(row: Any) -> str:
    name: str = row.id.node_id
    return name


def _attempt(row: Any) -> tuple[bytes, int]:
    return row.id.task_id.SerializeToString(deterministic=True), row.id.retry_attempt


def _signal(row: Any) -> str:
    name: str = row.id.signal_id
    return name
