"""The ports twice: on the tests' fake, and on the real client before the embedded Admin."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from reconciler.admin import connect
from reconciler.config import Config
from reconciler.ports import Reader, Writer
from reconciler.sandbox import Sandbox
from tests.fakes import MemoryAdmin, MemoryReader, MemoryWriter, a_project

_numbers = itertools.count()


@dataclass(frozen=True)
class World:
    """Both ports of one Admin, and a project in it that no other test knows."""

    reader: Reader
    writer: Writer
    project: str


@pytest.fixture(scope="module", params=["memory", "sandbox"])
def ports(request: pytest.FixtureRequest) -> Iterator[tuple[Reader, Writer]]:
    if request.param == "memory":
        admin = MemoryAdmin()
        yield MemoryReader(admin), MemoryWriter(admin)
        return
    with Sandbox(data=":memory:") as sandbox:
        config = Config(endpoint=sandbox.endpoint, source="the test", insecure=True)
        with connect(config) as connection:
            yield connection.reader, connection.writer


@pytest.fixture
def world(ports: tuple[Reader, Writer]) -> World:
    reader, writer = ports
    project = f"project{next(_numbers)}"
    writer.create(a_project(project))
    return World(reader, writer, project)
