"""Who is told, on loopback: a web server that keeps what is posted, and a mail server."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Post:
    """What was posted."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.raw)


@dataclass
class Web:
    """A web server; `statuses` are what the next posts are answered, then 200."""

    port: int
    posts: list[Post] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def to(self, path: str) -> list[Any]:
        """What was posted there."""
        return [one.data for one in self.posts if one.path == path]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def service(self, path: str) -> str:
        """As apprise writes its URL."""
        return f"json://127.0.0.1:{self.port}{path}"


@contextmanager
def web() -> Iterator[Web]:
    """One that listens for as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            status = kept.statuses.pop(0) if kept.statuses else 200
            if status == 200:
                headers = {name.lower(): value for name, value in self.headers.items()}
                kept.posts.append(Post(self.path, headers, raw))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        kept = Web(server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Mailbox:
    """What arrived by mail."""

    port: int = 0
    mails: list[Message] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content))
        return "250 taken"


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A mail server for as long as the context lasts."""
    box = Mailbox()
    # It is looked for under its number before it tells one, so 0 is none to give.
    controller = Controller(box, hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:
        box.port = controller.port
        yield box
    finally:
        controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
