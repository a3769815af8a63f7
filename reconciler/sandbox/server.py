"""The embedded Admin on the wire, and its life: start, ready, stop.

`Sandbox` is a context manager for tests and for `--admin sandbox:PATH`; `foreground` is the
command's form of it.
"""

import os
import time
from datetime import datetime, timedelta
from types import TracebackType

import grpc

from reconciler.sandbox.admin import Admin, Clock
from reconciler.sandbox.clocks import Simulated, keep, open_clock, wind
from reconciler.sandbox.config import SandboxConfig
from reconciler.sandbox.controls import controls_of
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.grpc_server import start_grpc
from reconciler.sandbox.http import HttpServer
from reconciler.sandbox.scheduler import SimulatedClock
from reconciler.sandbox.scheduling import Scheduling
from reconciler.sandbox.store import MEMORY, Store

GRACE_SECONDS = 1.0  # how long calls under way may take to finish when we stop


class Sandbox:
    """An Admin of one's own: `with Sandbox() as sandbox: sandbox.endpoint`.

    Args:
        data: Path of the store, or `:memory:`.
        config: As `load_config` reads it; None: flyteadmin's defaults.
        grpc_port: 0 picks a free one.
        http_port: 0 picks a free one.
        host: The address to listen on.
        clock: Gives nanoseconds since 1970 UTC; `Simulated()` asks for one to be wound.
        scheduler: Whether active schedules fire.
        faults: The bad days that calls meet; None: good ones.

    Attributes:
        admin: The Admin behind the ports, to be called in process.
        clock: What it goes by.

    Raises:
        StoreError: The store cannot be opened.
        OSError: A port cannot be had.
    """

    def __init__(
        self,
        data: str | os.PathLike[str] = MEMORY,
        *,
        config: SandboxConfig | None = None,
        grpc_port: int = 0,
        http_port: int = 0,
        host: str = "127.0.0.1",
        clock: Clock | Simulated = time.time_ns,
        scheduler: bool = False,
        faults: Faults | None = None,
    ) -> None:
        self._store = Store.open(data)
        self.clock = open_clock(self._store, clock)
        self.admin = Admin(self._store, config, self.clock)
        self.admin.faults = faults
        self.admin.controls = controls_of(self)
        self._scheduling = self._schedule() if scheduler else None
        self._host = host
        self._wanted_ports = (grpc_port, http_port)
        self._grpc: grpc.Server | None = None
        self._http: HttpServer | None = None
        self.grpc_port = 0
        self.http_port = 0

    @property
    def endpoint(self) -> str:
        """host:port of the gRPC server."""
        return f"{self._host}:{self.grpc_port}"

    @property
    def http_endpoint(self) -> str:
        """host:port of the HTTP gateway and object store."""
        return f"{self._host}:{self.http_port}"

    def start(self) -> "Sandbox":
        """Open both ports; they accept when this returns."""
        try:
            self._http = HttpServer(self.admin, self._host, self._wanted_ports[1])
            self._http.start()
            self.http_port = self._http.port
            self._grpc, self.grpc_port = start_grpc(self.admin, self._host, self._wanted_ports[0])
            if self._scheduling is not None:
                self._scheduling.start()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Let calls under way finish, within a second, and close everything."""
        try:
            if self._scheduling is not None:
                self._scheduling.stop()
        finally:
            if self._grpc is not None:
                self._grpc.stop(GRACE_SECONDS).wait(2 * GRACE_SECONDS)
                self._grpc = None
            if self._http is not None:
                self._http.stop()
                self._http = None
            self._store.close()

    def advance(self, duration: timedelta) -> datetime:
        """Wind the simulated clock; whatever is scheduled on the way has happened on return.

        Returns:
            The time that the clock then shows.

        Raises:
            ClockError: The clock is not simulated, or would be wound back.
        """
        return wind(self.clock, duration)

    @property
    def schedules(self) -> bool:
        """Whether active schedules fire here."""
        return self._scheduling is not None

    @property
    def scheduler_failure(self) -> str | None:
        """Why the scheduler does less than it should; None if all is well."""
        failure = self._scheduling.failure if self._scheduling is not None else None
        return None if failure is None else str(failure.error)

    def _schedule(self) -> Scheduling:
        def moved(at: int) -> None:
            if isinstance(self.clock, SimulatedClock):
                keep(self._store, at)

        return Scheduling(self._store, self.admin, self.clock, moved)

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
