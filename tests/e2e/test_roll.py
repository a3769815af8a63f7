"""The everyday merge: one line of code changed in a package of forty workflows."""

from pathlib import Path

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.schedule_pb2 import CronSchedule, Schedule

from reconciler.model import identifiers
from tests.contracts.specs import a_launch_plan, a_task, a_workflow
from tests.desired.archives import an_archive
from tests.e2e.between import Between
from tests.e2e.conftest import Cli

DAILY = CronSchedule(schedule="0 6 * * *")
NAMES = [f"etl{n:02}" for n in range(40)]
WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: [package.yaml]
  ledger: {project: flytesnacks, domain: production}
"""
PACKAGE = """\
apiVersion: reconciler/v1
kind: Package
metadata: {project: flytesnacks, domain: development, name: shop}
spec:
  source: shop.tgz
  activation: {ACTIVATION}
"""


def write(here: Path, *, image: str) -> None:
    """A package as it is made by `pyflyte package`: ids say names only."""
    members: dict[str, bytes] = {}
    for name in NAMES:
        task = a_task("p", f"{name}.load", image=image)
        workflow = a_workflow(task, name)
        plan = a_launch_plan(workflow, name)
        message = LaunchPlan(id=plan.id.to_identifier(), spec=plan.request)
        daily = Schedule(
            cron_schedule=CronSchedule(schedule="0 6 * * *"), kickoff_time_input_arg="day"
        )
        message.spec.entity_metadata.schedule.CopyFrom(daily)
        for suffix, spec in (("1", task.request), ("2", workflow.request), ("3", message)):
            assert spec is not None
            for id in identifiers(spec):
                id.project = id.domain = id.version = ""
            members[f"{name}_{suffix}.pb"] = spec.SerializeToString()
    an_archive(here / "shop.tgz", members)
    activation = ", ".join(f"{name}: active" for name in NAMES)
    (here / "package.yaml").write_text(PACKAGE.replace("ACTIVATION", activation))


@pytest.fixture
def package(here: Path) -> Path:
    (here / "reconciler.yaml").write_text(WORKSPACE)
    write(here, image="ghcr.io/acme/shop:1")
    return here


def test_a_one_line_change_needs_no_flag(cli: Cli, admin: Between, package: Path) -> None:
    """All of it gets a new version and all forty launch plans are flipped: that is no accident."""
    assert cli("apply", "--auto-approve").code == 0
    write(package, image="ghcr.io/acme/shop:2")

    plan = cli("plan", "--detailed-exitcode")
    apply = cli("apply", "--auto-approve")

    assert plan.code == 2, plan.out + plan.err
    assert "120 to register, 0 to update, 40 to activate" in plan.out
    assert apply.code == 0, apply.err
    assert cli("plan", "--detailed-exitcode").code == 0


def test_taking_them_all_out_does(cli: Cli, admin: Between, package: Path) -> None:
    """The same forty switched off are many."""
    assert cli("apply", "--auto-approve").code == 0
    text = (package / "package.yaml").read_text()
    (package / "package.yaml").write_text(text.replace(": active", ": inactive"))

    refused = cli("apply", "--auto-approve")
    meant = cli("apply", "--auto-approve", "--allow-many-deactivations")

    assert refused.code == 3
    assert "40 of 40 active launch plans in flytesnacks/development" in refused.err
    assert meant.code == 0
