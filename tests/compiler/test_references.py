"""What has to be loaded before a workflow can be compiled."""

from typing import Any

import pytest
from flyteidl.core import workflow_pb2

from reconciler.compiler import CompilationError, RecursiveWorkflowError, required_references
from tests.compiler.builders import a_branch, a_node, a_sub_workflow_node, a_workflow, an_id


def names(ids: tuple[Any, ...]) -> list[str]:
    return [each.name for each in ids]


def test_references_are_found_wherever_they_are_and_come_sorted() -> None:
    """In branches, arrays and the failure node; each once."""
    array = workflow_pb2.Node(id="m")
    array.array_node.node.CopyFrom(a_node("e", "b"))
    launch = workflow_pb2.Node(id="l")
    launch.workflow_node.launchplan_ref.CopyFrom(an_id("lp", "LAUNCH_PLAN"))
    template = a_workflow(
        a_node("n", "z"),
        a_branch("br", a_node("y", "d"), a_node("x", "c"), launch),
        array,
        a_node("again", "z"),
        failure_node=a_node("f", "a"),
    )

    found = required_references(template, [])

    assert names(found.tasks) == ["a", "b", "c", "d", "z"]
    assert names(found.launch_plans) == ["lp"]


def test_the_resource_type_comes_before_the_name_in_the_order() -> None:
    """A reference without type is another reference, and looked up first."""
    untyped = a_node("n", "z")
    untyped.task_node.reference_id.resource_type = 0

    found = required_references(a_workflow(a_node("m", "a"), untyped), [])

    assert names(found.tasks) == ["z", "a"]


def test_sub_workflows_are_followed_if_something_refers_to_them() -> None:
    """What an unreferenced one needs is never looked up; a missing one is no error yet."""
    used = a_workflow(a_node("n", "used"), a_sub_workflow_node("m", "missing"), name="used")
    unused = a_workflow(a_node("n", "unused"), name="unused")

    found = required_references(a_workflow(a_sub_workflow_node("s", "used")), [used, unused])

    assert names(found.tasks) == ["used"]


def test_sub_workflows_of_one_id_are_all_told() -> None:
    """Before anything is looked up."""
    sub = a_workflow(a_node("n"), name="sub")
    other = a_workflow(a_node("n"), name="other")

    with pytest.raises(CompilationError) as caught:
        required_references(a_workflow(a_node("n")), [sub, other, sub, other, sub])

    assert [(each.code, each.node_id) for each in caught.value.errors] == [
        ("DuplicateId", f'resource_type:WORKFLOW  project:"p"  domain:"d"  name:"{name}"  '
         'version:"v"')
        for name in ("other", "sub")
    ]  # fmt: skip


def test_a_sub_workflow_without_id_fails_without_a_reason() -> None:
    """Admin's list is empty then."""
    with pytest.raises(CompilationError) as caught:
        required_references(a_workflow(a_node("n")), [workflow_pb2.WorkflowTemplate()])

    assert str(caught.value) == "Collected Errors: 0\n"


def test_a_sub_workflow_that_contains_itself_is_refused() -> None:
    """Admin's server would die of it; the way round is named."""
    first = a_workflow(a_sub_workflow_node("n", "second"), name="first")
    second = a_workflow(
        a_branch("b", a_sub_workflow_node("n", "first"), a_node("m")), name="second"
    )

    with pytest.raises(RecursiveWorkflowError) as caught:
        required_references(a_workflow(a_sub_workflow_node("s", "first")), [first, second])

    assert [text.split('name:"')[1].split('"')[0] for text in caught.value.cycle] == [
        "first",
        "second",
        "first",
    ]


def test_a_workflow_may_contain_one_that_has_its_own_id() -> None:
    """The primary workflow is no sub-workflow."""
    inner = a_workflow(a_node("n"), name="wf")

    found = required_references(a_workflow(a_sub_workflow_node("s", "wf")), [inner])

    assert names(found.tasks) == ["inc"]
