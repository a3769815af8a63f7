"""On first contact `auto` keeps what is active, if it is the very same but for its version."""

from pathlib import Path

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli

BARE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: ["*.etl.yaml"]
"""
WORKSPACE = BARE + "  ledger: {project: flytesnacks, domain: production}\n"
FIXED = ETL.replace("spec:\n", "spec:\n  version: v7\n")


@pytest.fixture
def manifests(cli: Cli, admin: Between, here: Path) -> Path:
    """What others registered as v7; manifests of the same that leave the version open."""
    file = here / "shop.etl.yaml"
    (here / "reconciler.yaml").write_text(BARE)
    file.write_text(FIXED)
    assert cli("apply", "--auto-approve").code == 0
    (here / "reconciler.yaml").write_text(WORKSPACE)
    file.write_text(ETL)
    return file


def version(cli: Cli) -> str:
    """What is active of the only launch plan."""
    return cli("get", "launchplans", "--active").out.splitlines()[1].split()[3]


def test_what_is_active_and_equal_is_adopted(cli: Cli, admin: Between, manifests: Path) -> None:
    """Task, workflow and launch plan keep their version; nothing is registered or switched."""
    result = cli("apply", "--auto-approve")

    assert result.code == 0, result.err
    assert "0 registered, 0 updated, 0 activated, 0 deactivated, 4 adopted" in result.out
    assert version(cli) == "v7"


def test_the_ledger_remembers_what_is_kept(cli: Cli, admin: Between, manifests: Path) -> None:
    """Later plans find nothing to do, and read no more than if we had registered it."""
    cli("apply", "--auto-approve")
    before = admin.calls.copy()

    again = cli("plan", "--detailed-exitcode")

    assert again.code == 0, again.out
    made = admin.calls - before
    assert made["GetWorkflow"] == 0
    assert made["ListActiveLaunchPlans"] + made["ListLaunchPlans"] <= 2


def test_other_content_is_another_version(cli: Cli, admin: Between, manifests: Path) -> None:
    """Whatever changes, and what runs it, is named by its content from then on."""
    cli("apply", "--auto-approve")
    manifests.write_text(ETL.replace("etl:1.4", "etl:1.5"))

    result = cli("apply", "--auto-approve")

    assert "3 registered, 0 updated, 1 activated" in result.out
    assert version(cli).startswith("a")
    assert cli("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("said", "instead"),
    [("etl:1.4", "etl:1.5"), ("0 6 * * *", "0 7 * * *"), ("monday", "sunday")],
    ids=["task", "schedule", "input"],
)
def test_what_differs_is_not_kept(
    cli: Cli, admin: Between, manifests: Path, said: str, instead: str
) -> None:
    """Nor is what launches it; the rest of what is active may be."""
    manifests.write_text(ETL.replace(said, instead))

    result = cli("apply", "--auto-approve")

    assert "1 activated" in result.out, result.err
    assert version(cli).startswith("a")


def test_what_is_not_active_is_not_kept(cli: Cli, admin: Between, manifests: Path) -> None:
    """Nobody says that it was any good."""
    manifests.write_text(FIXED.replace("state: active", "state: inactive"))
    (manifests.parent / "reconciler.yaml").write_text(BARE)
    cli("apply", "--auto-approve")
    (manifests.parent / "reconciler.yaml").write_text(WORKSPACE)
    manifests.write_text(ETL)

    assert "3 to register" in cli("plan").out


def test_without_a_ledger_nothing_is_kept(cli: Cli, admin: Between, manifests: Path) -> None:
    """Nobody would remember it."""
    (manifests.parent / "reconciler.yaml").write_text(BARE)

    assert "3 to register" in cli("plan").out


def test_switches_first_and_manifests_later(
    cli: Cli, admin: Between, manifests: Path, here: Path
) -> None:
    """Adopted as a switch alone, and declared in full afterwards: it still keeps its version."""
    manifests.unlink()
    cli("import", "live", "--activation-only", "--write", "active.etl.yaml")
    assert "1 adopted" in cli("apply", "--auto-approve").out
    (here / "active.etl.yaml").unlink()
    manifests.write_text(ETL)

    planned = cli("plan")

    assert "0 to register, 0 to update, 0 to activate, 0 to deactivate, 3 to adopt" in planned.out
