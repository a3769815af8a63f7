"""The JSON gateway: HTTP requests to RPCs and back, as Go's grpc-gateway does it for Admin.

`routes` tells which RPC is meant, `codec` how bodies are read and written, `parameters` fills in
what path and query say; here is the order in which all that happens, and what a client is told
when it does not.
"""

import base64
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc import status_pb2

from reconciler.sandbox.auth import FROM_HTTP
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.http.codec import BodyError, Codec, codecs_of
from reconciler.sandbox.http.cookies import cookies_of
from reconciler.sandbox.http.cors import canonical_header
from reconciler.sandbox.http.exchange import Answer, Request
from reconciler.sandbox.http.parameters import (
    InvalidUTF8Error,
    ParameterError,
    populate_path,
    populate_query,
)
from reconciler.sandbox.http.routes import Route, find
from reconciler.sandbox.http.strconv import ParseError, parse_int
from reconciler.sandbox.http.writer import UnprintableError
from reconciler.sandbox.objects import gourl

Caller = Callable[[str, bytes, Sequence[tuple[str, str]]], bytes]

_FORM = "application/x-www-form-urlencoded"
_STATUS = {
    grpc.StatusCode.CANCELLED: 499, grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504, grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409, grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.UNAUTHENTICATED: 401, grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.FAILED_PRECONDITION: 400, grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.OUT_OF_RANGE: 400, grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
}  # fmt: skip
_UNITS = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
_SHORTEST_TIMEOUT = 1e-4
_LARGEST_ANSWER = 4 << 20  # the gateway is a gRPC client with the default limit
_LARGEST_BODY = 64 << 20
_LARGEST_HEADERS = 32000  # what it takes of an answer's, counted as HTTP/2 counts them
_HEADERS_OF_AN_ERROR = 190  # :status, content-type, grpc-status and grpc-message but for texts
_HEADER_OF_DETAILS = len("grpc-status-details-bin") + 32
_PERCENT_ENCODED = re.compile(rb"[^\x20-\x7e]|%")
_METADATA_NAME = re.compile(r"[0-9A-Za-z_.-]+")
_METADATA_VALUE = re.compile(r"[\x20-\x7e]*")

_log = logging.getLogger(__name__)


