"""The main job, end to end: manifests, plan, apply, and nothing left to do."""

import json
from pathlib import Path

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import Cli

NO_CHANGES = "No changes. Flyte Admin matches the manifests."


def test_first_apply_registers_and_activates(cli: Cli, admin: Between, etl: Path) -> None:
    """Everything new, then the switch; the summary is the last line."""
    result = cli("apply", etl, "--auto-approve")

    assert result.code == 0, result.err
    assert result.out.splitlines()[-1] == (
        "Apply complete! Resources: 3 registered, 0 updated, 1 activated, 0 deactivated."
    )
    assert "# task flytesnacks/development/etl.extract@a" in result.out


def test_second_apply_finds_no_changes_and_writes_nothing(
    cli: Cli, admin: Between, etl: Path
) -> None:
    """What is there already is left alone: not one write is tried."""
    cli("apply", etl, "--auto-approve")
    before = admin.writes

    result = cli("apply", etl, "--auto-approve")

    assert result.code == 0
    assert result.out.splitlines()[-1] == NO_CHANGES
    assert admin.writes == before


def test_plan_writes_nothing(cli: Cli, admin: Between, etl: Path) -> None:
    """Whatever it shows, Admin is asked and never told."""
    result = cli("plan", etl)

    assert result.code == 0
    assert result.out.splitlines()[-1] == (
        "Plan: 3 to register, 0 to update, 1 to activate, 0 to deactivate, 0 unchanged."
    )
    assert admin.calls
    assert admin.writes == 0


def test_endpoint_and_its_source_are_said(cli: Cli, admin: Between, etl: Path) -> None:
    """On stderr, before anything is asked."""
    first = f"Flyte Admin: {admin.endpoint} (from RECONCILER_ADMIN)"

    assert cli("plan", etl).err.splitlines()[0] == first
    assert cli("apply", etl, "--auto-approve").err.splitlines()[0] == first


def test_detailed_exitcode_tells_changes_from_none(cli: Cli, admin: Between, etl: Path) -> None:
    """2 before the apply, 0 after; without the flag always 0."""
    assert cli("plan", etl, "--detailed-exitcode").code == 2
    assert cli("plan", etl).code == 0

    cli("apply", etl, "--auto-approve")

    assert cli("plan", etl, "--detailed-exitcode").code == 0


def test_change_rolls_to_a_new_version(cli: Cli, admin: Between, etl: Path) -> None:
    """A new image is a new version of all that depends on it, and the switch moves."""
    cli("apply", etl, "--auto-approve")
    etl.write_text(etl.read_text().replace("etl:1.4", "etl:1.5"))

    planned = cli("plan", etl)
    applied = cli("apply", etl, "--auto-approve")

    assert "active version: a" in planned.out
    assert " → a" in planned.out
    assert "ghcr.io/acme/etl:1.5" in planned.out
    assert applied.code == 0
    assert cli("plan", etl).out.splitlines()[-1] == NO_CHANGES


def test_switching_off(cli: Cli, admin: Between, etl: Path) -> None:
    """`state: inactive` deactivates whatever version is active."""
    cli("apply", etl, "--auto-approve")
    etl.write_text(etl.read_text().replace("state: active", "state: inactive"))

    result = cli("apply", etl, "--auto-approve")

    assert result.code == 0
    assert "will be deactivated" in result.out
    assert "1 deactivated" in result.out.splitlines()[-1]
    assert len(cli("get", "launchplans", "--active").out.splitlines()) == 1


def test_fixed_version_with_other_content_is_a_conflict(
    cli: Cli, admin: Between, etl: Path
) -> None:
    """Found while planning, with the field and both values; nothing is written."""
    etl.write_text(etl.read_text().replace("spec:", "spec:\n  version: v1", 1))
    assert cli("apply", etl, "--auto-approve").code == 0
    etl.write_text(etl.read_text().replace("etl:1.4", "etl:1.5"))
    before = admin.writes

    planned = cli("plan", etl, "--detailed-exitcode")
    applied = cli("apply", etl, "--auto-approve")

    assert (planned.code, applied.code) == (1, 1)
    assert "task flytesnacks/development/etl.extract@v1 is already registered" in planned.out
    assert '~ container.image: "ghcr.io/acme/etl:1.4" → "ghcr.io/acme/etl:1.5"' in planned.out
    assert "1 in conflict." in planned.out.splitlines()[-1]
    assert admin.writes == before


