"""What Admin would refuse at registration, or accept to nobody's good, told before it is asked.

Works on the messages that will be sent, so manifests and packages are held to the same rules.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.core.execution_pb2 import WorkflowExecution
from flyteidl.core.interface_pb2 import TypedInterface
from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.tasks_pb2 import Resources, TaskTemplate
from flyteidl.core.types_pb2 import LiteralType, SimpleType

from reconciler.compiler import (
    CompilerCrashError,
    CompilerPanicError,
    QuantityError,
    castable,
    literal_type,
    parse_quantity,
)
from reconciler.cron import CronError, parse
from reconciler.desired.gaps import launch_plan_gaps, task_gaps
from reconciler.desired.pods import containers
from reconciler.model import Severity, describe, enum_word

_TOLD_OF = (
    WorkflowExecution.SUCCEEDED,
    WorkflowExecution.FAILED,
    WorkflowExecution.TIMED_OUT,
    WorkflowExecution.ABORTED,
)
# The resources that Admin compares; others it keeps as they are.
_COMPARED = ("cpu", "memory", "gpu", "ephemeral_storage")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One problem of a message, at `path` in the manifest's own spelling of it.

    `excusable`: where a rule that may be ignored is broken, this time too. `asked_for`: told only
    where somebody says how grave it is. `idle`: does no harm while it is not active, so what
    others packaged may be so.
    """

    code: str
    message: str
    path: tuple[str, ...] = ()
    hint: str = ""
    severity: Severity = Severity.ERROR
    excusable: bool = True
    asked_for: bool = False
    idle: bool = False


def task_refusals(template: TaskTemplate) -> Iterator[Refusal]:
    """Admin's rules for containers and pods, its platform's own limits aside.

    Source: admin-contract 2.3 (flyteadmin `validation/task_validator.go`).
    """
    yield from (Refusal(*gap) for gap in task_gaps(template))
    if template.metadata.HasField("runtime") and not template.metadata.runtime.version:
        path = ("runtime", "version")
        yield Refusal("missing-runtime-version", "the runtime has no version", path)
    if template.HasField("container"):
        yield from _container_refusals(template.container)
    elif template.HasField("k8s_pod"):
        for index, container in enumerate(containers(template.k8s_pod.pod_spec)):
            where = ("pod", "spec", "containers", str(index), "resources")
            yield from _amount_refusals(container.requests, container.limits, where)


def _container_refusals(container: Any) -> Iterator[Refusal]:
    if not container.image:
        yield Refusal("missing-image", "the container names no image", ("container", "image"))
    path = ("container", "resources")
    sides: dict[str, dict[str, str]] = {}
    for side, entries in (
        ("requests", container.resources.requests),
        ("limits", container.resources.limits),
    ):
        amounts: dict[str, str] = {}
        for entry in entries:
            name = enum_word(Resources.ResourceName, entry.name)
            if name in amounts and name in _COMPARED:
                yield Refusal("doubled-resource", f"{name} is twice in the {side}", (*path, side))
            amounts.setdefault(name, entry.value)
        sides[side] = amounts
    yield from _amount_refusals(sides["requests"], sides["limits"], path)


def _amount_refusals(
    requests: Mapping[str, str], limits: Mapping[str, str], path: tuple[str, ...]
) -> Iterator[Refusal]:
    for name, amount in requests.items():
        try:
            request = parse_quantity(amount)
            limit = parse_quantity(limits[name]) if name in limits else None
        except QuantityError as error:
            yield Refusal("bad-quantity", f"{name}: {error}", path)
            continue
        if limit is None or name not in _COMPARED:
            continue
        if name == "gpu" and request.value() != limit.value():
            yield Refusal("gpu-differs", "a GPU request must equal its limit", path)
        elif request.value() > limit.value():
            message = f"{name}: the request {amount} is above the limit {limits[name]}"
            yield Refusal("request-above-limit", message, path)


