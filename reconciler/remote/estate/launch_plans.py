"""A launch plan that Admin holds, in the words of a manifest.

What has no words, or none that are sure to mean the same, is given `raw`. Whether a document means
exactly what is there, whoever writes it finds out by planning it.
"""

from collections.abc import Iterator
from typing import Any

from flyteidl.admin.launch_plan_pb2 import ConcurrencyLimitBehavior, LaunchPlanSpec
from flyteidl.admin.schedule_pb2 import FixedRateUnit
from flyteidl.core.execution_pb2 import WorkflowExecution
from flyteidl.core.literals_pb2 import Literal
from google.protobuf.json_format import MessageToDict

from reconciler.manifest import API_VERSION, LaunchPlan
from reconciler.model import Resource
from reconciler.remote.estate.documents import in_order

_UNITS = {
    FixedRateUnit.MINUTE: "minutes",
    FixedRateUnit.HOUR: "hours",
    FixedRateUnit.DAY: "days",
}
_PHASES = {
    WorkflowExecution.SUCCEEDED: "succeeded",
    WorkflowExecution.FAILED: "failed",
    WorkflowExecution.TIMED_OUT: "timedOut",
    WorkflowExecution.ABORTED: "aborted",
}
_RECIPIENTS = {"email": "email", "slack": "slack", "pager_duty": "pagerDuty"}
# Sent empty or not unless a manifest says otherwise.
_HABITS = (
    "entity_metadata",
    "default_inputs",
    "fixed_inputs",
    "labels",
    "annotations",
    "raw_output_data_config",
)
# Versions that a manifest takes for words.
_WORDS = ("auto", "latest", "active")


def launch_plan_document(resource: Resource, *, active: bool) -> dict[str, Any] | None:
    """Return the document of a launch plan version; None if no document can say it.

    Args:
        resource: As it was found.
        active: Whether it is the one that is to be active.
    """
    found: Any = resource.spec
    id = resource.id
    workflow = found.spec.workflow_id
    if id.version in _WORDS or workflow.version in _WORDS:
        return None
    reference = {"name": workflow.name, "version": workflow.version}
    if (workflow.project, workflow.domain) != id.scope:
        reference |= {"project": workflow.project, "domain": workflow.domain}
    rest = LaunchPlanSpec()
    rest.CopyFrom(found.spec)
    rest.ClearField("workflow_id")
    spec: dict[str, Any] = {"version": id.version, "workflow": reference}
    spec |= dict(_taken(rest))
    raw = _raw(rest, found.spec)
    if raw:
        spec["raw"] = raw
    if active:
        spec["state"] = "active"
    metadata = {"project": id.project, "domain": id.domain, "name": id.name}
    return {
        "apiVersion": API_VERSION,
        "kind": LaunchPlan.KIND,
        "metadata": metadata,
        "spec": spec,
    }


def _taken(rest: Any) -> Iterator[tuple[str, Any]]:
    """Yield what there are words for, and take it out of `rest`."""
    yield from _inputs(rest)
    yield from _schedule(rest)
    yield from _notifications(rest)
    for field in ("labels", "annotations"):
        if values := dict(sorted(getattr(rest, field).values.items())):
            yield field, values
            getattr(rest, field).values.clear()
    if rest.envs.values:
        yield "env", [{"name": one.key, "value": one.value} for one in rest.envs.values]
        rest.ClearField("envs")
    if prefix := rest.raw_output_data_config.output_location_prefix:
        yield "outputLocation", prefix
        rest.raw_output_data_config.ClearField("output_location_prefix")
    if rest.max_parallelism > 0:
        yield "maxParallelism", rest.max_parallelism
        rest.max_parallelism = 0
    if rest.HasField("interruptible"):
        yield "interruptible", rest.interruptible.value
        rest.ClearField("interruptible")
    if rest.overwrite_cache:
        yield "overwriteCache", True
        rest.overwrite_cache = False
    if rest.cluster_assignment.cluster_pool_name:
        yield "clusterPool", rest.cluster_assignment.cluster_pool_name
        rest.ClearField("cluster_assignment")
    yield from _concurrency(rest)
    yield from _identity(rest)


