"""Who decides on an execution's settings: each is taken whole from the first who has it."""

from typing import Any

import pytest

from reconciler.sandbox import SandboxConfig
from reconciler.sandbox.config import Application
from tests.sandbox.executions.conftest import PD, World, integer


def _attributes(world: World, level: str, **settings: Any) -> None:
    """Set a WORKFLOW_EXECUTION_CONFIG."""
    where: Any = {
        "Project": {"project": "flytesnacks"},
        "ProjectDomain": PD,
        "Workflow": {**PD, "workflow": "w"},
    }[level]
    matching = {"workflow_execution_config": settings}
    attributes = {**where, "matching_attributes": matching}
    world.call(f"Update{level}Attributes", {"attributes": attributes})


def _pool(world: World, level: str, name: str) -> None:
    where: Any = {"Project": {"project": "flytesnacks"}, "ProjectDomain": PD}[level]
    matching = {"cluster_assignment": {"cluster_pool_name": name}}
    request = {"attributes": {**where, "matching_attributes": matching}}
    world.call(f"Update{level}Attributes", request)


def _role(name: str) -> Any:
    return {"run_as": {"iam_role": name}}


def test_parallelism_comes_from_the_first_who_wants_any(world: World) -> None:
    """Request, launch plan, workflow, project and domain, project, server; nobody wants -1."""
    world.launch_plan("lp", max_parallelism=4)

    def parallelism(name: str, **spec: Any) -> int:
        world.launch(name, **spec)
        return int(world.execution(name).spec.max_parallelism)

    assert parallelism("a") == 25
    _attributes(world, "Project", max_parallelism=11)
    assert parallelism("b") == 11
    _attributes(world, "ProjectDomain", max_parallelism=12)
    assert parallelism("c") == 12
    _attributes(world, "Workflow", max_parallelism=-1)
    assert parallelism("d") == 11  # the workflow's row hides the one of the domain
    assert parallelism("e", of="lp") == 4
    assert parallelism("f", of="lp", max_parallelism=2) == 2
    assert parallelism("g", of="lp", max_parallelism=-2) == 4


def test_context_that_names_nobody_is_none(world: World) -> None:
    """Secrets and tokens go with it, at every level."""
    world.launch_plan("lp", security_context=_role("lp"))
    _attributes(world, "Project", security_context=_role("project"))
    secrets = {"secrets": [{"group": "g", "key": "k"}]}

    world.launch("a", security_context=secrets)
    world.launch("b", of="lp", security_context=secrets)
    world.launch("c", security_context={"run_as": {"execution_identity": "me"}, **secrets})

    found = [world.execution(name).spec.security_context for name in "abc"]
    assert [context.run_as.iam_role for context in found] == ["project", "lp", ""]
    assert [len(context.secrets) for context in found] == [0, 0, 1]


def test_deprecated_roles_come_last_and_the_server_after_them() -> None:
    """An empty one in the request hides those of the launch plan."""
    world = World(SandboxConfig(application=Application(k8s_service_account="server")))
    world.workflow()
    world.launch_plan("auth", auth={"kubernetes_service_account": "auth"})
    world.launch_plan("role", role="role")

    world.launch("a")
    world.launch("b", of="auth")
    world.launch("c", of="role")
    world.launch("d", of="role", auth_role={})

    found = [world.execution(name).spec.security_context.run_as for name in "abcd"]
    assert [each.iam_role for each in found] == ["", "", "role", ""]
    assert [each.k8s_service_account for each in found] == ["server", "auth", "", "server"]
    world.sandbox.stop()


def test_tasks_see_no_workflows_attributes(world: World) -> None:
    """Nor anything of the launch plan that was made for them."""
    world.task()
    _attributes(world, "Workflow", security_context=_role("workflow"))
    _attributes(world, "ProjectDomain", security_context=_role("domain"))
    world.launch("e1", of="t", task=True, inputs={"x": integer(1)})

    assert world.execution().spec.security_context.run_as.iam_role == "domain"
    assert world.execution().spec.max_parallelism == 0


def test_labels_of_attributes_are_counted_but_not_shown(limited: World) -> None:
    """The request's replace them whole."""
    three = {"values": {"a": "1", "b": "2", "c": "3"}}
    _attributes(limited, "Project", annotations=three)

    refused = limited.refused("CreateExecution", limited.request())
    assert refused == "INVALID_ARGUMENT annotations has too many entries [3 > 2]"
    limited.launch("e1", annotations={"values": {"d": "4"}})
    assert dict(limited.execution().spec.annotations.values) == {"d": "4"}


def test_cluster_pool_must_be_the_one_that_is_set(world: World) -> None:
    """The domain's before the project's; where none is set, any is taken."""
    world.launch("e1", cluster_assignment={"cluster_pool_name": "any"})
    _pool(world, "Project", "cpu")
    _pool(world, "ProjectDomain", "gpu")
    request = world.request("e2", cluster_assignment={"cluster_pool_name": "cpu"})

    assert world.refused("CreateExecution", request) == (
        'INVALID_ARGUMENT execution with project "flytesnacks" and domain "development" cannot '
        'run on cluster pool "cpu", because its configured to run on pool "gpu"'
    )
    world.launch("e2")
    assert not world.execution("e2").spec.HasField("cluster_assignment")


@pytest.mark.parametrize("prefix", ["", "s3://raw"])
def test_what_is_not_resolved_stays_as_sent(world: World, prefix: str) -> None:
    """An attribute's raw output prefix is used, never shown."""
    _attributes(world, "Project", raw_output_data_config={"output_location_prefix": "s3://a"})
    world.launch("e1", raw_output_data_config={"output_location_prefix": prefix})

    assert world.execution().spec.raw_output_data_config.output_location_prefix == prefix
