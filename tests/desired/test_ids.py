"""Identifiers left blank are filled in, wherever they stand and whichever release left them so."""

from typing import Any

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message

from reconciler.desired.ids import fill, is_own
from reconciler.model import identifiers

BLANK = {"name": "x"}
OLD = {
    "name": "x",
    "project": "{{ registration.project }}",
    "domain": "{{ registration.domain }}",
    "version": "{{ registration.version }}",
}


def calls(id: dict[str, str]) -> list[dict[str, Any]]:
    """A node of each kind that refers to something."""
    task = {"id": "n", "taskNode": {"referenceId": id}}
    return [
        task,
        {"workflowNode": {"launchplanRef": id}},
        {"workflowNode": {"subWorkflowRef": id}},
        {"arrayNode": {"node": task}},
        {"branchNode": {"ifElse": {"case": {"thenNode": task}}}},
        {"branchNode": {"ifElse": {"other": [{"thenNode": {"arrayNode": {"node": task}}}]}}},
        {"branchNode": {"ifElse": {"elseNode": task}}},
    ]


def everywhere(id: dict[str, str]) -> list[Message]:
    """A member of each kind, with the identifier in every place that has one."""
    template = {"id": id, "nodes": calls(id), "failureNode": calls(id)[0]}
    return [
        ParseDict({"template": {"id": id}}, TaskSpec()),
        ParseDict({"template": template, "subWorkflows": [template, template]}, WorkflowSpec()),
        ParseDict({"id": id, "spec": {"workflowId": id}}, LaunchPlan()),
    ]


@pytest.mark.parametrize("id", [BLANK, OLD], ids=["blank", "old"])
def test_every_blank_is_filled_in(id: dict[str, str]) -> None:
    """At any depth: nodes, branches, arrays, failure nodes, sub-workflows."""
    counts = []
    for message in everywhere(id):
        assert all(is_own(one) for one in identifiers(message))
        fill(message, project="p", domain="d", version="v")
        found = [(one.project, one.domain, one.version) for one in identifiers(message)]
        assert set(found) == {("p", "d", "v")}
        counts.append(len(found))
    assert counts == [1, 3 * (1 + len(calls(id)) + 1), 2]


def test_what_is_said_stays() -> None:
    """Part by part, as flytectl has it: what names its project may leave its version open."""
    for message in everywhere({"name": "x", "project": "other", "version": "7"}):
        fill(message, project="p", domain="d", version="v")
        found = {(one.project, one.domain, one.version) for one in identifiers(message)}
        assert found == {("other", "d", "7")}


@pytest.mark.parametrize(
    "text", ["{{registration.version}}", "{{ registration.version}}", "{{ .version }}", " "]
)
def test_only_the_very_words_are_placeholders(text: str) -> None:
    """flytectl compares them whole; anything else is a version that somebody chose."""
    (task, *_) = everywhere({"name": "x", "version": text})
    (id,) = identifiers(task)
    assert not is_own(id)
    fill(task, project="p", domain="d", version="v")
    assert id.version == text
