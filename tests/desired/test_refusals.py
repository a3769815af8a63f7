"""What Admin would refuse is told before it is asked, of manifests and packages alike."""

from typing import Any

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.core.execution_pb2 import WorkflowExecution
from flyteidl.core.interface_pb2 import TypedInterface
from flyteidl.core.tasks_pb2 import TaskTemplate
from google.protobuf.json_format import ParseDict

from reconciler.desired.refusals import launch_plan_refusals, task_refusals
from reconciler.model import Severity, enum_word

DAY = {"type": {"simple": "DATETIME"}}
SIZE = {"type": {"simple": "INTEGER"}}
INTERFACE = {"inputs": {"variables": {"day": DAY, "size": SIZE}}}
ONE = {"scalar": {"primitive": {"integer": "1"}}}
TEXT = {"scalar": {"primitive": {"stringValue": "x"}}}
CRON = {"cronSchedule": {"schedule": "0 6 * * *"}, "kickoffTimeInputArg": "day"}
SIZE_GIVEN = {"fixedInputs": {"literals": {"size": ONE}}}


def codes(spec: dict[str, Any]) -> list[tuple[str, Severity]]:
    message = ParseDict(spec, LaunchPlanSpec())
    interface = ParseDict(INTERFACE, TypedInterface())
    return [(one.code, one.severity) for one in launch_plan_refusals(message, interface)]


def a_task(**fields: Any) -> TaskTemplate:
    return ParseDict({"type": "t", "metadata": {}, "interface": {}, **fields}, TaskTemplate())


def scheduled(schedule: dict[str, Any]) -> dict[str, Any]:
    return {"entityMetadata": {"schedule": schedule}}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        (scheduled(CRON) | SIZE_GIVEN, []),
        (scheduled(CRON), [("unbound-input", Severity.ERROR)]),
        ({"fixedInputs": {"literals": {"sizes": ONE}}}, [("unknown-input", Severity.ERROR)]),
        ({"fixedInputs": {"literals": {"size": TEXT}}}, [("wrong-type", Severity.ERROR)]),
        (
            {"defaultInputs": {"parameters": {"size": {"var": SIZE, "default": ONE}}}}
            | SIZE_GIVEN,
            [("default-and-fixed", Severity.ERROR)],
        ),
        (
            scheduled(CRON | {"cronSchedule": {"schedule": "0 6 * * 7"}}) | SIZE_GIVEN,
            [("bad-cron", Severity.ERROR)],
        ),
        (
            scheduled(CRON | {"kickoffTimeInputArg": "size"}) | {"fixedInputs": {"literals": {}}},
            [("unbound-input", Severity.ERROR), ("bad-kickoff-input", Severity.ERROR)],
        ),
        (
            scheduled({"rate": {"value": 1}, "kickoffTimeInputArg": "day"}) | SIZE_GIVEN,
            [("rate-with-kickoff", Severity.ERROR)],
        ),
        (
            scheduled({"cronExpression": "0 6 * * *", "kickoffTimeInputArg": "day"}) | SIZE_GIVEN,
            [("deprecated-cron", Severity.WARNING)],
        ),
    ],
)
def test_launch_plans(spec: dict[str, Any], expected: list[tuple[str, Severity]]) -> None:
    """Inputs, schedules and what no execution could get."""
    assert codes(spec) == expected


@pytest.mark.parametrize(
    ("requests", "limits", "expected"),
    [
        ([("CPU", "1")], [("CPU", "2")], []),
        ([("CPU", "2")], [("CPU", "1")], ["request-above-limit"]),
        # Admin compares whole numbers: both of these are one CPU to it.
        ([("CPU", "100m")], [("CPU", "50m")], []),
        ([("MEMORY", "2Gi")], [("MEMORY", "1Gi")], ["request-above-limit"]),
        ([("GPU", "1")], [("GPU", "2")], ["gpu-differs"]),
        ([("CPU", "lots")], [], ["bad-quantity"]),
        ([], [("CPU", "1")], []),
    ],
)
def test_resources(
    requests: list[tuple[str, str]], limits: list[tuple[str, str]], expected: list[str]
) -> None:
    """Requests within limits, as Admin compares them."""
    resources = {
        key: [{"name": name, "value": value} for name, value in entries]
        for key, entries in (("requests", requests), ("limits", limits))
    }
    template = a_task(container={"image": "a", "resources": resources})
    assert [one.code for one in task_refusals(template)] == expected


def test_a_container_needs_an_image() -> None:
    """Admin's first question about it."""
    template = a_task(container={"args": ["x"]})
    assert [one.code for one in task_refusals(template)] == ["missing-image"]


def test_values_that_nobody_knows_are_told_by_their_number() -> None:
    """A newer client may have more of them; or somebody made one up."""
    assert enum_word(WorkflowExecution.Phase, WorkflowExecution.FAILED) == "failed"
    assert enum_word(WorkflowExecution.Phase, 99) == "99"
    template = a_task(container={"image": "x:1"})
    template.container.resources.requests.add(name=99, value="1")
    assert not list(task_refusals(template))
