"""Where a package's code lies and is unpacked: filled in where flytectl does, told elsewhere.

Each place was tried with flytectl: what it fills in is a whole argument, and no other text.
"""

from typing import Any

import pytest
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.tasks_pb2 import TaskTemplate
from google.protobuf.json_format import ParseDict

from reconciler.desired.placeholders import ADDRESS, DESTINATION, fill_placeholders, left_open
from reconciler.model.texts import texts

VALUES = {ADDRESS: "s3://code", DESTINATION: "/root"}
ARGS = ["run", ADDRESS, DESTINATION, "--"]
FILLED = ["run", "s3://code", "/root", "--"]


def a_pod(**container: Any) -> dict[str, Any]:
    return {"podSpec": {"containers": [{"name": "side", "args": ["x"]}, container]}}


@pytest.mark.parametrize(
    "task",
    [
        {"container": {"args": ARGS}},
        {"type": "raw-container", "container": {"command": ["sh"], "args": ARGS}},
        {"k8sPod": a_pod(name="main", args=ARGS)},
    ],
    ids=["container", "container task", "pod"],
)
def test_whole_arguments_are_filled_in(task: dict[str, Any]) -> None:
    """Of whatever container it is; nothing is left to tell of."""
    template = ParseDict(task, TaskTemplate())
    fill_placeholders(template, VALUES)
    assert arguments(template) == FILLED
    assert list(left_open(template)) == []


def arguments(template: TaskTemplate) -> list[str]:
    if template.HasField("container"):
        return list(template.container.args)
    containers = template.k8s_pod.pod_spec.fields["containers"].list_value.values
    args = containers[1].struct_value.fields["args"].list_value.values
    return [value.string_value for value in args]


@pytest.mark.parametrize(
    ("task", "path"),
    [
        ({"container": {"args": [f"--from={ADDRESS}"]}}, "container.args[0]"),
        ({"container": {"args": ["{{.remote_package_path}}"]}}, "container.args[0]"),
        ({"container": {"args": ["{{ remote_package_path }}"]}}, "container.args[0]"),
        ({"container": {"args": [f" {DESTINATION}"]}}, "container.args[0]"),
        ({"container": {"command": [ADDRESS]}}, "container.command[0]"),
        ({"container": {"env": [{"key": "K", "value": ADDRESS}]}}, "container.env[0].value"),
        ({"config": {"k": DESTINATION}}, "config.k"),
        ({"custom": {"a": {"b": [ADDRESS]}}}, "custom.a.b[0]"),
        (
            {"k8sPod": a_pod(name="main", command=[ADDRESS])},
            "k8sPod.podSpec.containers[1].command[0]",
        ),
        (
            {"k8sPod": {"podSpec": {"initContainers": [{"name": "i", "args": [DESTINATION]}]}}},
            "k8sPod.podSpec.initContainers[0].args[0]",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_everywhere_else_they_stay_and_are_told(task: dict[str, Any], path: str) -> None:
    """As with flytectl: the container gets to see them."""
    template = ParseDict(task, TaskTemplate())
    before = template.SerializeToString(deterministic=True)
    fill_placeholders(template, VALUES)
    assert template.SerializeToString(deterministic=True) == before
    assert [where for where, _ in left_open(template)] == [path]


def test_other_templates_are_no_placeholders() -> None:
    """Flyte's own, which propeller fills in."""
    template = ParseDict({"container": {"args": ["{{.input}}", "{{ .dest }}"]}}, TaskTemplate())
    fill_placeholders(template, VALUES)
    assert list(template.container.args) == ["{{.input}}", "{{ .dest }}"]
    assert list(left_open(template)) == []


NODE = {"id": "n", "taskNode": {"overrides": {"podTemplate": a_pod(name="main", args=ARGS)}}}


@pytest.mark.parametrize(
    "spec",
    [
        {"template": {"nodes": [NODE]}},
        {"template": {"failureNode": NODE}},
        {"template": {"nodes": [{"branchNode": {"ifElse": {"case": {"thenNode": NODE}}}}]}},
        {"template": {"nodes": [{"branchNode": {"ifElse": {"other": [{"thenNode": NODE}]}}}]}},
        {"template": {"nodes": [{"branchNode": {"ifElse": {"elseNode": NODE}}}]}},
        {"template": {"nodes": [{"arrayNode": {"node": NODE}}]}},
        {"subWorkflows": [{"nodes": [{"arrayNode": {"node": NODE}}]}]},
        {"subWorkflows": [{"failureNode": NODE}]},
    ],
    ids=["node", "failure", "case", "other case", "else", "array", "sub-workflow", "its failure"],
)
def test_pods_that_nodes_put_in_place_are_filled_in(spec: dict[str, Any]) -> None:
    """At any depth of a workflow."""
    workflow = ParseDict(spec, WorkflowSpec())
    fill_placeholders(workflow, VALUES)
    assert sorted(set(texts(workflow)) & {*VALUES, *VALUES.values()}) == ["/root", "s3://code"]
    assert list(left_open(workflow)) == []
