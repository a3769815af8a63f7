"""Calls to Admin go through the proxy that the environment names, as gRPC's core reads it."""

import select
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.admin.conftest import Connect
from tests.admin.server import ScriptedAdmin


class Tunnels:
    """An HTTP proxy that knows CONNECT; `asked` for which places."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._tunnel, args=(client,), daemon=True).start()

    def _tunnel(self, client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            place = head.split(b" ")[1].decode()
            self.asked.append(place)
            host, _, port = place.rpartition(":")
            with socket.create_connection((host.strip("[]"), int(port))) as server:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                ends = {client: server, server: client}
                while True:
                    for ready in select.select(list(ends), [], [])[0]:
                        try:
                            part = ready.recv(65536)
                            ends[ready].sendall(part)
                        except OSError:
                            return
                        if not part:
                            return


@pytest.fixture
def proxy() -> Iterator[Tunnels]:
    proxy = Tunnels()
    yield proxy
    proxy.close()


@pytest.mark.parametrize("variable", ["grpc_proxy", "https_proxy", "http_proxy"])
def test_calls_go_through_it(
    server: ScriptedAdmin,
    to_admin: Connect,
    proxy: Tunnels,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    """Whichever of its variables names it."""
    monkeypatch.setenv(variable, proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)

    assert to_admin(server.endpoint).reader.domains() == ()
    assert proxy.asked == [server.endpoint]


def test_but_not_where_none_is_wanted(
    server: ScriptedAdmin, to_admin: Connect, proxy: Tunnels, monkeypatch: pytest.MonkeyPatch
) -> None:
    """no_proxy."""
    monkeypatch.setenv("https_proxy", proxy.url)
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    assert to_admin(server.endpoint).reader.domains() == ()
    assert proxy.asked == []
