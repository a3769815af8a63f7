"""An estate that `pyflyte register` made comes under management without a write to any of it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlan

from tests.e2e.between import Between
from tests.e2e.conftest import Cli, admin, cli, here

__all__ = ["admin", "cli", "here"]  # fixtures

MODULE = """
from flytekit import LaunchPlan, task, workflow

@task(container_image="ghcr.io/acme/estate:1")
def count(day: str) -> int:
    return len(day)

@workflow
def daily(day: str = "monday") -> int:
    return count(day=day)

plans = [LaunchPlan.create(f"estate.plan_{{n:04}}", daily) for n in range({count})]
for n, plan in enumerate(plans):
    globals()[f"plan_{{n}}"] = plan
"""
WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: estate}
spec:
  manifests: [active.yaml]
  ledger: {project: flytesnacks, domain: production}
"""


@pytest.fixture
def estate(here: Path, admin: Between, request: pytest.FixtureRequest) -> int:
    """So many launch plans in production, registered and switched on by pyflyte."""
    count = int(request.param)
    (here / "estate.py").write_text(MODULE.format(count=count))
    subprocess.run(
        [
            str(Path(sys.executable).with_name("pyflyte")),
            *("register", "--project", "flytesnacks", "--domain", "production"),
            *("--version", "v7", "--non-fast", "--activate-launchplans", "estate.py"),
        ],
        cwd=here,
        env=os.environ | {"FLYTE_PLATFORM_URL": admin.endpoint, "FLYTE_PLATFORM_INSECURE": "true"},
        check=True,
        capture_output=True,
    )
    return count


def production(admin: Between) -> Sequence[bytes]:
    """Everything that Admin keeps of launch plans there, byte by byte."""
    from reconciler.admin import connect
    from reconciler.config import Config

    config = Config(endpoint=admin.endpoint, source="the test", insecure=True)
    with connect(config) as connection:
        found: Sequence[LaunchPlan] = connection.launch_plans(
            project="flytesnacks", domain="production", active_only=False
        )
    return [plan.SerializeToString(deterministic=True) for plan in found]


@pytest.mark.parametrize(
    "estate", [200, pytest.param(2_000, marks=pytest.mark.long)], indirect=True
)
def test_what_pyflyte_registered_is_adopted(
    cli: Cli, admin: Between, here: Path, estate: int
) -> None:
    """Imported, planned, adopted: only the ledger is written to, and once."""
    (here / "reconciler.yaml").write_text(WORKSPACE)
    before, calls = production(admin), dict(admin.calls)

    imported = cli("import", "live", "--activation-only", "--write", "active.yaml")
    planned = cli("plan", "--detailed-exitcode")
    applied = cli("apply", "--auto-approve")
    again = cli("plan", "--detailed-exitcode")

    assert imported.code == 0, imported.err
    assert planned.code == 2
    # pyflyte also switches on the launch plan that every workflow has.
    assert f"{estate + 1} to adopt" in planned.out
    assert "0 to register, 0 to update, 0 to activate, 0 to deactivate" in planned.out
    assert applied.code == 0, applied.err
    assert again.code == 0
    written = {name: count - calls.get(name, 0) for name, count in admin.calls.items()}
    assert {name: n for name, n in written.items() if n and name.startswith("Create")} == {
        "CreateTask": 2  # the ledger's begin and end
    }
    assert written.get("UpdateLaunchPlan", 0) == 0
    assert production(admin) == before
