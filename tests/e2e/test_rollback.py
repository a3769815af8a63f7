"""At night: back to what ran before, and nobody undoes it by merging."""

from pathlib import Path

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import Cli

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: [etl.yaml]
  ledger: {project: flytesnacks, domain: production}
"""
NO_CHANGES = "No changes. Flyte Admin matches the manifests."


def version(cli: Cli) -> str:
    """What is active of the only launch plan."""
    return cli("get", "launchplans", "--active").out.splitlines()[1].split()[3]


@pytest.fixture
def rolled(cli: Cli, admin: Between, etl: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two versions applied one after the other; the second is active, and bad."""
    monkeypatch.setenv("RECONCILER_ACTOR", "alice")
    (etl.parent / "reconciler.yaml").write_text(WORKSPACE)
    versions = []
    for image in ("etl:1.4", "etl:1.5"):
        etl.write_text(etl.read_text().replace("etl:1.4", image))
        assert cli("apply", "--auto-approve").code == 0
        versions.append(version(cli))
    return versions


def test_rollback_needs_a_name_only(
    cli: Cli, admin: Between, etl: Path, rolled: list[str]
) -> None:
    """No manifests are read, and nothing is registered: one switch, and the ledger's entries."""
    good, bad = rolled
    etl.unlink()
    before = admin.calls.copy()

    result = cli("rollback", "etl.daily", "--reason", "doubles rows")

    assert result.code == 0, result.err
    assert version(cli) == good != bad
    assert admin.calls["CreateLaunchPlan"] == before["CreateLaunchPlan"]
    assert admin.calls["CreateWorkflow"] == before["CreateWorkflow"]
    assert "rollback by alice: 1 activated" in cli("history").out


def test_the_next_merge_does_not_undo_it(cli: Cli, admin: Between, rolled: list[str]) -> None:
    """The bad version is still what the manifests say; every plan tells of the hold."""
    cli("rollback", "etl.daily", "--reason", "doubles rows")

    planned = cli("plan", "--detailed-exitcode")
    applied = cli("apply", "--auto-approve")

    assert planned.code == applied.code == 0
    assert "is held by alice: doubles rows" in planned.out
    assert version(cli) == rolled[0]


def test_a_better_version_ends_the_hold(
    cli: Cli, admin: Between, etl: Path, rolled: list[str]
) -> None:
    """Once the manifests want another version than the bad one, there is nothing to hold."""
    cli("rollback", "etl.daily")
    etl.write_text(etl.read_text().replace("etl:1.5", "etl:1.6"))

    result = cli("apply", "--auto-approve")

    assert result.code == 0, result.err
    assert version(cli) not in rolled
    assert "is held" not in cli("plan").out
    assert cli("release", "etl.daily").code == 1


def test_a_released_name_is_applied_again(cli: Cli, admin: Between, rolled: list[str]) -> None:
    """By whoever thinks that it is good."""
    cli("rollback", "etl.daily")

    assert "is no longer held" in cli("release", "etl.daily").out
    cli("apply", "--auto-approve")

    assert version(cli) == rolled[1]


def test_back_to_a_version_and_without_a_hold(cli: Cli, admin: Between, rolled: list[str]) -> None:
    """Any version that is registered; what is not is refused before anything is locked."""
    assert cli("rollback", "etl.daily", "--to", "nowhere").code == 1
    assert cli("rollback", "etl.daily", "--to", rolled[0], "--no-hold").code == 0
    assert version(cli) == rolled[0]

    cli("apply", "--auto-approve")

    assert version(cli) == rolled[1]


def test_a_hold_keeps_an_apply_off(cli: Cli, admin: Between, etl: Path, rolled: list[str]) -> None:
    """New versions are registered, the switch is not thrown; an expired hold is none."""
    assert cli("hold", "flytesnacks/development/etl.daily", "--for", "3d").code == 0
    etl.write_text(etl.read_text().replace("state: active", "state: inactive"))

    result = cli("apply", "--auto-approve")

    assert result.code == 0
    assert " until 20" in result.out
    assert version(cli) == rolled[1]


def test_unknown_names_are_told(cli: Cli, admin: Between, rolled: list[str]) -> None:
    """With what there is."""
    result = cli("rollback", "etl.nightly")

    assert result.code == 1
    assert "owns no launch plan etl.nightly; it owns the switches of" in result.err
    assert "flytesnacks/development/etl.daily" in result.err
