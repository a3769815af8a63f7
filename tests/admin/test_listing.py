"""What is there, as people list it, before the embedded Admin."""

from collections.abc import Iterator

import pytest

from reconciler.admin import Connection, connect
from reconciler.config import Config
from reconciler.model import Resource
from reconciler.sandbox import Sandbox
from tests.contracts.specs import DOMAIN, a_launch_plan, a_task, a_workflow
from tests.fakes import a_project


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """Two projects with the same two names: one active, one idle with two versions."""
    with Sandbox(data=":memory:") as sandbox:
        config = Config(endpoint=sandbox.endpoint, source="the test", insecure=True)
        with connect(config) as connection:
            for project in ("alpha", "beta"):
                connection.writer.create(a_project(project))
                fill(connection, project)
            yield connection


def fill(connection: Connection, project: str) -> None:
    task = a_task(project)
    workflow = a_workflow(task)
    active = a_launch_plan(workflow, "active")
    idle = [a_launch_plan(workflow, "idle", version) for version in ("v2", "v1")]
    created: list[Resource] = [task, workflow, active, *idle]
    for resource in created:
        connection.writer.create(resource)
    connection.writer.set_active(active.id, active=True)


def listed(
    connection: Connection,
    *,
    project: str | None = None,
    domain: str | None = None,
    active_only: bool = False,
) -> list[str]:
    found = connection.launch_plans(project=project, domain=domain, active_only=active_only)
    return [f"{one.id.project}/{one.id.name}@{one.id.version}" for one in found]


def test_lists_what_is_active(connection: Connection) -> None:
    """Of all projects and domains, by place and name."""
    expected = ["alpha/active@v1", "beta/active@v1"]
    assert listed(connection, active_only=True) == expected
    assert listed(connection, active_only=True, domain=DOMAIN) == expected
    assert listed(connection, active_only=True, domain="production") == []
    assert listed(connection, active_only=True, project="beta") == expected[1:]


def test_lists_the_newest_of_what_is_not(connection: Connection) -> None:
    """A name without an active version is shown by the one created last."""
    assert listed(connection, project="alpha") == ["alpha/active@v1", "alpha/idle@v1"]
    assert len(listed(connection)) == 4
    assert listed(connection, project="nobody") == []
