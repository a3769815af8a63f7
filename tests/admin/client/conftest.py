"""An embedded Admin a module, and a client whose pauses take no time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from reconciler.admin import AdminClient, Connection, connect
from reconciler.config import Config
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.fakes import MemoryClock
from tests.sandbox.calls import Client

PLACE = ("flytesnacks", "development")


@contextmanager
def connected(endpoint: str) -> Iterator[Connection]:
    """A connection that waits for nothing, and as long as it possibly could."""
    config = Config(endpoint=endpoint, source="the test", insecure=True)
    with connect(config, clock=MemoryClock(), rand=lambda: 0.999) as connection:
        yield connection


@pytest.fixture(scope="module")
def admin() -> Iterator[EmbeddedAdmin]:
    with embedded_admin() as admin:
        yield admin


@pytest.fixture
def connection(admin: EmbeddedAdmin) -> Iterator[Connection]:
    with connected(admin.endpoint) as connection:
        yield connection


@pytest.fixture
def client(connection: Connection) -> AdminClient:
    return connection.client


@pytest.fixture(scope="module")
def short(admin: EmbeddedAdmin) -> Client:
    """Short words to put things into Admin, past the client."""
    return Client.of(admin._sandbox)


def counts(client: AdminClient) -> dict[str, int]:
    """What left so far, by RPC."""
    return dict(client.calls.counts)


def names(rows: Any) -> list[str]:
    return [row.id.name for row in rows]
