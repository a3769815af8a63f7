"""Admins that ask who is calling, people who can say so, and a folder for what they are given."""

import os
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.admin import Connection, Person, SystemClock, connect
from reconciler.config import Config, Flow, Login
from reconciler.ports import Clock
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.admin.auth.people import Somebody, follow
from tests.fakes import MemoryClock

CLIENTS = """
server: {{security: {{useAuth: true}}}}
auth:
  appAuth:
    thirdPartyConfig:
      flyteClient:
        clientId: flytectl
        redirectUri: http://localhost:{port}/callback
        scopes: [all, offline]
    selfAuthServer:
      staticClients:
        flytectl:
          id: flytectl
          public: true
          grant_types: [authorization_code, refresh_token, {device}]
          response_types: [code, token]
          scopes: [all, offline, access_token]
          redirect_uris: ["http://localhost:{port}/callback"]
        other:
          id: other
          public: true
          grant_types: [authorization_code, refresh_token]
          response_types: [code, token]
          scopes: [all, offline, access_token]
          redirect_uris: ["http://localhost:{port}/callback"]
        ci:
          id: ci
          # bcrypt of `foobar`
          client_secret: $2b$06$YZxyBjGouQBT22b.0SnmzO7Y7P7dOlh5UkTHGUajsXEqnAoKdmZP6
          grant_types: [client_credentials]
          response_types: [token]
          scopes: [all, offline, access_token]
"""
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def callback_port() -> int:
    """Where browsers come back to."""
    return free_port()


@pytest.fixture(scope="module")
def asking(
    tmp_path_factory: pytest.TempPathFactory, callback_port: int
) -> Iterator[EmbeddedAdmin]:
    """An embedded Admin that asks for tokens of its own authorization server."""
    file = tmp_path_factory.mktemp("asking") / "flyteadmin.yaml"
    file.write_text(CLIENTS.format(port=callback_port, device=f'"{DEVICE}"'))
    with embedded_admin(config=str(file)) as admin:
        yield admin


@pytest.fixture
def somebody() -> Iterator[Somebody]:
    """A person whose browser follows where it is sent."""
    somebody = Somebody(follow)
    yield somebody
    somebody.leave()


@pytest.fixture
def clock() -> MemoryClock:
    # What is kept says when it ends by the clock of all.
    return MemoryClock(datetime.now(UTC))


ToAsking = Callable[..., Connection]


@pytest.fixture
def to_asking(asking: EmbeddedAdmin, clock: MemoryClock, tmp_path: Path) -> Iterator[ToAsking]:
    """Connect to it as a person, or as nobody; tokens are kept in the folder of the test."""
    opened: list[Connection] = []

    def connect_to_asking(
        person: Person | None = None,
        *,
        keyring: bool = False,
        at: Clock = clock,
        **login: Any,
    ) -> Connection:
        login.setdefault("flow", Flow.PKCE)
        config = Config(
            endpoint=asking.endpoint,
            source="the test",
            insecure=True,
            login=Login(**login),
            token_folder=str(tmp_path / "tokens"),
            keyring=keyring,
        )
        opened.append(connect(config, clock=at, person=person or Person()))
        return opened[-1]

    yield connect_to_asking
    for connection in opened:
        connection.close()


class LaterClock(SystemClock):
    """The machine's clock, so many seconds ahead; to wait for others takes its time."""

    def __init__(self, seconds: float = 0.0) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return super().now() + self._ahead


def kept_files(tmp_path: Path) -> list[Path]:
    """The files of tokens in the test's folder."""
    return sorted((tmp_path / "tokens").glob("*.json"))


def mode(path: Path) -> str:
    return oct(os.stat(path).st_mode & 0o777)
