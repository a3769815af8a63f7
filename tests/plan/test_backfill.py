"""What becomes of slots: pure, and level-triggered whatever the world does between two plans."""

from dataclasses import replace
from typing import Any

import pytest
from flyteidl.admin.execution_pb2 import ExecutionCreateRequest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.cron import from_rfc3339
from reconciler.model import (
    BACKFILL_LABEL,
    Backfill,
    Kind,
    Phase,
    Plan,
    ResourceId,
    Run,
    Runs,
    SlotState,
    Strategy,
    Window,
)
from reconciler.observed import observe_runs
from reconciler.plan import lay_out, needs_anchor, standings, with_launches
from tests.builders import DOMAIN, PROJECT, a_launch_plan
from tests.fake_executions import MemoryExecutions

DAY = 86_400 * 10**9
START = from_rfc3339("2024-01-01T00:00:00Z")
NOW = from_rfc3339("2026-01-01T00:00:00Z")


def a_backfill(*, days: int = 5, cron: str = "0 6 * * *", **more: Any) -> Backfill:
    """Of a launch plan that fires at six, over the first days of 2024."""
    launch_plan = a_launch_plan(cron=cron)
    request = ExecutionCreateRequest(project=PROJECT, domain=DOMAIN)
    request.spec.launch_plan.CopyFrom(launch_plan.id.to_identifier())
    request.spec.labels.values[BACKFILL_LABEL] = "first-days"
    window = Window(start=START, end=START + days * DAY)
    id = ResourceId(Kind.BACKFILL, PROJECT, DOMAIN, "first-days")
    usual: dict[str, Any] = {"id": id, "window": window, "request": request, "chosen": "it"}
    return Backfill(launch_plan=launch_plan, **(usual | more))


def planned(backfill: Backfill, executions: MemoryExecutions, *, now: int = NOW) -> Plan:
    layout = lay_out(backfill, now=now)
    runs = observe_runs(backfill, layout, executions)
    return with_launches(Plan(()), backfill, layout, standings(backfill, layout, runs, now=now))


def launch(plan: Plan, executions: MemoryExecutions) -> None:
    for action in plan:
        assert action.after is not None
        executions.launch(action.after.spec)


@settings(max_examples=80, derandomize=True, deadline=None)
@given(
    days=st.integers(1, 12),
    concurrency=st.integers(1, 5),
    retries=st.integers(0, 2),
    newest_first=st.booleans(),
    stops=st.booleans(),
    ends=st.lists(st.lists(st.sampled_from((0, 1, 2)), max_size=5), max_size=40),
)
def test_plans_one_after_the_other_run_each_slot_once(
    days: int,
    concurrency: int,
    retries: int,
    newest_first: bool,
    stops: bool,
    ends: list[list[int]],
) -> None:
    """Whatever ends in between, and however: never more at once, never one that succeeded again,
    never more attempts than are allowed; and the counts are those of all slots."""
    backfill = a_backfill(
        days=days,
        concurrency=concurrency,
        retries=retries,
        newest_first=newest_first,
        stops=stops,
    )
    executions = MemoryExecutions()
    for outcomes in ends:
        plan = planned(backfill, executions)
        (table,) = plan.backfills
        assert table.total == days
        launch(plan, executions)
        running = [id for id, run in executions.there.items() if run.phase is Phase.RUNNING]
        assert len(running) <= concurrency
        for id, outcome in zip(running, outcomes, strict=False):
            if outcome:
                executions.end(id, Phase.SUCCEEDED if outcome == 1 else Phase.FAILED)
    assert len(executions.launched) == len(set(executions.launched))
    by_slot: dict[int, list[Run]] = {}
    for run in executions.there.values():
        assert run.scheduled_at is not None
        by_slot.setdefault(run.scheduled_at, []).append(run)
    for runs in by_slot.values():
        assert len(runs) <= retries + 1
        assert all(run.phase is Phase.FAILED for run in runs[:-1])


