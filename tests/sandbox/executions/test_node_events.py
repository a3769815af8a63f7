"""Node events: the first one makes a node, later ones move it."""

from typing import Any

import pytest

from tests.sandbox.executions.conftest import World, at, execution_id, integer, node_id, versioned

ENDS = ("SUCCEEDED", "FAILED", "ABORTED", "SKIPPED", "TIMED_OUT", "RECOVERED")
OTHERS = ("QUEUED", "RUNNING", "FAILING", "DYNAMIC_RUNNING", "UNDEFINED")


def _event(phase: str | int, **event: Any) -> Any:
    return {"event": {"id": node_id(), "phase": phase, "occurred_at": at(9), **event}}


@pytest.fixture
def started(world: World) -> World:
    """The Admin with an execution `e1`."""
    world.launch("e1")
    return world


@pytest.mark.parametrize("end", ENDS)
def test_nothing_follows_an_end(started: World, end: str) -> None:
    """The message tells the row, the detail the phase that was asked for."""
    started.node_phase(end)

    repeat = started.refused("CreateNodeEvent", _event(end))
    assert repeat.startswith(f"ALREADY_EXISTS This phase was already recorded {end} for node_id:")
    for phase in {*ENDS, *OTHERS} - {end}:
        refusal = started.refusal("CreateNodeEvent", _event(phase))
        assert refusal.code.name == "FAILED_PRECONDITION"
        text = f"Invalid phase change from {end} to {phase} for node execution 1"
        assert refusal.message == text
        assert refusal.details[0].already_in_terminal_state.current_phase == phase


def test_any_phase_follows_one_that_is_no_end(started: World) -> None:
    """Back and forth; each RUNNING starts anew."""
    for second, phase in enumerate(("RUNNING", "QUEUED", "FAILING", "RUNNING", "UNDEFINED"), 1):
        started.node_phase(phase, second)

    closure = started.node().closure
    assert closure.started_at.ToJsonString() == "2024-05-01T00:00:04Z"
    assert closure.created_at.ToJsonString() == "2024-05-01T00:00:01Z"


def test_events_are_taken_after_the_execution_ended(started: World) -> None:
    """Its end does not end its nodes."""
    started.phase("SUCCEEDED")
    started.node_phase("RUNNING")

    assert started.node().closure.phase == 2


def test_updated_is_when_it_was_reported(started: World) -> None:
    """Unless that is missing or zero."""
    started.node_phase("QUEUED", 1, reported_at=at(5))
    assert started.node().closure.updated_at.ToJsonString() == "2024-05-01T00:00:05Z"

    started.node_phase("RUNNING", 6, reported_at="1970-01-01T00:00:00Z")
    assert started.node().closure.updated_at.ToJsonString() == "2024-05-01T00:00:06Z"


def test_time_is_missed_where_it_is_needed(started: World) -> None:
    """Four ways to say so, none of which leaves a trace."""
    new = {"event": {"id": node_id(), "phase": "QUEUED"}}
    assert started.refused("CreateNodeEvent", new) == "INTERNAL failed to read event timestamp"
    new["event"]["phase"] = "RUNNING"
    unmarshalled = "INTERNAL failed to unmarshal occurredAt with error: timestamp: nil Timestamp"
    assert started.refused("CreateNodeEvent", new) == unmarshalled

    started.node_phase("QUEUED")
    assert started.refused("CreateNodeEvent", new) == unmarshalled
    new["event"]["phase"] = "FAILING"
    late = "INTERNAL failed to parse updated at timestamp"
    assert started.refused("CreateNodeEvent", new) == late
    started.node_phase("RUNNING")
    new["event"]["phase"] = "FAILED"
    assert started.refused("CreateNodeEvent", new) == (
        "INTERNAL Failed to parse node execution occurred at timestamp: timestamp: nil Timestamp"
    )
    assert started.node().closure.phase == 2


def test_inputs_are_set_once_and_results_at_the_end(started: World) -> None:
    """Outputs, errors and decks of other phases are dropped, a deck of RUNNING is not."""
    error = {"code": "E", "message": "m"}
    started.node_phase("QUEUED", output_uri="s3://early", deck_uri="s3://early")
    started.node_phase("RUNNING", input_uri="s3://in", error=error, deck_uri="s3://deck")
    started.node_phase("FAILING", input_data={"literals": {"x": integer(1)}}, error=error)

    found = started.node()
    assert (found.input_uri, found.closure.deck_uri) == ("s3://in", "s3://deck")
    assert found.closure.WhichOneof("output_result") is None

    started.node_phase("FAILED", error=error)
    closure = started.node().closure
    assert (closure.error.code, closure.deck_uri) == ("E", "")


def test_outputs_in_place_may_be_large(started: World) -> None:
    """Workflow and task events are held to 2 MiB, node events are not."""
    large = {"literals": {"o": {"scalar": {"primitive": {"string_value": "y" * (2 << 20)}}}}}
    started.node_phase("SUCCEEDED", output_data=large)

    assert started.node().closure.output_uri.endswith("/e1/n0/offloaded_outputs")
    data = started.call("GetNodeExecutionData", {"id": node_id()})
    assert not data.full_outputs.literals


