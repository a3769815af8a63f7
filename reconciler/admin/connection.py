"""One Admin, reached: its ports and the client, on one connection."""

import random
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING

from reconciler.config import Config
from reconciler.ports import (
    Clock,
    ExecutionReader,
    Launcher,
    Ledger,
    LedgerReader,
    Reader,
    Uploader,
    Writer,
)

if TYPE_CHECKING:
    from flyteidl.admin.launch_plan_pb2 import LaunchPlan

    from reconciler.admin.auth import Authorizer, Person
    from reconciler.admin.calls import AdminCalls
    from reconciler.admin.client import AdminClient
    from reconciler.admin.pool import Pool
    from reconciler.admin.retry import RetryPolicy


class Connection:
    """What `connect` gives; close it, or use it in a `with`.

    Attributes:
        reader: The Reader port; its channel refuses every RPC that is not a read.
        writer: The Writer port.
        uploader: The Uploader port.
        calls: A method for every RPC; `calls.counts` counts all calls of this connection.
        config: What was connected to.
        logins: What adds our credentials to each call, Admin's own last.
    """

    def __init__(
        self,
        config: Config,
        *,
        reader: Reader,
        writer: Writer,
        uploader: Uploader,
        executions: Callable[[], ExecutionReader],
        launcher: Callable[[], Launcher],
        calls: "AdminCalls",
        reading: "AdminCalls",
        pool: "Pool",
        logins: "Sequence[Authorizer]",
        close: Callable[[], None],
    ) -> None:
        self.config = config
        self.logins = logins
        self.reader = reader
        self.writer = writer
        self.uploader = uploader
        self._executions = executions
        self._launcher = launcher
        self.calls = calls
        self._reading = reading
        self._pool = pool
        self._close = close
        self._client: AdminClient | None = None
        self._lock = threading.Lock()

    @property
    def reads(self) -> "AdminCalls":
        """The same calls on a channel that refuses whatever is not a read."""
        return self._reading

    @property
    def client(self) -> "AdminClient":
        """The client for people and programs, on the same calls; one, whoever asks first."""
        with self._lock:
            if self._client is None:
                from reconciler.admin.client import AdminClient

                self._client = AdminClient(self.calls)
            return self._client

    @cached_property
    def executions(self) -> ExecutionReader:
        """The ExecutionReader port, as unable to write as the reader."""
        return self._executions()

    @cached_property
    def launcher(self) -> Launcher:
        """The Launcher port."""
        return self._launcher()

    def launch_plans(
        self, *, project: str | None, domain: str | None, active_only: bool
    ) -> "Sequence[LaunchPlan]":
        """List launch plans for people (see `listing`)."""
        from reconciler.admin.listing import list_launch_plans

        return list_launch_plans(
            self.calls, self._pool, project=project, domain=domain, active_only=active_only
        )

    def find_ledgers(self) -> Sequence[tuple[str, str, str]]:
        """Project, domain and workspace of every ledger that is there."""
        from reconciler.admin.ledger.find import find_ledgers

        return find_ledgers(self._reading, self._pool)

    def ledger_reader(self, *, project: str, domain: str, workspace: str) -> LedgerReader:
        """The ledger of one workspace, at its home; on it nothing can be appended."""
        from reconciler.admin.ledger import AdminLedgerReader

        return AdminLedgerReader(
            self._reading, project=project, domain=domain, workspace=workspace
        )

    def ledger(self, *, project: str, domain: str, workspace: str) -> Ledger:
        """The same, to append to."""
        from reconciler.admin.ledger import AdminLedger

        return AdminLedger(self.calls, project=project, domain=domain, workspace=workspace)

    def salvaged_ledger(self, *, project: str, domain: str, workspace: str) -> Ledger:
        """The same, of which only what is not damaged is read; the next end sums it up."""
        from reconciler.admin.ledger import SalvagedLedger

        return SalvagedLedger(self.calls, project=project, domain=domain, workspace=workspace)

    def close(self) -> None:
        """Hang up; calls under way end with an error."""
        self._pool.close()
        self._close()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def connect(
    config: Config,
    *,
    parallelism: int = 10,
    policy: "RetryPolicy | None" = None,
    clock: Clock | None = None,
    rand: Callable[[], float] = random.random,
    person: "Person | None" = None,
) -> Connection:
    """Prepare to talk to an Admin; nothing is sent before the first call.

    Args:
        config: As `config.resolve` gives it; for `sandbox:PATH`, what its `at` gives.
        parallelism: Reading calls under way at once, all of this connection together.
        policy: How to retry; None for what `config` says, or else the usual.
        clock: For pauses and budgets; None for the machine's.
        rand: A fraction in [0, 1), for the pauses.
        person: Who may be asked to log in; None for whoever started this process.

    Raises:
        ConfigError, UnreachableError: As `channel.open_channel` says.
    """
    # gRPC takes a while to load, and whoever only names this room should not pay for it.
    import grpc

    from reconciler.admin.auth import authorizers
    from reconciler.admin.calls import AdminCalls
    from reconciler.admin.channel import open_channel
    from reconciler.admin.clock import SystemClock
    from reconciler.admin.interceptors import Deadline, ReadOnly, Recorder
    from reconciler.admin.pool import Pool
    from reconciler.admin.reader import AdminReader
    from reconciler.admin.retry import RetryPolicy
    from reconciler.admin.uploader import AdminUploader
    from reconciler.admin.writer import AdminWriter

    policy = policy or RetryPolicy.said(config)
    clock = clock or SystemClock()
    pool = Pool(parallelism)
    channel = open_channel(config)
    recorder = Recorder()
    logins = authorizers(channel, config, clock, person)
    writing = grpc.intercept_channel(channel, Deadline(policy.deadline), *logins, recorder)
    reading = grpc.intercept_channel(writing, ReadOnly())

    def calls_on(some: grpc.Channel) -> AdminCalls:
        return AdminCalls(
            some, config=config, policy=policy, clock=clock, rand=rand, recorder=recorder
        )

    calls, reads = calls_on(writing), calls_on(reading)

    def executions() -> ExecutionReader:
        from reconciler.admin.executions import AdminExecutionReader

        return AdminExecutionReader(reads, pool)

    def launcher() -> Launcher:
        from reconciler.admin.executions import AdminLauncher

        return AdminLauncher(calls)

    return Connection(
        config,
        reader=AdminReader(reads, pool),
        writer=AdminWriter(calls),
        uploader=AdminUploader(calls, policy=policy, clock=clock, rand=rand, config=config),
        executions=executions,
        launcher=launcher,
        calls=calls,
        reading=reads,
        pool=pool,
        logins=logins,
        close=channel.close,
    )
