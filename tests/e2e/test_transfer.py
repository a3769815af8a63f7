"""What one team made another one takes over, and nothing stops meanwhile."""

import json
from pathlib import Path

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: NAME}
spec:
  manifests: ["*.yaml"]
  ignore: [reconciler.yaml]
  ledger: {project: flytesnacks, domain: production}
"""
TASK = """\
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: other}
spec: {container: {image: "ghcr.io/acme/etl:1.4"}}
"""


@pytest.fixture
def teams(cli: Cli, admin: Between, here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two workspaces, applied: `shop` with an ETL, where we are, and `billing` with a task."""
    for name, text in (("billing", TASK), ("shop", ETL)):
        folder = here / name
        folder.mkdir()
        (folder / "reconciler.yaml").write_text(WORKSPACE.replace("NAME", name))
        (folder / "all.yaml").write_text(text)
        monkeypatch.chdir(folder)
        assert cli("apply", "--auto-approve").code == 0
    return here


def test_it_is_theirs_then(
    cli: Cli, admin: Between, teams: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out of the manifests here it stops nothing; in those there it is as any of theirs."""
    calls = admin.calls.copy()

    result = cli("transfer", "etl.*", "--to", "billing")

    assert result.code == 0, result.err
    assert result.out == "4 things are owned by the workspace billing now.\n"
    assert (admin.calls - calls)["UpdateLaunchPlan"] == 0
    still_declared = cli("plan", "--detailed-exitcode")
    assert still_declared.code == 0
    assert "owned by the workspace billing; it stays theirs" in still_declared.out
    (teams / "shop" / "all.yaml").write_text(TASK.replace("other", "third"))
    assert "0 to deactivate" in cli("plan").out
    monkeypatch.chdir(teams / "billing")
    (teams / "billing" / "all.yaml").write_text(f"{TASK}---\n{ETL}")
    assert cli("plan", "--detailed-exitcode").code == 0
    (teams / "billing" / "all.yaml").write_text(TASK)
    assert "1 deactivated" in cli("apply", "--auto-approve").out


def test_what_is_theirs_is_refused_here(
    cli: Cli, admin: Between, teams: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change of what was handed over is none of ours any more: exit 3."""
    cli("transfer", "etl.*", "--to", "billing")
    (teams / "shop" / "all.yaml").write_text(ETL.replace("etl:1.4", "etl:1.5"))

    planned = cli("plan", "--json")
    result = cli("apply", "--auto-approve")

    assert planned.code == result.code == 3, result.err
    (obstacle,) = json.loads(planned.out)["obstacles"]
    assert obstacle["code"] == "foreign-owner"
    assert "owned by the workspace billing" in result.err


def test_a_workspace_nobody_knows_gets_nothing(cli: Cli, admin: Between, teams: Path) -> None:
    """A typing mistake; nothing is written."""
    before = admin.writes

    unknown = cli("transfer", "etl.*", "--to", "biling")
    nothing = cli("transfer", "etl.nightly", "--to", "billing")

    assert unknown.code == nothing.code == 1
    assert "no workspace biling has a ledger in the same home; there are billing" in unknown.err
    assert "etl.nightly names nothing that is ours" in nothing.err
    assert "owned: 4" in cli("ledger", "stats").out
    assert admin.calls["UpdateLaunchPlan"] + admin.calls["CreateWorkflow"] <= before


def test_both_histories_tell_it(
    cli: Cli, admin: Between, teams: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With how many, and from whom to whom."""
    cli("transfer", "launchplan:etl.daily", "--to", "billing")

    assert "transfer to billing by" in cli("history").out
    monkeypatch.chdir(teams / "billing")
    assert "transfer from shop by" in cli("history").out
