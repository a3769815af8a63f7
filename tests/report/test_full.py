"""One thing in full: everything but what tends to be secret."""

import json
from typing import Any

import pytest
from flyteidl.admin.execution_pb2 import Execution
from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.task_pb2 import Task
from flyteidl.core.literals_pb2 import LiteralMap
from google.protobuf.json_format import ParseDict
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.report import in_full

SECRET = "s3cr3t"
TEXT = {"scalar": {"primitive": {"string_value": SECRET}}}
ENV = [{"key": "TOKEN", "value": SECRET}]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Task, {"closure": {"compiled_task": {"template": {"container": {"env": ENV}}}}}),
        (Task, {"closure": {"compiled_task": {"template": {"container": {"config": ENV}}}}}),
        (Task, {"closure": {"compiled_task": {"template": {"config": {"a": SECRET}}}}}),
        (Task, {"closure": {"compiled_task": {"template": {"custom": {"a": [SECRET]}}}}}),
        (
            Task,
            {
                "closure": {
                    "compiled_task": {
                        "template": {
                            "k8s_pod": {"pod_spec": {"containers": [{"name": "c", "env": ENV}]}}
                        }
                    }
                }
            },
        ),
        (LaunchPlan, {"spec": {"fixed_inputs": {"literals": {"x": TEXT}}}}),
        (LaunchPlan, {"spec": {"envs": {"values": ENV}}}),
        (LaunchPlan, {"spec": {"default_inputs": {"parameters": {"x": {"default": TEXT}}}}}),
        (Execution, {"spec": {"inputs": {"literals": {"x": TEXT}}}}),
        (Execution, {"spec": {"envs": {"values": ENV}}}),
        (Execution, {"closure": {"outputs": {"values": {"literals": {"x": TEXT}}}}}),
        (Execution, {"closure": {"output_data": {"literals": {"x": TEXT}}}}),
        (Execution, {"closure": {"computed_inputs": {"literals": {"x": TEXT}}}}),
    ],
)
def test_secrets_are_masked_wherever_they_are(kind: Any, message: Any) -> None:
    """Unless they are asked for; what they are called stays."""
    found = ParseDict(message, kind())

    assert SECRET not in json.dumps(in_full(found, kind="thing"))
    assert SECRET in json.dumps(in_full(found, kind="thing", reveal=True))


@settings(derandomize=True, max_examples=50, deadline=None)
@given(name=st.text(min_size=1, max_size=8))
def test_inputs_are_masked_whatever_their_name(name: str) -> None:
    """Dots and brackets in it, too."""
    literals = ParseDict({"literals": {name: TEXT}}, LiteralMap())

    found = in_full(Execution(), kind="execution", inputs=literals)

    assert SECRET not in json.dumps(found)
    assert list(found["inputs"]["literals"]) == [name]
