"""Backfills on the command line: beside other kinds, in every form, saved, selected, and alone."""

import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc
import pytest

from reconciler.manifest import load
from reconciler.remote.backfill import rounds
from reconciler.sandbox import Refusal, Rule
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.backfilled import (
    DOMAIN,
    NAME,
    PROJECT,
    WEATHER,
    Launches,
    backfill,
    end,
    names,
    remote_of,
    running,
    scheduled,
    written,
)
from tests.e2e.conftest import Cli

SCHEDULE = '  schedule: {cron: "0 6 * * *", kickoffInput: day}\n'
WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: weather}
spec:
  manifests: [flyte.yaml, january.yaml]
  ledger: {project: flytesnacks, domain: development}
"""


@pytest.fixture
def flyte(monkeypatch: pytest.MonkeyPatch, here: Path) -> Iterator[EmbeddedAdmin]:
    """An Admin with the launch plan, active in version v1."""
    with embedded_admin() as admin:
        monkeypatch.setenv("RECONCILER_ADMIN", admin.endpoint)
        with remote_of(admin) as remote:
            assert remote.apply(remote.plan(load(written(here, WEATHER)))).succeeded
        yield admin


def test_a_backfill_beside_other_kinds_is_no_part_of_the_ledger(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody owns an execution: nothing drifts, nothing is pruned, and what is done stays done."""
    with embedded_admin() as admin:
        monkeypatch.setenv("RECONCILER_ADMIN", admin.endpoint)
        (here / "reconciler.yaml").write_text(WORKSPACE)
        (here / "flyte.yaml").write_text(WEATHER)
        january = here / "january.yaml"
        january.write_text(backfill(more="strategy: workflow"))

        first = cli("apply", "--auto-approve")
        again = cli("apply", "--auto-approve")
        drift = cli("drift")
        owned = cli("ledger", "export")
        january.write_text("# it is over\n")
        without = cli("apply", "--auto-approve")

    assert first.code == 0, first.out + first.err
    assert "1 launched" in first.out
    assert again.code == 0
    assert "Nothing to do now: 5 slots are under way or wait." in again.out
    assert drift.code == 0, drift.out
    assert "weather.daily" in owned.out
    assert "backfill-weather" not in owned.out
    assert without.code == 0
    assert "No changes" in without.out


def test_the_table_is_in_every_form(cli: Cli, flyte: EmbeddedAdmin, here: Path) -> None:
    """Counts are exact, however few rows are shown."""
    (file,) = written(here, backfill(start="2023-01-01", end="2024-01-01", more="concurrency: 3"))

    text = cli("plan", file).out
    document = json.loads(cli("plan", file, "--json").out)
    markdown = cli("plan", file, "--format", "markdown").out
    junit = cli("plan", file, "--format", "junit").out

    title = "365 slots, 3 to run now, 362 waiting for others to end"
    assert title in text
    assert "… and 355 more, counted above" in text
    assert title in markdown
    assert title in junit
    assert junit.count("<testcase") == 3
    (table,) = document["backfills"]
    assert table["slots"] == table["open"] == 365
    assert table["counts"]["waiting"] == 362
    assert [row["state"] for row in table["rows"]] == ["run"] * 3 + ["waiting"] * 7
    assert document["summary"]["launch"] == 3


def test_a_saved_plan_launches_what_it_holds_once(
    cli: Cli, flyte: EmbeddedAdmin, here: Path
) -> None:
    """Whatever runs by then is left alone; a second apply of it is refused."""
    (file,) = written(here, backfill())
    saved = cli("plan", file, "--out", here / "january.plan")
    shown = cli("show", here / "january.plan")

    first = cli("apply", here / "january.plan")
    second = cli("apply", here / "january.plan")
    waiting = cli("apply", here / "january.plan", "--wait")

    assert saved.code == 0, saved.err
    assert "5 slots, 5 to run now" in shown.out
    assert first.code == 0, first.out + first.err
    assert len(names(flyte)) == 5
    assert (second.code, waiting.code) == (4, 1)


def test_one_backfill_can_be_selected(cli: Cli, flyte: EmbeddedAdmin, here: Path) -> None:
    """By its name, its kind, or by leaving it out."""
    files = written(here, backfill("early", end="2024-01-03"), backfill("late", end="2024-01-04"))

    late = json.loads(cli("plan", *files, "--target", "late", "--json").out)
    early = json.loads(cli("plan", *files, "--exclude", "backfill:l*", "--json").out)

    assert [one["address"].rpartition("/")[2] for one in late["backfills"]] == ["late"]
    assert [one["address"].rpartition("/")[2] for one in early["backfills"]] == ["early"]


