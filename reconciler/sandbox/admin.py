"""The embedded Admin itself: bytes of a request in, bytes of an answer out.

Whatever carries the bytes (gRPC, the HTTP gateway, a test in this process) calls `Admin.call`;
nothing of a transport is known here.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import grpc

from reconciler.sandbox.auth import Gate, Identity, TokenKey, read_settings
from reconciler.sandbox.config import SandboxConfig
from reconciler.sandbox.deep import with_deep_stack
from reconciler.sandbox.dispatch import Call, Handler
from reconciler.sandbox.errors import Panic, Refusal, internal, transformed
from reconciler.sandbox.objects import open_objects
from reconciler.sandbox.recent import RecentCalls
from reconciler.sandbox.services import SERVICES
from reconciler.sandbox.services.projects import seed_project
from reconciler.sandbox.store import Store
from reconciler.sandbox.wire import decode

DEFAULT_PROJECT = "flytesnacks"
_HTTP_ADDRESS = "http://localhost:8088"  # flyteadmin's own default

_log = logging.getLogger(__name__)

Clock = Callable[[], int]
Metadata = Sequence[tuple[str, str]]


class Interference(Protocol):
    """Whatever may come between a caller and the answer."""

    def carry(self, admin: "Admin", full_method: str, payload: bytes, metadata: Metadata) -> bytes:
        """Return what the caller gets; `admin.answer` carries the request out.

        Raises:
            Refusal: The answer is an error.
        """
        ...


class Admin:
    """One Admin on one store.

    Args:
        store: Where everything is kept; a new one gets the project `flytesnacks`.
        config: Domains, limits and so on.
        clock: Gives nanoseconds since 1970 UTC.

    Attributes:
        faults: Comes between callers and answers, if set: the bad days.
        http_address: `http://host:port` of the HTTP server, which sets it.
        gate: Asks callers for tokens; None without authentication.
        recent: The last calls and what became of them.
        controls: What the HTTP port lets be asked of the sandbox itself, by method and path.
    """

    def __init__(
        self, store: Store, config: SandboxConfig | None = None, clock: Clock = time.time_ns
    ) -> None:
        self.store = store
        self.faults: Interference | None = None
        self.controls: Mapping[tuple[str, str], Callable[[Any], Any]] = {}
        self.config = config or SandboxConfig()
        self.clock = clock
        self.objects = open_objects(store, self.config, clock)
        self.recent = RecentCalls(clock)
        self.http_address = _HTTP_ADDRESS
        self.gate = self._make_gate() if self.config.server.security.use_auth else None
        self._last = 0
        self._ticking = threading.Lock()
        with store.read() as session:
            begun = session.one("SELECT 1 FROM projects LIMIT 1") is not None
        if not begun:  # new, or killed before it had its project
            seed_project(store, DEFAULT_PROJECT, now=self.now())

    def services(self) -> frozenset[str]:
        """Name the gRPC services there are: two exist only with authentication on."""
        hidden = frozenset() if self.config.server.security.use_auth else _AUTH_SERVICES
        return frozenset(SERVICES) - hidden

    def now(self) -> int:
        """Return the time in microseconds since 1970, later at every call."""
        with self._ticking:
            self._last = max(self._last + 1, self.clock() // 1000)
            return self._last

    def call(self, full_method: str, payload: bytes, metadata: Metadata = ()) -> bytes:
        """Answer one unary RPC of a client, on a bad day with what becomes of it.

        Args and errors are those of `answer`.
        """
        with self.recent.watch(full_method, payload, metadata):
            if self.faults is None:
                return self.answer(full_method, payload, metadata)
            return self.faults.carry(self, full_method, payload, metadata)

    def within(self, full_method: str, payload: bytes) -> bytes:
        """Answer an RPC of the sandbox's own: its scheduler, its seed. Nobody wants its token.

        Errors are those of `answer`.
        """
        return self.answer(full_method, payload, trusted=True)

    def answer(
        self, full_method: str, payload: bytes, metadata: Metadata = (), *, trusted: bool = False
    ) -> bytes:
        """Answer one unary RPC.

        Args:
            full_method: `/flyteidl.service.AdminService/GetTask`.
            payload: The request message, encoded.
            metadata: The request's headers.
            trusted: Whether the caller needs no token.

        Raises:
            Refusal: The answer is an error; nothing else is ever raised.
        """
        handler = self._handler(full_method)
        limit = self.config.server.max_message_bytes
        if len(payload) > limit:
            text = f"grpc: received message larger than max ({len(payload)} vs. {limit})"
            raise Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, text)
        context = Call(
            store=self.store,
            config=self.config,
            now=self.now,
            nanos=self.clock,
            objects=self.objects,
            method=full_method,
            metadata=tuple(metadata),
            facts={"trusted": trusted},
        )
        try:
            return self._answer(handler, context, payload)
        except RecursionError:
            # Nested deeper than Python likes, not too deep for Admin.
            return with_deep_stack(lambda: self._answer(handler, context, payload, last=True))

    def _answer(
        self, handler: Handler, context: Call, payload: bytes, *, last: bool = False
    ) -> bytes:
        """Decode, handle, encode; a RecursionError passes unless this was the last attempt."""
        request = decode(handler.request, payload)
        if self.gate is not None:
            trusted = context.facts["trusted"]
            admit = self.gate.admit
            identity = Identity() if trusted else admit(context.method, context.metadata)
            context.facts.update(gate=self.gate, identity=identity, user=identity.subject)
        try:
            return handler.function(context, request).SerializeToString()
        except Refusal as refusal:
            raise (transformed(refusal) if handler.transformed else refusal) from None
        except Panic as panic:
            _log.info("%s: %s", context.method, panic)
            raise internal("") from None
        except Exception as exc:
            if isinstance(exc, RecursionError) and not last:
                raise
            # A bug of ours looks to the client as one of Admin's would: a panic.
            _log.exception("%s", context.method)
            raise internal("") from None

    def _make_gate(self) -> Gate:
        settings = read_settings(self.config.auth)
        return Gate(
            settings,
            TokenKey(self.store),
            now=lambda: self.clock() / 1e9,
            address=lambda: self.http_address,
        )

    def _handler(self, full_method: str) -> Handler:
        service, _, method = full_method.lstrip("/").rpartition("/")
        methods = SERVICES.get(service) if service in self.services() else None
        if methods is None:
            raise Refusal(grpc.StatusCode.UNIMPLEMENTED, f"unknown service {service}")
        if method not in methods:
            text = f"unknown method {method} for service {service}"
            raise Refusal(grpc.StatusCode.UNIMPLEMENTED, text)
        return methods[method]


_AUTH_SERVICES = frozenset(
    {"flyteidl.service.AuthMetadataService", "flyteidl.service.IdentityService"}
)
