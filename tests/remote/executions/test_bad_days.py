"""On bad days of the Admin: one execution for each that was asked for, and the right one."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from flyteidl.admin.event_pb2 import NodeExecutionEventRequest, NodeExecutionEventResponse
from google.protobuf.json_format import ParseDict

from reconciler.admin import RetryPolicy
from reconciler.errors import DeadlineExceededError
from reconciler.manifest import load
from reconciler.remote import Config, FlyteWorkflowExecution, Remote
from reconciler.testing import EmbeddedAdmin, embedded_admin

DAY = "unavailable=10%,lost_answer=20%,duplicate=10%,exhausted=5%,deadline=5%,shift_pages=20%"
PIPELINE = """\
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: t}
spec: {inputs: {x: int}, container: {image: "a:1", args: [x]}}
---
apiVersion: reconciler/v1
kind: Workflow
metadata: {project: flytesnacks, domain: development, name: w}
spec:
  inputs: {x: int}
  nodes: {n0: {task: t, inputs: {x: {from: inputs.x}}}}
---
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: flytesnacks, domain: development, name: w}
spec: {workflow: w}
"""


@pytest.fixture(params=[1, 2, 3])
def admin(request: pytest.FixtureRequest) -> Iterator[EmbeddedAdmin]:
    with embedded_admin(chaos=f"seed={request.param},{DAY}") as found:
        yield found


@pytest.fixture
def remote(
    admin: EmbeddedAdmin, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Remote]:
    """A client that is in a hurry, and the launch plan `w`."""
    (tmp_path / "w.yaml").write_text(PIPELINE)
    with Remote(Config.for_endpoint(admin.endpoint, insecure=True, environ={})) as found:
        with admin.faults.calm():
            assert found.apply(found.plan(load([tmp_path]))).succeeded
        policy = RetryPolicy(attempts=12, base=0.001, cap=0.002)
        monkeypatch.setattr(found._connection.calls, "_policy", policy)
        yield found


def ended(remote: Remote, execution: FlyteWorkflowExecution) -> None:
    """End an execution, again if Admin did not: a call that was not answered says so."""
    with suppress(DeadlineExceededError):
        remote.terminate(execution, "enough")
        return
    remote.terminate(execution, "enough")


def test_every_launch_is_there_once(admin: EmbeddedAdmin, remote: Remote) -> None:
    """Launched, launched again, relaunched and recovered, with names said and made up."""
    started: list[FlyteWorkflowExecution] = []
    for index in range(10):
        said = remote.execute("w", {"x": index}, execution_name=f"said-{index}")
        again = remote.execute("w", {"x": index}, execution_name=f"said-{index}")
        assert again.id == said.id
        started += [said, remote.execute("w", {"x": index}, execution_name_prefix="made")]
        started += [remote.relaunch(said), remote.recover(said, f"rescued-{index}")]
        assert remote.recover(said, f"rescued-{index}").id == started[-1].id
        for one in started[-4:]:
            assert one.inputs["x"] == index
            ended(remote, one)

    with admin.faults.calm():
        found = remote.recent_executions()
        assert sorted(one.id for one in found) == sorted(one.id for one in started)
        assert {one.current_state for one in found} == {"ABORTING"}


def test_a_sync_misses_no_node(
    admin: EmbeddedAdmin, remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever calls break, and however pages shift."""
    from reconciler.remote.executions import syncing

    monkeypatch.setattr(syncing, "PAGE", 7)
    execution = remote.execute("w", {"x": 1})
    id = {"project": "flytesnacks", "domain": "development", "name": execution.id.name}
    names = [f"n{index}" for index in range(30)]
    for name in names:
        event = {
            "id": {"node_id": name, "execution_id": id},
            "phase": "SUCCEEDED",
            "occurred_at": "2026-01-01T00:00:00Z",
        }
        request = ParseDict({"event": event}, NodeExecutionEventRequest())
        admin.call("CreateNodeEvent", request, NodeExecutionEventResponse)

    execution.sync(sync_nodes=True)

    assert sorted(execution.node_executions) == sorted(names)
    assert [node for node in execution.node_executions.values() if node.sync_error] == []
