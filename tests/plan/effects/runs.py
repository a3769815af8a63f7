"""Launch plans with what they run, for tests of effects: an active side and a side to come."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.schedule_pb2 import CronSchedule, FixedRate, Schedule
from flyteidl.core.compiler_pb2 import CompiledTask, CompiledWorkflow, CompiledWorkflowClosure
from flyteidl.core.interface_pb2 import Parameter, Variable
from flyteidl.core.literals_pb2 import Binding, BindingData, Literal
from flyteidl.core.types_pb2 import LiteralType, OutputReference
from flyteidl.core.workflow_pb2 import Node, TaskNode, WorkflowNode

from reconciler.compiler import castable
from reconciler.model import Behind, DesiredState, Effect, Kind, Plan, Resource, parse_type
from reconciler.plan import with_effects
from tests.builders import a_create, a_switch, a_task, a_workflow, an_activation, an_id, text

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NAME = "etl.daily"
DAY = 86_400 * 10**9


def a_type(said: str) -> LiteralType:
    return parse_type(said)


def a_schedule(said: str) -> Schedule:
    """A cron, or a rate such as `every 2 HOUR`."""
    if not said.startswith("every "):
        return Schedule(cron_schedule=CronSchedule(schedule=said))
    _, value, unit = said.split()
    return Schedule(rate=FixedRate(value=int(value), unit=unit))


def a_plan_of(
    version: str,
    *,
    name: str = NAME,
    workflow: str = NAME,
    schedule: str = "",
    required: Mapping[str, str] | None = None,
    defaults: Mapping[str, str] | None = None,
    fixed: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
    since: datetime | None = None,
) -> Resource:
    """A launch plan as Admin has it, expected inputs and outputs included.

    Args:
        required: Inputs and their types; without a default.
        defaults: Inputs, all strings, and their defaults.
    """
    id = an_id(Kind.LAUNCH_PLAN, name, version)
    message = LaunchPlan(id=id.to_identifier())
    message.spec.workflow_id.CopyFrom(an_id(Kind.WORKFLOW, workflow, version).to_identifier())
    if schedule:
        message.spec.entity_metadata.schedule.CopyFrom(a_schedule(schedule))
    for key, value in (fixed or {}).items():
        message.spec.fixed_inputs.literals[key].CopyFrom(text(value))
    inputs = message.closure.expected_inputs.parameters
    for key, said in (required or {}).items():
        inputs[key].CopyFrom(Parameter(var=Variable(type=a_type(said)), required=True))
    for key, value in (defaults or {}).items():
        inputs[key].CopyFrom(Parameter(var=Variable(type=a_type("str")), default=text(value)))
    message.spec.default_inputs.CopyFrom(message.closure.expected_inputs)
    for key, said in (outputs or {}).items():
        message.closure.expected_outputs.variables[key].CopyFrom(Variable(type=a_type(said)))
    instant = int(since.timestamp()) * 10**9 if since else None
    return Resource(id, spec=message, since=instant)


def a_closure(version: str, *tasks: Resource, name: str = NAME) -> Resource:
    """A workflow with a node for each task, named by the last part of the task's name."""
    id = an_id(Kind.WORKFLOW, name, version)
    closure = CompiledWorkflowClosure()
    template = closure.primary.template
    template.id.CopyFrom(id.to_identifier())
    for task in tasks:
        template.nodes.add(
            id=task.id.name.rsplit(".", 1)[-1],
            task_node=TaskNode(reference_id=task.id.to_identifier()),
        )
        closure.tasks.append(task.spec)
    return Resource(id, spec=closure)


def a_caller(
    launch_plan: Resource,
    *,
    name: str = "report",
    version: str = "v1",
    gives: Mapping[str, str] | None = None,
    takes: tuple[str, ...] = (),
) -> Resource:
    """A workflow whose node `run` starts a launch plan."""
    id = an_id(Kind.WORKFLOW, name, version)
    closure = CompiledWorkflowClosure(primary=CompiledWorkflow())
    template = closure.primary.template
    template.id.CopyFrom(id.to_identifier())
    node = Node(
        id="run", workflow_node=WorkflowNode(launchplan_ref=launch_plan.id.to_identifier())
    )
    for key, value in (gives or {}).items():
        literal: Literal = text(value)
        node.inputs.append(Binding(var=key, binding=BindingData(scalar=literal.scalar)))
    template.nodes.append(node)
    for key in takes:
        promise = BindingData(promise=OutputReference(node_id="run", var=key))
        template.outputs.append(Binding(var=key, binding=promise))
    return Resource(id, spec=closure)


def the_effect(
    before: Resource | None,
    after: Resource | None,
    *inside: Resource,
    declared: tuple[Resource, ...] = (),
    users: tuple[Resource, ...] = (),
    now: datetime = NOW,
) -> Effect:
    """The effect of switching from one to the other.

    Args:
        inside: Whatever was read of Admin.
        declared: What else the set holds.
    """
    plan = told(before, after, *inside, declared=declared, users=users, now=now)
    (effect,) = plan.effects
    return effect


def told(
    before: Resource | None,
    after: Resource | None,
    *inside: Resource,
    declared: tuple[Resource, ...] = (),
    users: tuple[Resource, ...] = (),
    now: datetime = NOW,
) -> Plan:
    one = before if after is None else after
    assert one is not None
    name = one.id.name
    switch = a_switch(
        name,
        before=[before.id.version] if before else [],
        after=after.id.version if after else "",
    )
    desired = [an_activation(name, *([after.id.version] if after else [])), *declared]
    if after is not None:
        desired.append(after)
    actions = ([a_create(after)] if after is not None else []) + [switch]
    return with_effects(
        Plan(tuple(actions)),
        DesiredState({resource.id: resource for resource in desired}),
        Behind(
            active={before.id.activation: (before,)} if before else {},
            resources={resource.id: resource for resource in inside},
            users={resource.id: resource for resource in users},
        ),
        now=now,
        castable=castable,
    )


__all__ = [
    "NAME",
    "NOW",
    "CompiledTask",
    "a_caller",
    "a_closure",
    "a_plan_of",
    "a_task",
    "a_workflow",
    "the_effect",
    "told",
]
