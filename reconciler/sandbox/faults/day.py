"""One bad day: what strikes which call, in what order, and what was seen of it.

Every call passes, in this order: delay; refusals that come before Admin (a project denied, a
token worn out, the server unavailable, exhausted or too late); the call itself, on a moved page,
twice, or torn; the loss of its answer.
"""

import contextlib
import hashlib
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import grpc

from reconciler.sandbox.config import SandboxConfig
from reconciler.sandbox.dispatch import Handler
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.faults.pages import Pages, rows_moved
from reconciler.sandbox.faults.projects import project_of
from reconciler.sandbox.faults.rules import CHANCES, Fault, Rule
from reconciler.sandbox.faults.script import Script, Scripted
from reconciler.sandbox.faults.torn import Tear, is_activation, tear
from reconciler.sandbox.services import SERVICES
from reconciler.sandbox.store import Store
from reconciler.sandbox.wire import decode

_REMEMBERED = 10_000  # happenings, tokens
_CODES = {
    Fault.UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    Fault.EXHAUSTED: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Fault.DEADLINE: grpc.StatusCode.DEADLINE_EXCEEDED,
    Fault.LOST_ANSWER: grpc.StatusCode.UNAVAILABLE,
    Fault.DENY_PROJECT: grpc.StatusCode.PERMISSION_DENIED,
    Fault.EXPIRE_TOKENS: grpc.StatusCode.UNAUTHENTICATED,
}
_BEFORE = (
    Fault.DENY_PROJECT,
    Fault.EXPIRE_TOKENS,
    Fault.UNAVAILABLE,
    Fault.EXHAUSTED,
    Fault.DEADLINE,
)
_EXPIRED = "[JWT_VERIFICATION_FAILED] failed to validate token, caused by: token is expired"
_WORDS = {
    Fault.UNAVAILABLE: "the server is not available",
    Fault.EXHAUSTED: "too many requests",
    Fault.DEADLINE: "no answer in time",
    Fault.LOST_ANSWER: "the connection was lost before the answer came",
    Fault.DENY_PROJECT: "permission denied",
}
_ANONYMOUS = "AuthMetadataService"


class Server(Protocol):
    """What a bad day needs of the Admin that it befalls."""

    store: Store
    config: SandboxConfig

    def answer(
        self, full_method: str, payload: bytes, metadata: Sequence[tuple[str, str]]
    ) -> bytes:
        """Carry a request out."""
        ...


@dataclass(frozen=True)
class Happening:
    """One fault that struck.

    Attributes:
        method: The RPC's name without its service.
        number: The how manieth call of this RPC it was, from 1.
    """

    method: str
    number: int
    fault: Fault


@dataclass
class _Call:
    """One call on its way through the day."""

    server: Server
    full_method: str
    payload: bytes
    metadata: Sequence[tuple[str, str]]
    number: int
    script: Scripted | None = None
    faults: set[Fault] = field(default_factory=set)
    seconds: float = 0.0

    @property
    def method(self) -> str:
        return self.full_method.rpartition("/")[2]

    def request(self) -> Any:
        """Return the decoded request; None if it cannot be, which is Admin's to answer."""
        handler = _handler(self.full_method)
        try:
            return None if handler is None else decode(handler.request, self.payload)
        except Refusal:
            return None


