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


def test_nothing_but_an_endpoint_and_a_name(
    cli: Cli, admin: Between, etl: Path, rolled: list[str]
) -> None:
    """From any folder: the ledger that owns the name is found in Admin."""
    (etl.parent / "reconciler.yaml").unlink()
    etl.unlink()

    result = cli("rollback", "etl.daily", "--reason", "doubles rows")

    assert result.code == 0, result.err
    assert "Ledger: flytesnacks/production/shop" in result.err
    assert version(cli) == rolled[0]
    assert "held by alice: doubles rows" in cli("history").out
    assert cli("release", "etl.daily").code == 0
    assert cli("hold", "flytesnacks/development/etl.daily", "--for", "1h").code == 0


def test_a_name_that_several_ledgers_own_has_to_be_said_whose(
    cli: Cli, admin: Between, etl: Path, rolled: list[str]
) -> None:
    """Nothing is guessed at night."""
    file = etl.parent / "reconciler.yaml"
    file.write_text(WORKSPACE.replace("name: shop", "name: other"))
    etl.write_text(etl.read_text().replace("domain: development", "domain: staging"))
    assert cli("apply", "--auto-approve").code == 0
    file.unlink()

    guessed = cli("rollback", "etl.daily")
    said = cli("rollback", "etl.daily", "--ledger", "flytesnacks/production/shop")
    by_place = cli("hold", "flytesnacks/staging/etl.daily")

    assert guessed.code == 1
    assert "flytesnacks/production/other, flytesnacks/production/shop" in guessed.err
    assert said.code == 0, said.err
    assert by_place.code == 0, by_place.err


def test_without_any_ledger_it_says_so(cli: Cli, admin: Between) -> None:
    """And for a name that nobody owns, which ledgers there are."""
    assert "Flyte Admin holds no ledger" in cli("rollback", "etl.daily").err


def test_unknown_to_every_ledger(cli: Cli, admin: Between, etl: Path, rolled: list[str]) -> None:
    """With the ledgers that there are."""
    (etl.parent / "reconciler.yaml").unlink()

    result = cli("hold", "etl.nightly")

    assert result.code == 1
    assert "no ledger that owns etl.nightly; there are flytesnacks/production/shop" in result.err


@pytest.fixture
def three(cli: Cli, admin: Between, etl: Path) -> list[str]:
    """Three launch plans, applied twice; the number of the entry after which all was well."""
    (etl.parent / "reconciler.yaml").write_text(WORKSPACE)
    base, plan = etl.read_text().rsplit("---\n", 1)
    names = ["etl.daily", "etl.hourly", "etl.weekly"]
    plans = [plan.replace("name: etl.daily}\nspec", f"name: {name}}}\nspec", 1) for name in names]
    etl.write_text("---\n".join([base, *plans]))
    assert cli("apply", "--auto-approve").code == 0
    etl.write_text(etl.read_text().replace("etl:1.4", "etl:1.5"))
    assert cli("apply", "--auto-approve").code == 0
    return names


def versions(cli: Cli) -> dict[str, str]:
    lines = cli("get", "launchplans", "--active").out.splitlines()[1:]
    return {line.split()[2]: line.split()[3] for line in lines}


def test_several_names_go_back_at_once(cli: Cli, admin: Between, three: list[str]) -> None:
    """One entry of the history, a hold each; what was not named stays."""
    bad = versions(cli)

    result = cli("rollback", "etl.daily", "etl.h*")

    assert result.code == 0, result.err
    now = versions(cli)
    assert [now[name] != bad[name] for name in three] == [True, True, False]
    assert "rollback by" in cli("history").out
    assert "2 activated" in cli("history").out
    assert cli("plan").out.count("is held by") == 2


def test_back_to_what_was_after_an_entry(cli: Cli, admin: Between, three: list[str]) -> None:
    """By its number in the history; where nothing was active, nothing is."""
    bad = versions(cli)

    before_all = cli("rollback", "*", "--to", "1")
    result = cli("rollback", "*", "--to", "2", "--no-hold")
    beyond = cli("rollback", "*", "--to", "99")

    assert before_all.code == 1
    assert "was not ours yet after entry 1" in before_all.err
    assert result.code == 0, result.err
    assert set(versions(cli).values()).isdisjoint(bad.values())
    assert "the ledger ends with entry" in beyond.err


def test_all_or_nothing_is_known_before_anything_is_written(
    cli: Cli, admin: Between, three: list[str]
) -> None:
    """A name that means nothing keeps the others from going back."""
    before = admin.writes

    assert cli("rollback", "etl.daily", "etl.nightly").code == 1
    assert admin.writes == before


def test_a_revert_in_the_manifests_ends_the_hold(
    cli: Cli, admin: Between, etl: Path, rolled: list[str]
) -> None:
    """They want what was gone back to: there is nothing to keep off, and nothing to do."""
    cli("rollback", "etl.daily")
    etl.write_text(etl.read_text().replace("etl:1.5", "etl:1.4"))

    planned = cli("plan", "--detailed-exitcode")

    assert planned.code == 0
    assert "is held" not in planned.out
