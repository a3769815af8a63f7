"""Pages for a browser, written beside the text by every command that shows a plan or drift."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flyteidl.admin.execution_pb2 import (
    ExecutionCreateRequest,
    ExecutionMetadata,
    ExecutionSpec,
)

from reconciler.admin import connect
from reconciler.config import Config
from reconciler.model import Kind, ResourceId
from tests.e2e.between import Between
from tests.e2e.conftest import Cli
from tests.report.html.data import data_of, part_of

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: [etl.yaml]
  ledger: {project: flytesnacks, domain: production}
"""
SECRET = "hunter2-of-the-warehouse"


@pytest.fixture
def workspace(here: Path, etl: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RECONCILER_ACTOR", "alice")
    file = here / "reconciler.yaml"
    file.write_text(WORKSPACE)
    return file


def read(file: str) -> str:
    return Path(file).read_text(encoding="utf-8")


def test_a_plan_and_its_ledger_are_a_page(cli: Cli, admin: Between, workspace: Path) -> None:
    """What will be done, beside what was applied before, and the text stays what it is."""
    assert cli("apply", "--auto-approve").code == 0
    etl = Path("etl.yaml")
    etl.write_text(etl.read_text().replace("etl:1.4", "etl:1.5"))

    result = cli("plan", "--html-into", "plan.html")

    assert "etl:1.4 → ghcr.io/acme/etl:1.5" in result.out
    part = part_of(read("plan.html"))
    assert (
        part["verdict"]
        == "Plan: 3 to register, 0 to update, 1 to activate, 0 to deactivate, 0 unchanged."
    )
    assert [entry["entry"] for entry in part["history"]] == ["end", "begin"]
    (row,) = part["timeline"]["rows"]
    assert len(row["after"]["at"]) == 14
    assert len(row["before"]["at"]) == 28


def test_without_a_page_the_log_is_not_read(cli: Cli, admin: Between, workspace: Path) -> None:
    """It costs calls that nobody asked for."""
    assert cli("apply", "--auto-approve").code == 0
    admin.calls.clear()
    assert cli("plan").code == 0
    without = admin.calls.total()
    admin.calls.clear()

    assert cli("plan", "--html-into", "plan.html").code == 0

    assert admin.calls.total() > without


def test_an_apply_tells_what_became_of_each_step(cli: Cli, admin: Between, etl: Path) -> None:
    """The plan, and an outcome for every step of it."""
    assert cli("apply", etl, "--auto-approve", "--html-into", "apply.html").code == 0

    part = part_of(read("apply.html"))
    assert part["verdict"] == f"Apply complete: {len(part['outcomes'])} done."
    assert {one["status"] for one in part["outcomes"]} == {"done"}
    assert len(part["outcomes"]) == len(part["plan"]["actions"])


def test_a_saved_plan_is_shown_as_of_its_time(cli: Cli, admin: Between, etl: Path) -> None:
    """Its timeline is around when it was planned, not around when it is looked at."""
    assert cli("plan", "etl.yaml", "--out", "saved.plan").code == 0

    assert cli("show", "saved.plan", "--html-into", "a.html").code == 0
    assert cli("show", "saved.plan", "--html-into", "b.html").code == 0

    assert part_of(read("a.html")) == part_of(read("b.html"))


def test_drift_is_a_page(cli: Cli, admin: Between, workspace: Path) -> None:
    """What somebody did by hand, who left it otherwise, and the way out."""
    assert cli("apply", "--auto-approve").code == 0
    (active,) = json.loads(cli("get", "launchplans", "--active", "--json").out)["launch_plans"]
    id = ResourceId(Kind.LAUNCH_PLAN, "flytesnacks", "development", "etl.daily", active["version"])
    with connect(Config(endpoint=admin.endpoint, source="the test", insecure=True)) as by_hand:
        by_hand.writer.set_active(id, active=False)

    assert cli("drift", "--html-into", "drift.html").code == 2

    part = part_of(read("drift.html"))
    (one,) = part["drift"]["drifts"]
    assert one["drift"] == "deactivated"
    assert one["entry"]["actor"] == "alice"
    assert "--overwrite-moved" in part["ways_out"][one["drift"]]


def test_what_ran_lately_is_on_the_timeline(cli: Cli, admin: Between, etl: Path) -> None:
    """Of the schedules that the plan touches, as Flyte Admin tells it."""
    assert cli("apply", etl, "--auto-approve").code == 0
    (active,) = json.loads(cli("get", "launchplans", "--active", "--json").out)["launch_plans"]
    spec = ExecutionSpec(
        launch_plan=ResourceId(
            Kind.LAUNCH_PLAN, "flytesnacks", "development", "etl.daily", active["version"]
        ).to_identifier(),
        metadata=ExecutionMetadata(mode=ExecutionMetadata.SCHEDULED),
    )
    spec.metadata.scheduled_at.FromDatetime(datetime.now(UTC) - timedelta(minutes=90))
    with connect(Config(endpoint=admin.endpoint, source="the test", insecure=True)) as flyte:
        flyte.launcher.launch(
            ExecutionCreateRequest(
                project="flytesnacks", domain="development", name="f1", spec=spec
            )
        )
    etl.write_text(etl.read_text().replace("etl:1.4", "etl:1.5"))

    assert cli("plan", etl, "--html-into", "plan.html").code == 0

    (row,) = part_of(read("plan.html"))["timeline"]["rows"]
    ((minute, phase),) = row["ran"]
    assert phase == "running"
    assert abs(minute - (14 * 1440 - 90)) <= 1


def test_the_log_is_a_page(cli: Cli, admin: Between, workspace: Path) -> None:
    """`history` writes as many entries as it was asked for."""
    assert cli("apply", "--auto-approve").code == 0

    assert cli("history", "-n", "1", "--html-into", "history.html").code == 0

    part = part_of(read("history.html"))
    assert part["title"] == "History: shop"
    assert [entry["entry"] for entry in part["history"]] == ["end"]
    assert len(part["history"][0]["gained"]) == 4


def test_environments_share_a_page(cli: Cli, admin: Between, workspace: Path) -> None:
    """A part each; one that fails says why in its own part."""
    workspace.write_text(
        WORKSPACE + "  environments:\n"
        "    staging: {variables: {tag: '1.4'}}\n"
        "    production: {}\n"
        "  variables: {tag: {type: string, required: true}}\n"
    )
    etl = Path("etl.yaml")
    etl.write_text(etl.read_text().replace("etl:1.4", "etl:${var.tag}"))

    result = cli("plan", "-e", "staging", "-e", "production", "--html-into", "plan.html")

    assert result.code == 1
    staging, production = data_of(read("plan.html"))["parts"]
    assert len(staging["plan"]["actions"]) == 4
    assert production["tone"] == "stop"
    assert "tag" in production["problems"][0]["message"]


def test_a_plan_that_fails_says_why(cli: Cli, admin: Between, etl: Path) -> None:
    """On the page that would have held it, where those look who wait for it."""
    etl.write_text(etl.read_text().replace("container:", "contained:"))

    assert cli("plan", etl, "--html-into", "plan.html").code == 1

    assert "contained" in str(part_of(read("plan.html"))["problems"])


def test_no_secret_is_in_a_page(
    cli: Cli, admin: Between, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not of a variable, not of the environment of a task, not of an input: on neither side."""
    workspace.write_text(
        WORKSPACE + "  variables: {token: {type: string, required: true, sensitive: true}}\n"
    )
    monkeypatch.setenv("RECONCILER_VAR_token", SECRET)
    etl = Path("etl.yaml")
    template = etl.read_text().replace("monday", "input-NUMBER-of-ours")
    template = template.replace(
        "args: [extract,", "env: {LEVEL: env-NUMBER-of-ours}, args: [extract, '${var.token}',"
    )
    etl.write_text(template.replace("NUMBER", "one"))
    applied = cli("apply", "--auto-approve", "--html-into", "1.html")
    assert applied.code == 0, applied.err
    etl.write_text(template.replace("NUMBER", "two"))

    assert cli("plan", "--html-into", "2.html").code == 0
    assert cli("drift", "--html-into", "3.html").code == 2
    assert cli("history", "--html-into", "4.html").code == 0

    for file in ("1.html", "2.html", "3.html", "4.html"):
        page = read(file)
        for secret in (SECRET, "-one-of-ours", "-two-of-ours"):
            assert secret not in page, (file, secret)
    for file in ("1.html", "2.html"):
        assert "(sensitive value #" in read(file)
