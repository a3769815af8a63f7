"""The surroundings of a pipeline: a repository, its forge, and an Admin, all on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli import run
from tests.e2e.between import Between
from tests.e2e.conftest import admin, cli, here
from tests.e2e.pipeline import Pipeline, checkout
from tests.forge.fake_github import FakeGitHub

__all__ = ["admin", "cli", "here"]


@pytest.fixture
def pipeline(here: Path, admin: Between, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """A repository whose `main` is applied, and a request on GitHub that goes into it."""
    with FakeGitHub().served() as forge:
        made = checkout(here, forge, monkeypatch)
        assert run(["apply", "--auto-approve"]) == 0
        made.branch()
        yield made
    assert not forge.complaints
