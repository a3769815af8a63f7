"""JSON Lines: what happens while it happens, the result last."""

import json
from datetime import UTC, datetime
from typing import Any

from reconciler.model import Finished, Started
from reconciler.report import Events, plan_as_json, report_as_json
from tests.builders import a_plan, a_report, done

NOW = datetime(2026, 3, 2, 12, 0, 0, 5000, tzinfo=UTC)


def told(report: bool = True) -> list[dict[str, Any]]:
    """The lines of one apply."""
    lines: list[str] = []
    events = Events(lines.append, now=lambda: NOW)
    plan = a_plan()
    action = plan.actions[0]
    events.opened("1.2")
    events.section(workspace="", environment="prod")
    events.planned(plan)
    events(Started(action))
    events(Finished(done(action)))
    events.remark("the lock was\ntaken over")
    events.ended(report_as_json(plan, a_report(done(action))) if report else plan_as_json(plan))
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)
    return [json.loads(line) for line in lines]


def test_every_line_says_what_it_is() -> None:
    """And when, and of which section."""
    lines = told()

    assert [line["type"] for line in lines] == [
        "version",
        "planned",
        "step_start",
        "step_end",
        "remark",
        "apply",
    ]
    assert lines[0]["format_version"] == "1.0"
    assert lines[0]["environment"] is None
    assert {line["environment"] for line in lines[1:-1]} == {"prod"}
    assert lines[1]["time"] == "2026-03-02T12:00:00.005Z"


def test_steps_are_told_by_their_address() -> None:
    """The same that the plan has."""
    _, planned, start, end, remark, _ = told()

    assert start["address"] == end["outcome"]["address"]
    assert start["address"] == planned["plan"]["actions"][0]["address"]
    assert end["outcome"]["status"] == "done"
    assert remark["message"] == "the lock was\ntaken over"


def test_the_last_line_is_the_document() -> None:
    """Exactly what the document alone would be, on one line."""
    assert told(report=False)[-1] == json.loads(plan_as_json(a_plan()))
