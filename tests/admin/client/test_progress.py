"""What becomes of executions is read whole, in one call each, and never remembered."""

from collections.abc import Iterator

import pytest
from flyteidl.admin.signal_pb2 import SignalListRequest, SignalSetRequest
from flyteidl.core.identifier_pb2 import (
    NodeExecutionIdentifier,
    SignalIdentifier,
    WorkflowExecutionIdentifier,
)
from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import LiteralType, SimpleType

from reconciler.admin import AdminClient
from reconciler.errors import InvalidArgumentError, NotFoundError
from reconciler.model import ExecutionId, Kind, NodeExecutionId, ResourceId, TaskExecutionId
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.admin.client.conftest import PLACE, counts
from tests.sandbox.calls import PD, Client

EXECUTION = ExecutionId(*PLACE, "e1")
NODE = NodeExecutionId("n0", EXECUTION)
TASK = ResourceId(Kind.TASK, *PLACE, "t", "v1")
ATTEMPT = TaskExecutionId(TASK, NODE, 0)
WHEN = "2025-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def admin() -> Iterator[EmbeddedAdmin]:
    """An execution with a node that ran a task, which failed with inputs and an error."""
    with embedded_admin() as admin:
        short = Client.of(admin._sandbox)
        short.task("t")
        short.workflow("w", inputs={"x": {"simple": "INTEGER"}})
        short.launch_plan("lp")
        inputs = {"literals": {"x": {"scalar": {"primitive": {"integer": 7}}}}}
        short.launch("lp", "e1", inputs=inputs)
        node_id = {"node_id": "n0", "execution_id": {**PD, "name": "e1"}}
        node = {"id": node_id, "occurred_at": WHEN}
        task = {
            "task_id": {"resource_type": "TASK", **PD, "name": "t", "version": "v1"},
            "parent_node_execution_id": node_id,
            "occurred_at": WHEN,
        }
        error = {"code": "E", "message": "m" * 500}
        outputs = {"literals": {"y": {"scalar": {"primitive": {"integer": 9}}}}}
        short("CreateNodeEvent", {"event": {**node, "phase": "RUNNING"}})
        short("CreateTaskEvent", {"event": {**task, "phase": "RUNNING"}})
        done = {**task, "phase": "SUCCEEDED", "output_data": outputs, "reason": "fine"}
        short("CreateTaskEvent", {"event": done})
        short("CreateNodeEvent", {"event": {**node, "phase": "FAILED", "error": error}})
        yield admin


def test_an_execution_and_its_data(client: AdminClient) -> None:
    """The maps are there at once; nothing is asked for twice."""
    found = client.get_execution(EXECUTION)
    assert found.id.name == "e1"
    assert found.spec.metadata.system_metadata.namespace == "flytesnacks-development"
    data = client.get_execution_data(EXECUTION)
    assert data.full_inputs.literals["x"].scalar.primitive.integer == 7
    assert client.get_execution_metrics(EXECUTION, depth=0).HasField("span")
    expected = {"GetExecution": 1, "GetExecutionData": 1, "GetExecutionMetrics": 1}
    assert counts(client) == expected


def test_a_node_and_an_attempt_are_whole(client: AdminClient) -> None:
    """Errors that lists cut are not cut; what flytekit's models drop is there."""
    node = client.get_node_execution(NODE)
    assert len(node.closure.error.message) == 500
    assert len(client.list_node_executions(EXECUTION)[0][0].closure.error.message) == 100
    attempt = client.get_task_execution(ATTEMPT)
    assert [reason.message for reason in attempt.closure.reasons] == ["fine"]
    data = client.get_task_execution_data(ATTEMPT)
    assert data.full_outputs.literals["y"].scalar.primitive.integer == 9
    assert data.flyte_urls.outputs == "flyte://v1/flytesnacks/development/e1/n0/0/o"
    assert client.get_node_execution_data(NODE).flyte_urls.inputs.endswith("/n0/i")
    with pytest.raises(NotFoundError, match="dynamic workflow"):
        client.get_dynamic_node_workflow(NODE)


def test_ids_are_whole_or_never_sent(client: AdminClient) -> None:
    """Admin would answer with any node of any execution."""
    bare = NodeExecutionIdentifier(node_id="n0")
    with pytest.raises(ValueError, match="lacks a project and a domain and a name"):
        client.get_node_execution(bare)
    with pytest.raises(ValueError, match="lacks a name"):
        client.get_execution_data(WorkflowExecutionIdentifier(**PD))
    with pytest.raises(TypeError, match="no WorkflowExecutionIdentifier"):
        client.get_execution(NODE)
    with pytest.raises(ValueError, match="empty"):
        client.get_node_execution_data(NodeExecutionIdentifier())
    assert counts(client) == {}


def test_signals(client: AdminClient) -> None:
    """Made, listed, set; what does not fit is refused by Admin, in one call."""
    id = SignalIdentifier(signal_id="ok", execution_id=EXECUTION.to_identifier())
    made = client.get_or_create_signal(id, LiteralType(simple=SimpleType.BOOLEAN))
    assert made.id == id
    yes = Literal()
    yes.scalar.primitive.boolean = True
    client.set_signal(SignalSetRequest(id=id, value=yes))
    request = SignalListRequest(workflow_execution_id=EXECUTION.to_identifier(), limit=10)
    (found,) = client.list_signals(request).signals
    assert found.value == yes
    wrong = Literal()
    wrong.scalar.primitive.string_value = "yes"
    with pytest.raises(InvalidArgumentError, match="not castable"):
        client.set_signal(SignalSetRequest(id=id, value=wrong))
    assert counts(client)["SetSignal"] == 2