def test_a_window_without_a_slot_is_told() -> None:
    """A schedule that does not fire there is rather a mistake."""
    plan = planned(a_backfill(cron="0 6 31 2 *"), MemoryExecutions())

    assert [one.code for one in plan.warnings] == ["no-slots"]
    assert plan.backfills[0].total == 0


def test_more_slots_than_anybody_means_are_refused() -> None:
    """A slip of the pen in a year would launch for years."""
    plan = planned(a_backfill(cron="* * * * *", days=800), MemoryExecutions())

    assert [one.code for one in plan.obstacles] == ["too-many-slots"]
    assert not plan.actions


def test_of_many_slots_the_notable_ones_are_shown() -> None:
    """The first, the last, and some of each state that somebody may have to look at."""
    backfill = a_backfill(days=365, concurrency=100)
    executions = MemoryExecutions()
    launch(planned(backfill, executions), executions)
    for number, id in enumerate(list(executions.there)):
        executions.end(id, Phase.FAILED if number % 2 else Phase.SUCCEEDED)

    (table,) = planned(backfill, executions).backfills

    assert table.counts == {"run": 100, "waiting": 165, "done": 50, "failed": 50}
    shown = [row.state for row in table.rows]
    assert shown.count(SlotState.FAILED) == 20 + 0
    assert shown.count(SlotState.RUN) == 20
    assert len(shown) < 60
    assert [row.at for row in table.rows] == sorted(row.at for row in table.rows)


def test_two_chunks_of_the_same_slots_have_one_name() -> None:
    """Whichever backfill asks for them; other slots are another chunk."""
    one = a_backfill(strategy=Strategy.WORKFLOW, chunk=2)
    other = replace(one, id=replace(one.id, name="other"))
    longer = a_backfill(strategy=Strategy.WORKFLOW, chunk=2, days=6)

    def names(backfill: Backfill) -> list[str]:
        return [unit.name for unit in lay_out(backfill, now=NOW).units]

    assert names(one) == names(other)
    assert names(longer)[:2] == names(one)[:2]
    assert names(longer)[2] != names(one)[2]


def test_a_chunk_is_due_once_its_last_slot_is() -> None:
    """It could not be launched twice, with what came later."""
    backfill = a_backfill(strategy=Strategy.WORKFLOW, chunk=2)
    layout = lay_out(backfill, now=NOW)
    third = from_rfc3339("2024-01-03T07:00:00Z")

    found = standings(backfill, layout, Runs(), now=third)

    assert [one.state for one in found] == [SlotState.RUN, SlotState.FUTURE, SlotState.FUTURE]


@pytest.mark.parametrize("cron", ["@every 6h", "0 6 * * *"])
def test_only_what_has_no_grid_needs_an_anchor(cron: str) -> None:
    """`@every` is counted from a start, as a rate is."""
    assert needs_anchor(a_backfill(cron=cron)) == cron.startswith("@every")
    assert not needs_anchor(a_backfill(cron=cron, anchor=START))


@pytest.mark.parametrize(
    ("phase", "inputs", "state"),
    [
        (Phase.SUCCEEDED, "none", "done"),
        (Phase.SUCCEEDED, "", "done"),
        (Phase.SUCCEEDED, "something else", "run"),
        (Phase.RUNNING, "none", "running"),
        (Phase.FAILED, "none", "run"),
    ],
)
def test_what_another_version_ran_counts_if_it_did_the_same(
    phase: Phase, inputs: str, state: str
) -> None:
    """Of an execution that does not say what it was given, that is taken for granted."""
    backfill = a_backfill(days=1)
    executions = MemoryExecutions()
    older = replace(backfill.launch_plan.id, version="v0")
    id = ResourceId(Kind.EXECUTION, PROJECT, DOMAIN, "of-old")
    at = START + DAY // 4
    executions.put(Run(id, older, phase, scheduled_at=at, inputs=inputs))

    (table,) = planned(backfill, executions).backfills
    (this,) = planned(replace(backfill, any_version=False), executions).backfills

    assert [str(row.state) for row in table.rows] == [state]
    assert [str(row.state) for row in this.rows] == ["run"]
