"""Versions are made once and say so, read once and remembered, switched and read afresh."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec, LaunchPlanState
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import CreateWorkflowFailureReason, WorkflowSpec
from flyteidl.core.identifier_pb2 import Identifier, ResourceType
from flytekit.configuration import Config as TheirConfig
from flytekit.configuration import PlatformConfig
from flytekit.models.core.identifier import Identifier as TheirId
from flytekit.models.task import TaskSpec as TheirSpec
from google.protobuf import json_format

from reconciler.admin import AdminClient, Connection, RetryPolicy
from reconciler.admin.client import Created
from reconciler.config import Config
from reconciler.errors import (
    AlreadyExistsError,
    FlyteEntityNotExistException,
    InvalidArgumentError,
    NotFoundError,
    VersionConflictError,
    WorkflowRejectedError,
)
from reconciler.model import Change, Kind, ResourceId
from reconciler.sandbox import Fault
from reconciler.testing import EmbeddedAdmin
from tests.admin.client.conftest import connected, counts
from tests.sandbox.calls import Client


def version(kind: str, name: str, version: str = "v1") -> Identifier:
    return Identifier(
        resource_type=ResourceType.Value(kind),
        project="flytesnacks",
        domain="development",
        name=name,
        version=version,
    )


def task_spec(image: str = "img", **container: Any) -> TaskSpec:
    template = {
        "type": "python-task",
        "metadata": {"runtime": {"version": "1"}},
        "interface": {"inputs": {"variables": {"x": {"type": {"simple": "INTEGER"}}}}},
        "container": {"image": image, "command": ["true"], **container},
    }
    return json_format.ParseDict({"template": template}, TaskSpec())


def workflow_spec(*inputs: str) -> WorkflowSpec:
    variables = {name: {"type": {"simple": "INTEGER"}} for name in inputs}
    template = {
        "interface": {"inputs": {"variables": variables}, "outputs": {}},
        "nodes": [{"id": "n0", "gate_node": {"sleep": {"duration": "60s"}}}],
    }
    return json_format.ParseDict({"template": template}, WorkflowSpec())


def test_a_create_says_what_it_did_in_one_call(client: AdminClient) -> None:
    """Made, or found as it is; the same for all three kinds."""
    workflow = version("WORKFLOW", "once")
    plan = LaunchPlanSpec(workflow_id=workflow)
    plan.entity_metadata.SetInParent()
    for create, id, spec, rpc in (
        (client.create_task, version("TASK", "once"), task_spec(), "CreateTask"),
        (client.create_workflow, workflow, workflow_spec(), "CreateWorkflow"),
        (client.create_launch_plan, version("LAUNCH_PLAN", "once"), plan, "CreateLaunchPlan"),
    ):
        assert create(id, spec) is Created.NEW
        assert counts(client)[rpc] == 1
        assert create(id, spec) is Created.IDENTICAL
        assert counts(client)[rpc] == 2


def test_a_conflict_names_the_fields(client: AdminClient) -> None:
    """One call, and what Admin told of the difference, readable without parsing anything."""
    id = version("TASK", "conflict")
    client.create_task(id, task_spec())
    with pytest.raises(VersionConflictError, match="register a new version") as caught:
        client.create_task(id, task_spec("other", args=["-v"]))
    assert caught.value.differences == (
        Change("/template/Target/Container/args", None, "[-v]"),
        Change("/template/Target/Container/image", "img", "other"),
    )
    assert caught.value.subject == "task flytesnacks/development/conflict@v1"
    assert "img" not in str(caught.value)
    assert isinstance(caught.value, grpc.RpcError)
    assert counts(client) == {"CreateTask": 2}


def test_a_workflows_conflict_tells_its_interface_only(client: AdminClient) -> None:
    """Of the rest Admin has kept no copy to compare, and claims that everything is new."""
    id = version("WORKFLOW", "conflict")
    client.create_workflow(id, workflow_spec("a"))
    with pytest.raises(VersionConflictError) as caught:
        client.create_workflow(id, workflow_spec("b"))
    (reason,) = caught.value.attached
    assert isinstance(reason, CreateWorkflowFailureReason)
    assert reason.exists_different_structure.id == id
    paths = [change.path for change in caught.value.differences]
    assert paths == [
        "/primary/template/interface/inputs/variables/a",
        "/primary/template/interface/inputs/variables/b",
    ]


def test_a_workflow_that_does_not_compile_says_why(client: AdminClient) -> None:
    """The same code as a conflict, and another class: what, and in which node."""
    with pytest.raises(WorkflowRejectedError, match="Value required") as caught:
        client.create_workflow(
            version("WORKFLOW", "broken"),
            json_format.ParseDict(
                {
                    "template": {
                        "interface": {},
                        "nodes": [{"id": "n0", "task_node": {}}],
                    }
                },
                WorkflowSpec(),
            ),
        )
    assert caught.value.problems == (
        ("ValueRequired", "n0", "Value required [TaskNode.ReferenceId]."),
    )
    assert counts(client) == {"CreateWorkflow": 1}


def test_a_request_that_is_wrong_is_neither(client: AdminClient) -> None:
    """What Admin's validation refuses stays what it is."""
    with pytest.raises(InvalidArgumentError, match="missing spec") as caught:
        client.create_task(version("TASK", "broken"), TaskSpec())
    assert type(caught.value).__name__ == "InvalidArgumentError"


