"""A launch plan gets another name, and fires once a day all the same."""

from pathlib import Path

import grpc
import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: [etl.yaml]
"""
LEDGER = "  ledger: {project: flytesnacks, domain: production}\n"
BASE, LAUNCH_PLAN = ETL.rsplit("---\n", 1)
RENAMED = LAUNCH_PLAN.replace("name: etl.daily}\nspec:", "name: etl.nightly}\nspec:").replace(
    "state: active", "state: active\n  renamedFrom: etl.daily"
)


def active(cli: Cli) -> list[str]:
    lines = cli("get", "launchplans", "--active").out.splitlines()
    return [line.split()[2] for line in lines[1:]]


@pytest.mark.parametrize("ledger", [LEDGER, ""], ids=["ledger", "no-ledger"])
def test_a_new_name_takes_over(
    cli: Cli, admin: Between, here: Path, etl: Path, ledger: str
) -> None:
    """In one apply: the old name off, the new one on; afterwards there is nothing to do."""
    (here / "reconciler.yaml").write_text(WORKSPACE + ledger)
    cli("apply", "--auto-approve")
    etl.write_text(f"{BASE}---\n{RENAMED}")

    planned = cli("plan")
    applied = cli("apply", "--auto-approve", "--no-prune")

    assert "called etl.nightly now" in planned.out
    assert applied.code == 0, applied.err
    assert "1 registered, 0 updated, 1 activated, 1 deactivated" in applied.out
    assert active(cli) == ["etl.nightly"]
    assert cli("plan", "--detailed-exitcode").code == 0


def test_if_the_old_one_stays_on_the_new_one_stays_off(
    cli: Cli, admin: Between, here: Path, etl: Path
) -> None:
    """Nothing fires twice, and the next apply goes on from there."""
    (here / "reconciler.yaml").write_text(WORKSPACE + LEDGER)
    cli("apply", "--auto-approve")
    etl.write_text(f"{BASE}---\n{RENAMED}")
    admin.refuse("UpdateLaunchPlan", code=grpc.StatusCode.PERMISSION_DENIED)

    torn = cli("apply", "--auto-approve")
    admin.refused.clear()
    left = active(cli)
    again = cli("apply", "--auto-approve")

    assert torn.code == 5
    assert left == ["etl.daily"]
    assert again.code == 0, again.err
    assert active(cli) == ["etl.nightly"]


def test_atomic_goes_back_to_the_old_name(cli: Cli, admin: Between, here: Path, etl: Path) -> None:
    """Somewhere else something failed: all is as it was, and still ours."""
    (here / "reconciler.yaml").write_text(WORKSPACE + LEDGER)
    cli("apply", "--auto-approve")
    etl.write_text(f"{BASE}---\n{RENAMED}---\n{BASE.replace('development', 'staging')}")
    admin.refuse("CreateWorkflow", code=grpc.StatusCode.PERMISSION_DENIED)

    result = cli("apply", "--auto-approve", "--atomic")

    assert result.code == 5, result.err
    assert "2 skipped" in result.out
    assert active(cli) == ["etl.daily"]
    admin.refused.clear()
    assert cli("apply", "--auto-approve", "--atomic").code == 0
    assert active(cli) == ["etl.nightly"]


def test_independent_switches_are_thrown_all_the_same(
    cli: Cli, admin: Between, here: Path, etl: Path
) -> None:
    """The workspace says that a failure is nobody else's affair."""
    elsewhere = BASE.split("---\n")[0].replace("etl.extract", "other")
    etl.write_text(ETL)
    (here / "reconciler.yaml").write_text(WORKSPACE)
    assert cli("apply", "--auto-approve").code == 0
    etl.write_text(f"{ETL.replace('0 6', '0 7')}---\n{elsewhere}")
    admin.refuse("CreateTask", code=grpc.StatusCode.PERMISSION_DENIED)

    together = cli("apply", "--auto-approve")
    (here / "reconciler.yaml").write_text(WORKSPACE + "  activation: independent\n")
    apart = cli("apply", "--auto-approve")

    assert (together.code, apart.code) == (5, 5)
    assert "0 activated" in together.out
    assert "1 activated" in apart.out
