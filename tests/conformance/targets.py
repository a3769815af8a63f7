"""The Admins that a scenario can be played against: one in this process, or any endpoint."""

import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

import grpc
from google.rpc import status_pb2

from reconciler.sandbox import Refusal, Sandbox, load_config
from tests.conformance.replay import RECORDINGS, Headers

Rpc = tuple[str, bytes | str, list[Any]]
Http = tuple[int, Headers, bytes]


class InProcess:
    """A new Admin, called without a wire.

    A context manager: leaving it closes what was opened.

    Args:
        profile: The name of a recorded server configuration.
        ports: Whether to open the ports, for what cannot be asked without.
    """

    def __init__(self, profile: str, *, ports: bool) -> None:
        config = load_config(RECORDINGS / "profiles" / f"{profile}.yaml")
        self._sandbox = Sandbox(config=config)
        if ports:
            self._sandbox.start()
        self.endpoint = self._sandbox.endpoint
        self.http_endpoint = self._sandbox.http_endpoint
        self.store = f"http://{self.http_endpoint}"

    def __enter__(self) -> "InProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self._sandbox.stop()

    def rpc(self, method: str, payload: bytes, metadata: Mapping[str, str], timeout: float) -> Rpc:
        """Call `Admin.call`."""
        try:
            return "OK", self._sandbox.admin.call(method, payload, _lower(metadata)), []
        except Refusal as refusal:
            return refusal.code.name, refusal.message, _unpacked(refusal.status())

    def http(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Http:
        """Request over a loopback socket."""
        return request(method, url, headers, body)


class Wire:
    """An Admin at an endpoint.

    Args:
        endpoint: host:port of gRPC, with or without `dns:///`.
        http_endpoint: host:port of the gateway.
        store: Base URL of the object store.
    """

    def __init__(self, endpoint: str, http_endpoint: str = "", store: str = "") -> None:
        self.http_endpoint = http_endpoint
        self.store = store or f"http://{http_endpoint}"
        self._channel = grpc.insecure_channel(
            endpoint,
            options=[
                ("grpc.max_metadata_size", 1 << 20),
                ("grpc.max_receive_message_length", 64 << 20),
                ("grpc.enable_retries", 0),
            ],
        )

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()

    def rpc(self, method: str, payload: bytes, metadata: Mapping[str, str], timeout: float) -> Rpc:
        """Call over gRPC."""
        call: Any = self._channel.unary_unary(method, None, None)
        try:
            answer = call(payload, timeout=timeout, metadata=_lower(metadata), wait_for_ready=True)
        except grpc.RpcError as error:
            return _refused(error)
        return "OK", answer, []

    def http(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Http:
        """Request over HTTP."""
        return request(method, url, headers, body)


def request(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Http:
    """Make one HTTP request; every status is an answer."""
    wanted = urllib.request.Request(url, data=body, method=method, headers=dict(headers))
    try:
        with urllib.request.urlopen(wanted, timeout=30) as reply:
            return reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def _lower(metadata: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    return tuple((name.lower(), value) for name, value in metadata.items())


def _refused(error: Any) -> Rpc:
    details: list[Any] = []
    for name, value in error.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            details = _unpacked(status_pb2.Status.FromString(value))
    return error.code().name, error.details() or "", details


def _unpacked(status: Any) -> list[Any]:
    return list(status.details)