def test_node_id_that_makes_no_url_keeps_no_inputs(started: World) -> None:
    """The keys are told as Go prints a list."""
    event = _event("QUEUED", id=node_id("%zz"), input_data={})

    refused = started.refused("CreateNodeEvent", event)
    assert refused.startswith(
        "INTERNAL Failed to construct data reference for "
        "[metadata flytesnacks development e1 %zz offloaded_inputs] with err: "
    )


def test_cache_counts_only_with_its_key(started: World) -> None:
    """The closure's metadata is replaced; the column keeps the last status."""
    key = {"dataset_id": versioned("DATASET", "d")}
    told = {"checkpoint_uri": "s3://c", "cache_status": "CACHE_HIT"}
    started.node_phase("QUEUED", task_node_metadata=told)
    assert started.node().closure.task_node_metadata.cache_status == 0

    started.node_phase("RUNNING", task_node_metadata={**told, "catalog_key": key})
    metadata = started.node().closure.task_node_metadata
    assert (metadata.checkpoint_uri, metadata.cache_status) == ("s3://c", 2)

    started.node_phase("FAILING", task_node_metadata={})
    closure = started.node().closure
    assert closure.HasField("task_node_metadata")
    assert not closure.task_node_metadata.HasField("catalog_key")
    wanted = {"workflow_execution_id": execution_id(), "limit": 9}
    found = started.call("ListNodeExecutions", {**wanted, "filters": "eq(cache_status,CACHE_HIT)"})
    assert len(found.node_executions) == 1


def test_child_workflow_is_told_by_a_later_event(started: World) -> None:
    """Not by the first; its execution must be there, and the first told one stays."""
    started.launch("c1")
    started.launch("c2")

    def child(name: str) -> Any:
        return {"execution_id": execution_id(name)}

    started.node_phase("QUEUED", workflow_node_metadata=child("none"))
    assert not started.node().closure.HasField("workflow_node_metadata")
    event = _event("RUNNING", workflow_node_metadata=child("none"))
    assert started.refused("CreateNodeEvent", event).startswith(
        "NOT_FOUND missing entity of type execution with identifier"
    )
    started.node_phase("RUNNING", workflow_node_metadata=child("c1"))
    started.node_phase("SUCCEEDED", workflow_node_metadata=child("c2"))
    assert started.node().closure.workflow_node_metadata.executionId.name == "c1"


def test_dynamic_workflow_is_stored_before_the_phase_is_looked_at(started: World) -> None:
    """So a refused event replaces it; without a closure nothing is stored."""

    def told(*, node: str) -> Any:
        template = {"id": versioned("WORKFLOW", "dyn"), "nodes": [{"id": node}]}
        compiled = {"primary": {"template": template}}
        return {
            "dynamic_workflow": {"id": versioned("WORKFLOW", "dyn"), "compiled_workflow": compiled}
        }

    started.node_phase("DYNAMIC_RUNNING", task_node_metadata=told(node="first"))
    repeat = _event("DYNAMIC_RUNNING", task_node_metadata=told(node="second"))
    assert "already recorded" in started.refused("CreateNodeEvent", repeat)

    found = started.call("GetDynamicNodeWorkflow", {"id": node_id()}).compiled_workflow
    assert [node.id for node in found.primary.template.nodes] == ["second"]

    empty = _event("SUCCEEDED", task_node_metadata={"dynamic_workflow": {}})
    refused = started.refused("CreateNodeEvent", empty)
    assert refused.startswith("INTERNAL Failed to upload dynamic workflow closure for node id [")
    assert refused.endswith("workflow id [<nil>] with err: proto: Marshal called with nil")


@pytest.mark.parametrize(
    ("closure", "what"), [({}, "definition"), ({"primary": {}}, "template")], ids=str
)
def test_dynamic_workflow_is_checked_when_read(started: World, closure: Any, what: str) -> None:
    """It was stored unread."""
    dynamic = {"id": versioned("WORKFLOW", "dyn"), "compiled_workflow": closure}
    started.node_phase("RUNNING", task_node_metadata={"dynamic_workflow": dynamic})

    for name in ("GetDynamicNodeWorkflow", "GetNodeExecutionData"):
        assert started.refused(name, {"id": node_id()}) == (
            f"INTERNAL Empty primary workflow {what} in loaded dynamic workflow model."
        )


def test_node_events_come_from_the_executions_cluster(started: World) -> None:
    """Before the node itself is looked at."""
    started.phase("QUEUED", producer_id="c1")

    refusal = started.refusal("CreateNodeEvent", _event("QUEUED", producer_id="c2"))
    assert refusal.details[0].incompatible_cluster.cluster == "c2"
    started.node_phase("QUEUED", producer_id="c1")
