"""An object store that answers as it is told, and the signing of uploads to it."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from flyteidl.service.dataproxy_pb2 import (
    CreateUploadLocationRequest,
    CreateUploadLocationResponse,
)

from reconciler.errors import AlreadyExistsError

SECRET = "X-Amz-Signature=53c4e7"


@dataclass(frozen=True)
class Put:
    """What arrived in one PUT."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Store:
    """Answers PUTs with `answers` in turn, the last one for good: a status and a body.

    A status of 0 hangs up without a word.
    """

    answers: list[tuple[int, str]] = field(default_factory=lambda: [(200, "")])
    puts: list[Put] = field(default_factory=list)
    url: str = ""

    def answer(self) -> tuple[int, str]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def serving(store: Store) -> Iterator[Store]:
    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            store.puts.append(Put(self.path, dict(self.headers.items()), body))
            status, text = store.answer()
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    store.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Signing:
    """The one call of AdminCalls that uploads make; remembers what it was asked.

    `held` are objects that are there already: what lies at a path, by its MD5. `lifetime` is how
    long a signature is good, from `now`.
    """

    store: Store
    now: datetime = datetime(2025, 1, 1, tzinfo=UTC)
    lifetime: timedelta = timedelta(hours=1)
    scheme: str = "s3"
    headers: dict[str, str] = field(default_factory=dict)
    held: dict[str, bytes] = field(default_factory=dict)
    asked: list[CreateUploadLocationRequest] = field(default_factory=list)

    def create_upload_location(
        self, request: CreateUploadLocationRequest
    ) -> CreateUploadLocationResponse:
        asked = CreateUploadLocationRequest()
        asked.CopyFrom(request)
        self.asked.append(asked)
        name = request.filename or "bcdfghjklmnpqrstvwxz"
        path = f"{request.project}/{request.domain}/{request.filename_root}/{name}"
        if path in self.held and request.content_md5 != self.held[path]:
            raise AlreadyExistsError("file already exists at location [secret place], specify…")
        answer = CreateUploadLocationResponse(
            signed_url=f"{self.store.url}/bucket/{path}?{SECRET}&n={len(self.asked)}",
            native_url=f"{self.scheme}://bucket/{path}",
            headers=self.headers,
        )
        answer.expires_at.FromDatetime(self.now + self.lifetime)
        return answer


def md5(content: bytes) -> bytes:
    return hashlib.md5(content).digest()
