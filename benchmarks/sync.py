"""Syncing an execution of 1,000 nodes: ours beside flytekit's `sync_execution`, in the same run.

Every node ran one task, to its end, told by the events that Flyte's engine sends. flytekit asks
for the nodes one after the other, four calls each, so its time is measured on a tenth of them and
told for all; what it asks for once is a fraction of that.
"""

import time
from collections.abc import Iterator
from typing import Any

from flyteidl.admin.event_pb2 import (
    NodeExecutionEventRequest,
    TaskExecutionEventRequest,
    WorkflowExecutionEventRequest,
)
from flyteidl.admin.launch_plan_pb2 import LaunchPlanCreateRequest
from flyteidl.admin.task_pb2 import TaskCreateRequest
from flyteidl.admin.workflow_pb2 import WorkflowCreateRequest
from flyteidl.core.identifier_pb2 import ResourceType
from flytekit.configuration import Config, PlatformConfig
from flytekit.remote import FlyteRemote
from google.protobuf.json_format import ParseDict

from benchmarks.world import LATENCY, CountedAdmin, Figure, seconds
from reconciler.remote import Remote
from reconciler.sandbox import Sandbox, SandboxConfig
from reconciler.sandbox.config import Registration

NODES = 1_000
THEIR_NODES = 100
TIMES = 10.0
PLACE = {"project": "flytesnacks", "domain": "development"}
INTEGER = {"simple": "INTEGER"}
SEVEN = {"literals": {"o0": {"scalar": {"primitive": {"integer": "7"}}}}}
INTERFACE = {"outputs": {"variables": {"o0": {"type": INTEGER}}}}


def run() -> Iterator[Figure]:
    unlimited = SandboxConfig(registration=Registration(max_workflow_nodes=0))
    with Sandbox(data=":memory:", config=unlimited) as sandbox:
        admin = CountedAdmin(sandbox)
        with admin.connect() as remote:
            task = _registered_task(admin)
            for nodes in (THEIR_NODES, NODES):
                _finish(admin, remote, nodes, task)
            admin.latency = LATENCY
            admin.count()
            yield from _ours(admin, remote)
            yield from _beside_flytekit(admin, remote)


def _ours(admin: CountedAdmin, remote: Remote) -> Iterator[Figure]:
    what = f"sync {NODES:,} nodes"
    execution = remote.fetch_execution(name=_name(NODES))
    admin.count()
    took = seconds(lambda: execution.sync(sync_nodes=True))
    yield Figure(f"{what}, 20 ms latency", took, "s")
    yield Figure(what, admin.count(), "RPCs")
    assert len(execution.node_executions) == NODES
    assert execution.is_settled
    yield Figure(f"{what} again", seconds(lambda: execution.sync(sync_nodes=True)), "s")
    yield Figure(f"{what} again", admin.count(), "RPCs")


def _beside_flytekit(admin: CountedAdmin, remote: Remote) -> Iterator[Figure]:
    theirs = _flytekits(admin)
    of = f"flytekit {theirs:.1f} s for {THEIR_NODES} nodes"
    times = NODES / THEIR_NODES
    for what, data in (("", False), (" and all of their data", True)):
        execution = remote.fetch_execution(name=_name(NODES))
        took = seconds(
            lambda: remote.sync_execution(execution, sync_nodes=True, sync_data=data)  # noqa: B023
        )
        name = f"sync {NODES:,} nodes{what}, against flytekit"
        limit = None if data else 1 / TIMES
        yield Figure(name, took / (theirs * times), "x", limit, f"{took:.1f} s; {of}, x {times:g}")


def _flytekits(admin: CountedAdmin) -> float:
    platform = PlatformConfig(endpoint=admin.endpoint, insecure=True)
    remote = FlyteRemote(Config(platform=platform), PLACE["project"], PLACE["domain"])
    execution = remote.fetch_execution(name=_name(THEIR_NODES))
    started = time.perf_counter()
    remote.sync_execution(execution, sync_nodes=True)
    took = time.perf_counter() - started
    assert len(execution.node_executions) == THEIR_NODES
    assert all(node.task_executions for node in execution.node_executions.values())
    return took


def _name(nodes: int) -> str:
    return f"nodes-{nodes}"


def _id(kind: int, name: str) -> dict[str, Any]:
    return {"resource_type": ResourceType.Name(kind), **PLACE, "name": name, "version": "v1"}


def _registered_task(admin: CountedAdmin) -> dict[str, Any]:
    task = _id(ResourceType.TASK, "bench.task")
    template = {
        "id": task,
        "type": "python-task",
        "metadata": {"runtime": {"version": "1"}},
        "interface": INTERFACE,
        "container": {"image": "bench:1", "command": ["true"]},
    }
    _call(admin, "CreateTask", TaskCreateRequest(), {"id": task, "spec": {"template": template}})
    return task


def _finish(admin: CountedAdmin, remote: Remote, nodes: int, task: dict[str, Any]) -> None:
    """Register a workflow of so many nodes, launch it, and tell that all of them ran."""
    workflow = _id(ResourceType.WORKFLOW, _name(nodes))
    names = [f"n{index}" for index in range(nodes)]
    template = {
        "id": workflow,
        "interface": {},
        "nodes": [
            {"id": name, "metadata": {"name": name}, "task_node": {"reference_id": task}}
            for name in names
        ],
    }
    spec = {"id": workflow, "spec": {"template": template}}
    _call(admin, "CreateWorkflow", WorkflowCreateRequest(), spec)
    plan = {
        "id": _id(ResourceType.LAUNCH_PLAN, _name(nodes)),
        "spec": {"workflow_id": workflow, "entity_metadata": {}},
    }
    _call(admin, "CreateLaunchPlan", LaunchPlanCreateRequest(), plan)
    execution = remote.execute(f"{_name(nodes)}@v1", execution_name=_name(nodes))
    for name in names:
        _tell(admin, name, nodes, task)
    _call(admin, "CreateWorkflowEvent", WorkflowExecutionEventRequest(), _ended(execution.id.name))


def _tell(admin: CountedAdmin, node: str, nodes: int, task: dict[str, Any]) -> None:
    id = {"node_id": node, "execution_id": {**PLACE, "name": _name(nodes)}}
    event = {"id": id, "occurred_at": "2026-01-01T00:00:00Z", "spec_node_id": node}
    for phase in ({"phase": "RUNNING"}, {"phase": "SUCCEEDED", "output_data": SEVEN}):
        told = {"event": {**event, **phase}}
        _call(admin, "CreateNodeEvent", NodeExecutionEventRequest(), told)
        if phase["phase"] == "RUNNING":
            attempt = {
                "task_id": task,
                "parent_node_execution_id": id,
                "phase": "SUCCEEDED",
                "occurred_at": "2026-01-01T00:00:00Z",
                "output_data": SEVEN,
            }
            _call(admin, "CreateTaskEvent", TaskExecutionEventRequest(), {"event": attempt})


def _ended(name: str) -> dict[str, Any]:
    id = {**PLACE, "name": name}
    return {
        "event": {
            "execution_id": id,
            "phase": "SUCCEEDED",
            "occurred_at": "2026-01-01T00:00:01Z",
        }
    }


def _call(admin: CountedAdmin, method: str, message: Any, said: dict[str, Any]) -> None:
    request = ParseDict(said, message)
    full = f"/flyteidl.service.AdminService/{method}"
    admin.sandbox.admin.call(full, request.SerializeToString())
