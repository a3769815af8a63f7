"""Executions driven to their end, as clients see them end."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flytekit.configuration import Config, PlatformConfig
from flytekit.remote import FlyteRemote

from reconciler.sandbox import Sandbox
from reconciler.sandbox.finishing import Finished, FinishError, finish_at
from tests.sandbox.calls import INT, PD, Client, versioned

Json = Any


class World:
    """An Admin on its ports, a workflow of a task, and executions of it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.client = Client.of(sandbox)
        self.client.task()
        self.client("CreateWorkflow", {"id": WORKFLOW, "spec": {"template": TEMPLATE}})
        self.client.launch_plan()

    def finish(self, name: str, **how: Any) -> Finished:
        """Finish an execution over the wire."""
        return finish_at(
            self.sandbox.endpoint, f"flytesnacks/development/{name}", now=time.time_ns(), **how
        )

    def launch(self) -> str:
        """Start an execution."""
        inputs = {"literals": {"x": {"scalar": {"primitive": {"integer": 5}}}}}
        return self.client.launch(inputs=inputs)

    def execution(self, name: str) -> Any:
        return self.client("GetExecution", {"id": {**PD, "name": name}})

    def phases(self, name: str) -> dict[str, str]:
        """The phases of nodes by their ids."""
        request = {"workflow_execution_id": {**PD, "name": name}, "limit": 50}
        found = self.client("ListNodeExecutions", request).node_executions
        return {
            node.id.node_id: type(node.closure)
            .DESCRIPTOR.fields_by_name["phase"]
            .enum_type.values_by_number[node.closure.phase]
            .name
            for node in found
        }


WORKFLOW = versioned("WORKFLOW", "w")
TEMPLATE = {
    "id": WORKFLOW,
    "interface": {
        "inputs": {"variables": {"x": {"type": INT}}},
        "outputs": {"variables": {"o0": {"type": INT}}},
    },
    "nodes": [
        {
            "id": node,
            "task_node": {"reference_id": versioned("TASK", "t")},
            "inputs": [
                {"var": "x", "binding": {"promise": {"node_id": "start-node", "var": "x"}}}
            ],
            "upstream_node_ids": upstream,
        }
        for node, upstream in (("n0", []), ("n1", ["n0"]))
    ],
    "outputs": [{"var": "o0", "binding": {"promise": {"node_id": "start-node", "var": "x"}}}],
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Sandbox() as sandbox:
        yield World(sandbox)


def test_success_ends_every_node(world: World, tmp_path: Path) -> None:
    """With the outputs of a file, by the workflow's types."""
    name = world.launch()
    file = tmp_path / "outputs.yaml"
    file.write_text("o0: 42\n")

    assert world.finish(name, outputs=file) == Finished("SUCCEEDED", 4)

    assert world.phases(name) == dict.fromkeys(["start-node", "n0", "n1", "end-node"], "SUCCEEDED")
    outputs = world.client("GetExecutionData", {"id": {**PD, "name": name}}).full_outputs
    assert outputs.literals["o0"].scalar.primitive.integer == 42
    assert world.execution(name).closure.HasField("started_at")


def test_failure_fails_the_first_node(world: World) -> None:
    """And the workflow, with the message; nodes behind it never begin."""
    name = world.launch()

    assert world.finish(name, error="out of memory").phase == "FAILED"

    assert world.phases(name) == {"start-node": "SUCCEEDED", "n0": "FAILED"}
    assert world.execution(name).closure.error.message == "out of memory"


def test_what_is_under_way_is_finished(world: World) -> None:
    """Nodes that are done stay; those that run need no second beginning."""
    name = world.launch()
    at = {"occurred_at": "2026-03-01T00:00:00Z"}
    world.client(
        "CreateWorkflowEvent",
        {"event": {"execution_id": {**PD, "name": name}, "phase": "RUNNING", **at}},
    )
    for node, phase in (("n0", "SKIPPED"), ("n1", "RUNNING")):
        identifier = {"node_id": node, "execution_id": {**PD, "name": name}}
        world.client("CreateNodeEvent", {"event": {"id": identifier, "phase": phase, **at}})

    world.finish(name)

    assert world.phases(name)["n0"] == "SKIPPED"
    assert world.phases(name)["n1"] == "SUCCEEDED"


def test_what_is_aborted_is_aborted(world: World) -> None:
    """A terminated execution waits for its engine to say so."""
    name = world.launch()
    world.client("TerminateExecution", {"id": {**PD, "name": name}, "cause": "enough"})

    assert world.finish(name).phase == "ABORTED"


def test_wishes_that_cannot_come_true(world: World, tmp_path: Path) -> None:
    """Over already, not there, no execution's name, not its outputs."""
    name = world.launch()
    wrong = tmp_path / "outputs.yaml"
    wrong.write_text("o0: many\n")

    with pytest.raises(FinishError, match="o0: 'many' is no simple:INTEGER"):
        world.finish(name, outputs=wrong)
    world.finish(name)
    with pytest.raises(FinishError, match="is over already: SUCCEEDED"):
        world.finish(name)
    with pytest.raises(FinishError, match="NOT_FOUND"):
        world.finish("nobody")
    with pytest.raises(FinishError, match="expected project/domain/name"):
        finish_at(world.sandbox.endpoint, "nobody", now=0)
    with pytest.raises(FinishError, match=r"outputs\.yaml"):
        world.finish(name, outputs=tmp_path / "gone" / "outputs.yaml")


def test_flytekit_sees_it_end(world: World, tmp_path: Path) -> None:
    """An unmodified FlyteRemote that waits gets outputs and nodes."""
    name = world.launch()
    file = tmp_path / "outputs.yaml"
    file.write_text("o0: 42\n")
    platform = PlatformConfig(endpoint=world.sandbox.endpoint, insecure=True)
    remote = FlyteRemote(Config(platform=platform), **_defaults())

    world.finish(name, outputs=file)
    execution = remote.wait(
        remote.fetch_execution(name=name),
        timeout=timedelta(seconds=20),
        poll_interval=timedelta(milliseconds=50),
        sync_nodes=True,
    )

    assert execution.is_successful
    assert execution.outputs["o0"] == 42
    assert set(execution.node_executions) == {"start-node", "n0", "n1", "end-node"}


def _defaults() -> dict[str, str]:
    return {"default_project": PD["project"], "default_domain": PD["domain"]}
