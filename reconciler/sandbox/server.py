"""The embedded Admin on the wire, and its life: start, ready, stop.

`Sandbox` is a context manager for tests and for `--admin sandbox:PATH`; `serve` is the command's
foreground form. gRPC carries raw bytes to `Admin.call`; nothing is decoded here.
"""

import contextlib
import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import FrameType, TracebackType
from typing import Any, TextIO

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from reconciler.sandbox.admin import Admin, Clock
from reconciler.sandbox.config import SandboxConfig
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.reflection import add_reflection
from reconciler.sandbox.store import MEMORY, Store

GRACE_SECONDS = 1.0  # how long calls under way may take to finish when we stop
WORKERS = 16

_OPTIONS = [
    # Admin.call measures requests itself, for the sake of Go's words; answers have no limit.
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_metadata_size", 16 << 20),
    ("grpc.absolute_max_metadata_size", 17 << 20),
    # flytekit pings every 30 s, calls or no calls.
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.so_reuseport", 0),
]


class Sandbox:
    """An Admin of one's own: `with Sandbox() as sandbox: sandbox.endpoint`.

    Args:
        data: Path of the store, or `:memory:`.
        config: As `load_config` reads it; None: flyteadmin's defaults.
        grpc_port: 0 picks a free one.
        http_port: 0 picks a free one.
        host: The address to listen on.
        clock: Gives nanoseconds since 1970 UTC.
        faults: The bad days that calls meet; None: good ones.

    Attributes:
        admin: The Admin behind the ports, to be called in process.

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
        clock: Clock = time.time_ns,
        faults: Faults | None = None,
    ) -> None:
        self._store = Store.open(data)
        self.admin = Admin(self._store, config, clock)
        self.admin.faults = faults
        self._host = host
        self._wanted_ports = (grpc_port, http_port)
        self._grpc: grpc.Server | None = None
        self._http: Any = None
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
            self._http = _http_server(self.admin, self._host, self._wanted_ports[1])
            if self._http is not None:
                self._http.start()
                self.http_port = self._http.port
            self._grpc, self.grpc_port = start_grpc(self.admin, self._host, self._wanted_ports[0])
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Let calls under way finish, within a second, and close everything."""
        if self._grpc is not None:
            self._grpc.stop(GRACE_SECONDS).wait(2 * GRACE_SECONDS)
            self._grpc = None
        if self._http is not None:
            self._http.stop()
            self._http = None
        self._store.close()

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def serve(
    *,
    data: str,
    config: SandboxConfig | None = None,
    grpc_port: int,
    http_port: int,
    host: str = "127.0.0.1",
    out: TextIO = sys.stdout,
    err: TextIO = sys.stderr,
) -> None:
    """Run a sandbox in the foreground until SIGTERM or SIGINT.

    Prints the notes of the configuration on `err` and one ready line on `out`, when both ports
    accept.
    """
    for note in config.notes if config else ():
        print(f"note: {note}", file=err)
    with (
        _until_signalled() as done,
        Sandbox(
            data, config=config, grpc_port=grpc_port, http_port=http_port, host=host
        ) as sandbox,
    ):
        line = f"ready: gRPC {sandbox.endpoint}, HTTP {sandbox.http_endpoint}, data {data}"
        print(line, file=out, flush=True)
        # A signal may land in another thread, and its handler runs here: look now and then.
        while not done.wait(timeout=0.2):
            pass


@contextlib.contextmanager
def _until_signalled() -> Iterator[threading.Event]:
    """Catch SIGTERM and SIGINT; the event is set by either."""
    done = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        done.set()

    former = {s: signal.signal(s, on_signal) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield done
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def start_grpc(admin: Admin, host: str, port: int) -> tuple[grpc.Server, int]:
    """Serve `admin` over gRPC; return the started server and its port.

    Raises:
        OSError: The port cannot be had.
    """
    server = grpc.server(
        ThreadPoolExecutor(WORKERS, thread_name_prefix="sandbox-grpc"),
        handlers=[_RawHandler(admin)],
        options=_OPTIONS,
    )
    _add_health(server)
    if admin.config.server.reflection:
        add_reflection(server, admin)
    try:
        bound = server.add_insecure_port(f"{host}:{port}")
    except RuntimeError as exc:
        raise OSError(f"cannot listen on {host}:{port}: {exc}") from exc
    if bound == 0:
        raise OSError(f"cannot listen on {host}:{port}")
    server.start()
    return server, bound


class _RawHandler(grpc.GenericRpcHandler):  # type: ignore[type-arg] # generic in stubs only
    """Carries every unary call's bytes to `Admin.call`, and refusals back."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin

    def service(self, details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        method, metadata = details.method, _texts(details.invocation_metadata or ())

        def answer(payload: bytes, context: grpc.ServicerContext) -> bytes:
            try:
                return self._admin.call(method, payload, metadata)
            except Refusal as refusal:
                if refusal.details:
                    packed = refusal.status().SerializeToString()
                    context.set_trailing_metadata((("grpc-status-details-bin", packed),))
                context.abort(refusal.code, refusal.message)
                raise  # abort never returns; this is for the type checker

        return grpc.unary_unary_rpc_method_handler(answer)


def _texts(metadata: Sequence[tuple[str, str | bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in metadata if isinstance(value, str))


def _add_health(server: grpc.Server) -> None:
    servicer = health.HealthServicer()
    for service in ("", "flyteadmin"):
        servicer.set(service, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)


def _http_server(admin: Admin, host: str, port: int) -> Any:
    try:
        room = importlib.import_module("reconciler.sandbox.http")
    except ModuleNotFoundError:
        return None
    return room.HttpServer(admin, host, port) if hasattr(room, "HttpServer") else None
