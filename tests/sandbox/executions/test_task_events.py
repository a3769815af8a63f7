"""Task events: the first one makes an attempt, later ones join what it has."""

from typing import Any

import pytest
from flyteidl.admin import event_pb2 as admin_event_pb2
from google.protobuf import json_format

from reconciler.sandbox import Refusal
from tests.sandbox.executions.conftest import World, at, execution_id, node_id, versioned

_CREATE = "/flyteidl.service.AdminService/CreateTaskEvent"

ENDS = ("SUCCEEDED", "FAILED", "ABORTED")
OTHERS = (
    "QUEUED",
    "RUNNING",
    "INITIALIZING",
    "WAITING_FOR_RESOURCES",
    "RETRYABLE_FAILED",
    "UNDEFINED",
)


def _event(phase: str | int, **event: Any) -> Any:
    told = {
        "task_id": versioned("TASK", "t"),
        "parent_node_execution_id": node_id(),
        "phase": phase,
        "occurred_at": at(9),
    }
    return {"event": {**told, **event}}


@pytest.fixture
def started(world: World) -> World:
    """The Admin with an execution `e1` whose node `n0` runs."""
    world.launch("e1")
    world.node_phase("RUNNING")
    return world


def test_faults_are_told_one_after_the_other(world: World) -> None:
    """The event's fields, then what they name."""
    request: dict[str, Any] = {}
    event: dict[str, Any] = {}

    def answer() -> str:
        return world.refused("CreateTaskEvent", request)

    assert answer() == "INVALID_ARGUMENT missing event"
    request["event"] = event
    assert answer() == "INVALID_ARGUMENT missing occurred_at"
    event["occurred_at"] = at(1)
    assert answer() == "INVALID_ARGUMENT missing node_execution_id"
    event["parent_node_execution_id"] = {}
    assert answer() == "INVALID_ARGUMENT missing execution_id"
    event["parent_node_execution_id"] = {"execution_id": {}}
    assert answer() == "INVALID_ARGUMENT missing node_id"
    event["parent_node_execution_id"] = {"execution_id": {}, "node_id": "n0"}
    assert answer() == "INVALID_ARGUMENT missing project"
    event["parent_node_execution_id"] = node_id()
    assert answer() == "INVALID_ARGUMENT missing task_id"
    event["task_id"] = {}
    assert answer() == (
        "INVALID_ARGUMENT unexpected resource type unspecified for identifier [], "
        "expected task instead"
    )
    event["task_id"] = versioned("TASK", "t", "")
    assert answer() == "INVALID_ARGUMENT missing version"
    event["task_id"] = versioned("TASK", "t")
    assert answer().startswith("NOT_FOUND missing entity of type execution with identifier")
    world.launch("e1")
    assert answer() == (
        'NOT_FOUND Failed to get existing node execution id: [node_id:"n0"  '
        'execution_id:{project:"flytesnacks"  domain:"development"  name:"e1"}] with err: '
        "entry not found"
    )
    world.node_phase("RUNNING")
    world.call("CreateTaskEvent", request)


@pytest.mark.parametrize("end", ENDS)
def test_nothing_follows_an_end(started: World, end: str) -> None:
    """Not even the same phase, unless its version is no higher, which is a repeat."""
    started.task_phase(end)

    repeat = started.refused("CreateTaskEvent", _event(end))
    text = f"ALREADY_EXISTS have already recorded task execution phase {end} (version: 0) for"
    assert repeat.startswith(f"{text} task_id:")
    refusal = started.refusal("CreateTaskEvent", _event(end, phase_version=1))
    assert f"invalid phase change from {end} to {end} for task execution" in refusal.message
    for phase in {*ENDS, *OTHERS} - {end}:
        refusal = started.refusal("CreateTaskEvent", _event(phase))
        assert f"invalid phase change from {end} to {phase} for" in refusal.message
        assert refusal.details[0].already_in_terminal_state.current_phase == phase


def test_version_zero_is_not_written(started: World) -> None:
    """So the version of the phase before hides the first ones of the next."""
    started.task_phase("QUEUED", phase_version=3)
    started.task_phase("RUNNING", 2)

    for version in (0, 1, 3):
        refused = started.refused("CreateTaskEvent", _event("RUNNING", phase_version=version))
        assert f"(version: {version})" in refused
    started.task_phase("RUNNING", 3, phase_version=4)


def test_first_running_starts_it(started: World) -> None:
    """Later ones do not; the end cuts the start to microseconds."""
    started.task_phase("RUNNING", occurred_at=at(1, 1999))
    started.task_phase("QUEUED", 2)
    started.task_phase("RUNNING", 3)
    assert started.attempt().closure.started_at.nanos == 1999

    started.task_phase("SUCCEEDED", occurred_at=at(2, 1999))
    closure = started.attempt().closure
    assert closure.started_at.nanos == 1000
    assert (closure.duration.seconds, closure.duration.nanos) == (1, 999)


