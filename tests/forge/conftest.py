"""Each forge on loopback, and ours talking to it without waiting for anything."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from reconciler.forge import Forge, Overrides, Pace, connect, find_request
from tests.forge.fake import BASE, HEAD, TOKEN, FakeForge
from tests.forge.fake_bitbucket import FakeBitbucket
from tests.forge.fake_gitea import FakeGitea
from tests.forge.fake_github import FakeGitHub
from tests.forge.fake_gitlab import FakeGitLab

FAKES: dict[str, type[FakeForge]] = {
    "github": FakeGitHub,
    "gitlab": FakeGitLab,
    "gitea": FakeGitea,
    "bitbucket": FakeBitbucket,
}

Connect = Callable[[FakeForge], Forge]


@pytest.fixture(params=[*FAKES])
def fake(request: pytest.FixtureRequest) -> Iterator[FakeForge]:
    """Each forge in turn; whatever it would not have taken fails the test."""
    with FAKES[request.param]().served() as served:
        yield served
    assert not served.complaints


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub().served() as served:
        assert isinstance(served, FakeGitHub)
        yield served
    assert not served.complaints


@pytest.fixture
def waits() -> list[float]:
    """How long was waited, each time."""
    return []


@pytest.fixture
def talk(waits: list[float]) -> Iterator[Connect]:
    """Connect to a fake forge, for its request 7."""
    opened: list[Forge] = []

    def connected(fake: FakeForge) -> Forge:
        overrides = Overrides(
            forge=fake.name,
            repository=fake.repository,
            number=7,
            head=HEAD,
            base=BASE,
            api=fake.api,
        )
        request = replace(find_request({}, overrides), web=fake.url)
        pace = Pace(sleep=waits.append, now=lambda: 1_000.0, rand=lambda: 0.5)
        forge = connect(request, {"RECONCILER_FORGE_TOKEN": TOKEN}, pace=pace)
        opened.append(forge)
        return forge

    yield connected
    for forge in opened:
        forge.close()


@pytest.fixture
def forge(fake: FakeForge, talk: Connect) -> Forge:
    """Ours, connected to each forge in turn."""
    return talk(fake)
