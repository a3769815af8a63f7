"""The workspaces of one repository."""

from pathlib import Path

import pytest

from reconciler.errors import ConfigError, ManifestError
from reconciler.manifest import load_listing
from tests.manifest.settings import HEAD


def listing(folder: Path, workspaces: str) -> Path:
    for name in ("platform", "teams/etl", "teams/ml"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "reconciler.yaml").write_text(HEAD)
    path = folder / "reconciler.workspaces.yaml"
    path.write_text(
        f"apiVersion: reconciler/v1\nkind: Workspaces\nspec:\n  workspaces: {workspaces}\n"
    )
    return path


def test_workspaces_come_in_the_order_of_the_list(tmp_path: Path) -> None:
    """Called by their folder or by a name of their own; globs are sorted."""
    path = listing(tmp_path, "[{path: teams/ml, name: ml}, platform, 'teams/e*']")

    assert [(one.name, one.path) for one in load_listing(path)] == [
        ("ml", tmp_path / "teams/ml"),
        ("platform", tmp_path / "platform"),
        ("teams/etl", tmp_path / "teams/etl"),
    ]
    assert [one.name for one in load_listing(path, ["teams/etl", "ml"])] == ["ml", "teams/etl"]
    with pytest.raises(ConfigError, match=r"no workspace lm \(there are ml, platform"):
        load_listing(path, ["lm"])


@pytest.mark.parametrize(
    ("workspaces", "message"),
    [
        ("[]", "must not be empty"),
        ("[none]", "there is no "),
        ("['teams/*', teams/ml]", "the workspace teams/ml is listed twice"),
        ("[{path: 'teams/*', name: a}]", "2 workspaces cannot all be called a"),
        ("[5]", "expected a folder"),
    ],
)
def test_a_list_that_cannot_be_followed_is_refused(
    tmp_path: Path, workspaces: str, message: str
) -> None:
    """At its line."""
    with pytest.raises(ManifestError) as caught:
        load_listing(listing(tmp_path, workspaces))

    assert message in str(caught.value)
    assert ".yaml:4:" in str(caught.value)
