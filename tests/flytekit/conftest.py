"""Remotes on embedded Admins, for objects of flytekit to be registered with."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flytekit.core.context_manager import FlyteEntities

from reconciler.remote import Config, Remote
from reconciler.sandbox import Faults, Sandbox


@pytest.fixture(autouse=True)
def entities() -> Iterator[None]:
    """What a test defines is forgotten after it: dynamic tasks take all of the process along."""
    kept = list(FlyteEntities.entities)
    yield
    FlyteEntities.entities[:] = kept


@pytest.fixture
def faults() -> Faults:
    """The days of `admin`: good ones, unless a test scripts others."""
    return Faults()


@pytest.fixture
def admin(faults: Faults) -> Iterator[Sandbox]:
    """An empty Admin."""
    with Sandbox(faults=faults) as sandbox:
        yield sandbox


@pytest.fixture
def remote(admin: Sandbox) -> Iterator[Remote]:
    """Connected to `admin`."""
    with connected(admin) as remote:
        yield remote


def connected(admin: Sandbox, **options: Any) -> Remote:
    return Remote(Config.for_endpoint(admin.endpoint, insecure=True), **options)


@contextmanager
def calls_of(remote: Remote) -> Iterator[Counter[str]]:
    """Count the calls of a block, by RPC; filled in at its end."""
    before = Counter(remote._connection.calls.counts)
    found: Counter[str] = Counter()
    yield found
    found.update(Counter(remote._connection.calls.counts) - before)


def writes(calls: Counter[str]) -> list[str]:
    """Those calls that are no reads."""
    return sorted(name for name in calls.elements() if not name.startswith(("Get", "List")))
