"""How one call is made: deadline, retries, request id, and errors that are ours."""

import os
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.message import Message

from reconciler.admin.calls.subject import subject_of
from reconciler.admin.interceptors import Recorder
from reconciler.admin.raised import pause_asked_for
from reconciler.admin.retry import RetryPolicy
from reconciler.admin.rpc import Rpc
from reconciler.admin.status import as_unreachable, refused_login, translate
from reconciler.config import Config
from reconciler.errors import AdminError, UnauthenticatedError
from reconciler.ports import Clock

# What Admin writes into its own log of a call, if its log does that.
REQUEST_ID = "x-request-id"


class Calling:
    """The part of AdminCalls that all of its methods stand on.

    Args:
        channel: Interceptors and all; a reader's refuses what is not a read.
        config: For what errors say about the endpoint and the login.
        recorder: The one that sits in the channel, if any.
        rand: A fraction in [0, 1), for the pauses between retries.
    """

    def __init__(
        self,
        channel: grpc.Channel,
        *,
        config: Config,
        policy: RetryPolicy,
        clock: Clock,
        rand: Callable[[], float],
        recorder: Recorder | None = None,
    ) -> None:
        self._channel = channel
        self._config = config
        self._policy = policy
        self._clock = clock
        self._rand = rand
        self._recorder = recorder or Recorder()
        self._stubs: dict[str, Callable[..., Any]] = {}
        self._lock = threading.Lock()

    @property
    def endpoint(self) -> str:
        """Where calls go: host and port."""
        return self._config.endpoint

    @property
    def counts(self) -> Counter[str]:
        """How many calls left so far, by RPC, each attempt for itself."""
        return Counter(self._recorder.calls)

    def _call(self, rpc: Rpc, request: Any) -> Any:
        stub = self._stubs.get(rpc.name) or self._stub(rpc)
        effect = rpc.effect.of(request)
        metadata = ((REQUEST_ID, os.urandom(16).hex()),)
        delays = self._policy.delays(self._rand)
        end = self._clock.monotonic() + self._policy.budget
        in_doubt = False
        while True:
            remaining = end - self._clock.monotonic()
            try:
                timeout = min(self._policy.deadline, max(remaining, 0.001))
                return stub(request, timeout=timeout, metadata=metadata)
            except grpc.RpcError as raised:
                error = translate(
                    raised,
                    method=rpc.name,
                    subject=subject_of(request),
                    request_id=metadata[0][1],
                )
                cause = raised
            in_doubt = in_doubt or (error.in_doubt and not effect.reads)
            unsent = not error.in_doubt
            error.in_doubt = in_doubt
            delay = next(delays, None)
            if delay is not None:
                delay = max(delay, pause_asked_for(error))
            remaining = end - self._clock.monotonic()
            if delay is None or delay >= remaining:
                raise self._final(error) from cause
            if not self._policy.may_repeat(error, effect, unsent=unsent):
                raise self._final(error) from cause
            self._clock.sleep(delay)

    def _final(self, error: AdminError) -> Exception:
        if isinstance(error, UnauthenticatedError):
            return refused_login(error, self._config.login)
        if error.in_doubt:
            return error  # some attempt did reach Admin, and the doubt must not get lost
        config = self._config
        return as_unreachable(error, endpoint=config.endpoint, insecure=config.insecure) or error

    def _stub(self, rpc: Rpc) -> Callable[..., Any]:
        with self._lock:
            if rpc.name not in self._stubs:
                self._stubs[rpc.name] = self._channel.unary_unary(
                    rpc.path,
                    request_serializer=_encode,
                    response_deserializer=rpc.decoder(),
                )
            return self._stubs[rpc.name]


def _encode(message: Message) -> bytes:
    encoded: bytes = message.SerializeToString()
    return encoded
