"""Executions listed, measured and found in the console."""

from typing import Any

import pytest
from flyteidl.core.identifier_pb2 import WorkflowExecutionIdentifier

from reconciler.config import Config
from reconciler.errors import ExecutionError, NotFoundError
from reconciler.model import (
    ExecutionId,
    Kind,
    NodeExecutionId,
    ResourceId,
    TaskExecutionId,
)
from reconciler.remote.executions.console import console_url
from reconciler.remote.executions.recent import recent
from tests.remote.executions.conftest import Running
from tests.sandbox.executions.conftest import execution_id

W = "flytesnacks/development/w@v1"


@pytest.fixture(scope="module")
def seven(running: Running) -> list[str]:
    """Seven executions, oldest first."""
    names = [f"listed-{index}" for index in range(7)]
    for name in names:
        running.remote.execute(W, {"x": 3}, execution_name=name, domain="production")
    running.world.call(
        "UpdateExecution", {"id": execution_id("listed-0", domain="production"), "state": 1}
    )
    return names[:0:-1]


def listed(running: Running, **said: Any) -> Any:
    given = {"limit": None, "filters": None, **said}
    return recent(running.remote, project="flytesnacks", domain="production", page=2, **given)


def test_pages_are_read_as_far_as_they_are_looked_at(running: Running, seven: list[str]) -> None:
    """The first costs one, all cost all; archived ones are not there."""
    found = listed(running)
    assert running.asked() == {}
    assert found
    assert found[0].id.name == "listed-6"
    assert running.asked() == {"ListExecutions": 1}

    assert [one.id.name for one in found] == seven
    assert len(found) == 6
    assert found[-1].id.name == "listed-1"
    assert running.asked()["ListExecutions"] >= 3


def test_rows_that_come_twice_are_told_once(running: Running, seven: list[str]) -> None:
    """A launch between two pages pushes the rest down."""
    found = listed(running)
    assert found[1].id.name == "listed-5"
    running.remote.execute(W, {"x": 3}, execution_name="meanwhile", domain="production")

    names = [one.id.name for one in found]

    assert names == seven
    identifier = execution_id("meanwhile", domain="production")
    running.world.call("UpdateExecution", {"id": identifier, "state": 1})


def test_limits_and_filters(running: Running, seven: list[str]) -> None:
    """At most so many; those that a filter wants, archived ones if it is about that."""
    assert [one.id.name for one in listed(running, limit=3)] == seven[:3]
    assert len(listed(running, filters="eq(execution_name,listed-3)")) == 1
    archived = running.remote.recent_executions(domain="production", filters="eq(state,1)")
    assert "listed-0" in [one.id.name for one in archived]
    assert not running.remote.recent_executions(project="flyteexamples")


def test_metrics_are_a_tree(running: Running, name: str) -> None:
    """Told as a table, as data, and summed by operation."""
    running.remote.execute("w@v1", {"x": 3}, execution_name=name)
    running.world.phase("RUNNING", 10, name=name)
    running.world.node_phase("RUNNING", 20, node="start-node", name=name)
    running.world.node_phase("SUCCEEDED", 21, node="start-node", name=name)
    running.world.phase("SUCCEEDED", 30, name=name)

    span = running.remote.get_execution_metrics(name, depth=-1)

    assert (span.kind, span.name) == ("workflow", name)
    assert span.explain().splitlines()[1].endswith(f"workflow {name}")
    assert span.as_dict()["children"] == [child.as_dict() for child in span.children]
    assert set(span.breakdown()) <= {child.name for _, child in span.walk()}
    assert running.remote.get_execution_metrics(name, depth=0).children == ()
    with pytest.raises(NotFoundError):
        running.remote.get_execution_metrics("nothing-here")


EXECUTION = ExecutionId("p", "d", "e1")
TASK = ResourceId(Kind.TASK, "p", "d", "a/b c", "v#1")


@pytest.mark.parametrize(
    ("thing", "page"),
    [
        (EXECUTION, "executions/e1"),
        (WorkflowExecutionIdentifier(project="p", domain="d", name="e1"), "executions/e1"),
        (NodeExecutionId("n0", EXECUTION), "executions/e1"),
        (TaskExecutionId(TASK, NodeExecutionId("n0", EXECUTION), 0), "executions/e1"),
        (TASK, "task/a%2Fb%20c/version/v%231"),
        (TASK.to_identifier(), "task/a%2Fb%20c/version/v%231"),
        (ResourceId(Kind.LAUNCH_PLAN, "p", "d", "n", "v"), "launch_plan/n/version/v"),
        (ResourceId(Kind.WORKFLOW, "p", "d", "n", "v"), "workflow/n/version/v"),
    ],
)
def test_everything_has_its_page(thing: Any, page: str) -> None:
    """A node and an attempt are on their execution's."""
    config = Config(endpoint="flyte.example.org", source="test")

    assert console_url(thing, config) == (
        f"https://flyte.example.org/console/projects/p/domains/d/{page}"
    )


def test_console_may_be_elsewhere() -> None:
    """Where the configuration says; over plain HTTP where Admin is."""
    said = Config(endpoint="a:1", source="test", console_endpoint="https://c.example/")
    assert console_url(EXECUTION, said).startswith("https://c.example/console/")
    plain = Config(endpoint="a:1", source="test", insecure=True)
    assert console_url(EXECUTION, plain).startswith("http://a:1/console/")
    with pytest.raises(ExecutionError, match="a str has no page"):
        console_url("e1", plain)