def test_a_lost_answer_is_recovered(admin: EmbeddedAdmin, client: AdminClient) -> None:
    """The second attempt finds what the first one made."""
    admin.faults.next("CreateTask", Fault.LOST_ANSWER)
    assert client.create_task(version("TASK", "lost"), task_spec()) is Created.RECOVERED
    assert counts(client) == {"CreateTask": 2}


def test_a_race_that_is_lost_is_settled(client: AdminClient, monkeypatch: Any) -> None:
    """Admin says only that a key is taken: asked again, it compares."""
    real, answers = client.calls.create_launch_plan, iter([True])

    def race(request: Any) -> Any:
        answer = real(request)
        if next(answers, False):
            text = "value with matching already exists (duplicate key value violates unique"
            raise AlreadyExistsError(text)
        return answer

    monkeypatch.setattr(client.calls, "create_launch_plan", race)
    client.create_workflow(version("WORKFLOW", "race"), workflow_spec())
    spec = LaunchPlanSpec(workflow_id=version("WORKFLOW", "race"))
    spec.entity_metadata.SetInParent()
    assert client.create_launch_plan(version("LAUNCH_PLAN", "race"), spec) is Created.IDENTICAL


def test_ids_and_specs_of_others_are_taken(client: AdminClient) -> None:
    """flytekit's models and our own ids stand for the messages that they are of."""
    id = TheirId(1, "flytesnacks", "development", "theirs", "v1")
    spec = TheirSpec.from_flyte_idl(task_spec())
    assert client.create_task(id, spec) is Created.NEW
    ours = ResourceId(Kind.TASK, "flytesnacks", "development", "theirs", "v1")
    assert client.get_task(ours).id == client.get_task(id).id == id.to_flyte_idl()
    untyped = version("TASK", "theirs")
    untyped.ClearField("resource_type")
    assert client.get_task(untyped).id == id.to_flyte_idl()


@pytest.mark.parametrize("part", ["project", "domain", "name", "version"])
def test_an_incomplete_id_is_never_sent(client: AdminClient, part: str) -> None:
    """Admin would answer with some other task, or activate some other launch plan."""
    id = version("TASK", "holes")
    id.ClearField(part)
    with pytest.raises(ValueError, match=f"lacks a {part}"):
        client.get_task(id)
    id.resource_type = ResourceType.LAUNCH_PLAN
    with pytest.raises(ValueError, match=f"lacks a {part}"):
        client.update_launch_plan(id, LaunchPlanState.ACTIVE)
    assert counts(client) == {}


def test_an_id_of_another_type_is_never_sent(client: AdminClient) -> None:
    """Nor is what is no id at all."""
    with pytest.raises(ValueError, match="of type WORKFLOW is needed, and this is one of TASK"):
        client.get_workflow(version("TASK", "t"))
    with pytest.raises(ValueError, match="activation p/d/n is no id of a version"):
        client.get_launch_plan(ResourceId(Kind.ACTIVATION, "p", "d", "n"))
    with pytest.raises(TypeError, match="is no Identifier"):
        client.get_task("flytesnacks/development/t")


def test_an_org_is_kept(connection: Connection, monkeypatch: Any) -> None:
    """Deployments with several of them take it as part of the id."""
    sent: list[Any] = []
    monkeypatch.setattr(connection.calls, "get_task", lambda request: sent.append(request.id))
    id = version("TASK", "t")
    id.org = "acme"
    with pytest.raises(AttributeError):
        connection.client.get_task(id)  # the answer is none
    assert sent == [id]


def test_what_never_changes_is_asked_for_once(client: AdminClient) -> None:
    """Tasks, workflows, the spec of a launch plan; each caller has a message of his own."""
    task, workflow = version("TASK", "cached"), version("WORKFLOW", "cached")
    plan = version("LAUNCH_PLAN", "cached")
    client.create_task(task, task_spec())
    client.create_workflow(workflow, workflow_spec())
    spec = LaunchPlanSpec(workflow_id=workflow)
    spec.entity_metadata.SetInParent()
    client.create_launch_plan(plan, spec)

    for _ in range(3):
        client.get_task(task).id.name = "spoilt"
        assert client.get_task(task).id == task
        assert client.get_workflow(workflow).closure.compiled_workflow.primary.template.nodes
        assert client.get_launch_plan_spec(plan).workflow_id == workflow

    found = counts(client)
    assert (found["GetTask"], found["GetWorkflow"], found["GetLaunchPlan"]) == (1, 1, 1)