def test_the_command_plans_asks_and_waits(
    cli: Cli, flyte: EmbeddedAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails is told by the exit code."""
    monkeypatch.setattr(rounds, "_FIRST_PAUSE", 0.0)
    monkeypatch.setattr(rounds, "_LONGEST_PAUSE", 0.01)
    flags = ("--from", "2024-01-01", "--window", "3d", "-p", PROJECT, "-d", DOMAIN)
    over = threading.Event()

    def engine() -> None:
        while not over.wait(0.02):
            for name in running(flyte):
                end(flyte, name, error="no" if name == scheduled(2) else None)

    dry = cli("backfill", NAME, *flags, "--dry-run")
    asks = cli("backfill", NAME, *flags)
    assert (dry.code, asks.code) == (0, 1)
    assert "3 slots, 3 to run now" in dry.out
    assert names(flyte) == []
    going_on = (*flags, "--wait", "--auto-approve")
    thread = threading.Thread(target=engine)
    thread.start()
    try:
        bad = cli("backfill", NAME, *going_on, "--concurrency", "1")
        good = cli("backfill", NAME, *going_on, "--retries", "1", "--json")
    finally:
        over.set()
        thread.join()

    assert bad.code == 5, bad.out + bad.err
    assert bad.out.splitlines()[-1].endswith("3 slots, 2 done, 1 failed")
    assert good.code == 0, good.out + good.err
    assert good.last["type"] == "apply"
    assert good.last["plan"]["backfills"][0]["counts"]["done"] == 3
    assert names(flyte)[-1] == f"{scheduled(2)}-r1"


def test_a_file_says_itself_what_is_to_be_run(cli: Cli, flyte: EmbeddedAdmin, here: Path) -> None:
    """Of other kinds in it nothing is done; flags that would contradict it are refused."""
    (file,) = written(here, WEATHER.replace("eu", "us") + "---\n" + backfill(end="2024-01-03"))
    (other,) = [here / "other.yaml"]
    other.write_text(WEATHER)

    done = cli("backfill", file, "--auto-approve")

    assert done.code == 0, done.err
    assert set(names(flyte)) == {scheduled(1), scheduled(2)}
    assert cli("backfill", file, "--window", "3d", "--dry-run").code == 1
    assert "holds no manifest of kind Backfill" in cli("backfill", other, "--dry-run").err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("nothing",), "no active version"),
        ((NAME, "v9"), "there is no launch plan"),
        ((f"flytesnacks/development/{NAME}@v9",), f"development/{NAME}@v9 in Admin"),
        ((NAME, "--input", "region=1"), "input region: expected str"),
        ((NAME, "--input", "day=2024-01-01"), "receives the time of each slot"),
        ((NAME, "--input", "region"), "write NAME=VALUE"),
        ((NAME, "--parallel"), "are of --strategy workflow"),
        ((NAME, "--to", "2024-01-01"), "one too many"),
        ((NAME, "--zone", "Nowhere"), "is no time zone"),
    ],
)
def test_flags_that_cannot_be_are_explained(
    cli: Cli, flyte: EmbeddedAdmin, line: tuple[str, ...], said: str
) -> None:
    """In words of the flags or of a manifest, with the way out."""
    found = cli("backfill", *line, "--from", "2024-01-01", "--window", "3d", "--dry-run")

    assert found.code == 1
    assert said in found.err


def test_a_launch_plan_without_a_schedule_has_no_slots(cli: Cli, here: Path) -> None:
    """Which is told at its line, offline if the set declares it."""
    files = written(here, WEATHER.replace(SCHEDULE, ""), backfill())

    found = cli("validate", *files)

    assert found.code == 1
    assert "manifests-1.yaml:5:3: error: launch plan" in found.err
    assert "has no schedule, so it has no slots" in found.err


def test_a_rate_without_an_anchor_is_an_error_and_no_success(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing to launch is not the same as nothing left to launch."""
    rate = WEATHER.replace(SCHEDULE, "  schedule: {rate: {every: 6, unit: hours}}\n").replace(
        "inputs: {region: eu}", "inputs: {region: eu, day: 2024-01-01}"
    )
    with embedded_admin() as admin:
        monkeypatch.setenv("RECONCILER_ADMIN", admin.endpoint)
        (flyte,) = written(here, rate)
        assert cli("apply", flyte, "--auto-approve").code == 0
        file = here / "backfill.yaml"
        file.write_text(backfill())

        planned = cli("plan", file)
        applied = cli("apply", file, "--auto-approve")
        alone = cli("backfill", file, "--auto-approve")

    assert (planned.code, applied.code, alone.code) == (1, 1, 1)
    assert "has no grid of its own" in planned.out
    assert "No changes" not in planned.out
    assert "say under spec.anchor one time" in applied.err


def test_an_atomic_apply_launches_nothing_if_something_else_failed(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or nothing: what was launched could not be taken back."""
    with embedded_admin() as admin:
        monkeypatch.setenv("RECONCILER_ADMIN", admin.endpoint)
        files = written(here, WEATHER, backfill())
        other = WEATHER.replace("weather.", "other.").replace("0 6", "0 8")
        wrong = here / "wrong.yaml"
        wrong.write_text(other)
        admin._sandbox.admin.faults = RefusesOther()

        applied = cli("apply", *files, wrong, "--auto-approve", "--atomic")

        assert applied.code == 5, applied.out + applied.err
        assert names(admin) == []


class RefusesOther(Launches):
    """Refuses to register one of the launch plans."""

    def carry(
        self, server: Any, full_method: str, payload: bytes, metadata: Sequence[tuple[str, str]]
    ) -> bytes:
        if full_method.endswith("/CreateLaunchPlan") and b"other.daily" in payload:
            raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, "not today")
        return super().carry(server, full_method, payload, metadata)


def test_looking_writes_nothing(cli: Cli, flyte: EmbeddedAdmin, here: Path) -> None:
    """Whatever there is to launch: seen from Admin's side."""
    day = Launches()
    flyte._sandbox.admin.faults = day
    files = written(here, backfill(), backfill("generated", more="strategy: workflow"))

    for line in (
        ("plan", *files),
        ("plan", *files, "--out", here / "saved.plan"),
        ("validate", *files, "--online"),
        ("backfill", files[0], "--dry-run"),
        ("backfill", f"{PROJECT}/{DOMAIN}/{NAME}@v1", "--window", "3d", "--dry-run"),
    ):
        assert cli(*line).code in (0, 1), line

    assert day.calls > 10
    assert day.writes == 0


def test_what_may_not_be_read_is_not_taken_for_done(
    cli: Cli, flyte: EmbeddedAdmin, here: Path
) -> None:
    """Permission for one project of two: of the other backfill nothing is known, which is told."""
    project = here / "project.yaml"
    project.write_text("apiVersion: reconciler/v1\nkind: Project\nmetadata: {name: secret}\n")
    assert cli("apply", project, "--auto-approve").code == 0
    other = backfill("elsewhere").replace("flytesnacks", "secret")
    files = written(here, backfill(), other)
    flyte._sandbox.admin.faults = Launches(Rule(deny_project=("secret",)))

    planned = cli("plan", *files)
    allowed = cli("plan", *files, "--allow-unreadable")

    assert (planned.code, allowed.code) == (1, 1)
    assert "backfill secret/development/elsewhere runs a launch plan that may not" in planned.out
    assert "january: 5 slots, 5 to run now" in planned.out


def test_more_launches_than_anybody_means_are_refused_until_a_flag_says_so(
    cli: Cli, flyte: EmbeddedAdmin, here: Path
) -> None:
    """A window that is too wide costs what nobody gives back; a workspace may say what is many."""
    (file,) = written(here, backfill(start="2020-01-01", end="2024-01-01"))
    flags = ("--from", "2020-01-01", "--to", "2024-01-01")

    refused = cli("apply", file, "--auto-approve")
    alone = cli("backfill", NAME, *flags, "--auto-approve")
    planned = cli("plan", file)
    assert (refused.code, alone.code, planned.code) == (3, 3, 3), alone.err
    assert "would launch 1,461 executions, more than 1,000" in refused.err
    assert names(flyte) == []

    meant = cli("apply", file, "--auto-approve", "--allow-many-launches")
    assert meant.code == 0, meant.err
    assert len(names(flyte)) == 10

    (here / "reconciler.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Workspace\nmetadata: {name: w}\n"
        f"spec: {{manifests: [{file.name}], guards: {{launches: 1500}}}}\n"
    )
    end(flyte)
    assert cli("apply", "--auto-approve").code == 0
    end(flyte)
    assert cli("backfill", NAME, *flags, "--auto-approve").code == 0
    assert len(names(flyte)) == 30


def test_a_backfill_is_cancelled_by_its_name(cli: Cli, flyte: EmbeddedAdmin, here: Path) -> None:
    """What it started and still runs is ended; what others started is not."""
    january, other = written(
        here, backfill(end="2024-01-05"), backfill("other", start="2024-01-05", end="2024-01-07")
    )
    assert cli("apply", january, other, "--auto-approve").code == 0
    end(flyte, scheduled(1))
    where = ("-p", PROJECT, "-d", DOMAIN)

    looked = cli("backfill", "january", "--cancel", "--dry-run", *where)
    cancelled = cli("backfill", "january", "--cancel", "--auto-approve", *where)
    again = cli("backfill", january, "--cancel", "--auto-approve")

    assert looked.err.count("runs for backfill") == 3
    assert cancelled.code == 0, cancelled.err
    assert cancelled.out.count("is being ended") == 3
    assert set(running(flyte)) >= {scheduled(5), scheduled(6)}
    end(flyte, *(scheduled(day) for day in (2, 3, 4)))
    assert again.code == 0
    assert "Nothing of it runs." in cli("backfill", january, "--cancel", "--auto-approve").out
    table = json.loads(cli("plan", january, "--json").out)["backfills"][0]
    assert (table["counts"]["done"], table["counts"]["failed"]) == (1, 3)
