"""The table of a backfill as people and machines read it."""

import json

import pytest

from reconciler.model import Phase, Plan, SlotState
from reconciler.report import plan_as_json, plan_as_markdown, plan_as_text, slots_line
from tests.fake_executions import MemoryExecutions
from tests.plan.test_backfill import a_backfill, launch, planned
from tests.report.test_schemas import check


@pytest.fixture
def plan() -> Plan:
    """After a first round: one succeeded, one failed, and two may be under way."""
    backfill = a_backfill(concurrency=2, retries=1)
    executions = MemoryExecutions()
    launch(planned(backfill, executions), executions)
    first, second = list(executions.there)
    executions.end(first)
    executions.end(second, Phase.FAILED)
    return planned(backfill, executions)


def test_text_has_a_line_a_slot(plan: Plan) -> None:
    """Marked where this plan launches."""
    lines = plan_as_text(plan).splitlines()

    assert lines[0] == "Actions are marked with these symbols:"
    assert lines[3] == (
        "  # backfill flytesnacks/development/first-days: 5 slots, 1 to run now, 1 to run again "
        "now, 2 waiting for others to end, 1 done"
    )
    assert lines[4] == ("  # (runs launch plan etl.daily@v1, it; an execution a slot, 2 at once)")
    assert lines[5] == (
        "  # (0 6 * * * in UTC, from 2024-01-01T00:00:00Z up to 2024-01-06T00:00:00Z)"
    )
    rows = [line.split()[:-1] if line.endswith("000") else line.split() for line in lines[6:11]]
    assert [row[:3] for row in rows[:3]] == [
        ["2024-01-01T06:00:00Z", "done"],
        [">", "2024-01-02T06:00:00Z", "will"],
        [">", "2024-01-03T06:00:00Z", "run"],
    ]
    assert lines[7].endswith("-r1  (was FAILED)")
    assert lines[-1].endswith("2 to launch, 0 unchanged.")


def test_the_document_counts_every_slot(plan: Plan) -> None:
    """By state, those without any too."""
    document = json.loads(plan_as_json(plan))

    check(document, "plan.json")
    (table,) = document["backfills"]
    assert table["counts"] == {
        **dict.fromkeys(map(str, SlotState), 0),
        "done": 1,
        "retry": 1,
        "run": 1,
        "waiting": 2,
    }
    assert (table["slots"], table["open"]) == (5, 4)
    assert [step["verb"] for step in document["actions"]] == ["launch", "launch"]


def test_markdown_folds_it(plan: Plan) -> None:
    """Under the summary of the whole."""
    (comment,) = plan_as_markdown(plan)

    assert "2 to launch" in comment
    assert "1 to run again now" in comment
    assert "2024-01-03T06:00:00Z" in comment


def test_a_plan_that_only_waits_says_so() -> None:
    """It is not that all is well, and there is nothing to do."""
    backfill = a_backfill(concurrency=1)
    executions = MemoryExecutions()
    launch(planned(backfill, executions), executions)

    plan = planned(backfill, executions)

    assert plan_as_text(plan).splitlines()[-1] == (
        "Nothing to do now: 5 slots are under way or wait."
    )
    assert slots_line(plan.backfills[0]) == (
        "backfill flytesnacks/development/first-days: 5 slots, 4 waiting for others to end, "
        "1 running"
    )
