"""Schedules fire in a whole Admin: from an activation to an execution that can be read."""

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin import schedule_pb2
from google.protobuf import json_format

from reconciler.cron import execution_name, from_rfc3339
from reconciler.sandbox import Admin, Refusal, Sandbox
from reconciler.sandbox.clocks import ClockError, Simulated, parse_clock, parse_duration
from reconciler.sandbox.scheduler import is_empty
from tests.sandbox.calls import PD, Client
from tests.sandbox.scheduler.fakes import Case, recorded

START = from_rfc3339("2026-03-01T00:00:00Z")
DAY = timedelta(days=1)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An Admin on the first of March, with a workflow to schedule."""
    with Sandbox(clock=Simulated(START), scheduler=True) as sandbox:
        Client.of(sandbox).workflow()
        yield sandbox


def fired(sandbox: Sandbox) -> list[str]:
    """When executions were scheduled for, in order of their creation."""
    request = {"id": PD, "limit": 1000, "sort_by": {"key": "created_at", "direction": 1}}
    executions = Client.of(sandbox)("ListExecutions", request).executions
    return [e.spec.metadata.scheduled_at.ToJsonString() for e in executions]


def test_winding_makes_real_executions(sandbox: Sandbox) -> None:
    """Named as the scheduler names them, launched by schedule, at the time they were due."""
    client = Client.of(sandbox)
    client.scheduled("lp", cron="0 6 * * *")
    client.activate()

    now = sandbox.advance(3 * DAY)

    assert now == datetime(2026, 3, 4, tzinfo=UTC)
    assert fired(sandbox) == [f"2026-03-0{day}T06:00:00Z" for day in (1, 2, 3)]
    name = execution_name(
        **PD, name="lp", version="v1", instant=from_rfc3339("2026-03-02T06:00:00Z")
    )
    execution = client("GetExecution", {"id": {**PD, "name": name}})
    assert execution.spec.metadata.mode == execution.spec.metadata.SCHEDULED
    assert execution.closure.created_at.ToJsonString().startswith("2026-03-02T06:00:00")
    assert execution.closure.workflow_id.name == "w"


def test_the_kickoff_argument_arrives(sandbox: Sandbox) -> None:
    """The input that the schedule names holds the scheduled time."""
    client = Client.of(sandbox)
    client.workflow("timed", inputs={"at": {"simple": "DATETIME"}})
    schedule = {"cron_schedule": {"schedule": "@daily"}, "kickoff_time_input_arg": "at"}
    client.launch_plan(
        "lp",
        workflow_id={**PD, "resource_type": "WORKFLOW", "name": "timed", "version": "v1"},
        entity_metadata={"schedule": schedule},
    )
    client.activate()

    sandbox.advance(DAY)

    (execution,) = client("ListExecutions", {"id": PD, "limit": 5}).executions
    inputs = client("GetExecutionData", {"id": {**PD, "name": execution.id.name}}).full_inputs
    at = inputs.literals["at"].scalar.primitive.datetime
    assert at.ToJsonString() == "2026-03-02T00:00:00Z"


@pytest.mark.parametrize("case", recorded("activate"), ids=lambda case: case["class"])
def test_an_activation_writes_the_recorded_row(case: Case, admin: Admin, call: Client) -> None:
    """For what can be registered at all; the row is what the scheduler then finds."""
    schedule, answer = case["input"]["schedule"], case["answer"]
    # Admin asks for a row only if there is something in the schedule.
    empty = is_empty(json_format.ParseDict(schedule, schedule_pb2.Schedule()))
    call.workflow()
    try:
        call.launch_plan(entity_metadata={"schedule": schedule})
    except Refusal:
        return
    if "error" in answer and not empty:
        with pytest.raises(Refusal, match=re.escape(answer["error"])):
            call.activate()
    else:
        call.activate()

    with admin.store.read() as session:
        rows = session.all("SELECT * FROM schedulable_entities")
    if empty or "error" in answer:
        assert not rows
    else:
        wanted = answer["row"]
        assert [{column: row[column] for column in wanted} for row in rows] == [wanted]


def test_a_switch_to_another_version_switches_what_fires(sandbox: Sandbox) -> None:
    """From the next poll on; a deactivation ends it."""
    client = Client.of(sandbox)
    client.scheduled("lp", "v1", "0 6 * * *")
    client.scheduled("lp", "v2", "0 7 * * *")
    client.activate("lp", "v1")
    sandbox.advance(DAY)
    client.activate("lp", "v2")
    sandbox.advance(DAY)
    identifier = {**PD, "resource_type": "LAUNCH_PLAN", "name": "lp", "version": "v2"}
    client("UpdateLaunchPlan", {"id": identifier, "state": "INACTIVE"})
    sandbox.advance(DAY)

    assert fired(sandbox) == ["2026-03-01T06:00:00Z", "2026-03-02T07:00:00Z"]


def test_an_archived_project_starts_nothing(sandbox: Sandbox) -> None:
    """The scheduler takes that for an answer and goes on."""
    client = Client.of(sandbox)
    client.scheduled()
    client.activate()
    client("UpdateProject", {"id": PD["project"], "state": "ARCHIVED"})
    sandbox.advance(DAY)
    client("UpdateProject", {"id": PD["project"], "state": "ACTIVE"})
    sandbox.advance(DAY)

    assert fired(sandbox) == ["2026-03-02T06:00:00Z"]
    assert sandbox.scheduler_failure is None


def test_time_goes_on_after_a_restart(tmp_path: Path) -> None:
    """Where it stood; what fired is not fired again, whatever the command line says."""
    store = tmp_path / "flyte.sqlite"
    with Sandbox(store, clock=Simulated(START), scheduler=True) as sandbox:
        Client.of(sandbox).workflow()
        Client.of(sandbox).scheduled()
        Client.of(sandbox).activate()
        stood = sandbox.advance(DAY)

    with Sandbox(store, clock=Simulated(START), scheduler=True) as sandbox:
        assert sandbox.advance(timedelta(0)) == stood
        assert fired(sandbox) == ["2026-03-01T06:00:00Z"]
        sandbox.advance(DAY)
        assert fired(sandbox) == ["2026-03-01T06:00:00Z", "2026-03-02T06:00:00Z"]


def test_what_was_missed_is_caught_up(tmp_path: Path) -> None:
    """Days that passed without a scheduler, at its next start, and before it returns."""
    store = tmp_path / "flyte.sqlite"
    with Sandbox(store, clock=Simulated(START)) as sandbox:
        Client.of(sandbox).workflow()
        Client.of(sandbox).scheduled()
        Client.of(sandbox).activate()
        sandbox.advance(2 * DAY)
        assert fired(sandbox) == []

    with Sandbox(store, clock=Simulated(), scheduler=True) as sandbox:
        sandbox.advance(timedelta(minutes=1))
        assert fired(sandbox) == ["2026-03-01T06:00:00Z", "2026-03-02T06:00:00Z"]


def test_a_never_firing_schedule_ends_the_catch_up_of_the_next_start(tmp_path: Path) -> None:
    """As in Admin, where nobody is told; here the sandbox says which and why."""
    store = tmp_path / "flyte.sqlite"
    with Sandbox(store, clock=Simulated(START)) as sandbox:
        Client.of(sandbox).workflow()
        Client.of(sandbox).scheduled("lp", cron="0 0 30 2 *")
        Client.of(sandbox).activate()
        sandbox.advance(DAY)

    with Sandbox(store, clock=Simulated(), scheduler=True) as sandbox:
        sandbox.advance(DAY)
        assert "0 0 30 2 *" in (sandbox.scheduler_failure or "")


def test_the_real_clock_fires_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a thread; a rate is due as soon as the scheduler starts."""
    store = tmp_path / "flyte.sqlite"
    with Sandbox(store) as before:
        client = Client.of(before)
        client.workflow()
        schedule = {"rate": {"value": 1, "unit": "DAY"}}
        client.launch_plan(entity_metadata={"schedule": schedule})
        client.activate()
    sandbox, created = Sandbox(store, scheduler=True), threading.Event()
    answer = sandbox.admin.within

    def seen(method: str, payload: bytes) -> bytes:
        content = answer(method, payload)
        created.set()
        return content

    with monkeypatch.context() as patched:
        patched.setattr(sandbox.admin, "within", seen)
        sandbox.start()
        assert created.wait(20)
    assert len(fired(sandbox)) == 1
    sandbox.stop()


