"""Where the time of an execution went."""

from typing import Any

import pytest

from tests.sandbox.executions.conftest import (
    World,
    execution_id,
    integer,
    versioned,
)


def _tree(world: World, depth: int = -1, name: str = "e1") -> Any:
    answer = world.call("GetExecutionMetrics", {"id": execution_id(name), "depth": depth})
    return _told(answer.span)


def _told(span: Any) -> Any:
    """A span as its operation, or as who it is of and the spans below."""
    kind = span.WhichOneof("id")
    if kind == "operation_id":
        return span.operation_id
    of = getattr(span, kind)
    name = {"workflow_id": "name", "node_id": "node_id", "task_id": "retry_attempt"}[kind]
    return (getattr(of, name), [_told(each) for each in span.spans])


def _ran(world: World, node: str, *, begin: int, end: int, **event: Any) -> None:
    told = {"node": node, "spec_node_id": node, **event}
    world.node_phase("RUNNING", begin, **told)
    world.node_phase("SUCCEEDED", end, node=node)


def test_not_yet_started_is_all_setup(world: World) -> None:
    """Until the start node is heard of; depth 0 is the execution alone."""
    world.launch("e1")
    world.node_phase("RUNNING", 3, spec_node_id="n0")

    assert _tree(world, 0) == ("e1", [])
    assert _tree(world) == ("e1", ["WORKFLOW_SETUP"])


def test_gate_waits(world: World) -> None:
    """Setup, idle, teardown; before it has started, setup alone."""
    world.launch("e1")
    _ran(world, "start-node", begin=1, end=1)
    assert _tree(world) == ("e1", ["WORKFLOW_SETUP"])

    world.node_phase("QUEUED", 2, spec_node_id="n0")
    waiting = ("n0", ["NODE_TRANSITION", "NODE_SETUP"])
    assert _tree(world) == ("e1", ["WORKFLOW_SETUP", waiting, "WORKFLOW_TEARDOWN"])

    world.node_phase("RUNNING", 3)
    world.node_phase("SUCCEEDED", 5)
    gate = ("n0", ["NODE_TRANSITION", "NODE_SETUP", "NODE_IDLE", "NODE_TEARDOWN"])
    assert _tree(world) == ("e1", ["WORKFLOW_SETUP", gate, "WORKFLOW_TEARDOWN"])


@pytest.fixture
def tasks(world: World) -> World:
    """The Admin with a workflow `two`: task `a`, and after it `b` or nothing."""
    world.task(interface={"inputs": {}, "outputs": {}})
    task = {"reference_id": versioned("TASK", "t")}
    then = {"id": "then", "metadata": {"name": "then"}, "task_node": task}
    other = {"id": "otherwise", "metadata": {"name": "otherwise"}, "task_node": task}
    same = {"primitive": integer(1)["scalar"]["primitive"]}
    case = {
        "condition": {"comparison": {"operator": "EQ", "left_value": same, "right_value": same}},
        "then_node": then,
    }
    branch = {"if_else": {"case": case, "else_node": other}}
    world.workflow(
        "two",
        nodes=[
            {"id": "a", "task_node": task},
            {"id": "b", "branch_node": branch, "upstream_node_ids": ["a"]},
        ],
    )
    world.launch("e1", of="two")
    _ran(world, "start-node", begin=1, end=1)
    return world


def test_attempts_follow_each_other(tasks: World) -> None:
    """A reset between two; their own parts one level deeper."""
    tasks.node_phase("RUNNING", 2, node="a", spec_node_id="a")
    tasks.task_phase("RUNNING", 3, node="a")
    tasks.task_phase("FAILED", 5, node="a")
    tasks.task_phase("QUEUED", 6, node="a", attempt=1)
    tasks.node_phase("SUCCEEDED", 9, node="a")

    ran = (0, ["TASK_SETUP", "TASK_RUNTIME", "TASK_TEARDOWN"])
    spans = ["NODE_TRANSITION", "NODE_SETUP", ran, "NODE_RESET", (1, ["TASK_SETUP"])]
    assert _tree(tasks) == ("e1", ["WORKFLOW_SETUP", ("a", [*spans, "NODE_TEARDOWN"])])
    assert _tree(tasks, 1) == ("e1", ["WORKFLOW_SETUP", ("a", ["NODE_TRANSITION"])])


def test_branch_is_one_node_by_its_compiled_name(tasks: World) -> None:
    """Its node is known as the compiler calls it; two of them make no sense."""
    tasks.node_phase("RUNNING", 2, node="b", spec_node_id="b")
    parent: Any = {"parent_node_metadata": {"node_id": "b"}}
    assert _tree(tasks) == ("e1", ["WORKFLOW_SETUP", ("b", ["NODE_SETUP"]), "WORKFLOW_TEARDOWN"])

    tasks.node_phase("RUNNING", 3, node="c", spec_node_id="b-then", **parent)
    spans = ["NODE_SETUP", ("c", ["NODE_SETUP"])]
    assert _tree(tasks) == ("e1", ["WORKFLOW_SETUP", ("b", spans), "WORKFLOW_TEARDOWN"])

    tasks.node_phase("RUNNING", 4, node="d", spec_node_id="b-otherwise", **parent)
    refused = tasks.refused("GetExecutionMetrics", {"id": execution_id(), "depth": -1})
    assert refused == (
        "INTERNAL invalid branch node execution: expected 1 but found 2 node execution(s)"
    )


def test_branch_into_nowhere_is_an_error(tasks: World) -> None:
    """The node must be one of the branch's."""
    tasks.node_phase("RUNNING", 2, node="b", spec_node_id="b")
    parent: Any = {"parent_node_metadata": {"node_id": "b"}}
    tasks.node_phase("RUNNING", 3, node="c", spec_node_id="then", **parent)

    refused = tasks.refused("GetExecutionMetrics", {"id": execution_id(), "depth": -1})
    assert refused.startswith(
        "INTERNAL failed to identify branch node final node definition for nodeID 'then' and "
    )


def test_node_that_the_workflow_lacks_is_an_error(tasks: World) -> None:
    """From the first level on."""
    tasks.node_phase("RUNNING", 2, node="x", spec_node_id="x")

    assert _tree(tasks, 0) == ("e1", [])
    refused = tasks.refused("GetExecutionMetrics", {"id": execution_id(), "depth": 1})
    assert refused.startswith("INTERNAL failed to discover workflow node 'x' in workflow '")


def test_launched_workflow_is_a_tree_in_the_tree(world: World) -> None:
    """Once the node tells which execution it launched."""
    reference = {"launchplan_ref": versioned("LAUNCH_PLAN", "w")}
    world.workflow("outer", nodes=[{"id": "n0", "workflow_node": reference}])
    world.launch("e1", of="outer")
    world.launch("c1")
    _ran(world, "start-node", begin=1, end=1)
    world.node_phase("QUEUED", 2, spec_node_id="n0")
    node: Any = ("n0", ["NODE_TRANSITION", "NODE_SETUP"])
    assert _tree(world) == ("e1", ["WORKFLOW_SETUP", node, "WORKFLOW_TEARDOWN"])

    child = {"execution_id": execution_id("c1")}
    world.node_phase("RUNNING", 3, workflow_node_metadata=child)
    node = ("n0", ["NODE_TRANSITION", "NODE_SETUP", ("c1", ["WORKFLOW_SETUP"])])
    assert _tree(world) == ("e1", ["WORKFLOW_SETUP", node, "WORKFLOW_TEARDOWN"])
