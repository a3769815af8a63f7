"""The registries that every test of this folder is run against."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registry.servers import PROGRAM, Server, debian, small

without_debian = pytest.mark.skipif(PROGRAM is None, reason="docker-registry is not installed")
KINDS = ["small", pytest.param("debian", marks=without_debian)]


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A registry that anyone may use."""
    folder = tmp_path / "registry"
    folder.mkdir()
    with small() if request.param == "small" else debian(folder) as served:
        yield served


@pytest.fixture(params=KINDS)
def guarded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A registry that asks for a user and password."""
    folder = tmp_path / "registry"
    folder.mkdir()
    with (
        small(login="basic") if request.param == "small" else debian(folder, login=True) as served
    ):
        yield served
