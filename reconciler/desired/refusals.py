"""What Admin would refuse at registration, or accept to nobody's good, told before it is asked.

Works on the messages that will be sent, so manifests and packages are held to the same rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.core.interface_pb2 import TypedInterface
from flyteidl.core.tasks_pb2 import Resources, TaskTemplate
from flyteidl.core.types_pb2 import LiteralType, SimpleType

from reconciler.compiler import QuantityError, castable, literal_type, parse_quantity
from reconciler.cron import CronError, parse
from reconciler.model import Severity, describe


@dataclass(frozen=True, slots=True)
class Refusal:
    """One problem of a message, at `path` in the manifest's own spelling of it."""

    code: str
    message: str
    path: tuple[str, ...] = ()
    hint: str = ""
    severity: Severity = Severity.ERROR


def task_refusals(template: TaskTemplate) -> Iterator[Refusal]:
    """Admin's rules for a container's resources, its platform's own limits aside.

    Source: admin-contract 2.3 (flyteadmin `validation/task_validator.go`).
    """
    if not template.HasField("container"):
        return
    container = template.container
    if not container.image:
        yield Refusal("missing-image", "the container names no image", ("container", "image"))
    limits = {entry.name: entry.value for entry in container.resources.limits}
    for entry in container.resources.requests:
        word = Resources.ResourceName.Name(entry.name).lower()
        path = ("container", "resources")
        try:
            request = parse_quantity(entry.value)
            limit = parse_quantity(limits[entry.name]) if entry.name in limits else None
        except QuantityError as error:
            yield Refusal("bad-quantity", f"{word}: {error}", path)
            continue
        if limit is None:
            continue
        if entry.name == Resources.GPU and request.value() != limit.value():
            yield Refusal("gpu-differs", "a GPU request must equal its limit", path)
        elif request.value() > limit.value():
            message = f"{word}: the request {entry.value} is above the limit {limits[entry.name]}"
            yield Refusal("request-above-limit", message, path)


def launch_plan_refusals(spec: LaunchPlanSpec, interface: TypedInterface) -> Iterator[Refusal]:
    """Admin's rules for inputs and schedules, and inputs that no execution could get.

    Source: admin-contract 2.6 (flyteadmin `validation/launch_plan_validator.go`).
    """
    known = interface.inputs.variables
    yield from _input_refusals(spec, interface)
    for name in sorted(set(spec.default_inputs.parameters) & set(spec.fixed_inputs.literals)):
        if spec.default_inputs.parameters[name].HasField("default"):
            yield Refusal(
                "default-and-fixed",
                f"input {name} is fixed and has a default too",
                ("fixedInputs", name),
                "Admin would refuse every execution; keep one of them",
            )
    schedule = spec.entity_metadata.schedule
    if schedule.WhichOneof("ScheduleExpression") is None:
        return
    yield from _cron_refusals(schedule)
    kickoff = schedule.kickoff_time_input_arg
    given = {
        name
        for name, parameter in spec.default_inputs.parameters.items()
        if parameter.HasField("default")
    }
    free = {name: known[name].type for name in known if name not in spec.fixed_inputs.literals}
    unbound = sorted(set(free) - given - {kickoff})
    if unbound:
        yield Refusal(
            "unbound-input",
            f"a scheduled launch plan leaves {', '.join(unbound)} without a value",
            ("schedule",),
            "give it under inputs or fixedInputs, or name a datetime input as kickoffInput",
        )
    if kickoff:
        rate = schedule.HasField("rate")
        yield from _kickoff_refusals(kickoff, spec, free, has_default=kickoff in given, rate=rate)


def _input_refusals(spec: LaunchPlanSpec, interface: TypedInterface) -> Iterator[Refusal]:
    known = interface.inputs.variables
    values: list[tuple[str, str, LiteralType | None]] = [
        *(
            ("inputs", name, parameter.var.type)
            for name, parameter in spec.default_inputs.parameters.items()
        ),
        *(
            ("fixedInputs", name, literal_type(literal))
            for name, literal in spec.fixed_inputs.literals.items()
        ),
    ]
    for key, name, type in values:
        if name not in known:
            has = ", ".join(sorted(known)) or "none"
            yield Refusal(
                "unknown-input", f"the workflow has no input {name}", (key, name), f"it has {has}"
            )
        elif type is not None and not castable(type, known[name].type):
            wanted = describe(known[name].type)
            message = f"input {name}: expected {wanted}, found {describe(type)}"
            yield Refusal("wrong-type", message, (key, name))


def _cron_refusals(schedule: Any) -> Iterator[Refusal]:
    text = schedule.cron_expression or schedule.cron_schedule.schedule
    if schedule.WhichOneof("ScheduleExpression") == "cron_expression":
        yield Refusal(
            "deprecated-cron",
            "the deprecated field cron_expression registers but cannot be activated",
            ("schedule",),
            "use cron_schedule",
            Severity.WARNING,
        )
    if text:
        try:
            parse(text)
        except CronError as error:
            yield Refusal("bad-cron", f"Invalid cron expression: {error}", ("schedule", "cron"))


def _kickoff_refusals(
    kickoff: str,
    spec: LaunchPlanSpec,
    free: dict[str, LiteralType],
    *,
    has_default: bool,
    rate: bool,
) -> Iterator[Refusal]:
    path = ("schedule", "kickoffInput")
    if kickoff not in free:
        fixed = kickoff in spec.fixed_inputs.literals
        why = "is fixed" if fixed else "is no input of the workflow"
        yield Refusal("bad-kickoff-input", f"the kickoff input {kickoff} {why}", path)
    elif free[kickoff].simple != SimpleType.DATETIME:
        found = describe(free[kickoff])
        message = f"the kickoff input {kickoff} must be a datetime, not {found}"
        yield Refusal("bad-kickoff-input", message, path)
    elif rate:
        # Admin takes it, and then every scheduled execution goes without.
        what = "its default is used each time" if has_default else "every run would lack it"
        yield Refusal(
            "rate-with-kickoff",
            f"Flyte fills {kickoff} for cron schedules only: {what}",
            path,
            'use cron, for instance "@every 2h"',
            Severity.WARNING if has_default else Severity.ERROR,
        )
