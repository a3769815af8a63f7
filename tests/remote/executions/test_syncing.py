"""A sync: what is read, what is left alone, and what a node shows of what ran in it."""

from typing import Any

import grpc
import pytest

from reconciler.errors import AdminError, PermissionDeniedError
from reconciler.remote import FlyteWorkflowExecution
from reconciler.sandbox import Refusal
from tests.remote.executions.conftest import Running
from tests.sandbox.executions.conftest import execution_id, integer, node_id, versioned


@pytest.fixture
def launched(running: Running, name: str) -> FlyteWorkflowExecution:
    """An execution that runs."""
    execution = running.remote.execute("w@v1", {"x": 3}, execution_name=name)
    running.world.phase("RUNNING", name=name)
    running.calls.clear()
    return execution


def node(running: Running, name: str, id: str, phase: str = "SUCCEEDED", **event: Any) -> None:
    running.world.node_phase("RUNNING", 2, node=id, name=name, **event)
    if phase != "RUNNING":
        running.world.node_phase(phase, 3, node=id, name=name, **event)


def attempt(
    running: Running, name: str, id: str, number: int = 0, phase: str = "SUCCEEDED", **event: Any
) -> None:
    running.world.call(
        "CreateTaskEvent",
        {
            "event": {
                "task_id": versioned("TASK", "t"),
                "parent_node_execution_id": node_id(id, name),
                "retry_attempt": number,
                "phase": phase,
                "occurred_at": "2024-05-01T00:00:04Z",
                **event,
            }
        },
    )


def test_one_call_without_nodes(running: Running, launched: FlyteWorkflowExecution) -> None:
    """State costs one call; data another one, once it is looked at, for both sides."""
    synced = running.remote.sync_execution(launched)

    assert synced is launched
    assert synced.current_state == "RUNNING"
    assert running.asked() == {"GetExecution": 1}
    assert synced.inputs["x"] == 3
    assert len(synced.inputs) == 3
    assert running.asked() == {"GetExecutionData": 1}


def test_fetch_is_one_read(running: Running, launched: FlyteWorkflowExecution) -> None:
    """Not two, and no launch plan or workflow."""
    found = running.remote.fetch_execution(name=launched.id.name)

    assert found.id == launched.id
    assert running.asked() == {"GetExecution": 1}


def test_nodes_come_in_whole_lists(running: Running, launched: FlyteWorkflowExecution) -> None:
    """One list for all nodes, and one of attempts for each that may have run a task."""
    name = launched.id.name
    for id in ("start-node", "n0", "n1", "end-node"):
        node(running, name, id)
    attempt(running, name, "n0", 0, "FAILED", error={"code": "USER:x", "message": "no"})
    attempt(running, name, "n0", 1, reason="it went well", custom_info={"a": 1})

    launched.sync(sync_nodes=True)

    assert list(launched.node_executions) == ["start-node", "n0", "n1", "end-node"]
    attempts = launched.node_executions["n0"].task_executions
    assert [one.current_state for one in attempts] == ["FAILED", "SUCCEEDED"]
    assert [one.id.retry_attempt for one in attempts] == [0, 1]
    assert attempts[0].error is not None
    assert attempts[1].closure.reason == "it went well"
    assert attempts[1].closure.custom_info["a"] == 1
    assert launched.node_executions["n1"].task_executions == []
    assert running.asked() == {
        "GetExecution": 1,
        "ListNodeExecutions": 1,
        "ListTaskExecutions": 2,
    }


