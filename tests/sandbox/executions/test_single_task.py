"""A task launched alone gets a workflow and a launch plan of its own."""

import pytest

from reconciler.sandbox.executions.single_task import node_id_of
from tests.sandbox.executions.conftest import (
    INT,
    PD,
    World,
    execution_id,
    integer,
    versioned,
)


@pytest.fixture
def tasked(world: World) -> World:
    """The Admin with a task `t`."""
    world.task()
    return world


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("pkg.mod.my_task-1", "pkgmodmytask-1"),
        ("x" * 10 + "." * 60, "xxx"),
        ("é" * 40, "é" * 31),
        ("a²½Ⅷ五_x", "a²½Ⅷ五x"),
    ],
)
def test_node_is_called_after_the_end_of_the_task(name: str, node: str) -> None:
    """Letters, numbers and dashes of the last 63 bytes; half a character is none."""
    assert node_id_of(name) == node


def test_skeletons_are_made_once(tasked: World) -> None:
    """The launch plan keeps the roles of the first launch."""
    roles = ({"assumable_iam_role": "first"}, {"assumable_iam_role": "second"})
    for name, role in zip(("e1", "e2"), roles, strict=True):
        tasked.launch(name, of="t", task=True, inputs={"x": integer(1)}, auth_role=role)

    found = tasked.call("GetLaunchPlan", {"id": versioned("LAUNCH_PLAN", ".flytegen.t")})
    assert found.spec.auth_role.assumable_iam_role == "first"
    assert found.spec.workflow_id.name == "t"
    assert found.closure.state == 0
    assert tasked.execution("e2").closure.workflow_id.name == ".flytegen.t"
    assert tasked.execution("e2").spec.security_context.run_as.iam_role == "second"


def test_skeletons_are_made_before_the_inputs_are_looked_at(tasked: World) -> None:
    """They stay, whatever becomes of the launch."""
    request = tasked.request(of="t", task=True)

    assert "expected_inputs x missing" in tasked.refused("CreateExecution", request)
    for kind in ("WORKFLOW", "LAUNCH_PLAN"):
        wanted = {"resource_type": kind, "id": {**PD, "name": ".flytegen.t"}}
        assert tasked.call("GetNamedEntity", wanted).metadata.state == 2
    assert tasked.names() == []


def test_task_of_an_archived_project_runs_elsewhere_only_if_it_did_before(tasked: World) -> None:
    """What would have to be made cannot be made in a project that is not active."""
    tasked.call("RegisterProject", {"project": {"id": "here", "name": "here"}})
    tasked.task("u")
    request = tasked.request(of="t", task=True, inputs={"x": integer(1)})
    request["project"] = "here"
    tasked.call("CreateExecution", request)
    tasked.call("UpdateProject", {"id": "flytesnacks", "state": "ARCHIVED"})

    request["name"] = "e2"
    tasked.call("CreateExecution", request)
    request["spec"]["launch_plan"]["name"] = "u"
    refusal = tasked.refusal("CreateExecution", request)
    assert refusal.message == "project [flytesnacks] is not active"
    assert refusal.details[0].id == "flytesnacks"


def test_task_whose_name_leaves_no_node_id_cannot_be_launched(tasked: World) -> None:
    """The generated workflow does not compile."""
    tasked.task("...")

    refused = tasked.refused(
        "CreateExecution", tasked.request(of="...", task=True, inputs={"x": integer(1)})
    )
    assert refused.startswith("INVALID_ARGUMENT failed to compile workflow for [")
    assert "Value required [Id]." in refused


def test_tags_and_parallelism_stay_as_sent(tasked: World) -> None:
    """Nothing is resolved, and nothing can be found by it; artifacts stay too."""
    tasked.launch(
        "e1",
        of="t",
        task=True,
        inputs={"x": integer(1)},
        tags=["one"],
        max_parallelism=-3,
        metadata={"artifact_ids": [{"version": "1"}]},
    )

    spec = tasked.execution().spec
    assert spec.max_parallelism == -3
    assert len(spec.metadata.artifact_ids) == 1
    assert tasked.names("eq(admin_tag.name,one)") == []
    assert tasked.names("eq(launch_entity,task)") == ["e1"]


def test_hand_made_launch_plan_of_that_name_is_taken(tasked: World) -> None:
    """Its fixed inputs and all; the workflow is still made."""
    tasked.workflow("other", inputs={"x": INT, "y": INT})
    tasked.launch_plan(
        ".flytegen.t", workflow="other", fixed_inputs={"literals": {"y": integer(2)}}
    )
    tasked.launch("e1", of="t", task=True, inputs={"x": integer(1)})

    assert tasked.inputs() == {"x": 1, "y": 2}
    assert tasked.execution().closure.workflow_id.name == ".flytegen.t"


def test_repeating_runs_the_task_again(tasked: World) -> None:
    """Not the launch plan that was made for it."""
    tasked.launch("e1", of="t", task=True, inputs={"x": integer(1)})
    tasked.call("RelaunchExecution", {"id": execution_id(), "name": "e2"})

    assert tasked.execution("e2").spec.launch_plan.resource_type == 1
    assert tasked.names("eq(task.name,t)") == ["e1", "e2"]
