"""`reconciler fmt`."""

import io
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.e2e.conftest import ETL, Cli

MESSY = "kind: Project\napiVersion: reconciler/v1\nmetadata: {name: p} # here\n"
TIDY = "apiVersion: reconciler/v1\nkind: Project\nmetadata: {name: p}  # here\n"


def test_files_are_written_anew(cli: Cli, here: Path) -> None:
    """Their names are told; a second time there is nothing to tell; modes and links stay."""
    (here / "m").mkdir()
    (here / "m/a.yaml").write_text(MESSY)
    (here / "m/a.yaml").chmod(0o640)
    (here / "m/b.yaml").symlink_to("a.yaml")
    (here / "m/c.yaml").write_text(ETL)

    first, second = cli("fmt", "m"), cli("fmt", "m")

    assert (first.code, first.out) == (0, "m/a.yaml\n")
    assert (second.code, second.out) == (0, "")
    assert (here / "m/a.yaml").read_text() == TIDY
    assert os.stat(here / "m/a.yaml").st_mode & 0o777 == 0o640
    assert (here / "m/b.yaml").is_symlink()
    assert (here / "m/c.yaml").read_text() == ETL


def test_check_writes_nothing(cli: Cli, here: Path) -> None:
    """And exits 1 where something would change; a difference can be shown either way."""
    (here / "a.yaml").write_text(MESSY)

    checked = cli("fmt", "--check", "--diff", "a.yaml")

    assert checked.code == 1
    assert "+apiVersion: reconciler/v1\n kind: Project\n" in checked.out
    assert "-metadata: {name: p} # here\n+metadata: {name: p}  # here\n" in checked.out
    assert (here / "a.yaml").read_text() == MESSY
    assert cli("fmt", "a.yaml").code == 0
    assert cli("fmt", "--check", "a.yaml").code == 0


def test_without_a_path_the_workspace_is_formatted(cli: Cli, here: Path) -> None:
    """Its own file too, whatever environments it has, but nothing that it ignores."""
    (here / "reconciler.yaml").write_text(
        "kind: Workspace\napiVersion: reconciler/v1\nmetadata: {name: w}\n"
        "spec:\n  ignore: [m/b.yaml]\n  manifests: [m]\n  variables: {n: int}\n"
        "  environments: {a: {}, b: {}}\n"
    )
    (here / "m").mkdir()
    (here / "m/a.yaml").write_text(MESSY)
    (here / "m/b.yaml").write_text(MESSY)

    assert cli("fmt").out.split() == ["reconciler.yaml", "m/a.yaml"]
    assert (here / "reconciler.yaml").read_text().startswith("apiVersion")


def test_all_that_makes_a_workspace_is_formatted(cli: Cli, here: Path) -> None:
    """The list of workspaces, what they include, wherever it is, and each file once."""
    (here / "team").mkdir()
    (here / "base.yaml").write_text("spec: {}\nkind: Workspace\n")
    (here / "reconciler.workspaces.yaml").write_text(
        "kind: Workspaces\napiVersion: reconciler/v1\nspec: {workspaces: [team]}\n"
    )
    (here / "team/reconciler.yaml").write_text(
        "kind: Workspace\napiVersion: reconciler/v1\nmetadata: {name: t}\n"
        "spec: {manifests: [., a.yaml], include: [../base.yaml]}\n"
    )
    (here / "team/a.yaml").write_text(MESSY)

    of_all = ["reconciler.workspaces.yaml", "team/reconciler.yaml", "base.yaml", "team/a.yaml"]
    assert cli("fmt", "--check").out.split() == of_all
    assert cli("fmt", "--check", "-w", "team").out.split() == of_all[1:]
    assert cli("fmt", "--check", "team").out.split() == ["team/reconciler.yaml", "team/a.yaml"]
    assert cli("fmt", ".").out.split() == [*of_all[:1], "base.yaml"]
    assert cli("fmt").out.split() == ["team/reconciler.yaml", "team/a.yaml"]
    assert cli("fmt", "--check").code == 0


def test_standard_input_goes_to_standard_output(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For editors."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(MESSY.encode())))

    assert cli("fmt", "-").out == TIDY


def test_what_is_no_yaml_is_told(cli: Cli, here: Path) -> None:
    """All of it, and the others are formatted."""
    (here / "a.yaml").write_text("a: [")
    (here / "b.yaml").write_text(MESSY)

    done = cli("fmt", "a.yaml", "b.yaml")

    assert done.code == 1
    assert "a.yaml:2:1: error:" in done.err
    assert done.out == "b.yaml\n"