def test_what_had_ended_is_not_read_again(
    running: Running, launched: FlyteWorkflowExecution
) -> None:
    """The second sync looks only into nodes that still ran at the first."""
    name = launched.id.name
    node(running, name, "n0")
    attempt(running, name, "n0")
    node(running, name, "n1", "RUNNING")
    attempt(running, name, "n1", phase="RUNNING")
    launched.sync(sync_nodes=True)
    first = launched.node_executions["n0"]
    assert running.asked()["ListTaskExecutions"] == 2

    running.world.node_phase("SUCCEEDED", 5, node="n1", name=name)
    attempt(running, name, "n1")
    launched.sync(sync_nodes=True)

    assert running.asked() == {
        "GetExecution": 1,
        "ListNodeExecutions": 1,
        "ListTaskExecutions": 1,
    }
    assert launched.node_executions["n0"] is first
    assert launched.node_executions["n1"].task_executions[0].current_state == "SUCCEEDED"
    running.world.phase("SUCCEEDED", 6, name=name)
    launched.sync(sync_nodes=True)
    assert launched.is_settled
    assert "ListTaskExecutions" not in running.asked()


def test_recovered_is_an_end(running: Running, launched: FlyteWorkflowExecution) -> None:
    """A recovered node is done, has outputs, and is left alone from then on."""
    name = launched.id.name
    outputs = {"output_data": {"literals": {"o0": integer(7)}}}
    node(running, name, "n0", "RUNNING")
    running.world.node_phase("RECOVERED", 3, node="n0", name=name, **outputs)

    launched.sync(sync_nodes=True)
    found = launched.node_executions["n0"]

    assert found.current_state == "RECOVERED"
    assert found.is_done
    assert found.is_successful
    assert found.is_settled
    assert found.outputs["o0"] == 7


def test_a_users_node_is_no_system_node(
    running: Running, launched: FlyteWorkflowExecution
) -> None:
    """Only `start-node` and `end-node` are, whatever else a node's id contains; children have
    longer ids, and are told by the one in their workflow."""
    name = launched.id.name
    for id in ("my-end-node-x", "start-node-2"):
        node(running, name, id)
        attempt(running, name, id)
    node(running, name, "n0-0-start-node", spec_node_id="start-node")

    launched.sync(sync_nodes=True)

    assert len(launched.node_executions["my-end-node-x"].task_executions) == 1
    assert len(launched.node_executions["start-node-2"].task_executions) == 1
    assert launched.node_executions["n0-0-start-node"].is_system
    assert running.asked()["ListTaskExecutions"] == 2


def test_children_at_any_depth(running: Running, launched: FlyteWorkflowExecution) -> None:
    """Sub-workflows, branches in branches and dynamic tasks; of these the own attempt, too."""
    name = launched.id.name
    node(running, name, "sub", is_parent=True)
    inner: dict[str, Any] = {"parent_node_metadata": {"node_id": "sub"}}
    node(running, name, "sub-0-branch", is_parent=True, spec_node_id="branch", **inner)
    deep: dict[str, Any] = {"parent_node_metadata": {"node_id": "sub-0-branch"}}
    node(running, name, "sub-0-branch-0-dn", is_parent=True, is_dynamic=True, **deep)
    attempt(running, name, "sub-0-branch-0-dn")
    deepest: dict[str, Any] = {"parent_node_metadata": {"node_id": "sub-0-branch-0-dn"}}
    node(running, name, "leaf", **deepest)
    attempt(running, name, "leaf")

    launched.sync(sync_nodes=True)

    sub = launched.node_executions["sub"]
    branch = sub.subworkflow_node_executions["sub-0-branch"]
    dynamic = branch.subworkflow_node_executions["sub-0-branch-0-dn"]
    leaf = dynamic.subworkflow_node_executions["leaf"]
    assert len(dynamic.task_executions) == 1
    assert [one.current_state for one in leaf.task_executions] == ["SUCCEEDED"]
    assert sub.executions == [branch]
    assert sub.is_settled
    assert running.asked() == {
        "GetExecution": 1,
        "ListNodeExecutions": 4,
        "ListTaskExecutions": 2,
    }