class Gateway:
    """Answers every HTTP request that is nobody else's.

    Args:
        call: Answers one RPC, as `Admin.call` does.
        authorization_header: The HTTP header that carries a token beside `Authorization`, in
            lower case, and the metadata key it is passed on under.
        token_cookie: The cookie that carries a browser's token.
    """

    def __init__(
        self,
        call: Caller,
        *,
        authorization_header: tuple[str, str] = ("flyte-authorization",) * 2,
        token_cookie: str = "",
    ) -> None:
        self._call = call
        self._authorization = authorization_header
        self._token_cookie = token_cookie
        self._pool = ThreadPoolExecutor(16, thread_name_prefix="sandbox-gateway")

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def answer(self, request: Request) -> Answer:
        """Answer one request; its path is clean."""
        inbound, outbound = codecs_of(request)
        try:
            route, values, form = self._route(request)
            deadline = _deadline(request)
            metadata = self._metadata(request)
            message = route.request()
            broken: InvalidUTF8Error | None = None
            if route.body:
                # A form that was read to see what it overrides is used up.
                body = b"" if form.read else request.body(limit=_LARGEST_BODY)
                inbound.decode(body, message)
            try:
                for name in route.variables:
                    populate_path(message, name, values[name])
                if not route.body:
                    populate_query(message, form.values(), route.ignored)
            except InvalidUTF8Error as exc:
                # Found by Go when the message is sent on, after everything else.
                broken = exc
            if broken is not None:
                text = f"grpc: error while marshaling: {broken}"
                raise Refusal(grpc.StatusCode.INTERNAL, text)
            return self._forward(route, message, metadata, deadline, outbound)
        except (BodyError, ParameterError) as exc:
            return _refused(_invalid(str(exc)), outbound)
        except UnprintableError as exc:
            return _refused(Refusal(grpc.StatusCode.UNKNOWN, str(exc)), outbound)
        except Refusal as refusal:
            return _refused(refusal, outbound)

    def _route(self, request: Request) -> tuple[Route, Mapping[str, str], "_Form"]:
        """Find what is asked for.

        Raises:
            Refusal: Nothing has this path, or not under this method.
        """
        method = request.method
        is_form = method == "POST" and request.values("content-type")[:1] == [_FORM]
        form = _Form(request, in_body=is_form)
        override = request.header("x-http-method-override")
        if is_form and override:
            form.values()
            method = override.upper()
        found = find(method, gourl.unescape(request.path), form=is_form and method == "POST")
        if found.route is None and found.known:
            raise Refusal(grpc.StatusCode.UNIMPLEMENTED, "Method Not Allowed")
        if found.route is None:
            raise Refusal(grpc.StatusCode.NOT_FOUND, "Not Found")
        return found.route, found.values, form

    def _forward(
        self,
        route: Route,
        message: Message,
        metadata: Sequence[tuple[str, str]],
        deadline: float | None,
        outbound: Codec,
    ) -> Answer:
        payload = message.SerializeToString()
        try:
            if deadline is None:
                content = self._call(route.method, payload, metadata)
            else:
                content = self._call_in_time(route.method, payload, metadata, deadline)
        except Refusal as refusal:
            raise _as_received(refusal) from None
        if len(content) > _LARGEST_ANSWER:
            text = f"grpc: received message larger than max ({len(content)} vs. {_LARGEST_ANSWER})"
            raise Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, text)
        answer = route.response()
        try:
            answer.ParseFromString(content)
        except DecodeError:
            _log.exception("%s", route.method)
            raise Refusal(grpc.StatusCode.INTERNAL, "") from None
        headers = (
            ("Content-Type", outbound.content_type),
            ("Grpc-Metadata-Content-Type", "application/grpc"),
        )
        return Answer(200, headers, outbound.encode(answer))

    def _call_in_time(
        self, method: str, payload: bytes, metadata: Sequence[tuple[str, str]], deadline: float
    ) -> bytes:
        left = deadline - time.monotonic()
        if left > 0:
            future = self._pool.submit(self._call, method, payload, metadata)
            try:
                return future.result(min(left, threading.TIMEOUT_MAX))
            except FutureTimeoutError:
                pass  # the call goes on; nobody waits for it, as with a real deadline
        raise Refusal(grpc.StatusCode.DEADLINE_EXCEEDED, "context deadline exceeded")

    def _metadata(self, request: Request) -> list[tuple[str, str]]:
        """Return what of the headers goes on to the RPC.

        Raises:
            Refusal: A binary one is no base64.
        """
        passed: list[tuple[str, str]] = []
        for name, value in request.headers:
            if name == "authorization":
                passed.append(("authorization", value))
            key = self._metadata_key(name)
            if key is None or not _METADATA_NAME.fullmatch(key):
                continue
            if name.endswith("-bin"):
                _check_base64(name, value)  # Admin looks at none of them
            elif _METADATA_VALUE.fullmatch(value):
                passed.append((key, value))
        host = request.header("x-forwarded-host") or request.header("host")
        passed.append(("x-forwarded-host", host))
        cookie = cookies_of(request).get(self._token_cookie) if self._token_cookie else None
        if cookie:
            passed.append(("authorization", f"Bearer {cookie}"))
        passed.append(FROM_HTTP)
        peers = [*request.values("x-forwarded-for"), request.peer]
        passed.append(("x-forwarded-for", ", ".join(peer for peer in peers if peer)))
        return passed

    def _metadata_key(self, name: str) -> str | None:
        if name == self._authorization[0]:
            return self._authorization[1]
        if name.startswith("grpc-metadata-"):
            return name.removeprefix("grpc-metadata-")
        return f"grpcgateway-{name}" if name in _PASSED_ON else None


