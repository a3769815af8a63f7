"""The few facts about a resource that a plan shows beside it."""

from typing import Any

import pytest
from flyteidl.core.compiler_pb2 import CompiledTask
from google.protobuf.json_format import ParseDict

from reconciler.model import Kind, Resource, ResourceId
from reconciler.report.facts import facts

ID = ResourceId(Kind.TASK, "p", "d", "t", "1")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ({"type": "container", "container": {"image": "a:1"}}, ("a:1",)),
        ({"type": "spark"}, ("spark",)),
        ({"type": "pod", "k8sPod": {"podSpec": {}}}, ("pod",)),
        (
            {"k8sPod": {"podSpec": {"containers": [{"image": "a:1"}, {}, {"image": "b:2"}]}}},
            ("a:1, b:2",),
        ),
    ],
)
def test_a_task_is_known_by_its_images(template: dict[str, Any], expected: Any) -> None:
    """Of its container, or of its pod; else by who runs it. Looking changes nothing."""
    task = ParseDict({"template": template}, CompiledTask())
    before = task.SerializeToString(deterministic=True)

    assert facts(Resource(ID, spec=task)) == expected
    assert task.SerializeToString(deterministic=True) == before
