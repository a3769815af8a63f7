"""Looking at an execution again costs what changed since."""

from collections.abc import Iterator

import pytest

from reconciler.config import Config
from reconciler.model import ExecutionId
from reconciler.remote import Remote
from tests.e2e.running import Running, running
from tests.sandbox.calls import INT, versioned

ONE = ExecutionId("flytesnacks", "development", "one")


@pytest.fixture
def world() -> Iterator[Running]:
    """An execution `one` that runs its first node."""
    with running() as found:
        found.launch("one")
        found.phase("one", "RUNNING")
        found.node("one", "n0", "RUNNING")
        found.task("one", "n0", "RUNNING")
        yield found


@pytest.fixture
def remote(world: Running) -> Iterator[Remote]:
    with Remote(Config(endpoint=world.endpoint, source="test", insecure=True)) as found:
        yield found


def test_what_has_ended_is_not_read_again(world: Running, remote: Remote) -> None:
    """A look costs the execution, its nodes, and the attempts of those that run."""
    watcher = remote.watcher(ONE)
    watcher.look()
    world.task("one", "n0", "SUCCEEDED")
    world.node("one", "n0", "SUCCEEDED")
    watcher.look()
    before = remote._connection.calls.counts

    root = watcher.look()

    counts = remote._connection.calls.counts
    counts.subtract(before)
    assert +counts == {"GetExecution": 1, "ListNodeExecutions": 1}
    assert [(one.name, one.phase) for one in root.children] == [("n0", "SUCCEEDED")]
    world.finish("one")
    assert watcher.look().phase == "SUCCEEDED"
    before = remote._connection.calls.counts
    assert watcher.look().phase == "SUCCEEDED"
    assert remote._connection.calls.counts == before


def test_attempts_and_elements_of_a_map(world: Running, remote: Remote) -> None:
    """How far a map came, by the last attempt of each element; and the logs of all."""
    world.node("one", "n1", "RUNNING", is_array=True)
    resources = [
        {"index": 0, "phase": "SUCCEEDED", "external_id": "a"},
        {"index": 1, "phase": "FAILED", "external_id": "b"},
        {"index": 1, "retry_attempt": 1, "phase": "RUNNING", "external_id": "c"},
        {
            "index": 2,
            "phase": "FAILED",
            "external_id": "d",
            "logs": [{"name": "L", "uri": "https://l/2"}],
        },
    ]
    world.task("one", "n1", "RUNNING", metadata={"external_resources": resources})

    branch = remote.watcher(ONE).look().children[1]

    assert branch.runs == "t, 1 of 3 mapped, 1 failed"
    assert [log.uri for log in branch.logs] == ["https://l/2"]


def test_nodes_within_nodes(world: Running, remote: Remote) -> None:
    """Those of a sub-workflow are named by what it says of them."""
    world.client(
        "CreateWorkflow",
        {
            "id": versioned("WORKFLOW", "outer"),
            "spec": {
                "template": {
                    "id": versioned("WORKFLOW", "outer"),
                    "interface": {"inputs": {"variables": {"x": {"type": INT}}}, "outputs": {}},
                    "nodes": [
                        {
                            "id": "sub",
                            "workflow_node": {"sub_workflow_ref": versioned("WORKFLOW", "inner")},
                            "inputs": [
                                {
                                    "var": "x",
                                    "binding": {"promise": {"node_id": "start-node", "var": "x"}},
                                }
                            ],
                        }
                    ],
                },
                "sub_workflows": [
                    {
                        "id": versioned("WORKFLOW", "inner"),
                        "interface": {
                            "inputs": {"variables": {"x": {"type": INT}}},
                            "outputs": {},
                        },
                        "nodes": [
                            {
                                "id": "dn0",
                                "task_node": {"reference_id": versioned("TASK", "t")},
                                "inputs": [
                                    {
                                        "var": "x",
                                        "binding": {
                                            "promise": {"node_id": "start-node", "var": "x"}
                                        },
                                    }
                                ],
                            }
                        ],
                    }
                ],
            },
        },
    )
    world.client.launch_plan("outer", workflow_id=versioned("WORKFLOW", "outer"))
    x = {"literals": {"x": {"scalar": {"primitive": {"integer": 5}}}}}
    world.client.launch("outer", name="two", inputs=x)
    world.node("two", "sub", "RUNNING", is_parent=True)
    world.node(
        "two",
        "sub-0-dn0",
        "QUEUED",
        spec_node_id="dn0",
        parent_node_metadata={"node_id": "sub"},
    )

    root = remote.watcher(ExecutionId("flytesnacks", "development", "two")).look()

    (sub,) = root.children
    assert sub.runs == "workflow inner"
    assert [(one.name, one.runs, one.phase) for one in sub.children] == [
        ("sub-0-dn0", "t", "QUEUED")
    ]
    (only,) = (
        remote.watcher(ExecutionId("flytesnacks", "development", "two"), depth=0).look().children
    )
    assert only.children == ()


def test_how_a_node_or_execution_was_ended(world: Running, remote: Remote) -> None:
    """By whom and why, where somebody did."""
    remote.terminate(ONE, "wrong day")
    world.finish("one")

    root = remote.watcher(ONE).look()

    assert root.phase == "ABORTED"
    assert root.error.endswith("wrong day")
