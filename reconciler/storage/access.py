"""Everything that reaches one Admin's data, made once and shared by what needs it."""

from collections.abc import Sequence
from typing import Any

from flyteidl.admin.node_execution_pb2 import NodeExecutionListRequest
from flyteidl.core.identifier_pb2 import WorkflowExecutionIdentifier

from reconciler.admin import Connection, SystemClock
from reconciler.ports import Clock
from reconciler.storage.dataproxy import DataProxy
from reconciler.storage.index import Indexes
from reconciler.storage.native import Native
from reconciler.storage.objects import Objects
from reconciler.storage.resolver import FlytePathResolver

_PAGE = 1000


class Access:
    """One Admin's data proxy, and the ways to the objects behind it.

    Attributes:
        proxy: Signs, sends and reads.
        native: The store itself, where there are credentials.
        resolver: Native URLs of uploads.
        indexes: What was uploaded, as far as it was written down.
        objects: Objects by native URLs.
        clock: For what is remembered a moment.
        parallelism: Files on their way at once.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        project: str,
        domain: str,
        parallelism: int = 10,
        proxy: DataProxy | None = None,
        native: Native | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            project, domain: Where Admin may be asked for the place of uploads.
            native: None for what the configuration and this process's environment know.
        """
        self._connection = connection
        self.config = connection.config
        self.project, self.domain = project, domain
        self.parallelism = parallelism
        self.clock = clock or SystemClock()
        self.proxy = proxy or DataProxy.on(connection)
        self.native = native or Native.here(connection.config)
        self.resolver = FlytePathResolver(self.proxy)
        self.indexes = Indexes(self.proxy, self.resolver.root_url)
        self.objects = Objects(
            self.proxy,
            self.native,
            self.resolver,
            self.indexes,
            project=project,
            domain=domain,
            parallelism=parallelism,
        )

    def nodes(self, *, project: str, domain: str, execution: str) -> Sequence[str]:
        """The ids of an execution's nodes, those of its top level.

        Raises: NotFoundError if there is no such execution.
        """
        found: list[str] = []
        token = ""
        while True:
            answer: Any = self._connection.calls.list_node_executions(
                NodeExecutionListRequest(
                    workflow_execution_id=WorkflowExecutionIdentifier(
                        project=project, domain=domain, name=execution
                    ),
                    limit=_PAGE,
                    token=token,
                )
            )
            found += [node.id.node_id for node in answer.node_executions]
            token = answer.token
            if not token:
                return sorted({*found})