class Faults:
    """A bad day; give it to `Sandbox(faults=…)`. Threads share it freely.

    Args:
        rules: What may strike whom. All that concern a call are tried.
        seed: Which of all such days it is.
        sleep: Waits so many seconds of latency.

    Example:
        >>> faults = Faults(Rule(unavailable=0.05), seed=42)
        >>> faults.next("CreateTask", Fault.LOST_ANSWER)
    """

    def __init__(
        self, *rules: Rule, seed: int = 0, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.rules = rules
        self.seed = seed
        self._sleep = sleep
        self._lock = threading.Lock()
        self._numbers: Counter[str] = Counter()
        self._script = Script()
        self._happened: deque[Happening] = deque(maxlen=_REMEMBERED)
        self._pages = Pages()
        self._tokens: OrderedDict[bytes, int] = OrderedDict()  # digest → calls made with it
        self._calm = 0

    @property
    def happened(self) -> tuple[Happening, ...]:
        """The faults that struck, oldest first; of very many the last ten thousand."""
        with self._lock:
            return tuple(self._happened)

    def next(
        self,
        method: str,
        *faults: Fault | str,
        times: int = 1,
        skip: int = 0,
        code: str | None = None,
        seconds: float | None = None,
        rows: int | None = None,
        tear: Tear | str | None = None,
    ) -> None:
        """Make sure that faults strike the next call of a method.

        Who scripts several times for one method scripts several calls, one after the other.

        Args:
            method: The RPC, or a pattern of RPCs: `CreateTask`, `Create*`.
            faults: What strikes it, together.
            times: How many calls are struck, one after the other.
            skip: How many are left alone before that.
            code: What the client gets instead of the usual code, by its gRPC name.
            seconds: Of `latency`.
            rows: Of `shift_pages`: how many come (or, below 0, go) before the page.
            tear: Of `torn_activation`: where it stops.

        Raises:
            ValueError: There is no such fault, code or tear.
        """
        if code is not None and code not in grpc.StatusCode.__members__:
            raise ValueError(f"no gRPC code {code}")
        scripted = Scripted(
            faults=frozenset(map(Fault, faults)),
            pattern=method,
            code=None if code is None else grpc.StatusCode[code],
            seconds=seconds,
            rows=rows,
            tear=None if tear is None else Tear(tear),
        )
        self._script.add(scripted, times=times, skip=skip)

    @contextlib.contextmanager
    def calm(self) -> Iterator[None]:
        """Let nothing happen, and no call count, inside: to prepare or to look."""
        with self._lock:
            self._calm += 1
        try:
            yield
        finally:
            with self._lock:
                self._calm -= 1

    def carry(
        self, server: Server, full_method: str, payload: bytes, metadata: Sequence[tuple[str, str]]
    ) -> bytes:
        """Take one call through the day and return what the client gets.

        Raises:
            Refusal: The client gets an error.
        """
        call = self._take(server, full_method, payload, metadata)
        if call is None:
            return server.answer(full_method, payload, metadata)
        if call.seconds:
            self._saw(call, Fault.LATENCY)
            self._sleep(call.seconds)
        for fault in _BEFORE:
            if fault in call.faults:
                raise self._refused(call, fault)
        lost = Fault.LOST_ANSWER in call.faults
        try:
            answer = self._carried_out(call)
        except Refusal:
            if lost:
                raise self._refused(call, Fault.LOST_ANSWER) from None
            raise
        if lost:
            raise self._refused(call, Fault.LOST_ANSWER)
        return answer

    def _take(
        self, server: Server, full_method: str, payload: bytes, metadata: Sequence[tuple[str, str]]
    ) -> _Call | None:
        """Count the call and throw the dice for it; None if nothing may befall it."""
        if _handler(full_method) is None:
            return None
        with self._lock:
            if self._calm:
                return None
            self._numbers[full_method] += 1
            call = _Call(server, full_method, payload, metadata, self._numbers[full_method])
        call.script = script = self._script.due(full_method)
        if script:
            call.faults |= script.faults
            call.seconds = script.seconds or 0.0
        for place, rule in enumerate(self.rules):
            if rule.concerns(full_method):
                self._throw(call, place, rule)
        return call

    def _throw(self, call: _Call, place: int, rule: Rule) -> None:
        for name in CHANCES:
            fault = Fault(name)
            if self._dice(call, place, fault) < getattr(rule, name):
                call.faults.add(fault)
        latency = rule.latency
        if latency and self._dice(call, place, Fault.LATENCY, "chance") < latency.chance:
            call.seconds += latency.delay(self._dice(call, place, Fault.LATENCY))
        if rule.deny_project:
            request = call.request()
            if request is not None and project_of(request) in rule.deny_project:
                call.faults.add(Fault.DENY_PROJECT)
        if rule.expire_tokens and self._worn_out(call, rule.expire_tokens):
            call.faults.add(Fault.EXPIRE_TOKENS)

    def _dice(self, call: _Call, place: int, fault: Fault, of: str = "") -> float:
        """Return a fraction in [0, 1) that only seed, method, number and purpose decide."""
        text = f"{self.seed} {place} {fault} {of} {call.full_method} {call.number}"
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return (int.from_bytes(digest) >> 11) / (1 << 53)

    def _worn_out(self, call: _Call, calls: int) -> bool:
        """Count one use of the call's token; tell whether it has had its calls before."""
        if not call.server.config.server.security.use_auth or _ANONYMOUS in call.full_method:
            return False
        headers = dict(reversed(call.metadata))  # of several, the first counts
        renamed = call.server.config.auth.get("grpcAuthorizationHeader") or "flyte-authorization"
        token = headers.get("authorization") or headers.get(str(renamed))
        if not token:
            return False
        key = hashlib.blake2b(token.encode(), digest_size=16).digest()
        with self._lock:
            used = self._tokens.pop(key, 0) + 1
            self._tokens[key] = used
            while len(self._tokens) > _REMEMBERED:
                self._tokens.popitem(last=False)
        return used > calls

    def _carried_out(self, call: _Call) -> bytes:
        answer = self._answer_once
        if Fault.DUPLICATE in call.faults:
            self._saw(call, Fault.DUPLICATE)
            # The first answer is the one that got lost on the way, whatever it was.
            with contextlib.suppress(Refusal):
                answer(call)
        return answer(call)

    def _answer_once(self, call: _Call) -> bytes:
        server = call.server
        if call.method.startswith("List"):
            return self._page(call)
        if Fault.TORN_ACTIVATION in call.faults:
            request = call.request()
            if is_activation(call.method, request):
                self._saw(call, Fault.TORN_ACTIVATION)
                dice = self._dice(call, 0, Fault.TORN_ACTIVATION, "where")
                where = (call.script and call.script.tear) or list(Tear)[int(dice * len(Tear))]
                return tear(
                    server.store,
                    request.id,
                    where,
                    lambda: server.answer(call.full_method, call.payload, call.metadata),
                )
        return server.answer(call.full_method, call.payload, call.metadata)

    def _page(self, call: _Call) -> bytes:
        request = call.request()
        handler = _handler(call.full_method)
        if request is None or handler is None or not Pages.is_list(request):
            return call.server.answer(call.full_method, call.payload, call.metadata)
        rows = 0
        if Fault.SHIFT_PAGES in call.faults and request.token:
            self._saw(call, Fault.SHIFT_PAGES)
            dice = self._dice(call, 0, Fault.SHIFT_PAGES, "rows")
            rows = (call.script and call.script.rows) or rows_moved(dice)
        moved = self._pages.move(request, call.full_method, rows)
        if not moved:
            return call.server.answer(call.full_method, call.payload, call.metadata)
        payload = request.SerializeToString()
        answer: Any = handler.response.FromString(
            call.server.answer(call.full_method, payload, call.metadata)
        )
        Pages.rename(answer, moved)
        return bytes(answer.SerializeToString())

    def _refused(self, call: _Call, fault: Fault) -> Refusal:
        self._saw(call, fault)
        code = (call.script and fault in call.script.faults and call.script.code) or _CODES[fault]
        if fault is Fault.EXPIRE_TOKENS:
            text = f"token parse error id token err: {_EXPIRED}, access token err: {_EXPIRED}"
            return Refusal(code, text)
        which = f"{call.method} #{call.number}, seed {self.seed}"
        return Refusal(code, f"{_WORDS[fault]} (chaos: {fault}, {which})")

    def _saw(self, call: _Call, fault: Fault) -> None:
        with self._lock:
            self._happened.append(Happening(call.method, call.number, fault))


def _handler(full_method: str) -> Handler | None:
    service, _, method = full_method.lstrip("/").rpartition("/")
    return SERVICES.get(service, {}).get(method)
