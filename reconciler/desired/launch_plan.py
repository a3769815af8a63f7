"""A launch plan manifest as the LaunchPlanSpec that registers it."""

from collections.abc import Iterable, Iterator
from typing import Any

from flyteidl.admin.launch_plan_pb2 import ConcurrencyLimitBehavior, LaunchPlanSpec
from flyteidl.admin.schedule_pb2 import FixedRateUnit
from flyteidl.core.execution_pb2 import WorkflowExecution
from flyteidl.core.interface_pb2 import TypedInterface
from flyteidl.core.literals_pb2 import Literal

from reconciler.desired.kubernetes import as_struct
from reconciler.desired.literals import coerce
from reconciler.desired.problems import Problems
from reconciler.desired.raw import is_absent, merge_raw
from reconciler.desired.security import security_context
from reconciler.desired.workflow import quality_of_service
from reconciler.manifest import ExecutionEnvironment, LaunchPlan, Notification, Schedule
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
# Sent empty or not, as flytekit does, so that one launch plan from both is the same to Admin.
_ALWAYS_THERE = (
    "entity_metadata",
    "default_inputs",
    "fixed_inputs",
    "labels",
    "annotations",
    "raw_output_data_config",
)


def launch_plan_spec(
    manifest: LaunchPlan, workflow: ResourceId, interface: TypedInterface, problems: Problems
) -> LaunchPlanSpec:
    """Return what CreateLaunchPlan is sent for `manifest`.

    Args:
        workflow: The version it launches; `interface` is that one's.
        problems: What does not fit the workflow is added here, each at its own line.
    """
    declared = manifest.spec
    spec = LaunchPlanSpec()
    for name, literal in _literals(manifest, "inputs", interface, problems):
        parameter = spec.default_inputs.parameters[name]
        parameter.var.type.CopyFrom(interface.inputs.variables[name].type)
        parameter.var.description = interface.inputs.variables[name].description
        parameter.default.CopyFrom(literal)
    for name, literal in _literals(manifest, "fixedInputs", interface, problems):
        spec.fixed_inputs.literals[name].CopyFrom(literal)
    if declared.schedule is not None:
        add_schedule(spec, declared.schedule)
    add_notifications(spec, declared.notifications)
    _add_treatment(spec, manifest)
    merge_raw(spec, declared.raw, manifest, ("spec", "raw"), problems)
    for field in _ALWAYS_THERE:
        if not is_absent(declared.raw, field):
            getattr(spec, field).SetInParent()
    spec.workflow_id.CopyFrom(workflow.to_identifier())
    return spec


def _add_treatment(spec: LaunchPlanSpec, manifest: LaunchPlan) -> None:
    declared = manifest.spec
    if declared.labels:
        spec.labels.values.update(declared.labels)
    if declared.annotations:
        spec.annotations.values.update(declared.annotations)
    for variable in declared.env:
        spec.envs.values.add(key=variable.name, value=variable.value)
    context = security_context(declared)
    if context is not None:
        spec.security_context.CopyFrom(context)
    if declared.output_location:
        spec.raw_output_data_config.output_location_prefix = declared.output_location
    spec.max_parallelism = declared.max_parallelism
    if declared.interruptible is not None:
        spec.interruptible.value = declared.interruptible
    spec.overwrite_cache = declared.overwrite_cache
    if declared.concurrency is not None:
        spec.concurrency_policy.SetInParent()
        spec.concurrency_policy.max = declared.concurrency.max
        if declared.concurrency.behavior == "skip":
            spec.concurrency_policy.behavior = (
                ConcurrencyLimitBehavior.CONCURRENCY_LIMIT_BEHAVIOR_SKIP
            )
    if declared.cluster_pool:
        spec.cluster_assignment.cluster_pool_name = declared.cluster_pool
    if declared.quality_of_service is not None:
        spec.quality_of_service.CopyFrom(quality_of_service(declared.quality_of_service))
    for environment in declared.execution_environments:
        add_environment(spec.execution_env_assignments.add(), environment)


def add_environment(message: Any, declared: ExecutionEnvironment) -> None:
    """Say where some nodes run. Works in place, on an empty ExecutionEnvAssignment."""
    message.node_ids.extend(declared.nodes)
    message.task_type = declared.task_type
    environment = message.execution_env
    environment.SetInParent()
    environment.name = declared.name
    environment.type = declared.type
    environment.version = declared.version
    if declared.extant is not None:
        environment.extant.CopyFrom(as_struct(declared.extant))
    if declared.spec is not None:
        environment.spec.CopyFrom(as_struct(declared.spec))


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


def add_schedule(spec: LaunchPlanSpec, schedule: Schedule) -> None:
    """Say when it runs by itself. Works in place, on a spec that does not say so yet."""
    message = spec.entity_metadata.schedule
    if schedule.cron is not None:
        message.cron_schedule.schedule = schedule.cron
    if schedule.rate is not None:
        message.rate.value = schedule.rate.every
        message.rate.unit = _UNITS[schedule.rate.unit]
    message.kickoff_time_input_arg = schedule.kickoff_input or ""


def add_notifications(spec: LaunchPlanSpec, notifications: Iterable[Notification]) -> None:
    """Say who hears of the end of an execution. Works in place."""
    for notification in notifications:
        message = spec.entity_metadata.notifications.add()
        message.phases.extend(_PHASES[phase] for phase in notification.phases)
        for kind in ("email", "slack", "pager_duty"):
            addresses = getattr(notification, kind)
            if addresses is not None:
                getattr(message, kind).recipients_email.extend(addresses)
                getattr(message, kind).template = notification.template