def test_what_changes_is_always_asked_for(client: AdminClient, short: Client) -> None:
    """The state of a launch plan is that of now, and so is which version is active."""
    short.workflow("w")
    short.launch_plan("switch", "v1")
    short.launch_plan("switch", "v2")
    first, second = version("LAUNCH_PLAN", "switch"), version("LAUNCH_PLAN", "switch", "v2")

    assert client.get_launch_plan(first).closure.state == LaunchPlanState.INACTIVE
    client.update_launch_plan(first, LaunchPlanState.ACTIVE)
    assert client.get_launch_plan(first).closure.state == LaunchPlanState.ACTIVE
    assert client.get_active_launch_plan(first).id == first
    client.update_launch_plan(second, LaunchPlanState.ACTIVE)
    assert client.get_launch_plan(first).closure.state == LaunchPlanState.INACTIVE
    assert client.get_active_launch_plan(first).id.version == "v2"
    client.update_launch_plan(second, LaunchPlanState.INACTIVE)
    with pytest.raises(NotFoundError):
        client.get_active_launch_plan(second)


def test_no_is_asked_once_and_not_remembered(client: AdminClient) -> None:
    """One call a no; what is registered later is found."""
    id = version("TASK", "later")
    with pytest.raises(FlyteEntityNotExistException):
        client.get_task(id)
    assert counts(client) == {"GetTask": 1}
    client.create_task(id, task_spec())
    assert client.get_task(id).id == id


def test_what_a_version_says_about_itself(client: AdminClient) -> None:
    """Or that it says nothing."""
    spec = task_spec()
    spec.description.short_description = "Counts."
    client.create_task(version("TASK", "told"), spec)
    client.create_task(version("TASK", "untold"), task_spec())
    assert client.get_description_entity(version("TASK", "told")).short_description == "Counts."
    with pytest.raises(NotFoundError):
        client.get_description_entity(version("TASK", "untold"))


def test_threads_share_a_client(admin: EmbeddedAdmin, short: Client) -> None:
    """Forty threads, one connection: what is remembered is asked for once by all of them."""
    for number in range(5):
        short.task(f"shared-{number}")
    begin = threading.Barrier(40)
    with connected(admin.endpoint) as connection:

        def work(number: int) -> str:
            begin.wait(10)
            task = connection.client.get_task(version("TASK", f"shared-{number % 5}"))
            connection.client.get_version()
            rows = connection.client.iter_tasks(("flytesnacks", "development"), page_size=3)
            assert sum(1 for _ in rows) >= 5
            return str(task.id.name)

        with ThreadPoolExecutor(40) as pool:
            assert sorted(pool.map(work, range(40))) == sorted(
                f"shared-{number % 5}" for number in range(40)
            )
        assert connection.calls.counts["GetTask"] == 5
        assert connection.calls.counts["GetVersion"] == 1


def test_the_version_is_asked_for_once(client: AdminClient, monkeypatch: Any) -> None:
    """And decides what is there; a build that says none is taken for a new one."""
    assert client.get_control_plane_version() == "unknown"
    assert client.is_at_least("99.0")
    assert counts(client) == {"GetVersion": 1}
    monkeypatch.setattr(client, "get_control_plane_version", lambda: "v1.16.8-rc1")
    assert client.is_at_least("1.16")
    assert client.is_at_least("1.16.8")
    assert not client.is_at_least("1.17.0")
    with pytest.raises(ValueError, match="is no version"):
        client.is_at_least("new")


@pytest.mark.parametrize(
    "to",
    [
        lambda endpoint: endpoint,
        lambda endpoint: Config(endpoint=endpoint, source="the test", insecure=True),
        lambda endpoint: PlatformConfig(endpoint=endpoint, insecure=True),
        lambda endpoint: TheirConfig(PlatformConfig(endpoint=endpoint, insecure=True)),
    ],
    ids=["endpoint", "Config", "PlatformConfig", "flytekit's Config"],
)
def test_a_client_can_have_its_own_connection(
    admin: EmbeddedAdmin, to: Callable[[str], Any]
) -> None:
    """From an endpoint alone, or any configuration; and hangs up when it is done."""
    with AdminClient(to(admin.endpoint), policy=RetryPolicy(attempts=1)) as client:
        assert client.endpoint == admin.endpoint
        assert client.get_domains()[0].id == "development"
    with pytest.raises(ValueError, match="closed channel"):
        client.get_domains()


def test_what_names_no_admin_is_told() -> None:
    """Before anybody wonders where it went."""
    with pytest.raises(TypeError, match="5 names no Admin"):
        AdminClient(5)


def test_a_connection_has_one_client(connection: Connection) -> None:
    """However many threads ask for it at once, so that they share what it remembers."""
    begin = threading.Barrier(20)

    def ask(_: int) -> int:
        begin.wait(10)
        return id(connection.client)

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(ask, range(20)))) == 1
