"""What a plan means, told from what an Admin really holds."""

import json
from pathlib import Path
from typing import Any

from tests.e2e.between import Between
from tests.e2e.conftest import Cli

HEAD = (
    "apiVersion: reconciler/v1\nkind: {kind}\n"
    "metadata: {{project: flytesnacks, domain: development, name: {name}}}\n"
)
TASK = HEAD.format(kind="Task", name="count") + (
    "spec:\n"
    "  inputs: {day: str}\n"
    "  outputs: {rows: int}\n"
    '  container: {image: "acme/count:1", args: ["{{.inputs.day}}"]}\n'
)
WORKFLOW = HEAD.format(kind="Workflow", name="count") + (
    "spec:\n"
    "  inputs: {day: str}\n"
    "  outputs: {rows: {from: count.rows}}\n"
    "  nodes:\n"
    "    count: {task: count, inputs: {day: {from: inputs.day}}}\n"
)
PLAN = HEAD.format(kind="LaunchPlan", name="count") + (
    "spec:\n  workflow: count\n  state: active\n"
)
CALLER = HEAD.format(kind="Workflow", name="report") + (
    "spec:\n"
    "  inputs: {day: str}\n"
    "  outputs: {rows: {from: count.rows}}\n"
    "  nodes:\n"
    "    count: {launchPlan: count, inputs: {day: {from: inputs.day}}}\n"
)
REPORT = HEAD.format(kind="LaunchPlan", name="report") + (
    "spec:\n  workflow: report\n  state: active\n"
)


def documents(*texts: str) -> str:
    return "---\n".join(texts)


def effects(cli: Cli, *paths: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(cli("plan", *paths, "--json").out)["effects"]
    return found


def test_who_is_left_behind_in_admin_is_told(cli: Cli, admin: Between, here: Path) -> None:
    """Another repository's workflow starts what breaks, and is pinned to what it knows."""
    Path("count.yaml").write_text(documents(TASK, WORKFLOW, PLAN))
    Path("report.yaml").write_text(documents(CALLER, REPORT))
    assert cli("apply", "count.yaml", "report.yaml", "--auto-approve").code == 0
    Path("count.yaml").write_text(documents(TASK, WORKFLOW, PLAN).replace("day", "date"))
    admin.calls.clear()

    (effect,) = effects(cli, "count.yaml")

    assert effect["breaking"] is True
    assert [(one["name"], one["why"]) for one in effect["interface"]] == [
        ("date", "new and required"),
        ("day", "gone"),
    ]
    (consumer,) = effect["consumers"]
    assert consumer["address"].startswith("workflow:flytesnacks/development/report@")
    assert (consumer["where"], consumer["breaks"]) == ("admin", True)
    assert consumer["why"] == "node count: does not give date; gives day"
    # What was active, and who stays active beside it.
    assert admin.calls["GetWorkflow"] == 2


def test_who_moves_along_breaks_nothing(cli: Cli, admin: Between, here: Path) -> None:
    """The same change, with its caller in the set."""
    everything = documents(TASK, WORKFLOW, PLAN, CALLER, REPORT)
    Path("all.yaml").write_text(everything)
    assert cli("apply", "all.yaml", "--auto-approve").code == 0
    Path("all.yaml").write_text(everything.replace("day", "date"))

    count, report = effects(cli, "all.yaml")

    assert count["consumers"] == report["consumers"] == []
    assert {part["kind"] for part in report["parts"]} >= {"workflow", "task"}


def test_a_rate_that_was_just_switched_is_starved(cli: Cli, admin: Between, here: Path) -> None:
    """Admin knows since when it is active, so the plan knows what is lost."""
    daily = "  inputs: {day: x}\n  schedule: {rate: {every: 1, unit: days}}\n"
    text = documents(TASK, WORKFLOW, PLAN + daily)
    Path("count.yaml").write_text(text)
    assert cli("apply", "count.yaml", "--auto-approve").code == 0
    Path("count.yaml").write_text(text.replace("count:1", "count:2"))

    out = cli("plan", "count.yaml").out
    (effect,) = effects(cli, "count.yaml")

    assert "[rate-starved]" in out
    assert "the clock starts anew" in out
    restart = effect["schedule"]["restart"]
    assert restart["period"] == 86_400
    assert 0 <= restart["elapsed"] < 600
    assert restart["elapsed"] + restart["remaining"] == 86_400


def test_what_left_the_manifests_says_when_it_would_have_fired(
    cli: Cli, admin: Between, etl: Path
) -> None:
    """A schedule that ends is told by the times that will not come."""
    assert cli("apply", etl, "--auto-approve").code == 0
    etl.write_text(etl.read_text().replace("state: active", "state: inactive"))

    out = cli("plan", etl).out

    assert "1 launch plan will fire no more in flytesnacks/development" in out
    assert "cron '0 6 * * *'; else next " in out