def launch_plan_refusals(spec: LaunchPlanSpec, interface: TypedInterface) -> Iterator[Refusal]:
    """Admin's rules for inputs and schedules, and inputs that no execution could get.

    Source: admin-contract 2.6 (flyteadmin `validation/launch_plan_validator.go`).
    """
    yield from (Refusal(*gap) for gap in launch_plan_gaps(spec))
    known = interface.inputs.variables
    yield from _input_refusals(spec, interface)
    for name in sorted(set(spec.default_inputs.parameters) & set(spec.fixed_inputs.literals)):
        if spec.default_inputs.parameters[name].HasField("default"):
            yield Refusal(
                "default-and-fixed",
                f"input {name} is fixed and has a default too",
                ("fixedInputs", name),
                "Admin would refuse every execution; keep one of them",
                idle=True,
            )
    yield from _notification_refusals(spec)
    schedule = spec.entity_metadata.schedule
    if not _is_scheduled(schedule):
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


def _notification_refusals(spec: LaunchPlanSpec) -> Iterator[Refusal]:
    for index, notification in enumerate(spec.entity_metadata.notifications):
        path = ("notifications", str(index))
        kind = notification.WhichOneof("type")
        if kind is None:
            yield Refusal("bad-notification", "a notification is for nobody", path)
            continue
        recipients = getattr(notification, kind).recipients_email
        if not recipients or not all(recipients):
            yield Refusal("bad-notification", "a notification lacks a recipient", path)
        for phase in notification.phases:
            if phase not in _TOLD_OF:
                name = enum_word(WorkflowExecution.Phase, phase)
                message = f"Flyte notifies of ends only, not of {name}"
                yield Refusal("bad-notification", message, path)


def _input_refusals(spec: LaunchPlanSpec, interface: TypedInterface) -> Iterator[Refusal]:
    known = interface.inputs.variables
    for name, parameter in sorted(spec.default_inputs.parameters.items()):
        path = ("inputs", name)
        if name not in known:
            yield _unknown_input(name, known, path)
            continue
        yield from _type_refusals(name, parameter.var.type, known[name].type, path)
        if parameter.HasField("default"):
            yield from _value_refusals(name, parameter.default, parameter.var.type, path)
    for name, literal in sorted(spec.fixed_inputs.literals.items()):
        path = ("fixedInputs", name)
        if name not in known:
            yield _unknown_input(name, known, path)
        else:
            yield from _value_refusals(name, literal, known[name].type, path)


def _unknown_input(name: str, known: Collection[str], path: tuple[str, ...]) -> Refusal:
    has = ", ".join(sorted(known)) or "none"
    return Refusal("unknown-input", f"the workflow has no input {name}", path, f"it has {has}")


def _value_refusals(
    name: str, literal: Literal, wanted: LiteralType, path: tuple[str, ...]
) -> Iterator[Refusal]:
    """Admin tells a literal's type from the literal alone, and that is the one that must fit."""
    found = literal_type(literal)
    if found is None:
        message = f"input {name}: Admin cannot tell of what type the value is"
        yield Refusal("wrong-type", message, path)
        return
    for refusal in _type_refusals(name, found, wanted, path):
        # Nothing in a list of maps says what an empty map would hold.
        hint = "write no empty maps beside others" if _has_empty(literal) else ""
        yield replace(refusal, hint=refusal.hint or hint)


def _has_empty(literal: Literal) -> bool:
    match literal.WhichOneof("value"):
        case "collection":
            inside = list(literal.collection.literals)
        case "map":
            inside = list(literal.map.literals.values())
            if not inside:
                return True
        case _:
            return False
    return any(_has_empty(one) for one in inside)


def _type_refusals(
    name: str, found: LiteralType, wanted: LiteralType, path: tuple[str, ...]
) -> Iterator[Refusal]:
    try:
        fits = castable(found, wanted)
    except (CompilerPanicError, CompilerCrashError) as error:
        message = f"input {name}: Admin would crash on its type: {error}"
        yield Refusal("compiler-crash", message, path)
        return
    if not fits:
        message = f"input {name}: expected {describe(wanted)}, found {describe(found)}"
        yield Refusal("wrong-type", message, path)


def _is_scheduled(schedule: Any) -> bool:
    """Tell whether Admin takes it for a schedule: an empty text in the old field is none."""
    kind = schedule.WhichOneof("ScheduleExpression")
    return kind is not None and (kind != "cron_expression" or bool(schedule.cron_expression))


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
            idle=True,
        )
