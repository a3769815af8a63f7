"""A world with secrets in it, for every test of a file; and the test in the midst of it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.secrets.world import World, enter, world


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("secrets")) as made:
        made.folder.joinpath("broken.yaml").write_text(
            (made.folder / "manifests" / "shop.yaml")
            .read_text()
            .replace("max", "mx")
            .replace("state: active", 'state: "${var.password}"')
            .replace("{cron:", "{corn:")
        )
        made.folder.joinpath("flytectl.yaml").write_text(
            "domain: development\nproject: flytesnacks\ndefaults: {cpu: '1'}\nlimits: {cpu: '2'}\n"
        )
        yield made


@pytest.fixture
def inside(planted: World, here: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world, entered, with an empty folder `o` for what commands write."""
    enter(planted, monkeypatch)
    monkeypatch.setattr(tempfile, "tempdir", str(planted.folder.parent))
    planted.declare()
    shutil.rmtree("o", ignore_errors=True)
    Path("o").mkdir()
    planted.site.posts.clear()
    planted.spans.raw.clear()
    return planted
