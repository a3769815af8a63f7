"""Workflows: compiled, kept as compiled, read from the object store."""

from typing import Any

import grpc
import pytest

from reconciler.sandbox import Admin, Refusal, Store, parse_config
from tests.sandbox.calls import PD, Client, versioned

SLEEP = {"gate_node": {"sleep": {"duration": "1s"}}}
S3 = {"storage": {"type": "stow", "container": "b", "stow": {"kind": "s3"}}}


def request(name: str = "w", version: str = "v1", *, nodes: int = 1, **template: Any) -> Any:
    """A workflow of nodes that sleep."""
    slept = [{"id": f"n{number}", **SLEEP} for number in range(nodes)]
    whole = {"interface": {}, "nodes": slept, **template}
    return {"id": versioned("WORKFLOW", name, version), "spec": {"template": whole}}


def refused(call: Client, method: str, wanted: Any) -> Refusal:
    """What a request is refused with."""
    with pytest.raises(Refusal) as caught:
        call(method, wanted)
    return caught.value


def test_is_read_back_compiled_and_listed_as_submitted(call: Client) -> None:
    """Get has start and end node; lists have nothing but the interface."""
    call("CreateWorkflow", request(interface=None))
    compiled = call("GetWorkflow", {"id": versioned("WORKFLOW", "w")}).closure.compiled_workflow
    [listed] = call("ListWorkflows", {"id": PD, "limit": 1}).workflows
    stub = listed.closure.compiled_workflow.primary.template

    assert [node.id for node in compiled.primary.template.nodes] == [
        "start-node",
        "end-node",
        "n0",
    ]
    assert compiled.primary.template.interface.HasField("inputs")
    assert stub.HasField("interface")
    assert not stub.interface.HasField("inputs")
    assert not stub.nodes


@pytest.mark.parametrize(
    ("change", "code", "member"),
    [
        ({}, grpc.StatusCode.ALREADY_EXISTS, "exists_identical_structure"),
        ({"metadata": {}}, grpc.StatusCode.INVALID_ARGUMENT, "exists_different_structure"),
    ],
)
def test_says_in_a_detail_how_it_exists(
    call: Client, change: Any, code: grpc.StatusCode, member: str
) -> None:
    """The only kind that does; the id is the request's."""
    call("CreateWorkflow", request())
    refusal = refused(call, "CreateWorkflow", request(**change))

    [detail] = refusal.details
    assert refusal.code is code
    assert detail.WhichOneof("reason") == member
    assert getattr(detail, member).id.name == "w"


def test_a_missing_reference_is_an_invalid_argument(call: Client) -> None:
    """Whatever goes wrong on the way to a compiled workflow is."""
    node = {"id": "n", "task_node": {"reference_id": versioned("TASK", "gone")}}
    refusal = refused(call, "CreateWorkflow", request(nodes=0) | {
        "spec": {"template": {"interface": {}, "nodes": [node]}}
    })  # fmt: skip

    assert refusal.code is grpc.StatusCode.INVALID_ARGUMENT
    assert refusal.message.startswith("failed to compile workflow for [resource_type:WORKFLOW")
    assert refusal.message.endswith(
        'with err: missing entity of type TASK with identifier project:"flytesnacks"  '
        'domain:"development"  name:"gone"  version:"v1"'
    )


def test_a_sub_workflow_within_itself_is_refused(call: Client) -> None:
    """A real server dies of it."""
    sub = versioned("WORKFLOW", "sub")
    node = {"id": "n", "workflow_node": {"sub_workflow_ref": sub}}
    wanted = request()
    wanted["spec"] = {
        "template": {"interface": {}, "nodes": [node]},
        "sub_workflows": [{"id": sub, "interface": {}, "nodes": [node]}],
    }

    assert "contains itself" in refused(call, "CreateWorkflow", wanted).message


def test_nodes_and_bytes_are_limited_as_configured() -> None:
    """The size before the number; neither asks whether the workflow exists."""
    store = Store.open()
    limits = {"registration": {"maxWorkflowNodes": 2, "workflowSizeLimit": "1Ki"}}
    call = Client(Admin(store, parse_config(limits)).call)
    call("CreateWorkflow", request(nodes=2))

    assert refused(call, "CreateWorkflow", request(nodes=3)).message == (
        'number of nodes in workflow [resource_type:WORKFLOW  project:"flytesnacks"  '
        'domain:"development"  name:"w"  version:"v1"] exceeds limit (3 > 2)'
    )
    assert refused(call, "CreateWorkflow", request(nodes=50)).message == (
        "Workflow closure size exceeds max limit [1Ki]"
    )
    store.close()


@pytest.fixture
def bucket() -> Any:
    """Calls an Admin whose closures lie in a bucket."""
    store = Store.open()
    yield Client(Admin(store, parse_config(S3)).call)
    store.close()


def test_versions_that_differ_behind_a_question_mark_share_a_closure(bucket: Client) -> None:
    """A query is no part of an object's key: the older answers with the newer's closure."""
    bucket("CreateWorkflow", request(version="v?1", nodes=1))
    bucket("CreateWorkflow", request(version="v?2", nodes=2))

    older = bucket("GetWorkflow", {"id": versioned("WORKFLOW", "w", "v?1")})
    assert older.id.version == "v?1"
    assert len(older.closure.compiled_workflow.primary.template.nodes) == 4


def test_a_name_that_makes_no_url_is_refused(bucket: Client) -> None:
    """Its closure could not be found again."""
    refusal = refused(bucket, "CreateWorkflow", request("%zz"))

    assert refusal.code is grpc.StatusCode.INTERNAL
    assert refusal.message.endswith('invalid URL escape "%zz"')
    assert not bucket("ListWorkflowIds", {**PD, "limit": 1}).entities


def test_a_closure_too_large_to_be_read_is_still_registered(bucket: Client) -> None:
    """It can be created, never got, and created again it is identical."""
    wanted = request(metadata={"tags": {"a": "x" * 1_100_000, "b": "x" * 1_100_000}})
    bucket("CreateWorkflow", wanted)

    refusal = refused(bucket, "GetWorkflow", {"id": versioned("WORKFLOW", "w")})
    assert refusal.code is grpc.StatusCode.INTERNAL
    assert "[LIMIT_EXCEEDED] limit exceeded." in refusal.message
    assert "identical" in refused(bucket, "CreateWorkflow", wanted).message
