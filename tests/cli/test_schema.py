"""Schemas, printed and written."""

import json
from pathlib import Path

import pytest

from reconciler.cli import run
from reconciler.manifest import schema_files
from reconciler.report import document_schemas


@pytest.mark.parametrize("kind", ["LaunchPlan", "launchplan", "LAUNCHPLAN"])
def test_prints_one_kind(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """However it is spelt."""
    assert run(["schema", kind]) == 0

    assert json.loads(capsys.readouterr().out)["title"] == "LaunchPlan"


def test_prints_all_kinds_in_one(capsys: pytest.CaptureFixture[str]) -> None:
    """For files that hold several documents."""
    assert run(["schema"]) == 0

    assert json.loads(capsys.readouterr().out)["title"] == "Manifest"


def test_unknown_kind_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    """And the nearest one is named."""
    assert run(["schema", "LunchPlan"]) == 64

    assert "did you mean LaunchPlan?" in capsys.readouterr().err


def test_writes_all_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file each, into a folder that need not exist."""
    folder = tmp_path / "new" / "schemas"

    assert run(["schema", "--write", str(folder)]) == 0

    wanted = {**schema_files(), **document_schemas()}
    assert {path.name: path.read_text() for path in folder.iterdir()} == wanted
    assert str(folder / "LaunchPlan.json") in capsys.readouterr().out


def test_folder_that_cannot_be_made_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a file stands."""
    (tmp_path / "file").touch()

    assert run(["schema", "--write", str(tmp_path / "file" / "schemas")]) == 1

    err = capsys.readouterr().err
    assert err.startswith("Error: cannot write ")
    assert len(err.splitlines()) == 1


def test_writing_and_printing_exclude_each_other(tmp_path: Path) -> None:
    """`--write` writes them all."""
    assert run(["schema", "Task", "--write", str(tmp_path)]) == 64
