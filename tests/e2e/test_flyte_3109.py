"""flyte#3109: a launch plan was deleted from the code, and its schedule fired for ever.

The whole way: manifests, a ledger, an Admin whose scheduler really launches executions.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from flyteidl.admin.common_pb2 import NamedEntityIdentifier, ResourceListRequest
from flyteidl.admin.execution_pb2 import ExecutionList

from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.conftest import ETL, Cli

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: ["*.etl.yaml"]
  ledger: {project: flytesnacks, domain: production}
"""
BASE, LAUNCH_PLAN = ETL.rsplit("---\n", 1)
WEEK = timedelta(days=7)


def fired(admin: EmbeddedAdmin) -> int:
    """How many executions there are."""
    place = NamedEntityIdentifier(project="flytesnacks", domain="development")
    request = ResourceListRequest(id=place, limit=1000)
    return len(admin.call("ListExecutions", request, ExecutionList).executions)


def test_flyte_3109_a_deleted_launch_plan_stops_firing(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven days a week as long as it is declared; not once after it was taken out."""
    (here / "reconciler.yaml").write_text(WORKSPACE)
    (here / "base.etl.yaml").write_text(BASE)
    daily = here / "daily.etl.yaml"
    daily.write_text(LAUNCH_PLAN)
    with embedded_admin(data=":memory:", scheduler=True, clock="simulated") as admin:
        monkeypatch.setenv("RECONCILER_ADMIN", admin.endpoint)
        assert cli("apply", "--auto-approve").code == 0
        admin.advance(WEEK)
        declared = fired(admin)
        daily.unlink()

        planned = cli("plan")
        applied = cli("apply", "--auto-approve")
        admin.advance(4 * WEEK)

        assert declared == 7
        assert "no longer in the manifests" in planned.out
        assert applied.code == 0, applied.err
        assert fired(admin) == 7

        daily.write_text(LAUNCH_PLAN)
        assert cli("apply", "--auto-approve").code == 0
        admin.advance(WEEK)
        assert fired(admin) == 14


def test_flyte_3109_what_is_kept_on_goes_on_and_is_named(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only if somebody says so, and every apply tells of it."""
    (here / "reconciler.yaml").write_text(WORKSPACE)
    (here / "base.etl.yaml").write_text(ETL)
    with embedded_admin(data=":memory:", scheduler=True, clock="simulated") as admin:
        monkeypatch.setenv("RECONCILER_ADMIN", admin.endpoint)
        cli("apply", "--auto-approve")
        (here / "base.etl.yaml").write_text(BASE)

        kept = cli("apply", "--auto-approve", "--no-prune")
        admin.advance(WEEK)

        assert "etl.daily is no longer in the manifests" in kept.out
        assert fired(admin) == 7
