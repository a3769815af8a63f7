"""Wait on this machine for the browser that comes back from a login (RFC 8252 §7.3)."""

import errno
import hmac
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from reconciler.errors import LoginError

_REQUEST_SECONDS = 5.0  # a browser connects ahead of time, and may then say nothing
_HOSTS = {"localhost": ("127.0.0.1", "::1"), "127.0.0.1": ("127.0.0.1",), "::1": ("::1",)}
_PAGE = """<!doctype html><meta charset="utf-8"><title>reconciler</title>
<body style="font-family: sans-serif; margin: 4em"><h1>{title}</h1><p>{text}</p>
"""


@dataclass(slots=True)
class Callback:
    """What comes back; `wait` for it."""

    state: str = field(repr=False)
    path: str
    _done: threading.Event = field(default_factory=threading.Event, repr=False)
    _answer: Mapping[str, str] = field(default_factory=dict, repr=False)

    def wait(self, seconds: float) -> Mapping[str, str] | None:
        """The parameters that the browser brought, with our `state`; None if none came in time."""
        return self._answer if self._done.wait(seconds) else None

    def accept(self, target: str) -> bool:
        """Take what the browser brought, once; False for what is not our login's."""
        parts = urlsplit(target)
        if parts.path != self.path or self._done.is_set():
            return False
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        # Another page may send a browser here with a code of its own (RFC 6749 §10.12).
        if not hmac.compare_digest(query.get("state", "").encode(), self.state.encode()):
            return False
        self._answer = query
        self._done.set()
        return True


@contextmanager
def listening(redirect_uri: str, state: str) -> Iterator[Callback]:
    """Listen where the redirect goes, for as long as the context lasts.

    Raises: LoginError if that is not on this machine, or somebody else listens there.
    """
    parts = urlsplit(redirect_uri)
    addresses = _HOSTS.get(parts.hostname or "")
    if parts.scheme != "http" or addresses is None:
        raise LoginError(
            f"Admin sends browsers to {redirect_uri} after a login, which is not on this machine; "
            "use authType DeviceFlow"
        )
    callback = Callback(state, parts.path or "/")
    servers = _servers(addresses, parts.port or 80, callback)
    threads = [
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        for server in servers
    ]
    for thread in threads:
        thread.start()
    try:
        yield callback
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()


def _servers(
    addresses: tuple[str, ...], port: int, callback: Callback
) -> list[ThreadingHTTPServer]:
    found: list[ThreadingHTTPServer] = []
    refused: OSError | None = None
    for address in addresses:
        try:
            found.append(_server_class(address)((address, port), _handler(callback)))
        except OSError as error:
            # A machine without IPv6 is fine; one where somebody else has the port is not, for the
            # browser may go to either address.
            if refused is None or error.errno == errno.EADDRINUSE:
                refused = error
    if found and (refused is None or refused.errno != errno.EADDRINUSE):
        return found
    for server in found:
        server.server_close()
    raise LoginError(
        f"cannot wait for the browser at port {port} of this machine "
        f"({refused.strerror if refused else 'no address'}): is another login under way?"
    )


def _server_class(address: str) -> type[ThreadingHTTPServer]:
    import socket

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        daemon_threads = True
        block_on_close = False

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing of a browser that hung up."""

    return Server


def _handler(callback: Callback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _REQUEST_SECONDS

        def do_GET(self) -> None:
            if not callback.accept(self.path):
                self._answer(400, "Not this login", "This is not the login that is waited for.")
                return
            self._answer(200, "Done", "You may close this page and go back to where you were.")

        def _answer(self, status: int, title: str, text: str) -> None:
            body = _PAGE.format(title=title, text=text).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the line would hold the code."""

    return Handler
