"""One scripted Admin a module, emptied before each test, and connections to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reconciler.admin import Connection, connect
from reconciler.config import Config
from tests.admin.server import ScriptedAdmin
from tests.fakes import MemoryClock


@pytest.fixture(scope="session")
def running() -> Iterator[ScriptedAdmin]:
    with ScriptedAdmin() as server:
        yield server


@pytest.fixture
def server(running: ScriptedAdmin) -> ScriptedAdmin:
    running.reset()
    return running


@pytest.fixture
def clock() -> MemoryClock:
    return MemoryClock()


Connect = Callable[..., Connection]


@pytest.fixture
def to_admin(clock: MemoryClock) -> Iterator[Connect]:
    """Connect to an endpoint; pauses take no time, and last as long as they possibly could."""
    opened: list[Connection] = []

    def open_(endpoint: str, **options: Any) -> Connection:
        usual = Config(endpoint=endpoint, source="the test", insecure=True)
        config: Config = options.pop("config", usual)
        options.setdefault("clock", clock)
        options.setdefault("rand", lambda: 0.999)
        opened.append(connect(config, **options))
        return opened[-1]

    yield open_
    for connection in opened:
        connection.close()


@pytest.fixture
def admin(server: ScriptedAdmin, to_admin: Connect) -> Connection:
    return to_admin(server.endpoint)
