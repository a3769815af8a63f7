"""One HTTP port for all that speaks HTTP: gateway, object store, authorization, status page.

An ASGI server (uvicorn) runs in a thread of its own; handlers run in a pool, each on one
request. What comes first is what Go's `net/http` does before any handler sees a request: paths
that do not unescape are refused, unclean ones redirected.
"""

import asyncio
import html
import logging
import posixpath
import socket
import threading
from collections.abc import Callable

import uvicorn

from reconciler.sandbox.admin import Admin
from reconciler.sandbox.http import controls, page
from reconciler.sandbox.http.asgi import Application
from reconciler.sandbox.http.bucket import Bucket
from reconciler.sandbox.http.cors import with_cors
from reconciler.sandbox.http.exchange import Answer, Request, plain
from reconciler.sandbox.http.gateway import Gateway
from reconciler.sandbox.http.oauth import ACCESS_COOKIE, endpoints
from reconciler.sandbox.http.openapi import openapi
from reconciler.sandbox.objects import BuiltinObjects, gourl

_THREADS = 32
_LARGEST_HEADERS = 1 << 20  # of a request, as Go's net/http has it
_START_SECONDS = 30.0

_log = logging.getLogger(__name__)

Handler = Callable[[Request], Answer]


class HttpServer:
    """The embedded Admin's HTTP port.

    Args:
        admin: Whose RPCs and objects are served.
        host: The address to listen on.
        port: 0 picks a free one.

    Attributes:
        port: The one that was had, once started.
    """

    def __init__(self, admin: Admin, host: str, port: int) -> None:
        self._admin, self._host, self._wanted = admin, host, port
        self._gateway = _gateway(admin)
        objects = admin.objects
        self._bucket = Bucket(objects) if isinstance(objects, BuiltinObjects) else None
        self._application = Application(self.handle, _failed, threads=_THREADS)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._exact: dict[str, Handler] = {
            "/healthcheck": lambda request: Answer(200),
            "/api/v1/openapi": lambda request: plain(200, openapi().decode()),
            page.PATH: page.Page(admin).answer,
        }
        if admin.gate is not None:
            self._exact.update(endpoints(admin.gate, home=page.PATH))
        self.port = 0

    def start(self) -> None:
        """Open the port; it accepts when this returns.

        Raises:
            OSError: The port cannot be had.
        """
        listener = _listen(self._host, self._wanted)
        self.port = int(listener.getsockname()[1])
        self._admin.http_address = f"http://{_address(self._host)}:{self.port}"
        if isinstance(self._admin.objects, BuiltinObjects):
            self._admin.objects.address = self._admin.http_address
        config = uvicorn.Config(
            self._application,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
            h11_max_incomplete_event_size=_LARGEST_HEADERS,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run_on, args=(listener,), name="sandbox-http", daemon=True
        )
        self._thread.start()
        self._server.ready.wait(_START_SECONDS)

    def stop(self) -> None:
        """Let requests under way finish, within a second, and close the port."""
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(5)
        self._application.close()
        self._gateway.close()
        self._server = self._thread = None

    def handle(self, request: Request) -> Answer:
        """Answer one request."""
        if controls.wants(request):
            return controls.answer(self._admin.controls, request)
        if self._bucket is not None and self._bucket.wants(request):
            return self._bucket.answer(request)
        return with_cors(
            self._admin.config.server.security, request, lambda: self._routed(request)
        )

    def _routed(self, request: Request) -> Answer:
        try:
            path = gourl.parse_request_path(request.path)
        except gourl.URLError:
            # Go answers before it has a request that could be handled.
            return plain(400, "400 Bad Request")
        clean = _clean(path)
        if clean != path:
            return _redirect(request, clean)
        exact = self._exact.get(gourl.unescape(path))
        return exact(request) if exact is not None else self._gateway.answer(request)


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals alone and tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    def run_on(self, listener: socket.socket) -> None:
        """Serve on a listening socket until `should_exit` is set."""
        asyncio.run(self.serve(sockets=[listener]))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def _gateway(admin: Admin) -> Gateway:
    if admin.gate is None:
        return Gateway(admin.call)
    settings = admin.gate.settings
    return Gateway(
        admin.call,
        authorization_header=(settings.http_header, settings.grpc_header),
        token_cookie=ACCESS_COOKIE,
    )


def _listen(host: str, port: int) -> socket.socket:
    # The protocol is named, or asyncio leaves Nagle's delay in answers of more than one piece.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as exc:
        listener.close()
        raise OSError(f"cannot listen on {host}:{port}: {exc}") from exc
    return listener


def _address(host: str) -> str:
    """Return how clients on this machine name an address that is listened on."""
    if host in ("", "0.0.0.0", "::"):
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _clean(path: str) -> str:
    """Return the path without doubled slashes and dot segments; a last slash stays."""
    cleaned = posixpath.normpath(f"/{path.lstrip('/')}")
    return f"{cleaned}/" if path.endswith("/") and cleaned != "/" else cleaned


def _redirect(request: Request, path: str) -> Answer:
    location = str(gourl.URL(path=path))
    if request.query:
        location += f"?{request.query}"
    if request.method not in ("GET", "HEAD"):
        return Answer(307, (("Location", location),))
    body = f'<a href="{html.escape(location)}">Temporary Redirect</a>.\n\n'
    headers = (("Location", location), ("Content-Type", "text/html; charset=utf-8"))
    return Answer(307, headers, body.encode())


def _failed(exc: BaseException) -> None:
    _log.error("a request failed", exc_info=exc)
