"""An embedded Admin whose store only signed URLs lead to, and the data plane on it."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.admin import Connection, connect
from reconciler.config import Config
from reconciler.sandbox import Sandbox, parse_config
from reconciler.storage import Access
from reconciler.storage.native import Native

KEYS = {"access_key_id": "key", "secret_key": "secret"}
STORAGE = {"type": "s3", "container": "bucket", "stow": {"kind": "s3", "config": KEYS}}
_numbers = itertools.count()


def config_of(sandbox: Sandbox) -> Config:
    return Config(endpoint=sandbox.endpoint, source="the test", insecure=True)


def no_credentials(config: Config | None = None) -> Native:
    """The store itself as somebody reaches it who has nothing at all."""
    return Native(config, environ={}, home=None)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(config=parse_config({"storage": STORAGE})) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def connection(sandbox: Sandbox) -> Iterator[Connection]:
    with connect(config_of(sandbox)) as connection:
        yield connection


@pytest.fixture
def make_access(connection: Connection) -> Callable[..., Access]:
    """Makes what one process would have: nothing is remembered from one to the next."""

    def make(**options: Any) -> Access:
        return Access(
            connection,
            project="flytesnacks",
            domain="development",
            **{"native": no_credentials(), **options},
        )

    return make


@pytest.fixture
def access(make_access: Callable[..., Access]) -> Access:
    return make_access()


@pytest.fixture
def top() -> str:
    """A root that nothing was put under yet."""
    return f"flytesnacks/development/root-{next(_numbers)}"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with two files of one name, an empty one, and an empty folder."""
    folder = tmp_path / "tree"
    (folder / "a" / "deep").mkdir(parents=True)
    (folder / "nothing").mkdir()
    (folder / "part.txt").write_text("top")
    (folder / "a" / "part.txt").write_text("below")
    (folder / "a" / "deep" / "empty.bin").write_bytes(b"")
    return folder
