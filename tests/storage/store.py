"""An object store that breaks as it is told, and an Admin that signs for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from flyteidl.service.dataproxy_pb2 import (
    CreateDownloadLocationRequest,
    CreateDownloadLocationResponse,
    CreateUploadLocationRequest,
    CreateUploadLocationResponse,
)

from reconciler.admin import RetryPolicy, Wire
from reconciler.storage import DataProxy
from tests.fakes import MemoryClock

SECRET = "X-Amz-Signature=53c4e7"


@dataclass(frozen=True)
class Fault:
    """What happens to one request.

    Attributes:
        status: Answered instead of doing anything; 0 to hang up without a word.
        after: Bytes of the body that still come before it hangs up.
        body: Of an answer with that status.
        becomes: What the object is from then on.
        stalls: What it waits for instead of hanging up.
    """

    status: int = 0
    after: int | None = None
    body: str = ""
    becomes: bytes | None = None
    stalls: threading.Event | None = None


@dataclass
class Store:
    """Objects by path; `faults` strike in turn, one a request. Requests are remembered."""

    objects: dict[str, bytes] = field(default_factory=dict)
    faults: list[Fault | None] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    signed: int = 0
    now: datetime = datetime(2025, 1, 1, tzinfo=UTC)
    lifetime: timedelta = timedelta(hours=1)

    def create_download_location(self, request: CreateDownloadLocationRequest) -> Any:
        answer = CreateDownloadLocationResponse(signed_url=self._sign(request.native_url))
        answer.expires_at.FromDatetime(self.now + self.lifetime)
        return answer

    def create_upload_location(self, request: CreateUploadLocationRequest) -> Any:
        native_url = f"s3://b/{request.project}/{request.domain}/{request.filename}"
        answer = CreateUploadLocationResponse(
            signed_url=self._sign(native_url),
            native_url=native_url,
            headers={"Content-Length": "24", "x-signed": "as is"},
        )
        answer.expires_at.FromDatetime(self.now + self.lifetime)
        return answer

    def create_download_link(self, request: Any) -> Any:
        raise NotImplementedError

    def get_data(self, request: Any) -> Any:
        raise NotImplementedError

    def _sign(self, native_url: str) -> str:
        self.signed += 1
        return f"{self.url}/{native_url.partition('://')[2]}?{SECRET}&n={self.signed}"

    def proxy(self, clock: MemoryClock | None = None, *, seconds: float = 5.0) -> DataProxy:
        """A data proxy that leads here; it waits on a clock of the test's own."""
        return DataProxy(
            self,
            wire=Wire(seconds=seconds),
            policy=RetryPolicy(attempts=4),
            clock=clock or MemoryClock(),
            rand=lambda: 1.0,
        )


class Quiet(ThreadingHTTPServer):
    """Says nothing of clients that hang up, which is what they are to do here."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextmanager
def serving(store: Store) -> Iterator[Store]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            path, fault = self._begin()
            if fault and fault.after is None:
                self._strike(fault)
                return
            content = store.objects.get(path)
            if content is None:
                self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
                return
            etag = f'"{hash(content)}"'
            wanted = self.headers.get("If-Match")
            if wanted not in (None, etag):
                self._answer(412, b"")
                return
            self._give(content, etag, fault)

        def _give(self, content: bytes, etag: str, fault: Fault | None) -> None:
            asked = self.headers.get("Range", "")
            first, _, last = asked.removeprefix("bytes=").partition("-")
            start = int(first or 0)
            if asked and start >= len(content):
                self._answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
                return
            stop = min(int(last) + 1 if last else len(content), len(content))
            headers = {"ETag": etag}
            if asked:
                headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(content)}"
            cut = fault.after if fault else None
            self._answer(206 if asked else 200, content[start:stop], headers, cut=cut)
            if fault and fault.stalls is not None:
                fault.stalls.wait(5)
            if fault and fault.becomes is not None:
                store.objects[unquote(urlsplit(self.path).path)] = fault.becomes

        def do_PUT(self) -> None:
            path, fault = self._begin()
            if fault and fault.after is not None:
                self.rfile.read(fault.after)
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if fault:
                self._strike(fault)
                return
            store.objects[path] = body
            self._answer(200, b"")

        def _begin(self) -> tuple[str, Fault | None]:
            store.requests.append((self.command, self.path, dict(self.headers.items())))
            fault = store.faults.pop(0) if store.faults else None
            return unquote(urlsplit(self.path).path), fault

        def _strike(self, fault: Fault) -> None:
            if fault.status:
                self._answer(fault.status, fault.body.encode())
            else:
                self.close_connection = True

        def _answer(
            self,
            status: int,
            body: bytes,
            headers: dict[str, str] | None = None,
            *,
            cut: int | None = None,
        ) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:cut])
            if cut is not None:
                self.wfile.flush()
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    store.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
