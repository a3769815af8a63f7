"""Workflow events: which phases follow which, and what each leaves."""

from typing import Any

import pytest

from tests.sandbox.executions.conftest import World, at, execution_id, integer, text

ENDS = ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT")
OTHERS = ("QUEUED", "RUNNING", "SUCCEEDING", "FAILING", "ABORTING", "UNDEFINED")


def _event(phase: str | int, **event: Any) -> Any:
    told = {"execution_id": execution_id(), "phase": phase, "occurred_at": at(9)}
    return {"event": {**told, **event}}


@pytest.fixture
def running(world: World) -> World:
    """The Admin with a running execution `e1`."""
    world.launch("e1")
    world.phase("RUNNING", 2)
    return world


def test_event_must_be_one(world: World) -> None:
    """An event, with an execution id, whose execution is there."""
    assert world.refused("CreateWorkflowEvent", {}) == (
        "INVALID_ARGUMENT Workflow event handler was called without event"
    )
    assert world.refused("CreateWorkflowEvent", {"event": {"phase": "QUEUED"}}) == (
        "INVALID_ARGUMENT Workflow event handler request event doesn't have an execution id - "
        "phase:QUEUED"
    )
    assert world.refused("CreateWorkflowEvent", _event("QUEUED")).startswith("NOT_FOUND")


@pytest.mark.parametrize("end", ENDS)
def test_nothing_follows_an_end(world: World, end: str) -> None:
    """The same phase is a repeat, any other refused with the stored phase as a detail."""
    world.launch("e1")
    world.phase(end, 1)

    repeat = world.refused("CreateWorkflowEvent", _event(end))
    assert repeat.startswith(f"ALREADY_EXISTS This phase {end} was already recorded")
    for phase in {*ENDS, *OTHERS} - {end}:
        refusal = world.refusal("CreateWorkflowEvent", _event(phase))
        assert refusal.message.startswith(f"Invalid phase change from {end} to {phase} for")
        assert refusal.details[0].already_in_terminal_state.current_phase == end


@pytest.mark.parametrize("before", OTHERS)
def test_nearly_any_phase_follows_one_that_is_no_end(world: World, before: str) -> None:
    """But RUNNING does not go back to QUEUED, and ABORTING only ends."""
    for number, after in enumerate((*OTHERS, *ENDS)):
        name = f"e{number}"
        world.launch(name)
        if before != "UNDEFINED":
            world.phase(before, 1, name=name)
        event = {"event": {**_event(after)["event"], "execution_id": execution_id(name)}}
        if after == before and after != "QUEUED":
            assert "already recorded" in world.refused("CreateWorkflowEvent", event)
        elif (before, after) == ("RUNNING", "QUEUED"):
            assert "Cannot go from RUNNING to QUEUED" in world.refused(
                "CreateWorkflowEvent", event
            )
        elif before == "ABORTING" and after not in ENDS:
            refusal = world.refusal("CreateWorkflowEvent", event)
            assert "Invalid phase change from aborting to" in refusal.message
            assert not refusal.details
        else:
            world.call("CreateWorkflowEvent", event)


def test_unknown_phase_is_kept_but_counts_as_none(world: World) -> None:
    """It reads back as it was sent; the next event finds UNDEFINED."""
    world.launch("e1")
    world.phase(42, 1)

    assert world.execution().closure.phase == 42
    assert world.names("eq(phase,42)") == ["e1"]
    assert "This phase UNDEFINED was" in world.refused("CreateWorkflowEvent", _event("UNDEFINED"))
    world.phase(42, 2)
    world.phase("RUNNING", 3)


def test_times_come_from_the_event(running: World) -> None:
    """Each RUNNING starts anew; an end makes the duration, which may be negative."""
    running.phase("SUCCEEDING", 3)
    running.phase("RUNNING", 5)
    running.phase("FAILED", 1)

    closure = running.execution().closure
    assert closure.started_at.ToJsonString() == "2024-05-01T00:00:05Z"
    assert closure.updated_at.ToJsonString() == "2024-05-01T00:00:01Z"
    assert closure.duration.ToJsonString() == "-4s"
    assert running.names("eq(duration,-4s)") == ["e1"]


def test_duration_is_taken_from_the_row_which_has_microseconds(world: World) -> None:
    """What the start had beyond them counts as run."""
    world.launch("e1")
    world.phase("RUNNING", occurred_at=at(1, 999))
    world.phase("SUCCEEDED", occurred_at=at(1, 1001))

    closure = world.execution().closure
    assert closure.started_at.nanos == 999
    assert closure.duration.nanos == 1001


