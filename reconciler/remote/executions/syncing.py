"""Bring executions up to date: whole lists instead of single reads, and many at once.

What is to be read is known only from what was read before: nodes name the attempts, children and
launched executions behind them. So there is one heap of jobs and one set of threads; each job
reads one thing and says which jobs follow from it. No job waits for another.

A node that had ended, with all inside it, when it was last synced is not looked into again.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any

from reconciler.errors import (
    NotServedError,
    PermissionDeniedError,
    ReconcilerError,
    UnauthenticatedError,
)
from reconciler.remote.executions.node_execution import FlyteNodeExecution
from reconciler.remote.executions.task_execution import FlyteTaskExecution
from reconciler.remote.executions.workflow_execution import FlyteWorkflowExecution

Nodes = dict[str, FlyteNodeExecution]
PAGE = 2000  # nodes; Admin sets no bound, and this many are about a megabyte
# What would befall every other read as well.
_FOR_ALL = (NotServedError, UnauthenticatedError, PermissionDeniedError)


@dataclass(frozen=True)
class _Job:
    """One thing to read; `node` is the one that is not synced if it fails, None if all is not."""

    read: "Callable[[], Iterable[_Job]]"
    node: FlyteNodeExecution | None = None


def sync_nodes(
    execution: FlyteWorkflowExecution, *, depth: int | None, parallelism: int, data: bool = False
) -> None:
    """Read an execution's nodes and all that is behind them.

    Args:
        depth: How far to go below the execution's own nodes: 0 not at all, 1 into what is in
            these or launched by them, and so on; None to the bottom.
        parallelism: Calls under way at once.
        data: Read inputs and outputs of all that has ended, too, and not when they are looked at.

    Raises: AdminError or NotServedError if nothing can be read; what is wrong with one node is
        its `sync_error`.
    """
    sync = _Sync(execution._remote, data)
    sync.seen.add(execution.id)
    jobs = [_Job(lambda: sync.nodes_of(execution, depth))]
    if data:
        jobs.append(_Job(execution.read_data))
    _run(jobs, parallelism)


def sync_node(node: FlyteNodeExecution, *, depth: int | None, parallelism: int) -> None:
    """Read what is behind one node; else as `sync_nodes`."""
    sync = _Sync(node._remote, data=False)
    sync.seen.add(node.id.execution_id)
    node.sync_error = None
    _run(list(sync.behind(node, depth)), parallelism)


def _run(jobs: list[_Job], parallelism: int) -> None:
    finished: SimpleQueue[tuple[_Job, Future[list[_Job]]]] = SimpleQueue()
    threads = ThreadPoolExecutor(parallelism, thread_name_prefix="sync")

    def start(job: _Job) -> None:
        future = threads.submit(lambda: list(job.read()))
        future.add_done_callback(lambda done: finished.put((job, done)))

    try:
        waited_for = len(jobs)
        for job in jobs:
            start(job)
        while waited_for:
            job, future = finished.get()
            waited_for -= 1
            for following in _followers(job, future):
                start(following)
                waited_for += 1
    finally:
        threads.shutdown(cancel_futures=True)


def _followers(job: _Job, future: "Future[list[_Job]]") -> list[_Job]:
    try:
        return future.result()
    except (ReconcilerError, ValueError) as error:
        if job.node is None or isinstance(error, _FOR_ALL):
            raise
        job.node.sync_error = (
            error
            if isinstance(error, ReconcilerError)
            else ReconcilerError(f"{job.node}: {error}")
        )
        return []


@dataclass
class _Sync:
    remote: Any
    data: bool
    seen: set[Any] = field(default_factory=set)

    @property
    def client(self) -> Any:
        return self.remote._connection.client

    def nodes_of(self, owner: FlyteWorkflowExecution, depth: int | None) -> Iterable[_Job]:
        """Read the top nodes of an execution."""
        rows = self._nodes(owner.message.id)
        found = owner.node_executions = self._merged(owner.node_executions, rows)
        owner._synced_whole = depth is None
        return self._behind_all(found, depth)

    def _children(self, node: FlyteNodeExecution, depth: int | None) -> Iterable[_Job]:
        rows = self._nodes(node.message.id.execution_id, parent=node.id.node_id)
        found = self._merged(node.subworkflow_node_executions, rows)
        node.subworkflow_node_executions = found
        return self._behind_all(found, depth)

    def _attempts(self, node: FlyteNodeExecution, depth: int | None) -> Iterable[_Job]:
        known = {one.id: one for one in node.task_executions}
        found = []
        for row in self.client.iter_task_executions(node.message.id, page_size=PAGE):
            attempt = FlyteTaskExecution(row, self.remote)
            earlier = known.get(attempt.id)
            if earlier is not None:
                earlier._take(row)
            found.append(earlier or attempt)
        node.task_executions = found
        for attempt in found:
            if self.data and attempt.is_done:
                yield _Job(attempt.read_data, node)
            if attempt.is_parent and depth != 0:
                yield _Job(lambda one=attempt: self._made_by(one, _less(depth)), node)  # type: ignore[misc]

    def _made_by(self, attempt: FlyteTaskExecution, depth: int | None) -> Iterable[_Job]:
        """Read the nodes that a task of old made, before dynamic nodes were parents."""
        rows = self.client.iter_node_executions_for_task(attempt.message.id, page_size=PAGE)
        found = self._merged(attempt.child_node_executions, rows)
        attempt.child_node_executions = found
        return self._behind_all(found, depth)

    def _launched(self, node: FlyteNodeExecution, depth: int | None) -> Iterable[_Job]:
        id = node.launched_id
        known = {one.id: one for one in node.workflow_executions}
        launched = known.get(id) if id is not None else None
        if launched is None or not launched.is_done:
            message = self.client.get_execution(node.closure.workflow_node_metadata.executionId)
            if launched is None:
                launched = FlyteWorkflowExecution(message, self.remote)
            else:
                launched._take(message)
            node.workflow_executions = [launched]
        if launched.id in self.seen:  # Admin takes any id there, the node's own execution too
            return []
        self.seen.add(launched.id)
        found = launched
        jobs = [_Job(lambda: self.nodes_of(found, depth), node)]
        if self.data:
            jobs.append(_Job(found.read_data, node))
        return jobs

    def _behind_all(self, nodes: Nodes, depth: int | None) -> Iterable[_Job]:
        for node in nodes.values():
            if not node.is_settled:
                node.sync_error = None
                yield from self.behind(node, depth)
            elif self.data:
                yield from self._data_in(node)

    def _data_in(self, node: FlyteNodeExecution) -> Iterable[_Job]:
        """What is to be read of a node that is not looked into again: its data, if any."""
        if node.is_system:
            return
        for one in (node, *node.task_executions, *node.workflow_executions):
            yield _Job(one.read_data, node)
        launched = (one.node_executions for one in node.workflow_executions)
        for inside in (node.subworkflow_node_executions, *launched):
            for child in inside.values():
                yield from self._data_in(child)

    def behind(self, node: FlyteNodeExecution, depth: int | None) -> Iterable[_Job]:
        """What is to be read for one node."""
        node._synced_whole = depth is None
        if self.data and node.is_done and not node.is_system:
            yield _Job(node.read_data, node)
        if node.has_attempts:
            yield _Job(lambda: self._attempts(node, depth), node)
        if depth == 0 or node.is_system:
            return
        if node.is_parent:
            yield _Job(lambda: self._children(node, _less(depth)), node)
        if node.launched_id is not None:
            yield _Job(lambda: self._launched(node, _less(depth)), node)

    def _nodes(self, execution: Any, parent: str | None = None) -> Iterable[Any]:
        found: Iterable[Any] = self.client.iter_node_executions(
            execution, unique_parent_id=parent, page_size=PAGE
        )
        return found

    def _merged(self, known: Nodes, rows: Iterable[Any]) -> Nodes:
        """The nodes of these rows, those known before brought up to date."""
        found: Nodes = {}
        for row in rows:
            node = known.get(row.id.node_id)
            if node is None:
                node = FlyteNodeExecution(row, self.remote, listed=True)
            elif not node.is_settled:
                node._take(row, listed=True)
            found[row.id.node_id] = node
        return found


def _less(depth: int | None) -> int | None:
    return None if depth is None else depth - 1
