"""HTTP/1.1 connections that are kept, with as little between file and socket as Python allows.

The standard library's client under the house's rules: what is signed travels as it was signed.
Where nothing encrypts, a file goes out by `sendfile`, and a body comes in by calls that take
whatever has arrived; the kernel keeps the time limit meanwhile, since Python's would take a call
more for every piece. Proxies are those of the environment (`HTTPS_PROXY`, `NO_PROXY` and so on).
"""

import base64
import http.client
import os
import socket
import ssl
import struct
import sys
import threading
import urllib.request
import weakref
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from reconciler.config import Config

BUFFER = 1 << 20
_KEPT = 32  # connections that wait for the next request, of each host
_SMALL = 1 << 16  # what an answer may have left that is read to its end to keep the connection
# Elsewhere limits of time have another form, and files go out in pieces.
_PLAINLY = sys.platform == "linux"
_Place = tuple[str, str, int | None]


class Wire:
    """Connections to any number of hosts. Safe to use from many threads.

    Args:
        ca_cert_file: PEM file of authorities to trust besides the system's; "" for none.
        insecure_skip_verify: Take whatever certificate a server shows.
        seconds: That any one step may take: to connect, to send a piece, to be answered.
    """

    def __init__(
        self,
        *,
        ca_cert_file: str = "",
        insecure_skip_verify: bool = False,
        seconds: float = 60.0,
    ) -> None:
        self._ca_cert_file = ca_cert_file
        self._skip_verify = insecure_skip_verify
        self.seconds = seconds
        self._idle: dict[_Place, list[http.client.HTTPConnection]] = defaultdict(list)
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None
        weakref.finalize(self, _hang_up, self._idle)

    @classmethod
    def of(cls, config: Config) -> "Wire":
        """One that trusts whom a configuration trusts."""
        return cls(
            ca_cert_file=config.ca_cert_file, insecure_skip_verify=config.insecure_skip_verify
        )

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        body: BinaryIO | None = None,
        size: int = 0,
    ) -> "Reply":
        """Send a request and wait for the head of its answer; close what is returned.

        Args:
            headers: Sent as they are, beside `Host`, a length and `Accept-Encoding: identity`.
            body: A file, sent from its start; a caller that tries again need not rewind it.
            size: Its bytes.

        Raises: OSError or http.client.HTTPException if no whole answer came.
        """
        place, target = _place(url)
        kept = self._take(place)
        if kept is not None:
            try:
                return self._exchange(kept, place, method, target, headers, body, size)
            except (OSError, http.client.HTTPException):
                # Most likely the server had hung up on it meanwhile; a new one will tell.
                kept.close()
        fresh = self._connection(place)
        try:
            fresh.connect()
            return self._exchange(fresh, place, method, target, headers, body, size)
        except BaseException:
            fresh.close()
            raise

    def close(self) -> None:
        """Hang up wherever nothing is under way."""
        with self._lock:
            _hang_up(self._idle)

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        place: _Place,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: BinaryIO | None,
        size: int,
    ) -> "Reply":
        connection.sock.settimeout(self.seconds)
        connection.putrequest(method, target, skip_accept_encoding=True)
        connection.putheader("Accept-Encoding", "identity")
        if body is not None:
            connection.putheader("Content-Length", str(size))
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        if body is not None:
            try:
                _send(connection.sock, body, size, self.seconds)
            except (BrokenPipeError, ConnectionResetError):
                # Whoever refuses a long body early says why before hanging up.
                with suppress(OSError, http.client.HTTPException):
                    return Reply(self, place, connection, connection.getresponse(), spent=True)
                raise
        return Reply(self, place, connection, connection.getresponse())

    def _take(self, place: _Place) -> http.client.HTTPConnection | None:
        with self._lock:
            idle = self._idle.get(place)
            return idle.pop() if idle else None

    def _keep(self, place: _Place, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            idle = self._idle[place]
            if len(idle) < _KEPT:
                idle.append(connection)
                return
        connection.close()

    def _connection(self, place: _Place) -> http.client.HTTPConnection:
        scheme, host, port = place
        proxy = _proxy(scheme, host)
        to, at, given = proxy or (host, port, {})
        connection: http.client.HTTPConnection
        if scheme == "https":
            context = self._tls()
            connection = http.client.HTTPSConnection(
                to, at, timeout=self.seconds, blocksize=BUFFER, context=context
            )
            if proxy:
                connection.set_tunnel(host, port, headers=given)
        else:
            connection = http.client.HTTPConnection(to, at, timeout=self.seconds, blocksize=BUFFER)
        return connection

    def _tls(self) -> ssl.SSLContext:
        with self._lock:
            if self._context is None:
                self._context = _context(self._ca_cert_file, self._skip_verify)
            return self._context


class Reply:
    """An answer whose body has yet to be read; close it, or use it in a `with`."""

    def __init__(
        self,
        wire: Wire,
        place: _Place,
        connection: http.client.HTTPConnection,
        response: http.client.HTTPResponse,
        *,
        spent: bool = False,
    ) -> None:
        self._wire, self._place, self._connection = wire, place, connection
        self._response = response
        self._spent = spent
        self._seconds = wire.seconds
        # A proxy's head may say something of its own; an encrypted socket has its own buffer.
        self._direct = _PLAINLY and type(connection.sock) is socket.socket
        self._drained = False
        self.status = response.status
        self.reason = response.reason

    def header(self, name: str) -> str:
        """A header's value; "" if there is none."""
        return self._response.headers.get(name) or ""

    @property
    def length(self) -> int | None:
        """What is left of the body, in bytes; None if the server does not say."""
        return self._response.length

    def readinto(self, buffer: memoryview) -> int:
        """Put the next bytes of the body into a buffer; 0 is its end, or a broken connection.

        Raises: OSError or http.client.HTTPException.
        """
        response = self._response
        if not self._direct or response.length is None or response.fp is None:
            return response.readinto(buffer)
        if not self._drained:
            # What came with the head is in the library's own buffer, of which this takes all.
            self._drained = True
            count = response.fp.readinto1(buffer[: response.length])
        else:
            wanted = min(len(buffer), response.length)
            with _kernel_time(self._connection.sock, self._seconds) as sock:
                count = sock.recv_into(buffer, wanted)
        response.length -= count
        return int(count)

    def read(self, limit: int) -> bytes:
        """Read the body, up to a limit."""
        return self._response.read(limit)

    def close(self) -> None:
        """Give the connection back, if there is nothing more on it."""
        response = self._response
        left = response.length
        if not self._drained and not response.isclosed() and left is not None and left < _SMALL:
            with suppress(OSError, http.client.HTTPException):
                response.read()
        whole = (response.isclosed() or response.length == 0) and not response.will_close
        response.close()
        if whole and not self._spent:
            self._wire._keep(self._place, self._connection)
        else:
            self._connection.close()

    def __enter__(self) -> "Reply":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _hang_up(idle: dict[_Place, list[http.client.HTTPConnection]]) -> None:
    for kept in idle.values():
        for connection in kept:
            connection.close()
    idle.clear()


@contextmanager
def _kernel_time(sock: socket.socket, seconds: float) -> Iterator[socket.socket]:
    """Let calls on a socket block, for as long as a step may take."""
    before = sock.gettimeout()
    if before is not None:
        limit = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        sock.settimeout(None)
    try:
        yield sock
    except BlockingIOError:
        raise TimeoutError("timed out") from None


def _send(sock: Any, body: BinaryIO, size: int, seconds: float) -> None:
    if not _PLAINLY or type(sock) is not socket.socket:
        _send_pieces(sock, body, size)
        return
    sent = 0
    with _kernel_time(sock, seconds):
        while sent < size:
            count = os.sendfile(sock.fileno(), body.fileno(), sent, size - sent)
            if not count:
                raise OSError(f"the file ended after {sent} of its {size} bytes")
            sent += count
    sock.settimeout(seconds)  # the library reads the head, and knows that limit only


def _send_pieces(sock: Any, body: BinaryIO, size: int) -> None:
    buffer = memoryview(bytearray(min(BUFFER, size)))
    body.seek(0)
    left = size
    while left:
        count = body.readinto(buffer[:left])  # type: ignore[attr-defined]
        if not count:
            raise OSError(f"the file ended after {size - left} of its {size} bytes")
        sock.sendall(buffer[:count])
        left -= count


def _place(url: str) -> tuple[_Place, str]:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise http.client.InvalidURL("neither http:// nor https://")
    place = (parts.scheme, parts.hostname, parts.port)
    target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    if parts.scheme == "http" and _proxy("http", parts.hostname):
        target = f"http://{parts.netloc.rpartition('@')[2]}{target}"
    return place, target


def _proxy(scheme: str, host: str) -> tuple[str, int, dict[str, str]] | None:
    """The proxy on the way to a host: where it is, and what a tunnel through it must say."""
    url = urllib.request.getproxies().get(scheme, "")
    if not url or urllib.request.proxy_bypass(host):
        return None
    parts = urlsplit(url if "://" in url else f"http://{url}")
    headers = {}
    if parts.username is not None:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        token = base64.b64encode(login.encode()).decode()
        headers["Proxy-Authorization"] = f"Basic {token}"
    return (parts.hostname or "", parts.port or 80, headers)


def _context(ca_cert_file: str, skip_verify: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    with suppress(ImportError):
        # Not every Python knows where its system keeps authorities.
        import certifi

        context.load_verify_locations(certifi.where())
    if ca_cert_file:
        context.load_verify_locations(ca_cert_file)
    if skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
