"""Connections to stores that encrypt: whom they trust, and that the bytes are the same."""

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import trustme

from reconciler.admin.signed.put import Answer, Target, put
from reconciler.admin.signed.wire import Wire

CONTENT = bytes(range(256)) * 12_000


class Handler(BaseHTTPRequestHandler):
    """Keeps what is put, and gives it back."""

    protocol_version = "HTTP/1.1"
    held = b""

    def do_PUT(self) -> None:
        type(self).held = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b"")

    def do_GET(self) -> None:
        self._answer(self.held)

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Quiet(ThreadingHTTPServer):
    """A server that says nothing of handshakes that fail."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def url(authority: trustme.CA) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with Quiet(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"https://localhost:{server.server_port}/object?signature"
        server.shutdown()
        thread.join()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


def read(wire: Wire, url: str) -> bytes:
    found, buffer = b"", memoryview(bytearray(1 << 16))
    with wire.request("GET", url, {}) as reply:
        while count := reply.readinto(buffer):
            found += buffer[:count]
    return found


@pytest.mark.parametrize("way", ["authority", "skip"])
def test_bytes_are_the_same(
    authority: trustme.CA, url: str, file: Path, tmp_path: Path, way: str
) -> None:
    """With the authority that the configuration names, or none at all if that is asked for."""
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    wire = Wire(ca_cert_file=str(ca)) if way == "authority" else Wire(insecure_skip_verify=True)
    for _ in range(2):  # the second over the connection that was kept
        assert put(Target(url, "s3://b/k", {}), file, size=len(CONTENT), wire=wire).answer is (
            Answer.TAKEN
        )
        assert read(wire, url) == CONTENT
    wire.close()


class Tunnel(BaseHTTPRequestHandler):
    """A proxy that lets through whoever logs in, and remembers where to."""

    seen: ClassVar[list[tuple[str, str]]] = []

    def do_CONNECT(self) -> None:
        self.seen.append((self.path, self.headers.get("Proxy-Authorization", "")))
        host, _, port = self.path.partition(":")
        with socket.create_connection((host, int(port))) as there:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=self._pass, args=(there, self.connection))
            back.start()
            self._pass(self.connection, there)
            there.shutdown(socket.SHUT_RDWR)
            back.join()
        self.close_connection = True

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def test_encrypted_requests_go_through_the_proxy(
    url: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the environment, which may want a login; it sees where to, and nothing else."""
    with Quiet(("127.0.0.1", 0), Tunnel) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("https_proxy", f"http://me:pass%3A@127.0.0.1:{proxy.server_port}")
        monkeypatch.setenv("no_proxy", "")
        wire = Wire(insecure_skip_verify=True)
        assert put(Target(url, "s3://b/k", {}), file, size=len(CONTENT), wire=wire).answer is (
            Answer.TAKEN
        )
        assert read(wire, url) == CONTENT
        wire.close()
        proxy.shutdown()
        thread.join()
    ((where, login),) = Tunnel.seen
    assert where == url.split("/")[2]
    assert base64.b64decode(login.removeprefix("Basic ")) == b"me:pass:"


def test_a_stranger_s_certificate_is_refused(url: str, file: Path) -> None:
    """For good, for it will be the same the next time; and the URL's secret is not told."""
    end = put(Target(url, "s3://b/k", {}), file, size=len(CONTENT), wire=Wire())
    assert end.answer is Answer.REFUSED
    assert "certificate" in end.text.lower()
    assert "signature" not in end.text
