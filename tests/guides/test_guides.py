"""The Python that the guides show runs, whole and in the order of the page."""

import os
from pathlib import Path

import pytest

from reconciler.testing import embedded_admin
from tests.guides.running import run_page
from tests.guides.worlds import ELSEWHERE, WORLDS, bare

DOCS = Path(__file__).parent.parent.parent / "docs"
GUIDES = [
    page
    for page in (DOCS.parent / "README.md", *sorted(DOCS.glob("*.md")))
    if "```python" in page.read_text() and page.stem not in ELSEWHERE
]


@pytest.mark.parametrize("page", GUIDES, ids=[page.stem for page in GUIDES])
def test_guides_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block of a guide runs after those before it, against an embedded Admin."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("FLYTE", "RECONCILER"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    with embedded_admin() as admin:
        for name, value in admin.environment.items():
            monkeypatch.setenv(name, value)
        world = WORLDS.get(page.stem, bare)

        assert run_page(page, {"__name__": "guide", **world(admin)}) > 0


def test_every_world_has_its_page() -> None:
    """A page that was renamed takes its world along."""
    pages = {page.stem for page in GUIDES}

    assert sorted(WORLDS.keys() - pages) == []
