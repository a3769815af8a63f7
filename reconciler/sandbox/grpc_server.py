"""The embedded Admin's gRPC port.

Every unary call's bytes go to `Admin.call` as they are; nothing is decoded here. Health and
reflection, which are no part of Admin, are grpcio's own with Admin's words.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from reconciler.sandbox.admin import Admin
from reconciler.sandbox.auth import Gate
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.reflection import REFLECTION, add_reflection

WORKERS = 16
HEALTH = "grpc.health.v1.Health"

_HEALTHY = ("", "flyteadmin")
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


def start_grpc(admin: Admin, host: str, port: int) -> tuple[grpc.Server, int]:
    """Serve `admin` over gRPC; return the started server and its port.

    Args:
        port: 0 picks a free one.

    Raises:
        OSError: The port cannot be had.
    """
    server = grpc.server(
        ThreadPoolExecutor(WORKERS, thread_name_prefix="sandbox-grpc"), options=_OPTIONS
    )
    health_pb2_grpc.add_HealthServicer_to_server(_Health(admin.gate), server)
    if admin.config.server.reflection:
        add_reflection(server, admin.services() | {HEALTH})
    server.add_generic_rpc_handlers((_RawHandler(admin),))  # last: it takes whatever comes
    try:
        bound = server.add_insecure_port(f"{host}:{port}")
    except RuntimeError as exc:
        raise OSError(f"cannot listen on {host}:{port}: {exc}") from exc
    if bound == 0:
        raise OSError(f"cannot listen on {host}:{port}")
    server.start()
    return server, bound


class _RawHandler(grpc.GenericRpcHandler):  # type: ignore[type-arg] # generic in stubs only
    """Carries bytes to `Admin.call`, and answers and refusals back."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin

    def service(self, details: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[bytes, bytes]":
        method, metadata = details.method, _texts(details.invocation_metadata or ())

        def answer(payload: bytes, context: grpc.ServicerContext) -> bytes:
            try:
                _refuse_unknown(method)
                return self._admin.call(method, payload, metadata)
            except Refusal as refusal:
                if refusal.details:
                    packed = refusal.status().SerializeToString()
                    context.set_trailing_metadata((("grpc-status-details-bin", packed),))
                context.abort(refusal.code, refusal.message)
                raise  # abort never returns; this is for the type checker

        return grpc.unary_unary_rpc_method_handler(answer)


def _refuse_unknown(method: str) -> None:
    """Refuse a method that one of grpcio's own services does not have: it would be here else."""
    service, _, name = method.lstrip("/").rpartition("/")
    if service == HEALTH or service in REFLECTION:
        text = f"unknown method {name} for service {service}"
        raise Refusal(grpc.StatusCode.UNIMPLEMENTED, text)


def _texts(metadata: Sequence[tuple[str, str | bytes]]) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in metadata if isinstance(value, str))


class _Health(health.HealthServicer):
    """Says that Admin is well, and in Go's words what it does not know.

    Args:
        gate: Asks for a token here too, although not of those who watch; None asks nobody.
    """

    def __init__(self, gate: Gate | None) -> None:
        super().__init__()
        self._gate = gate
        for service in _HEALTHY:
            self.set(service, health_pb2.HealthCheckResponse.SERVING)

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Return a service's status."""
        self._admit("Check", context)
        if request.service not in _HEALTHY:
            context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
        return super().Check(request, context)

    def List(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Return the status of every service."""
        self._admit("List", context)
        serving = health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING)
        return health_pb2.HealthListResponse(statuses=dict.fromkeys(_HEALTHY, serving))

    def _admit(self, method: str, context: grpc.ServicerContext) -> None:
        if self._gate is None:
            return
        try:
            self._gate.admit(f"/{HEALTH}/{method}", _texts(context.invocation_metadata() or ()))
        except Refusal as refusal:
            context.abort(refusal.code, refusal.message)