def test_time_that_no_column_holds_is_refused(started: World) -> None:
    """The database says so; nobody looked at the calendar before."""
    event = json_format.ParseDict(
        _event("RUNNING"), admin_event_pb2.TaskExecutionEventRequest()
    ).event
    event.occurred_at.seconds = 2**63 - 1
    request = admin_event_pb2.TaskExecutionEventRequest(event=event)

    with pytest.raises(Refusal, match="UNKNOWN: failed database operation with timestamp"):
        started.admin.call(_CREATE, request.SerializeToString())
    with pytest.raises(Refusal, match="missing entity"):
        started.attempt()


def test_attempts_and_tasks_are_apart(started: World) -> None:
    """Attempt 0 is a number like any other; the task need not be registered."""
    started.task_phase("FAILED", attempt=0)
    started.task_phase("RUNNING", attempt=1)
    started.call("CreateTaskEvent", _event("QUEUED", task_id=versioned("TASK", "ghost")))

    assert [started.attempt(number).closure.phase for number in (0, 1)] == [5, 2]


def test_reasons_gather(started: World) -> None:
    """Each of a list; a single one only if it is another than the last."""
    several = [{"reason": "b", "occurred_at": at(2)}, {"reason": "c"}]
    started.task_phase("QUEUED", 1, reason="a")
    started.task_phase("INITIALIZING", 2, reason="ignored", reasons=several)
    started.task_phase("RUNNING", 3, reason="c")
    started.task_phase("QUEUED", 4, reason="a")

    closure = started.attempt().closure
    assert [reason.message for reason in closure.reasons] == ["a", "b", "c", "a"]
    assert closure.reason == "a"
    assert not closure.reasons[2].HasField("occurred_at")


def test_results_of_an_end_are_kept_and_no_others(started: World) -> None:
    """An error that may be retried is lost."""
    error = {"code": "E", "message": "m"}
    started.task_phase("RUNNING", 1, output_uri="s3://early")
    started.task_phase("RETRYABLE_FAILED", 2, error=error)
    assert started.attempt().closure.WhichOneof("output_result") is None

    started.task_phase("FAILED", 3, error=error)
    assert started.attempt().closure.error.code == "E"


def test_inputs_are_set_once(started: World) -> None:
    """By address or in place; in place they lie under the task and the attempt."""
    started.task_phase("QUEUED", attempt=2, input_data={})
    started.task_phase("RUNNING", attempt=2, input_uri="s3://late")

    assert started.attempt(2).input_uri.endswith(
        "/e1/n0/flytesnacks/development/t/v1/2/offloaded_inputs"
    )


def test_logs_are_shown_by_phase_from_the_second_event_on(started: World) -> None:
    """The first event's are kept as they come."""
    pending = {"uri": "p", "name": "p", "ShowWhilePending": True}
    done = {"uri": "d", "name": "d", "HideOnceFinished": True}
    started.task_phase("QUEUED", 1, logs=[pending, done])
    assert len(started.attempt().closure.logs) == 2

    started.task_phase("INITIALIZING", 2, logs=[done])
    assert [log.uri for log in started.attempt().closure.logs] == ["p"]
    started.task_phase("RUNNING", 3, logs=[done])
    assert [log.uri for log in started.attempt().closure.logs] == ["d", "p"]
    started.task_phase("FAILED", 4)
    assert [log.uri for log in started.attempt().closure.logs] == ["p"]


def test_outputs_in_place_must_not_be_too_large(started: World) -> None:
    """Looked at before anything the event names."""
    large = {"literals": {"o": {"scalar": {"primitive": {"string_value": "y" * (2 << 20)}}}}}
    event = {"event": {"occurred_at": at(1), "output_data": large}}

    assert started.refused("CreateTaskEvent", event).startswith("RESOURCE_EXHAUSTED Output data")


def test_custom_info_that_is_no_json_is_refused(started: World) -> None:
    """Only when it has to be merged: the first one is kept unread."""
    from flyteidl.admin import event_pb2
    from google.protobuf import json_format

    from reconciler.sandbox import Refusal

    def send(phase: str) -> None:
        message = json_format.ParseDict(_event(phase), event_pb2.TaskExecutionEventRequest())
        message.event.custom_info.fields["n"].number_value = float("nan")
        path = "/flyteidl.service.AdminService/CreateTaskEvent"
        started.admin.call(path, message.SerializeToString())

    send("QUEUED")
    with pytest.raises(Refusal, match=r"failed to merge task event custom_info with error: proto"):
        send("RUNNING")


def test_task_events_come_from_the_executions_cluster(started: World) -> None:
    """As those of nodes."""
    started.phase("QUEUED", producer_id="c1")

    refusal = started.refusal("CreateTaskEvent", _event("QUEUED", producer_id="c2"))
    assert refusal.details[0].incompatible_cluster.cluster == "c2"
    assert started.call("GetExecution", {"id": execution_id()}).closure.phase == 1