def test_depth_says_how_far(running: Running, launched: FlyteWorkflowExecution) -> None:
    """0 for the execution's own nodes, 1 for their children; what was not read is not settled."""
    name = launched.id.name
    node(running, name, "sub", is_parent=True)
    node(running, name, "in", is_parent=True, parent_node_metadata={"node_id": "sub"})
    node(running, name, "deep", parent_node_metadata={"node_id": "in"})

    launched.sync(sync_nodes=True, depth=0)
    sub = launched.node_executions["sub"]
    assert sub.subworkflow_node_executions == {}
    assert not sub.is_settled

    launched.sync(sync_nodes=True, depth=1)
    assert list(sub.subworkflow_node_executions) == ["in"]
    assert sub.subworkflow_node_executions["in"].subworkflow_node_executions == {}

    launched.sync(sync_nodes=True)
    assert list(sub.subworkflow_node_executions["in"].subworkflow_node_executions) == ["deep"]
    assert sub.is_settled


def test_map_task_is_an_attempt_that_tells_of_all(
    running: Running, launched: FlyteWorkflowExecution
) -> None:
    """An array node has one attempt, whose metadata lists the items."""
    name = launched.id.name
    node(running, name, "n0", is_array=True)
    items = [{"external_id": f"i{index}", "index": index} for index in range(3)]
    attempt(running, name, "n0", metadata={"external_resources": items})

    launched.sync(sync_nodes=True)

    found = launched.node_executions["n0"].task_executions[0]
    assert len(found.closure.metadata.external_resources) == 3


def test_launched_executions_are_followed(
    running: Running, launched: FlyteWorkflowExecution, name: str
) -> None:
    """The node shows the execution, and the nodes of that; a circle is gone round once."""
    child = f"{name[:40]}-child"
    running.remote.execute("w@v1", {"x": 4}, execution_name=child)
    running.world.phase("SUCCEEDED", 2, name=child)
    node(running, child, "n0")
    attempt(running, child, "n0")
    for id, target in (("launch", child), ("circle", name)):
        node(running, name, id, "RUNNING")
        launches = {"workflow_node_metadata": {"execution_id": execution_id(target)}}
        running.world.node_phase("SUCCEEDED", 4, node=id, name=name, **launches)
    running.calls.clear()

    launched.sync(sync_nodes=True)

    found = launched.node_executions["launch"].workflow_executions[0]
    assert found.id.name == child
    assert found.inputs["x"] == 4
    assert len(found.node_executions["n0"].task_executions) == 1
    assert launched.node_executions["circle"].workflow_executions[0].node_executions == {}
    assert running.asked()["ListTaskExecutions"] == 1


def test_one_bad_node_leaves_the_others(
    running: Running, launched: FlyteWorkflowExecution
) -> None:
    """It says why it could not be read, and the next sync tries it again."""
    name = launched.id.name
    node(running, name, "n0")
    node(running, name, "sub", is_parent=True)
    attempt(running, name, "n0")

    def fail(method: str, answer: bytes) -> bytes:
        if method == "ListTaskExecutions":
            raise Refusal(grpc.StatusCode.NOT_FOUND, "gone")
        return answer

    running.on_answer = fail

    launched.sync(sync_nodes=True)
    found = launched.node_executions["n0"]
    assert isinstance(found.sync_error, AdminError)
    assert not found.is_settled
    assert launched.node_executions["sub"].sync_error is None

    running.on_answer = lambda method, answer: answer
    launched.sync(sync_nodes=True)
    found = launched.node_executions["n0"]
    assert found.sync_error is None
    assert len(found.task_executions) == 1


def test_what_befalls_all_reads_is_raised(
    running: Running, launched: FlyteWorkflowExecution
) -> None:
    """A login without the right to read is no matter of one node."""
    node(running, launched.id.name, "n0")

    def refuse(method: str, answer: bytes) -> bytes:
        if method == "ListTaskExecutions":
            raise Refusal(grpc.StatusCode.PERMISSION_DENIED, "not you")
        return answer

    running.on_answer = refuse

    with pytest.raises(PermissionDeniedError):
        launched.sync(sync_nodes=True)


