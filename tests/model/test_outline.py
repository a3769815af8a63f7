"""What is left of a message once its values are emptied."""

from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes
from flyteidl.core.compiler_pb2 import CompiledTask, CompiledWorkflowClosure
from google.protobuf.json_format import ParseDict

from reconciler.model import outlined

SECRET = "hunter2"


def text(message: object) -> str:
    return str(message)


def test_a_task_keeps_names_and_images_and_no_values() -> None:
    """Of variables, plugins and pods alike."""
    task = ParseDict(
        {
            "template": {
                "container": {
                    "image": "etl:1",
                    "args": ["extract"],
                    "env": [{"key": "PASSWORD", "value": SECRET}],
                    "config": [{"key": "k", "value": SECRET}],
                },
                "custom": {"token": SECRET, "deep": [{"x": SECRET}]},
                "config": {"plugin": SECRET},
            }
        },
        CompiledTask(),
    )
    pod = CompiledTask()
    ParseDict(
        {
            "containers": [
                {"name": "a", "image": "etl:2", "env": [{"name": "P", "value": SECRET}]}
            ],
            "initContainers": [{"name": "b", "env": [{"name": "P", "value": SECRET}]}],
        },
        pod.template.k8s_pod.pod_spec,
    )

    for message, image in ((task, "etl:1"), (pod, "etl:2")):
        found = text(outlined(message))
        assert SECRET in text(message)
        assert SECRET not in found
        assert image in found
    assert "PASSWORD" in text(outlined(task))


def test_inputs_of_launch_plans_and_nodes_are_emptied() -> None:
    """Wherever they stand: fixed, by default, bound in a node, in a list of promises and texts."""
    literal = {"scalar": {"primitive": {"stringValue": SECRET}}}
    plan = ParseDict(
        {
            "spec": {
                "fixedInputs": {"literals": {"day": literal}},
                "defaultInputs": {"parameters": {"day": {"default": literal}}},
                "envs": {"values": [{"key": "K", "value": SECRET}]},
                "entityMetadata": {
                    "schedule": {"cronSchedule": {"schedule": "0 6 * * *"}},
                    "notifications": [{"email": {"recipientsEmail": [SECRET]}}],
                },
            }
        },
        LaunchPlan(),
    )
    promise = {"promise": {"nodeId": "a", "var": "o0"}}
    bindings: list[dict[str, Any]] = [
        {"binding": literal},
        {"binding": {"collection": {"bindings": [literal]}}},
    ]
    workflow = ParseDict(
        {
            "primary": {
                "template": {
                    "nodes": [
                        {"id": "n", "inputs": [{"var": "x", **one} for one in bindings]},
                        {"id": "m", "inputs": [{"var": "x", "binding": promise}]},
                    ]
                }
            }
        },
        CompiledWorkflowClosure(),
    )

    assert SECRET not in text(outlined(plan))
    assert "0 6 * * *" in text(outlined(plan))
    assert [*outlined(plan).spec.fixed_inputs.literals] == ["day"]
    assert SECRET not in text(outlined(workflow))
    assert "o0" in text(outlined(workflow))


def test_cluster_resources_keep_their_names() -> None:
    """What templates put into a cluster may be anything."""
    row = MatchingAttributes()
    row.cluster_resource_attributes.attributes["dbPassword"] = SECRET

    found = outlined(row)

    assert found.cluster_resource_attributes.attributes == {"dbPassword": ""}
    assert row.cluster_resource_attributes.attributes["dbPassword"] == SECRET
