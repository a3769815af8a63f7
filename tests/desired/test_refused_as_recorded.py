"""What a real flyteadmin v1.16.8 accepted is accepted, and what it refused is refused beforehand.

Every recorded create of a task or a launch plan is judged by what it says alone: so a package that
was accepted is not refused here, and of one that would be refused nothing is registered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlanCreateRequest
from flyteidl.admin.task_pb2 import TaskCreateRequest
from flyteidl.core.interface_pb2 import TypedInterface
from google.protobuf.json_format import ParseDict

from reconciler.compiler import CompilationError, compile_task
from reconciler.desired.refusals import Refusal, launch_plan_refusals, task_refusals
from reconciler.model import Severity
from tests.conformance.replay import load

# What Admin says where the reason is no part of the spec: an id, a place, what is there already,
# what a server was configured for.
NOT_OF_THE_SPEC = (
    "different structure already exists",
    "platform configuration",
    "unexpected resource type",
    "missing project",
    "missing domain",
    "missing name",
    "missing version",
    "failed to validate that project",
    "unrecognized by system",
    "is not active",
)
# Accepted to nobody's good; refused of manifests, and of packages once it is to be active.
STRICTER = {"default-and-fixed", "rate-with-kickoff"}

# What flytekit makes of every feature it has, and what executions need.
OTHERS = (*load("packages"), *load("executions"))


@dataclass(frozen=True)
class Created:
    """One recorded create and its answer; `interface` of the workflow of a launch plan."""

    name: str
    request: Any
    code: str
    message: str
    interface: TypedInterface


def tasks() -> Iterator[Created]:
    for scenario in (*load("tasks"), *OTHERS):
        for number, step in enumerate(scenario.steps):
            if is_call(step, "CreateTask") and "spec" in step["request"]:
                request = ParseDict(step["request"], TaskCreateRequest())
                request.spec.template.id.CopyFrom(request.id)
                yield created(f"{scenario.name} {number}", request, step, TypedInterface())


def launch_plans() -> Iterator[Created]:
    """Those of workflows that the same scenario registered."""
    for scenario in (*load("launch_plans"), *OTHERS):
        interfaces: dict[tuple[str, str], TypedInterface] = {}
        for number, step in enumerate(scenario.steps):
            if is_call(step, "CreateWorkflow") and step["answer"]["code"] == "OK":
                id, template = step["request"]["id"], step["request"]["spec"]["template"]
                interface = ParseDict(template.get("interface", {}), TypedInterface())
                interfaces[id["name"], id["version"]] = interface
            if is_call(step, "CreateLaunchPlan"):
                request = ParseDict(step["request"], LaunchPlanCreateRequest())
                key = (request.spec.workflow_id.name, request.spec.workflow_id.version)
                if key in interfaces:
                    yield created(f"{scenario.name} {number}", request, step, interfaces[key])


def is_call(step: Any, name: str) -> bool:
    return (
        step.get("call") == f"AdminService.{name}"
        and "request" in step
        and step.get("answer", {}).get("code") in ("OK", "INVALID_ARGUMENT")
    )


def created(name: str, request: Any, step: Any, interface: TypedInterface) -> Created:
    answer = step["answer"]
    return Created(name, request, answer["code"], answer.get("message", ""), interface)


def errors(refusals: Iterator[Refusal]) -> set[str]:
    return {one.code for one in refusals if one.severity is Severity.ERROR}


def refused(one: Created) -> set[str]:
    """The codes of what is said against it."""
    if isinstance(one.request, LaunchPlanCreateRequest):
        return errors(launch_plan_refusals(one.request.spec, one.interface))
    found = errors(task_refusals(one.request.spec.template))
    if not found:
        try:
            compile_task(one.request.spec.template)
        except CompilationError:
            return {"compilation"}
    return found


@pytest.mark.parametrize(("recorded", "count"), [(tasks, 400), (launch_plans, 600)])
def test_what_is_refused_is_what_was_refused(recorded: Any, count: int) -> None:
    """Each of them, and no other."""
    missed, invented, judged = [], [], 0
    for one in recorded():
        found = refused(one)
        judged += 1
        if one.code == "OK" and found and not found & STRICTER:
            invented.append((one.name, found))
        if one.code != "OK" and not found and not any(w in one.message for w in NOT_OF_THE_SPEC):
            missed.append((one.name, one.message))
    assert (missed, invented) == ([], [])
    assert judged > count
