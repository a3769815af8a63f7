"""Ids of executions, nodes and attempts: whole, or none."""

import pytest
from flyteidl.core.identifier_pb2 import WorkflowExecutionIdentifier

from reconciler.model import (
    ExecutionId,
    Kind,
    NodeExecutionId,
    ResourceId,
    TaskExecutionId,
    check_execution_name,
)

EXECUTION = ExecutionId("p", "d", "e")
NODE = NodeExecutionId("n0", EXECUTION)
TASK = TaskExecutionId(ResourceId(Kind.TASK, "p", "d", "t", "v"), NODE, 2)


def test_ids_go_to_admin_and_back() -> None:
    """Without loss, the task's kind said."""
    assert ExecutionId.from_identifier(EXECUTION.to_identifier()) == EXECUTION
    assert NodeExecutionId.from_identifier(NODE.to_identifier()) == NODE
    assert TaskExecutionId.from_identifier(TASK.to_identifier()) == TASK
    assert (str(EXECUTION), str(NODE), str(TASK)) == ("p/d/e", "p/d/e/n0", "p/d/e/n0/2")
    assert (TASK.project, TASK.domain, TASK.execution_id) == ("p", "d", EXECUTION)


@pytest.mark.parametrize("part", ["project", "domain", "name"])
def test_incomplete_ids_are_none(part: str) -> None:
    """Admin would act on some other row."""
    parts = {"project": "p", "domain": "d", "name": "n", part: ""}
    with pytest.raises(ValueError, match=f"needs a {part}"):
        ExecutionId.from_identifier(WorkflowExecutionIdentifier(**parts))


def test_ids_are_read_from_text() -> None:
    """A name, or all of it."""
    assert ExecutionId.parse("e", project="p", domain="d") == EXECUTION
    assert ExecutionId.parse("p/d/e", project="x", domain="y") == EXECUTION
    for text in ("", "a/b", "a//c", "a/b/c/d"):
        with pytest.raises(ValueError, match="names no execution"):
            ExecutionId.parse(text, project="p", domain="d")


@pytest.mark.parametrize("name", ["a", "a-1", "a" * 63, "a-"])
def test_names_that_admin_takes(name: str) -> None:
    check_execution_name(name)


@pytest.mark.parametrize("name", ["", "1a", "-a", "A", "aB", "a_b", "a.b", "é", "a\n", "a" * 64])
def test_names_that_it_does_not(name: str) -> None:
    """Nor the cluster behind it, which wants lower case."""
    with pytest.raises(ValueError, match="execution"):
        check_execution_name(name)
