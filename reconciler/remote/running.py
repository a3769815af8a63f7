"""Run things, watch them, and bring back what came of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from reconciler.admin import SystemClock
from reconciler.ports import Clock
from reconciler.remote.base import Connected

if TYPE_CHECKING:
    from reconciler.model import ExecutionId
    from reconciler.remote.executions import (
        ExecutionSpan,
        FlyteNodeExecution,
        FlyteTaskExecution,
        FlyteWorkflowExecution,
    )
    from reconciler.remote.remote import Remote


class Running(Connected):
    """Run things, watch them, and bring back what came of them.

    An execution is named by an object of it, an id, `NAME`, or `PROJECT/DOMAIN/NAME`.
    """

    def execute(
        self,
        entity: Any,
        inputs: Mapping[str, Any] | None = None,
        project: str | None = None,
        domain: str | None = None,
        name: str | None = None,
        version: str | None = None,
        execution_name: str | None = None,
        execution_name_prefix: str | None = None,
        image_config: Any = None,
        options: Any = None,
        wait: bool = False,
        type_hints: Mapping[str, Any] | None = None,
        overwrite_cache: bool | None = None,
        interruptible: bool | None = None,
        envs: Mapping[str, str] | None = None,
        tags: Sequence[str] | None = None,
        cluster_pool: str | None = None,
        execution_cluster_label: str | None = None,
        serialization_settings: Any = None,
        *,
        timeout: timedelta | float | None = None,
        poll_interval: timedelta | float | None = None,
        progress: "Callable[[FlyteWorkflowExecution], None] | None" = None,
    ) -> "FlyteWorkflowExecution":
        """Run a task, a workflow or a launch plan.

        The execution's name is always sent, so that there is one however often the call is made:
        if it exists already and is the same, it is returned.

        Args:
            entity: What `fetch_…` or `register_…` gave, an id, one of Admin's messages, or a text:
                `NAME` of a launch plan (its active version, or else the latest), `task:NAME` or
                `workflow:NAME`, each with `@VERSION` if wanted. An object of flytekit's is
                registered first; that it is there already, and the same, is fine.
            inputs: Values by name, of Python or as YAML has them, converted by declared type;
                files and directories of this machine are uploaded.
            project, domain: Where it is to run; the default ones if unset, wherever the entity is.
            name: What to run instead of registering a local object: something of this name.
            version: Of a name, or of what is registered.
            execution_name: A lower case letter, then lower case letters, digits and hyphens, 63
                at most.
            execution_name_prefix: What the name begins with that is made up otherwise.
            options: How it is to run: `Options`, ours or flytekit's; the arguments named like one
                of its fields win over it.
            wait: Return when it has ended; `timeout`, `poll_interval` and `progress` as of `wait`.
            type_hints: Python types of inputs by name, for what only flytekit can convert.
            image_config, serialization_settings: flytekit's, for what is registered.

        Raises:
            InputsError: All that is wrong with the inputs; nothing was sent.
            ExecutionConflictError: Another execution has the name; it was left alone.
            NotFoundError: There is nothing of that name and version.
            ExecutionError: A name, an option or an entity that Admin would refuse.
            WaitTimeoutError: It runs, and did not end in time.
            AdminError, NotServedError: As Admin says.
        """
        from reconciler.remote.executions.launch import launch
        from reconciler.remote.executions.local import register_local
        from reconciler.remote.executions.options import Options
        from reconciler.remote.executions.targets import find_target

        remote = self._remote
        target = find_target(
            remote,
            entity,
            project=project,
            domain=domain,
            name=name,
            version=version,
            register=lambda local: register_local(
                remote,
                local,
                project=project,
                domain=domain,
                version=version,
                image_config=image_config,
                settings=serialization_settings,
            ),
        )
        there = self._place(project, domain)
        execution = launch(
            remote,
            target,
            inputs or {},
            project=there[0],
            domain=there[1],
            name=execution_name,
            prefix=execution_name_prefix,
            options=Options.of(
                options,
                overwrite_cache=overwrite_cache,
                interruptible=interruptible,
                envs=envs,
                tags=tags,
                cluster_pool=cluster_pool,
                execution_cluster_label=execution_cluster_label,
            ),
            type_hints=type_hints,
        )
        if not wait:
            return execution
        return self.wait(execution, timeout, poll_interval, progress=progress)

    def wait(
        self,
        execution: "FlyteWorkflowExecution | Any",
        timeout: timedelta | float | None = None,
        poll_interval: timedelta | float | None = None,
        sync_nodes: bool = True,
        *,
        progress: "Callable[[FlyteWorkflowExecution], None] | None" = None,
        clock: Clock | None = None,
    ) -> "FlyteWorkflowExecution":
        """Wait until an execution has ended, well or not.

        Args:
            timeout: Seconds; None to wait for ever.
            poll_interval: Seconds between looks, a small call each; None for half a second at
                first and more from look to look, up to 30.
            sync_nodes: Read its nodes once it has ended.
            progress: Called with the execution after each look.

        Raises: WaitTimeoutError when the time is over; it goes on running. AdminError or
            NotServedError if it cannot be read; short absences of Admin are waited out.
        """
        from reconciler.remote.executions.syncing import sync_nodes as sync
        from reconciler.remote.executions.waiting import wait_for_end

        found = self._execution(execution)
        wait_for_end(
            found,
            timeout=timeout,
            poll_interval=poll_interval,
            progress=progress,
            clock=clock or SystemClock(),
        )
        if sync_nodes:
            sync(found, depth=None, parallelism=self._parallelism)
        return found

    def fetch_execution(
        self, project: str | None = None, domain: str | None = None, name: str | None = None
    ) -> "FlyteWorkflowExecution":
        """Fetch an execution. Costs one call; inputs and outputs one more, at the first look.

        Raises: NotFoundError if there is none of this name.
        """
        from reconciler.errors import ExecutionError
        from reconciler.model import ExecutionId
        from reconciler.remote.executions import FlyteWorkflowExecution
        from reconciler.remote.executions.launch import get

        if name is None:
            raise ExecutionError("say the name of the execution: fetch_execution(name=…)")
        id = ExecutionId(*self._place(project, domain), name)
        return FlyteWorkflowExecution(get(self._remote, id), self._remote)

    def recent_executions(
        self,
        project: str | None = None,
        domain: str | None = None,
        limit: int | None = None,
        filters: Any = None,
    ) -> "Sequence[FlyteWorkflowExecution]":
        """List executions, newest first: as many pages as are looked at.

        Args:
            limit: How many at most; None for all.
            filters: A text such as `eq(phase,FAILED)`, a filter, or several; archived executions
                are listed only if one is about `state`.
        """
        from reconciler.remote.executions.recent import recent

        project, domain = self._place(project, domain)
        return recent(self._remote, project=project, domain=domain, limit=limit, filters=filters)

    def sync(
        self,
        execution: "FlyteWorkflowExecution",
        entity_definition: Any = None,
        sync_nodes: bool = False,
        *,
        depth: int | None = None,
    ) -> "FlyteWorkflowExecution":
        """Bring an execution up to date; see `sync_execution`."""
        return self.sync_execution(execution, entity_definition, sync_nodes, depth=depth)

    def sync_execution(
        self,
        execution: "FlyteWorkflowExecution | Any",
        entity_definition: Any = None,
        sync_nodes: bool = False,
        rpc_timeout: Any = None,
        *,
        depth: int | None = None,
        sync_data: bool = False,
    ) -> "FlyteWorkflowExecution":
        """Bring an execution up to date: the very object, which is returned as well.

        Args:
            entity_definition, rpc_timeout: Taken for flytekit's sake; neither is needed.
            sync_nodes: Its nodes too, what ran in them and what they launched. What had ended when
                it was last synced is not read again.
            depth: How far to follow them: 0 for its own nodes, 1 for those inside or launched by
                these as well; None for all.
            sync_data: Read inputs and outputs of all nodes and attempts that have ended as well,
                many at once; otherwise each is read when it is looked at.

        Cost: one call; with nodes, one for each 2,000 of them and one for each that ran a task.
        Raises: AdminError or NotServedError. What is wrong with one node is its `sync_error`.
        """
        from reconciler.remote.executions.syncing import sync_nodes as sync

        found = self._execution(execution, fresh=True)
        if sync_nodes:
            sync(found, depth=depth, parallelism=self._parallelism, data=sync_data)
        return found

    def sync_node_execution(
        self,
        execution: "FlyteNodeExecution",
        node_mapping: Any = None,
        *,
        depth: int | None = None,
    ) -> "FlyteNodeExecution":
        """Bring one node up to date, and what ran in it; `node_mapping` is not needed.

        Raises: AdminError or NotServedError.
        """
        from reconciler.remote.executions.syncing import sync_node

        execution._take(execution._get())
        sync_node(execution, depth=depth, parallelism=self._parallelism)
        if execution.sync_error is not None:
            raise execution.sync_error
        return execution

    def sync_task_execution(
        self,
        execution: "FlyteTaskExecution",
        entity_interface: Any = None,
        get_task_exec_data: bool = True,
    ) -> "FlyteTaskExecution":
        """Bring one attempt up to date; its data is fetched at the first look, as everywhere."""
        execution._take(execution._get())
        return execution

    def relaunch(
        self,
        execution: Any,
        execution_name: str | None = None,
        execution_name_prefix: str | None = None,
        *,
        overwrite_cache: bool | None = None,
    ) -> "FlyteWorkflowExecution":
        """Run an execution once more, from the start, with its own inputs and options.

        Args:
            execution_name, execution_name_prefix: Of the new one, as of `execute`; a name that is
                taken by a relaunch of the same execution gives that one.
            overwrite_cache: None for what the old one had.

        Raises: NotFoundError, ExecutionConflictError, ExecutionError, AdminError.
        """
        from reconciler.remote.executions.again import relaunch

        return relaunch(
            self._remote,
            self._which(execution),
            name=execution_name,
            prefix=execution_name_prefix,
            overwrite_cache=overwrite_cache,
        )

    def recover(
        self,
        execution: Any,
        execution_name: str | None = None,
        execution_name_prefix: str | None = None,
    ) -> "FlyteWorkflowExecution":
        """Run an execution once more; nodes that had succeeded keep their outputs.

        Args:
            execution_name, execution_name_prefix: Of the new one, as of `relaunch`.

        Raises: NotFoundError, ExecutionConflictError, ExecutionError, AdminError.
        """
        from reconciler.remote.executions.again import recover

        which = self._which(execution)
        return recover(self._remote, which, name=execution_name, prefix=execution_name_prefix)

    def terminate(self, execution: Any, cause: str) -> None:
        """End an execution, for a reason that is kept with it.

        What is being ended, or was, is no error: then it is as it should be.

        Raises: ExecutionError if it ended by itself; NotFoundError if there is none.
        """
        from reconciler.remote.executions.again import terminate

        terminate(self._remote, self._which(execution), cause)

    def get_execution_metrics(self, id: Any, depth: int = 10) -> "ExecutionSpan":
        """Where an execution's time went, as a tree.

        Args:
            depth: Levels below the root; -1 for all.

        Raises: NotFoundError if there is none; AdminError for a tree that Admin cannot make.
        """
        from flyteidl.admin.execution_pb2 import WorkflowExecutionGetMetricsRequest

        from reconciler.remote.executions import ExecutionSpan

        request = WorkflowExecutionGetMetricsRequest(
            id=self._which(id).to_identifier(), depth=depth
        )
        return ExecutionSpan.of(self._connection.calls.get_execution_metrics(request).span)

    def generate_console_http_domain(self) -> str:
        """The console's address: what is configured, or Admin's own."""
        from reconciler.remote.executions.console import console_base

        return console_base(self.config)

    def generate_console_url(self, entity: Any) -> str:
        """The page of an execution, task, workflow or launch plan; of a node, its execution's.

        Raises: ExecutionError for what has no page.
        """
        from reconciler.remote.executions.console import console_url

        return console_url(entity, self.config)

    @property
    def _remote(self) -> "Remote":
        return cast("Remote", self)

    def _which(self, execution: Any) -> "ExecutionId":
        from reconciler.remote.executions.which import execution_id

        project, domain = self._place(None, None)
        return execution_id(execution, project=project, domain=domain)

    def _execution(self, which: Any, *, fresh: bool = False) -> "FlyteWorkflowExecution":
        """The object itself, read anew if it is to be fresh; or the one of an id."""
        from reconciler.remote.executions import FlyteWorkflowExecution
        from reconciler.remote.executions.launch import get

        if not isinstance(which, FlyteWorkflowExecution):
            return FlyteWorkflowExecution(get(self._remote, self._which(which)), self._remote)
        if fresh:
            which._take(which._get())
        return which

    def _stored(self, url: str) -> bytes:
        """What lies in the store, or behind a signed URL."""
        access = self._remote._data_access
        if url.startswith(("http://", "https://")):
            return access.proxy.read_signed(url, url.partition("?")[0])
        return access.objects.read(url)

    def _uploaded(self, path: Path, project: str, domain: str) -> str:
        """Upload a file or folder; its URI."""
        if path.is_dir():
            return self._remote.upload_directory(path, project=project, domain=domain)
        _, uri = self._remote.upload_file(path, project=project, domain=domain)
        return uri
