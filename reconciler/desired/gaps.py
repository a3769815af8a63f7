"""What Admin refuses of tasks and launch plans that no manifest could say, and packages can.

Packages are made by programs of any age. Found while they are registered, it would leave half of
one behind.
"""

from collections.abc import Iterator
from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.core.tasks_pb2 import Resources, TaskTemplate

from reconciler.compiler import QuantityError, parse_quantity
from reconciler.manifest import label_problems

# A code, what is wrong, and where, in the manifest's own spelling.
Gap = tuple[str, str, tuple[str, ...]]


def task_gaps(template: TaskTemplate) -> Iterator[Gap]:
    """What a task lacks, and parts of GPUs.

    Source: admin-contract 2.3 (flyteadmin `validation/task_validator.go`).
    """
    if not template.type:
        yield "missing-type", "the task has no type", ("type",)
    for name in ("metadata", "interface"):
        if not template.HasField(name):
            yield f"missing-{name}", f"the task has no {name}, not even an empty one", ()
    for side, entries in (
        ("requests", template.container.resources.requests),
        ("limits", template.container.resources.limits),
    ):
        for entry in entries:
            if entry.name == Resources.GPU and not _is_whole(entry.value):
                path = ("container", "resources", side)
                yield "gpu-in-parts", f"{entry.value} GPUs: there are only whole ones", path


def launch_plan_gaps(spec: LaunchPlanSpec) -> Iterator[Gap]:
    """Labels that are none, inputs that say nothing, conditions that nothing evaluates.

    Source: admin-contract 2.6 (flyteadmin `validation/launch_plan_validator.go`).
    """
    for _, problem in label_problems(spec.labels.values):
        yield "invalid-label", problem, ("labels",)
    for name, parameter in sorted(spec.default_inputs.parameters.items()):
        if _says_nothing(parameter):
            message = f"input {name} has no default, and is not required"
            yield "open-input", message, ("inputs", name)
    if spec.entity_metadata.HasField("launch_conditions"):
        yield "launch-conditions", "Flyte knows no launch conditions", ()


def _is_whole(amount: str) -> bool:
    try:
        quantity = parse_quantity(amount)
    except QuantityError:
        return True  # no amount at all, which is another problem
    return quantity.is_whole()


def _says_nothing(parameter: Any) -> bool:
    # What artifacts would give counts for nothing: no such service is there.
    return not parameter.HasField("default") and not parameter.required