_PASSED_ON = (
    "accept", "accept-charset", "accept-language", "accept-ranges", "authorization",
    "cache-control", "content-type", "cookie", "date", "expect", "from", "host", "if-match",
    "if-modified-since", "if-none-match", "if-schedule-tag-match", "if-unmodified-since",
    "max-forwards", "origin", "pragma", "referer", "user-agent", "via", "warning",
)  # fmt: skip


class _Form:
    """The parameters of a request: those of its form, if it is one, and of its query."""

    def __init__(self, request: Request, *, in_body: bool) -> None:
        self._request, self._in_body = request, in_body
        self._values: dict[str, list[str]] | None = None

    @property
    def read(self) -> bool:
        """Whether the body was read for it."""
        return self._values is not None and self._in_body

    def values(self) -> dict[str, list[str]]:
        """Return every value by name, the form's before the query's.

        Raises:
            ParameterError: One of the two does not parse.
        """
        if self._values is None:
            body = self._request.body(limit=_LARGEST_BODY) if self._in_body else b""
            self._values, defect = gourl.parse_query(body.decode("utf-8", "surrogateescape"))
            more, later_defect = gourl.parse_query(self._request.query)
            if defect or later_defect:
                raise ParameterError(defect or later_defect)
            for name, found in more.items():
                self._values.setdefault(name, []).extend(found)
        return self._values


def _deadline(request: Request) -> float | None:
    """Return when the caller gives up, on the monotonic clock; None: never.

    Raises:
        Refusal: The header makes no sense.
    """
    text = request.header("grpc-timeout")
    if not text:
        return None
    try:
        if len(text) < 2 or text[-1] not in _UNITS:
            raise ParseError
        seconds = parse_int(text[:-1], 64) * _UNITS[text[-1]]
    except ParseError:
        raise _invalid(f"invalid grpc-timeout: {text}") from None
    if seconds == 0:
        return None
    # Time this short is up before anything can be done, here as there.
    return time.monotonic() + (seconds if seconds >= _SHORTEST_TIMEOUT else -1.0)


def _check_base64(name: str, value: str) -> None:
    padded = value if len(value) % 4 == 0 else value + "=" * (-len(value) % 4)
    if len(value) % 4 and "=" in value:
        padded = ""
    try:
        if not padded and value:
            raise ValueError
        base64.b64decode(padded, validate=True)
    except ValueError:
        bad = next((i for i, c in enumerate(value) if not (c.isalnum() or c in "+/")), len(value))
        text = f"illegal base64 data at input byte {bad}"
        canonical = canonical_header(name)
        raise _invalid(f"invalid binary header {canonical}: {text}") from None


def _invalid(message: str) -> Refusal:
    return Refusal(grpc.StatusCode.INVALID_ARGUMENT, message)


def _as_received(refusal: Refusal) -> Refusal:
    """Return the refusal as the gateway gets it: one with too large headers is lost."""
    if _size_of_headers(refusal.status()) <= _LARGEST_HEADERS:
        return refusal
    text = "stream terminated by RST_STREAM with error code: INTERNAL_ERROR"
    return Refusal(grpc.StatusCode.INTERNAL, text)


def _size_of_headers(status: status_pb2.Status) -> int:
    message = status.message.encode()
    size = _HEADERS_OF_AN_ERROR + len(str(status.code)) - 1
    size += len(message) + 2 * len(_PERCENT_ENCODED.findall(message))
    if status.details:
        size += _HEADER_OF_DETAILS + (status.ByteSize() * 4 + 2) // 3
    return size


def _refused(refusal: Refusal, outbound: Codec) -> Answer:
    headers = [("Content-Type", outbound.content_type)]
    if refusal.code == grpc.StatusCode.UNAUTHENTICATED:
        one_line = re.sub(r"[\r\n]", " ", refusal.message)
        headers.append(("WWW-Authenticate", one_line.encode().decode("latin-1")))
    try:
        content = outbound.encode(refusal.status())
    except UnprintableError:
        return Answer(500, headers, b'{"code": 13, "message": "failed to marshal error message"}')
    return Answer(_STATUS.get(refusal.code, 500), headers, content)