def test_event_needs_a_time(world: World) -> None:
    """Without one nothing changes."""
    world.launch("e1")

    for phase in ("QUEUED", "SUCCEEDED"):
        event = {"event": {"execution_id": execution_id(), "phase": phase}}
        assert world.refused("CreateWorkflowEvent", event) == (
            "INTERNAL Failed to parse OccurredAt: timestamp: nil Timestamp"
        )
    assert world.execution().closure.phase == 0


def test_result_of_any_phase_is_kept_until_another_comes(running: World) -> None:
    """Outputs by URL, outputs in place, an error: the last one told."""
    running.phase("SUCCEEDING", 3, output_uri="s3://x/early")
    assert running.execution().closure.outputs.uri == "s3://x/early"

    running.phase("RUNNING", 4, error={"code": "E", "message": "m", "kind": "USER"})
    assert running.execution().closure.error.code == "E"
    running.phase("SUCCEEDING", 5)
    assert running.execution().closure.error.code == "E"

    running.phase("SUCCEEDED", 6, output_data={})
    uri = running.execution().closure.outputs.uri
    assert uri.endswith("/metadata/flytesnacks/development/e1/offloaded_outputs")
    assert running.names("eq(error_code,E)") == ["e1"]


def test_outputs_in_place_must_not_be_too_large(running: World) -> None:
    """At most 2 MiB as a message; the store then gives no more than that either."""
    outputs = {"literals": {"o": text("y" * (2 << 20))}}

    refused = running.refused("CreateWorkflowEvent", _event("SUCCEEDED", output_data=outputs))
    assert refused == (
        "RESOURCE_EXHAUSTED Output data size exceeds platform configured threshold "
        "(2097180 > 2097152)"
    )
    running.phase("SUCCEEDED", output_data={"literals": {"o": integer(8)}})
    data = running.call("GetExecutionData", {"id": execution_id()})
    assert data.full_outputs.literals["o"].scalar.primitive.integer == 8


def test_aborted_without_a_word_shows_an_empty_one(running: World) -> None:
    """An error that came with it is hidden, yet found by filters."""
    running.phase("ABORTED", 3, error={"code": "E", "message": "m", "kind": "SYSTEM"})

    closure = running.execution().closure
    assert closure.HasField("abort_metadata")
    assert not closure.abort_metadata.cause
    assert running.names("eq(error_kind,SYSTEM)") == ["e1"]


def test_end_after_a_terminate_keeps_the_cause_unless_it_has_an_error(running: World) -> None:
    """SUCCEEDED shows what the terminate said; FAILED with an error replaces it."""
    running.launch("e2")
    for name in ("e1", "e2"):
        running.call("TerminateExecution", {"id": execution_id(name), "cause": "enough"})
    running.phase("SUCCEEDED", 3)
    running.phase("FAILED", 3, name="e2", error={"code": "E", "message": "m"})

    assert running.execution("e1").closure.abort_metadata.cause == "enough"
    assert running.execution("e2").closure.error.code == "E"


def test_cluster_changes_with_a_queued_event_only(world: World) -> None:
    """Any other event must come from it, or from nobody in particular."""
    world.launch("e1")
    refusal = world.refusal("CreateWorkflowEvent", _event("RUNNING", producer_id="c1"))
    assert refusal.message == (
        "Cluster/producer from event [c1] does not match existing workflow execution "
        "clusterInDB: []"
    )
    assert refusal.details[0].incompatible_cluster.cluster == "c1"

    world.phase("QUEUED", producer_id="c1")
    world.phase("RUNNING", producer_id="c1")
    world.phase("SUCCEEDING", producer_id="propeller")
    world.phase("QUEUED", producer_id="c2")
    assert world.execution().spec.metadata.system_metadata.execution_cluster == "c2"
    assert world.names("eq(cluster,c2)") == ["e1"]


def test_producer_with_a_nul_cannot_be_stored(world: World) -> None:
    """It would become a column; an error's message would not."""
    world.launch("e1")

    refused = world.refused("CreateWorkflowEvent", _event("QUEUED", producer_id="a\0"))
    assert refused.startswith("UNKNOWN failed database operation with invalid byte sequence")
    world.phase("FAILED", error={"code": "E", "message": "a\0b"})
    assert world.execution().closure.error.message == "a\0b"
    code = world.refused("CreateExecution", {**world.request("e1")})
    assert "executions_pkey" in code


def test_archived_executions_run_on(running: World) -> None:
    """State and phase know nothing of each other."""
    running.call("UpdateExecution", {"id": execution_id(), "state": "EXECUTION_ARCHIVED"})
    running.phase("SUCCEEDED", 3)

    closure = running.execution().closure
    assert (closure.phase, closure.state_change_details.state) == (4, 1)
