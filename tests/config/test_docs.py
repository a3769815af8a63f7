"""The guide lists every setting that there is."""

from pathlib import Path

import pytest

from reconciler.config.keys import ENDPOINT, KEYS, Key

GUIDE = (Path(__file__).parent.parent.parent / "docs" / "configuration.md").read_text()


@pytest.mark.parametrize("key", [ENDPOINT, *KEYS], ids=lambda key: key.name)
def test_every_setting_is_in_the_guide(key: Key) -> None:
    """By its variables and by its place in a file, in one row."""
    names = [f"`{name}`" for name in (*key.variables, key.path) if name]
    rows = [line for line in GUIDE.splitlines() if line.startswith("| ") and names[0] in line]

    assert any(all(name in row for name in names) for row in rows), names