def post(sandbox: Sandbox, path: str, body: Any, content_type: str = "application/json") -> Any:
    """Use a control over HTTP; return the status and the answer."""
    request = urllib.request.Request(
        f"http://{sandbox.http_endpoint}{path}",
        data=json.dumps(body).encode(),
        headers={"Content-Type": content_type},
        method="PUT" if path.endswith("chaos") else "POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def test_the_clock_is_wound_over_http(sandbox: Sandbox) -> None:
    """By a control that no web page can use, since it wants JSON."""
    path = "/sandbox/clock/advance"

    assert post(sandbox, path, {"duration": "1d12h"}) == (
        200,
        {"now": "2026-03-02T12:00:00Z", "failure": None},
    )
    status, answer = post(sandbox, path, {"duration": "soon"})
    assert status == 400
    assert "no duration" in answer["error"]
    assert post(sandbox, path, {"duration": "1d"}, "text/plain")[0] == 415
    assert post(sandbox, "/sandbox/nothing", {})[0] == 404


def test_a_real_clock_is_not_wound() -> None:
    """It says so."""
    with Sandbox() as sandbox, pytest.raises(ClockError, match="real clock"):
        sandbox.advance(DAY)


def test_bad_days_begin_and_end_over_http(sandbox: Sandbox) -> None:
    """For clients in other processes."""
    client = Client.of(sandbox)

    assert post(sandbox, "/sandbox/chaos", {"chaos": "unavailable=1"})[0] == 200
    with pytest.raises(Exception, match="UNAVAILABLE"):
        client("GetVersion")
    assert post(sandbox, "/sandbox/chaos", {"chaos": "unavailble=1"})[0] == 400
    assert post(sandbox, "/sandbox/chaos", {"chaos": ""})[0] == 200
    client("GetVersion")


def test_the_scheduler_has_no_bad_days(sandbox: Sandbox) -> None:
    """They are between Admin and its clients."""
    client = Client.of(sandbox)
    client.scheduled()
    client.activate()
    post(sandbox, "/sandbox/chaos", {"chaos": "methods=CreateExecution,unavailable=1"})

    sandbox.advance(DAY)

    assert fired(sandbox) == ["2026-03-01T06:00:00Z"]


@pytest.mark.parametrize(
    ("text", "seconds"), [("3d", 259_200), ("1h30m", 5_400), ("90s", 90), ("500ms", 0.5)]
)
def test_durations(text: str, seconds: float) -> None:
    """As people write them."""
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "3", "d", "3d x", "-1d", "1w"])
def test_what_is_no_duration(text: str) -> None:
    """Is refused with an example."""
    with pytest.raises(ClockError, match="3d, 1h30m or 90s"):
        parse_duration(text)


def test_clocks_by_their_names() -> None:
    """Real, simulated, or simulated from some time on."""
    assert parse_clock("simulated") == Simulated()
    assert parse_clock("2026-03-01T00:00:00Z") == Simulated(START)
    assert abs(datetime.now(UTC).timestamp() - parse_clock("real")() / 1e9) < 60  # type: ignore[operator]
    with pytest.raises(ClockError, match="expected real, simulated"):
        parse_clock("yesterday")
