"""A launch plan manifest as the LaunchPlanSpec that registers it."""

from collections.abc import Iterator

from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.admin.schedule_pb2 import FixedRateUnit
from flyteidl.core.execution_pb2 import WorkflowExecution
from flyteidl.core.interface_pb2 import TypedInterface
from flyteidl.core.literals_pb2 import Literal

from reconciler.desired.literals import coerce
from reconciler.desired.problems import Problems
from reconciler.manifest import LaunchPlan, Schedule
from reconciler.model import ResourceId

_UNITS = {
    "minutes": FixedRateUnit.MINUTE,
    "hours": FixedRateUnit.HOUR,
    "days": FixedRateUnit.DAY,
}
_PHASES = {
    "succeeded": WorkflowExecution.SUCCEEDED,
    "failed": WorkflowExecution.FAILED,
    "timedOut": WorkflowExecution.TIMED_OUT,
    "aborted": WorkflowExecution.ABORTED,
}


def launch_plan_spec(
    manifest: LaunchPlan, workflow: ResourceId, interface: TypedInterface, problems: Problems
) -> LaunchPlanSpec:
    """Return what CreateLaunchPlan is sent for `manifest`.

    The same messages are present, empty or not, as flytekit sends, so that one launch plan from
    both is one and the same to Admin.

    Args:
        workflow: The version it launches; `interface` is that one's.
        problems: What does not fit the workflow is added here, each at its own line.
    """
    declared = manifest.spec
    spec = LaunchPlanSpec(workflow_id=workflow.to_identifier())
    for message in (
        spec.entity_metadata,
        spec.default_inputs,
        spec.fixed_inputs,
        spec.labels,
        spec.annotations,
        spec.raw_output_data_config,
    ):
        message.SetInParent()
    for name, literal in _literals(manifest, "inputs", interface, problems):
        parameter = spec.default_inputs.parameters[name]
        parameter.var.type.CopyFrom(interface.inputs.variables[name].type)
        parameter.var.description = interface.inputs.variables[name].description
        parameter.default.CopyFrom(literal)
    for name, literal in _literals(manifest, "fixedInputs", interface, problems):
        spec.fixed_inputs.literals[name].CopyFrom(literal)
    if declared.schedule is not None:
        _add_schedule(spec, declared.schedule)
    for notification in declared.notifications:
        message = spec.entity_metadata.notifications.add()
        message.phases.extend(_PHASES[phase] for phase in notification.phases)
        for kind in ("email", "slack", "pager_duty"):
            addresses = getattr(notification, kind)
            if addresses is not None:
                getattr(message, kind).recipients_email.extend(addresses)
    spec.labels.values.update(declared.labels)
    spec.annotations.values.update(declared.annotations)
    spec.max_parallelism = declared.max_parallelism
    return spec


def _literals(
    manifest: LaunchPlan, key: str, interface: TypedInterface, problems: Problems
) -> Iterator[tuple[str, Literal]]:
    values = manifest.spec.inputs if key == "inputs" else manifest.spec.fixed_inputs
    known = interface.inputs.variables
    for name, value in values.items():
        if name not in known:
            has = ", ".join(sorted(known)) or "none"
            problems.error(
                "unknown-input",
                f"the workflow has no input {name}",
                manifest.origin_of("spec", key, name),
                hint=f"it has {has}",
            )
            continue
        try:
            yield name, coerce(value, known[name].type, where=f"input {name}")
        except ValueError as error:
            problems.error("wrong-type", str(error), manifest.origin_of("spec", key, name))


def _add_schedule(spec: LaunchPlanSpec, schedule: Schedule) -> None:
    message = spec.entity_metadata.schedule
    if schedule.cron is not None:
        message.cron_schedule.schedule = schedule.cron
    if schedule.rate is not None:
        message.rate.value = schedule.rate.every
        message.rate.unit = _UNITS[schedule.rate.unit]
    message.kickoff_time_input_arg = schedule.kickoff_input or ""
