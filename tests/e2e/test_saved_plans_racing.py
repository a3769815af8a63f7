"""One saved plan and several processes, some of which die."""

import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import Cli, started

PLAN = "etl.plan"
WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: [etl.yaml]
  ledger: {project: flytesnacks, domain: production}
"""


@pytest.fixture
def plan(cli: Cli, admin: Between, here: Path, etl: Path) -> Path:
    """A saved plan, the first of its workspace."""
    (here / "reconciler.yaml").write_text(WORKSPACE)
    assert cli("plan", "--out", PLAN).code == 0
    return here / PLAN


def test_of_several_at_once_one_does_it(cli: Cli, admin: Between, plan: Path) -> None:
    """The others find the lock held, or the plan applied; what they would do is done once."""
    with ExitStack() as stack:
        running = [stack.enter_context(started("apply", PLAN)) for _ in range(3)]
        for process in running:
            process.communicate(timeout=120)
    codes = [process.returncode for process in running]

    assert codes.count(0) == 1, codes
    assert set(codes) <= {0, 4, 6}
    entries = json.loads(cli("history", "--all", "--json").out)["entries"]
    assert [entry["entry"] for entry in entries] == ["end", "begin"]
    assert admin.calls["CreateWorkflow"] == 1
    assert cli("plan", "--detailed-exitcode").code == 0


def test_nobody_waits_for_the_same_plan(cli: Cli, admin: Between, plan: Path) -> None:
    """It is clear at once that it runs already, whatever will come of it."""
    free = admin.hold("CreateWorkflow")
    with started("apply", PLAN) as first:
        assert admin.reached.wait(60)
        second = cli("apply", PLAN, "--lock-timeout", "60")
        free.set()
        first.communicate(timeout=60)

    assert first.returncode == 0
    assert second.code == 4
    assert "this saved plan was applied already" in second.err


@pytest.mark.parametrize("method", ["CreateWorkflow", "UpdateLaunchPlan"])
def test_what_was_killed_does_not_run_again(
    cli: Cli, admin: Between, plan: Path, method: str
) -> None:
    """Not even the rest of it: planned again, what is done is left alone, and it converges."""
    free = admin.hold(method)
    with started("apply", PLAN) as process:
        assert admin.reached.wait(60)
        process.kill()
        process.wait()
    del admin.held[method]
    free.set()

    again = cli("apply", PLAN)

    assert again.code == 4
    assert "this saved plan was applied already" in again.err
    assert cli("apply", "--auto-approve").code == 0
    assert cli("plan", "--detailed-exitcode").code == 0


def test_what_moved_while_it_waited_is_seen_under_the_lock(
    cli: Cli, admin: Between, plan: Path, etl: Path
) -> None:
    """Nothing is written, and the lock is free again."""
    assert cli("apply", PLAN).code == 0
    etl.write_text(etl.read_text().replace("etl:1.4", "etl:1.5"))
    assert cli("plan", "--out", PLAN).code == 0
    etl.write_text(etl.read_text().replace("etl:1.5", "etl:1.6"))
    free = admin.hold("CreateWorkflow")
    with started("apply", "--auto-approve") as other:
        assert admin.reached.wait(60)
        with started("apply", PLAN, "--lock-timeout", "60") as waiting:
            assert waiting.stderr is not None
            assert any("Waiting: " in line for line in waiting.stderr)
            free.set()
            _, err = waiting.communicate(timeout=60)
        other.communicate(timeout=60)

    assert (other.returncode, waiting.returncode) == (0, 4)
    assert "the saved plan is stale, and nothing was written" in err
    assert "lock: free" in cli("ledger", "stats").out
