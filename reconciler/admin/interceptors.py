"""What every call passes on its way out: may it go at all, how long may it take, count it."""

import threading
from collections import Counter, namedtuple
from collections.abc import Callable
from typing import Any

import grpc

_HEALTH = "grpc.health.v1.Health"
_SERVICE_PREFIX = "flyteidl.service."


class MutationRefusedError(RuntimeError):
    """A mutating RPC on a reader's channel: a bug of ours, stopped before it left the process."""

    def __init__(self, method: str) -> None:
        self.method = method
        super().__init__(f"{method} may change Admin, and this channel is for reading only")


def is_read(method: str) -> bool:
    """Tell whether an RPC only reads; `method` is its full path, `/service/Method`.

    Every reading RPC of Flyte is called Get… or List…, but for one; what else is called so makes a
    signal that is not there. What is not known to read counts as writing.
    """
    service, _, name = method.removeprefix("/").rpartition("/")
    if service == _HEALTH:
        return True
    if not service.startswith(_SERVICE_PREFIX) or name == "GetOrCreateSignal":
        return False
    return name.startswith(("Get", "List")) or name == "UserInfo"


class ReadOnly(
    grpc.UnaryUnaryClientInterceptor,  # type: ignore[type-arg]
    grpc.UnaryStreamClientInterceptor,  # type: ignore[type-arg]
    grpc.StreamUnaryClientInterceptor,  # type: ignore[type-arg]
    grpc.StreamStreamClientInterceptor,  # type: ignore[type-arg]
):
    """Lets only reads through.

    Raises: MutationRefusedError from the call itself, for everything else.
    """

    def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        return self._pass(continuation, client_call_details, request)

    intercept_unary_stream = intercept_unary_unary

    def intercept_stream_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request_iterator: Any
    ) -> Any:
        return self._pass(continuation, client_call_details, request_iterator)

    intercept_stream_stream = intercept_stream_unary

    def _pass(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        if not is_read(_text(details.method)):
            raise MutationRefusedError(_text(details.method))
        return continuation(details, request)


class Deadline(grpc.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]
    """Gives every call without a deadline one, so that none can hang for good.

    Args:
        seconds: From the start of the call.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        if client_call_details.timeout is None:
            client_call_details = _CallDetails(
                client_call_details.method,
                self._seconds,
                client_call_details.metadata,
                client_call_details.credentials,
                client_call_details.wait_for_ready,
                client_call_details.compression,
            )
        return continuation(client_call_details, request)


class Recorder(grpc.UnaryUnaryClientInterceptor):  # type: ignore[type-arg]
    """Counts the calls that leave, attempts each for itself: `calls["ListTasks"]`."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        with self._lock:
            self.calls[_text(client_call_details.method).rpartition("/")[2]] += 1
        return continuation(client_call_details, request)


class _CallDetails(
    namedtuple(
        "_CallDetails",
        ("method", "timeout", "metadata", "credentials", "wait_for_ready", "compression"),
    ),
    grpc.ClientCallDetails,
):
    """gRPC has no public class for the details of a call that an interceptor changed."""


def with_metadata(details: Any, key: str, value: str) -> Any:
    """The details of a call with one header more, in the place of one of the same name."""
    kept = [(name, other) for name, other in details.metadata or () if name != key]
    return _CallDetails(
        details.method,
        details.timeout,
        [*kept, (key, value)],
        details.credentials,
        details.wait_for_ready,
        details.compression,
    )


def _text(method: str | bytes) -> str:
    return method.decode() if isinstance(method, bytes) else method