def _inputs(rest: Any) -> Iterator[tuple[str, Any]]:
    said = {}
    for name, parameter in sorted(rest.default_inputs.parameters.items()):
        if parameter.HasField("default") and _is_sayable(parameter.default):
            said[name] = _value(parameter.default)
    required = [
        name for name, one in rest.default_inputs.parameters.items() if one.required
    ]  # which Admin adds by itself
    for name in (*said, *required):
        del rest.default_inputs.parameters[name]
    if said:
        yield "inputs", said
    fixed = {
        name: _value(literal)
        for name, literal in sorted(rest.fixed_inputs.literals.items())
        if _is_sayable(literal)
    }
    for name in fixed:
        del rest.fixed_inputs.literals[name]
    if fixed:
        yield "fixedInputs", fixed


def _schedule(rest: Any) -> Iterator[tuple[str, Any]]:
    found = rest.entity_metadata.schedule
    said: dict[str, Any] = {}
    match found.WhichOneof("ScheduleExpression"):
        case "cron_schedule" if found.cron_schedule.schedule and not found.cron_schedule.offset:
            said["cron"] = found.cron_schedule.schedule
        case "rate" if found.rate.value and found.rate.unit in _UNITS:
            said["rate"] = {"every": found.rate.value, "unit": _UNITS[found.rate.unit]}
        case _:
            return
    if found.kickoff_time_input_arg:
        said["kickoffInput"] = found.kickoff_time_input_arg
    yield "schedule", said
    rest.entity_metadata.ClearField("schedule")


def _notifications(rest: Any) -> Iterator[tuple[str, Any]]:
    said = [_notification(one) for one in rest.entity_metadata.notifications]
    # Their order counts: all in words, or none.
    if said and all(said):
        yield "notifications", said
        rest.entity_metadata.ClearField("notifications")


def _notification(found: Any) -> dict[str, Any] | None:
    kind = found.WhichOneof("type")
    if kind is None or not found.phases or not set(found.phases) <= _PHASES.keys():
        return None
    target = getattr(found, kind)
    if not target.recipients_email:
        return None
    said: dict[str, Any] = {"phases": [_PHASES[phase] for phase in found.phases]}
    said[_RECIPIENTS[kind]] = list(target.recipients_email)
    if target.template:
        said["template"] = target.template
    return said


def _concurrency(rest: Any) -> Iterator[tuple[str, Any]]:
    if not rest.HasField("concurrency_policy"):
        return
    policy = rest.concurrency_policy
    said: dict[str, Any] = {"max": policy.max}
    if policy.behavior == ConcurrencyLimitBehavior.CONCURRENCY_LIMIT_BEHAVIOR_SKIP:
        said["behavior"] = "skip"
    yield "concurrency", said
    rest.ClearField("concurrency_policy")


def _identity(rest: Any) -> Iterator[tuple[str, Any]]:
    context = rest.security_context
    if context.secrets or context.tokens or context.run_as.HasField("oauth2_client"):
        return
    said = {
        key: getattr(context.run_as, field)
        for key, field in (
            ("serviceAccount", "k8s_service_account"),
            ("iamRole", "iam_role"),
            ("executionIdentity", "execution_identity"),
        )
        if getattr(context.run_as, field)
    }
    if said:
        yield "runAs", said
        rest.ClearField("security_context")


def _raw(rest: Any, found: Any) -> dict[str, Any]:
    """What is left; and null for what a manifest would send and is not there."""
    for field in _HABITS:
        if not getattr(rest, field).ListFields():
            rest.ClearField(field)
    raw: dict[str, Any] = in_order(MessageToDict(rest))
    fields = LaunchPlanSpec.DESCRIPTOR.fields_by_name
    for field in _HABITS:
        if not found.HasField(field):
            raw[fields[field].json_name] = None
    return raw


def _is_sayable(literal: Literal) -> bool:
    """Whether the value alone, read by its input's type, means this literal."""
    if literal.hash or literal.metadata or literal.HasField("offloaded_metadata"):
        return False
    match literal.WhichOneof("value"):
        case "scalar":
            primitive = literal.scalar.WhichOneof("value") == "primitive"
            kind = literal.scalar.primitive.WhichOneof("value")
            return primitive and kind in ("integer", "float_value", "string_value", "boolean")
        case "collection":
            return all(_is_sayable(one) for one in literal.collection.literals)
        case "map":
            return all(_is_sayable(one) for one in literal.map.literals.values())
    return False


def _value(literal: Literal) -> Any:
    match literal.WhichOneof("value"):
        case "collection":
            return [_value(one) for one in literal.collection.literals]
        case "map":
            return {key: _value(one) for key, one in sorted(literal.map.literals.items())}
    primitive: Any = literal.scalar.primitive
    return getattr(primitive, str(primitive.WhichOneof("value")))
