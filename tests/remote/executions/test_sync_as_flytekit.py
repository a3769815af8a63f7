"""A sync beside flytekit's own, of the same execution: the same nodes, attempts and values."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flyteidl.admin.event_pb2 import (
    NodeExecutionEventRequest,
    NodeExecutionEventResponse,
    TaskExecutionEventRequest,
    TaskExecutionEventResponse,
)
from flytekit import LaunchPlan, map_task, task, workflow
from flytekit.configuration import Config as TheirConfig
from flytekit.configuration import Image, ImageConfig, PlatformConfig, SerializationSettings
from flytekit.remote import FlyteRemote as Theirs
from google.protobuf.json_format import ParseDict

from reconciler.remote import Config, FlyteWorkflowExecution, Remote
from reconciler.testing import EmbeddedAdmin, embedded_admin

PLACE = {"project": "flytesnacks", "domain": "development"}
SETTINGS = SerializationSettings(
    image_config=ImageConfig(default_image=Image("default", "ghcr.io/acme/app", "1"))
)


@task  # type: ignore[untyped-decorator]
def double(a: int) -> int:
    return 2 * a


@workflow  # type: ignore[untyped-decorator]
def inner(a: int) -> int:
    return double(a=a)  # type: ignore[no-any-return]


launch_inner = LaunchPlan.get_or_create(inner, name="synced.launch_inner")


@workflow  # type: ignore[untyped-decorator]
def whole(a: int, many: list[int]) -> int:
    single = double(a=a)
    within = inner(a=single)
    map_task(double)(a=many)
    launch_inner(a=within)
    return within  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def admin() -> Iterator[EmbeddedAdmin]:
    with embedded_admin() as found:
        yield found


@pytest.fixture(scope="module")
def synced(admin: EmbeddedAdmin) -> Iterator[FlyteWorkflowExecution]:
    """An execution whose nodes are a task, a sub-workflow, a map task and a launch plan."""
    with Remote(Config.for_endpoint(admin.endpoint, insecure=True, environ={})) as remote:
        remote.register_launch_plan(launch_inner, "v1", serialization_settings=SETTINGS)
        execution = remote.execute(
            whole, {"a": 1, "many": [1, 2]}, version="v1", serialization_settings=SETTINGS
        )
        child = remote.execute("synced.launch_inner@v1", {"a": 4})
        admin.finish(str(child.id), outputs={"o0": 8})
        Engine(admin, execution.id.name).run(child.id.name)
        admin.finish(str(execution.id), outputs={"o0": 4})
        yield execution.sync(sync_nodes=True)


class Engine:
    """Sends the events of what is inside nodes, which `finish` leaves out."""

    def __init__(self, admin: EmbeddedAdmin, name: str) -> None:
        self.admin = admin
        self.execution = {**PLACE, "name": name}

    def run(self, child: str) -> None:
        self.node("n1", spec_node_id="n1", is_parent=True)
        inside: dict[str, Any] = {"parent_node_metadata": {"node_id": "n1"}, "spec_node_id": "n0"}
        self.node("n1-0-n0", **inside, input_data=integers(a=2))
        self.attempt("n1-0-n0")
        self.node("n1-0-n0", "SUCCEEDED", **inside, output_data=integers(o0=4))
        launched = {"execution_id": {**PLACE, "name": child}}
        self.node("n3", spec_node_id="n3", input_data=integers(a=4))
        self.node(
            "n3",
            "SUCCEEDED",
            spec_node_id="n3",
            workflow_node_metadata=launched,
            output_data=integers(o0=8),
        )

    def node(self, id: str, phase: str = "RUNNING", **event: Any) -> None:
        told = {
            "id": {"node_id": id, "execution_id": self.execution},
            "phase": phase,
            "occurred_at": "2026-01-01T00:00:00Z",
            "event_version": 1,
            **event,
        }
        request = ParseDict({"event": told}, NodeExecutionEventRequest())
        self.admin.call("CreateNodeEvent", request, NodeExecutionEventResponse)

    def attempt(self, node: str) -> None:
        told = {
            "task_id": {"resource_type": "TASK", **PLACE, "name": double.name, "version": "v1"},
            "parent_node_execution_id": {"node_id": node, "execution_id": self.execution},
            "phase": "SUCCEEDED",
            "occurred_at": "2026-01-01T00:00:00Z",
            "input_data": integers(a=2),
            "output_data": integers(o0=4),
        }
        request = ParseDict({"event": told}, TaskExecutionEventRequest())
        self.admin.call("CreateTaskEvent", request, TaskExecutionEventResponse)


def integers(**values: int) -> Any:
    literals = {
        name: {"scalar": {"primitive": {"integer": str(value)}}} for name, value in values.items()
    }
    return {"literals": literals}


def tree(nodes: Mapping[str, Any]) -> Any:
    """Nodes and all that is in them, as either client shows it."""
    return {
        id: (
            int(node.closure.phase),
            [int(attempt.closure.phase) for attempt in node.task_executions],
            [values(attempt) for attempt in node.task_executions],
            tree(node.subworkflow_node_executions),
            [
                (one.id.name, values(one), tree(one.node_executions))
                for one in node.workflow_executions
            ],
        )
        for id, node in nodes.items()
    }


def values(some: Any) -> Any:
    """Inputs and outputs; a Literal as bytes."""
    return [
        {
            name: getattr(literal, "to_flyte_idl", lambda one=literal: one)().SerializeToString()
            for name, literal in side.literals.items()
        }
        for side in (some.inputs, some.outputs)
    ]


def test_the_same_tree(admin: EmbeddedAdmin, synced: FlyteWorkflowExecution) -> None:
    """Node by node, with attempts, children, launched executions and values."""
    platform = PlatformConfig(endpoint=admin.endpoint, insecure=True)
    remote = Theirs(TheirConfig(platform=platform), *PLACE.values())
    theirs = remote.fetch_execution(name=synced.id.name)
    remote.sync_execution(theirs, sync_nodes=True)

    assert tree(synced.node_executions) == tree(theirs.node_executions)
    assert values(synced) == values(theirs)
    assert len(synced.node_executions["n1"].subworkflow_node_executions) == 1
    assert synced.node_executions["n3"].workflow_executions[0].is_successful
    assert synced.is_settled