def test_active_launch_plans_are_listed(cli: Cli, admin: Between, etl: Path) -> None:
    """As a table for eyes, as a document for machines, filtered by place."""
    cli("apply", etl, "--auto-approve")

    table = cli("get", "launchplans", "--active")
    document = json.loads(cli("get", "launchplans", "--active", "--json").out)

    heading, row = table.out.splitlines()
    assert heading.split()[:4] == ["PROJECT", "DOMAIN", "NAME", "VERSION"]
    assert row.split()[:3] == ["flytesnacks", "development", "etl.daily"]
    assert "cron '0 6 * * *'" in row
    (plan,) = document["launch_plans"]
    assert (plan["name"], plan["state"]) == ("etl.daily", "active")
    assert len(cli("get", "launchplans", "--active", "-d", "staging").out.splitlines()) == 1


def test_workspace_names_manifests_and_admin(
    cli: Cli, admin: Between, etl: Path, here: Path
) -> None:
    """Without paths and flags, reconciler.yaml in the current folder says it all."""
    (here / "reconciler.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Workspace\nmetadata: {name: etl}\n"
        "spec:\n  manifests: [etl.yaml]\n  admin: {endpoint: 'sandbox:own.sqlite'}\n"
    )

    first = cli("apply", "--auto-approve")  # the variable names the Admin
    second = cli("plan", "--admin", "sandbox:own.sqlite")

    assert first.code == 0, first.err
    assert "3 registered" in first.out
    assert "3 to register" in second.out


def test_what_init_writes_can_be_applied(cli: Cli, admin: Between) -> None:
    """The first thing a stranger sees works, and then has no changes."""
    assert cli("init").code == 0

    assert cli("validate").code == 0
    applied = cli("apply", "--auto-approve")
    again = cli("apply", "--auto-approve")

    assert applied.code == 0, applied.err + applied.out
    assert again.out.splitlines()[-1] == NO_CHANGES


def test_embedded_admin_keeps_its_file(cli: Cli, etl: Path, here: Path) -> None:
    """`sandbox:PATH` serves one command; what it did is there for the next."""
    target = ("--admin", f"sandbox:{here / 'flyte.sqlite'}")

    assert cli("apply", etl, "--auto-approve", *target).code == 0
    again = cli("plan", etl, *target)

    assert again.out.splitlines()[-1] == NO_CHANGES
    assert again.err.splitlines()[0].endswith("(from --admin)")


def test_all_launch_plans_are_listed(cli: Cli, admin: Between, etl: Path) -> None:
    """Without `--active` also those that nothing activates."""
    etl.write_text(etl.read_text().replace("state: active", "state: unmanaged"))
    cli("apply", etl, "--auto-approve")

    assert len(cli("get", "launchplans", "--active").out.splitlines()) == 1
    assert "inactive" in cli("get", "launchplans").out.splitlines()[1]
    assert len(cli("get", "launchplans", "-p", "nobody").out.splitlines()) == 1


def test_colour_on_demand(
    cli: Cli, admin: Between, etl: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None where nobody looks; by flag or variable all the same; the flag wins."""
    assert "\x1b" not in cli("plan", etl).out
    assert "\x1b[32m" in cli("plan", etl, "--color=always").out
    assert "\x1b[32m" in cli("--color=always", "plan", etl).out

    monkeypatch.setenv("FORCE_COLOR", "1")

    assert "\x1b[32m" in cli("plan", etl).out
    assert "\x1b" not in cli("plan", etl, "--no-color").out


def test_verbose_shows_every_field(cli: Cli, admin: Between, etl: Path) -> None:
    """Of every new version, with its place in the manifests."""
    out = cli("plan", etl, "--verbose").out

    assert '+ container.image: "ghcr.io/acme/etl:1.4"' in out
    assert '+ entityMetadata.schedule.cronSchedule.schedule: "0 6 * * *"' in out
    assert "declared in " in out


def test_standard_input_is_a_path(
    cli: Cli, admin: Between, etl: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-` reads manifests that somebody else generates."""
    with etl.open() as file:
        monkeypatch.setattr("sys.stdin", file)

        assert "3 to register" in cli("plan", "-").out


def test_validate_needs_no_admin(cli: Cli, etl: Path) -> None:
    """And counts what is declared."""
    result = cli("validate", etl)

    assert (result.code, result.out) == (0, "Valid. 1 task, 1 workflow, 1 launch plan.\n")