def test_errors_that_a_list_cut_off_are_read_whole(
    running: Running, launched: FlyteWorkflowExecution
) -> None:
    """Lists show 100 bytes of a message; the rest costs a call, once it is asked for."""
    name = launched.id.name
    error = {"code": "USER:x", "message": "long " * 100}
    running.world.node_phase("FAILED", 3, node="n0", name=name, error=error)
    running.world.node_phase("FAILED", 3, node="n1", name=name, error={"message": "short"})
    launched.sync(sync_nodes=True)
    running.asked()

    long, short = launched.node_executions["n0"].error, launched.node_executions["n1"].error

    assert long is not None
    assert short is not None
    assert len(long.message) == 500
    assert short.message == "short"
    assert running.asked() == {"GetNodeExecution": 1}


def test_single_nodes_and_attempts_can_be_synced(
    running: Running, launched: FlyteWorkflowExecution
) -> None:
    """Each by one read of itself, and a node with what is in it."""
    name = launched.id.name
    node(running, name, "n0", "RUNNING")
    attempt(running, name, "n0", phase="RUNNING")
    launched.sync(sync_nodes=True)
    found = launched.node_executions["n0"]
    running.asked()

    attempt(running, name, "n0")
    running.world.node_phase("SUCCEEDED", 6, node="n0", name=name)
    task = running.remote.sync_task_execution(found.task_executions[0])
    assert task.is_done
    assert running.asked() == {"GetTaskExecution": 1}
    assert running.remote.sync_node_execution(found).is_settled
    assert running.asked() == {"GetNodeExecution": 1, "ListTaskExecutions": 1}
    assert found.task_executions[0] is task


def test_fields_of_other_versions_are_kept(
    running: Running, launched: FlyteWorkflowExecution
) -> None:
    """What this version's messages lack stays in them."""
    raw = launched.message.SerializeToString() + b"\x9a\x3f\x03new"  # field 1011, a text

    launched._take(type(launched.message).FromString(raw))

    assert b"\x9a\x3f\x03new" in launched.message.SerializeToString()


def test_many_nodes_come_in_pages(
    running: Running, launched: FlyteWorkflowExecution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full page is followed by the next one, and each node is there once."""
    from reconciler.remote.executions import syncing

    monkeypatch.setattr(syncing, "PAGE", 2)
    name = launched.id.name
    for index in range(5):
        node(running, name, f"n{index}")

    launched.sync(sync_nodes=True)

    assert list(launched.node_executions) == [f"n{index}" for index in range(5)]
    assert running.asked()["ListNodeExecutions"] >= 3


def test_data_may_come_along(
    running: Running, launched: FlyteWorkflowExecution, name: str
) -> None:
    """Of all that has ended, many at once; of what was synced without it before, too."""
    child = f"{name[:40]}-child"
    running.remote.execute("w@v1", {"x": 4}, execution_name=child)
    running.world.phase("SUCCEEDED", 2, name=child)
    node(running, name, "n0")
    attempt(running, name, "n0")
    node(running, name, "launch", "RUNNING")
    launches = {"workflow_node_metadata": {"execution_id": execution_id(child)}}
    running.world.node_phase("SUCCEEDED", 4, node="launch", name=name, **launches)
    running.world.phase("SUCCEEDED", 5, name=name)
    launched.sync(sync_nodes=True)
    running.asked()

    running.remote.sync_execution(launched, sync_nodes=True, sync_data=True)
    assert running.asked() == {
        "GetExecution": 1,
        "ListNodeExecutions": 1,
        "GetExecutionData": 2,
        "GetNodeExecutionData": 2,
        "GetTaskExecutionData": 1,
    }
    other = running.remote.fetch_execution(name=name)
    running.asked()
    running.remote.sync_execution(other, sync_nodes=True, sync_data=True)
    assert running.asked()["GetTaskExecutionData"] == 1
    assert other.node_executions["launch"].workflow_executions[0].inputs["x"] == 4
    assert running.asked() == {}
