"""A forge on loopback that keeps what it is told: what is the same on all of them.

Real HTTP, small pages, and faults on request. What is sent is checked as each forge documents
it; `complaints` holds whatever no forge would have taken.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

HEAD = "c0ffee" + "0" * 34
BASE = "ba5e" + "0" * 36
TOKEN = "secret-token-of-the-pipeline"
PAGE = 3  # items of a page, however many are asked for


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        self.status = status
        self.message = message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(message)


@dataclass
class Fault:
    """What goes wrong with the next call that fits: before it is done, or after (`late`)."""

    method: str
    path: str
    status: int = 0  # 0: the connection is cut
    headers: Mapping[str, str] = field(default_factory=dict)
    message: str = "something is wrong"
    late: bool = False

    def fits(self, method: str, path: str) -> bool:
        return method == self.method and re.search(self.path, path) is not None


@dataclass
class FakeComment:
    id: int
    body: str
    author: str
    at: str
    deleted: bool = False


@dataclass
class FakeIssue:
    number: int
    title: str
    body: str
    labels: list[str] = field(default_factory=list)
    is_open: bool = True
    remarks: list[str] = field(default_factory=list)


@dataclass
class FakePull:
    number: int = 7
    head: str = HEAD
    base: str = BASE
    source: str = "faster-etl"
    target: str = "main"
    state: str = "open"  # or closed, merged
    merge_commit: str = ""
    source_repository: str = ""
    labels: list[str] = field(default_factory=list)
    reviews: list[tuple[str, str, str]] = field(default_factory=list)  # who, state, commit
    comments: list[FakeComment] = field(default_factory=list)


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    headers: Mapping[str, str]


Handler = Callable[..., Any]


class FakeForge:
    """State, and the routes that an adapter's API is made of."""

    name: ClassVar[str]
    prefix: ClassVar[str] = ""
    token_header: ClassVar[tuple[str, str]]
    bot: ClassVar[str] = "pipeline-bot"
    routes: ClassVar[list[tuple[str, str, str]]] = []

    def __init__(self, repository: str = "acme/etl") -> None:
        self.repository = repository
        self.pulls = {7: FakePull(source_repository=repository)}
        self.issues: list[FakeIssue] = []
        self.statuses: dict[str, list[dict[str, Any]]] = {}
        self.runs: dict[int, str] = {}
        self.labels: dict[str, int] = {}
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self.complaints: list[str] = []
        self.denied: set[str] = set()  # methods that the token may not use
        self.before: list[tuple[Fault, Callable[[], None]]] = []
        self.mutex = threading.RLock()
        self.ticks = 0
        self.url = ""

    # What tests look at and do.

    @property
    def pull(self) -> FakePull:
        return self.pulls[7]

    @property
    def api(self) -> str:
        return f"{self.url}{self.prefix}"

    def comments(self) -> list[str]:
        return [one.body for one in self.pull.comments if not one.deleted]

    def say(self, body: str, author: str = "alice") -> FakeComment:
        """Somebody comments."""
        comment = FakeComment(self._tick(), body, author, self._at())
        self.pull.comments.append(comment)
        return comment

    def made(self, method: str, path: str = "") -> list[Call]:
        return [one for one in self.calls if one.method == method and re.search(path, one.path)]

    def check(self, condition: object, what: str) -> None:
        """Refuse what the forge would, and remember it."""
        if not condition:
            self.complaints.append(what)
            raise Refusal(422, what)

    def check_keys(
        self, body: Any, required: Mapping[str, type], optional: Mapping[str, type]
    ) -> None:
        """Check a body's fields against those that the forge documents."""
        self.check(isinstance(body, dict), f"the body is no object: {body!r}")
        known = {**required, **optional}
        for name, value in body.items():
            self.check(name in known, f"unknown field {name}")
            self.check(isinstance(value, known[name]), f"{name} is no {known[name].__name__}")
        for name in required:
            self.check(name in body, f"{name} is missing")

    # How it works.

    def _tick(self) -> int:
        with self.mutex:
            self.ticks += 1
            return self.ticks

    def _at(self) -> str:
        return f"2026-03-01T10:{self.ticks // 60:02}:{self.ticks % 60:02}Z"

    def answer(self, call: Call) -> tuple[int, Any, dict[str, str]]:
        for method, pattern, name in self.routes:
            found = re.fullmatch(pattern, call.path)
            if method == call.method and found:
                handler: Handler = getattr(self, name)
                with self.mutex:
                    result = handler(call, **found.groupdict())
                status, body = result if isinstance(result, tuple) else (200, result)
                headers: dict[str, str] = {}
                if isinstance(body, list) and method == "GET":
                    body, headers = self.paged(body, call)
                return status, body, headers
        self.complaints.append(f"no such path: {call.method} {call.path}")
        raise Refusal(404, "Not Found")

    def paged(self, items: list[Any], call: Call) -> tuple[Any, dict[str, str]]:
        page = int(call.query.get("page", "1"))
        end = page * PAGE
        headers = {}
        if end < len(items):
            query = urlencode({**call.query, "page": str(page + 1)})
            headers["Link"] = f'<{self.url}{self.prefix}{call.path}?{query}>; rel="next"'
        return items[end - PAGE : end], headers

    def authorised(self, call: Call) -> None:
        name, value = self.token_header
        if call.headers.get(name.lower()) != value:
            raise Refusal(401, "Bad credentials")
        if call.method in self.denied:
            raise Refusal(403, "Resource not accessible by integration")

    def get_pull(self, number: str) -> FakePull:
        if int(number) not in self.pulls:
            raise Refusal(404, "Not Found")
        return self.pulls[int(number)]

    def get_comment(self, id: str) -> tuple[FakePull, FakeComment]:
        for pull in self.pulls.values():
            for comment in pull.comments:
                if comment.id == int(id) and not comment.deleted:
                    return pull, comment
        raise Refusal(404, "Not Found")

    def get_issue(self, number: str) -> FakeIssue:
        found = [one for one in self.issues if one.number == int(number)]
        if not found:
            raise Refusal(404, "Not Found")
        return found[0]

    def add_comment(self, number: str, body: str, limit: int) -> FakeComment:
        self.check(0 < len(body) <= limit, f"body is too long (maximum is {limit})")
        comment = FakeComment(self._tick(), body, self.bot, self._at())
        self.get_pull(number).comments.append(comment)
        return comment

    def add_issue(self, title: str, body: str, labels: list[str]) -> FakeIssue:
        issue = FakeIssue(self._tick() + 100, title, body, labels)
        self.issues.append(issue)
        return issue

    @contextmanager
    def served(self) -> Iterator[Self]:
        """The forge, on a port of its own for as long as the context lasts."""
        forge = self

        class Serving(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # an answer in one piece: nobody waits for its second half
            disable_nagle_algorithm = True

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def _do(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(length) if length else b""
                parts = urlsplit(self.path)
                path = unquote(parts.path.removeprefix(forge.prefix))
                call = Call(
                    self.command,
                    path,
                    {name: values[0] for name, values in parse_qs(parts.query).items()},
                    json.loads(raw) if raw else None,
                    {name.lower(): value for name, value in self.headers.items()},
                )
                with forge.mutex:
                    forge.calls.append(call)
                    fitting = (one for one in forge.before if one[0].fits(call.method, path))
                    hooks = [one for one in (next(fitting, None),) if one]
                    for one in hooks:
                        forge.before.remove(one)
                    fault = next((f for f in forge.faults if f.fits(call.method, path)), None)
                    if fault is not None:
                        forge.faults.remove(fault)
                for _, hook in hooks:
                    hook()
                try:
                    if fault is not None and not fault.late:
                        self._fail(fault)
                        return
                    forge.authorised(call)
                    status, body, headers = forge.answer(call)
                    if fault is not None:
                        self._fail(fault)
                        return
                    self._send(status, body, headers)
                except Refusal as refusal:
                    self._send(refusal.status, {"message": refusal.message}, refusal.headers)

            def _fail(self, fault: Fault) -> None:
                if not fault.status:
                    self.close_connection = True
                    self.connection.close()
                    return
                self._send(fault.status, {"message": fault.message}, dict(fault.headers))

            def _send(self, status: int, body: Any, headers: Mapping[str, str]) -> None:
                data = b"" if body is None else json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _do

        with ThreadingHTTPServer(("127.0.0.1", 0), Serving) as server:
            server.daemon_threads = True
            self.url = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()
