"""What is masked by default is shown where somebody asked for it, and to a person."""

import json
import stat
from pathlib import Path

import pytest

from tests.e2e.secrets.planted import found_in
from tests.e2e.secrets.world import DECLARED, LIVE, NEVER, VALUES, World


def test_a_person_sees_values_and_a_log_does_not(
    inside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same command, where `CI` is set and where it is not."""
    seen = inside.run("plan", "--verbose", "--overwrite-moved", "*")
    monkeypatch.setenv("CI", "true")
    kept = inside.run("plan", "--verbose", "--overwrite-moved", "*")

    assert {DECLARED["task env"].name, LIVE["task env"].name} <= found_in(seen.out, VALUES)
    assert not found_in(seen.out, NEVER)
    assert not found_in(kept.out, VALUES)
    assert "(sensitive value #1)" in kept.out


@pytest.mark.parametrize("form", ["json", "markdown", "junit"])
def test_what_is_revealed_is_shown(inside: World, form: str) -> None:
    """By path, on both sides, and nothing beside it; never what is marked."""
    file = Path("reconciler.yaml")
    before = file.read_text()
    paths = '["**container.env[PLAIN].value", "**container.env[PASSWORD].value"]'
    try:
        file.write_text(before.replace("spec:\n", f"spec:\n  reveal: {paths}\n", 1))
        done = inside.run("plan", "--format", form, "--overwrite-moved", "*")
    finally:
        file.write_text(before)

    found = found_in(done.out, VALUES)
    assert found == {DECLARED["task env"].name, LIVE["task env"].name}
    assert not found_in(done.out, NEVER)


def test_equal_values_have_equal_numbers(inside: World) -> None:
    """So that one sees what changed together."""
    document = json.loads(inside.run("plan", "--json", "--overwrite-moved", "*").out)
    changes = [change for one in document["actions"] for change in one["changes"]]
    masked = [one for one in changes if one["sensitive"]]

    assert masked
    assert all(one["before"] != one["after"] for one in masked)


@pytest.mark.parametrize("target", ["backup", "backup.tgz"])
def test_a_backup_is_its_owners(inside: World, target: str) -> None:
    """It holds values, for it could not be restored otherwise."""
    inside.run("export", f"o/{target}")

    files = [path for path in Path("o").rglob("*") if path.is_file()]
    assert files
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
