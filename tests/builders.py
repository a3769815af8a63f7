"""Nouns for tests, made in one line each and real all through.

Every builder has defaults for everything, so that a test says only what it is about:
`a_task(version="v2")`.
"""

from collections.abc import Iterable, Mapping, Sequence

from flyteidl.admin.launch_plan_pb2 import LaunchPlan, LaunchPlanClosure, LaunchPlanSpec
from flyteidl.admin.project_pb2 import Project
from flyteidl.admin.schedule_pb2 import CronSchedule, Schedule
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.compiler_pb2 import CompiledTask, CompiledWorkflow, CompiledWorkflowClosure
from flyteidl.core.interface_pb2 import TypedInterface, Variable, VariableMap
from flyteidl.core.literals_pb2 import KeyValuePair, Literal, LiteralMap, Primitive, Scalar
from flyteidl.core.tasks_pb2 import Container, Resources, TaskTemplate
from flyteidl.core.types_pb2 import LiteralType, SimpleType
from flyteidl.core.workflow_pb2 import Node, TaskNode, WorkflowTemplate

from reconciler.model import (
    Action,
    ApplyReport,
    Change,
    Diagnostic,
    Kind,
    Origin,
    Outcome,
    Plan,
    Reason,
    Resource,
    ResourceId,
    Severity,
    Status,
    Verb,
)

PROJECT = "flytesnacks"
DOMAIN = "development"


def an_id(
    kind: Kind = Kind.TASK,
    name: str = "etl.extract",
    version: str = "v1",
    *,
    project: str = PROJECT,
    domain: str = DOMAIN,
) -> ResourceId:
    """An id; parts that the kind does not have are left out."""
    if kind is Kind.PROJECT:
        return ResourceId(kind, project)
    if kind is Kind.DOMAIN:
        return ResourceId(kind, project, domain)
    return ResourceId(kind, project, domain, name, version if kind.versioned else "")


def a_project(name: str = PROJECT, *, title: str = "", description: str = "") -> Resource:
    message = Project(id=name, name=title or name, description=description)
    return Resource(an_id(Kind.PROJECT, project=name), spec=message, request=message)


def a_task(
    name: str = "etl.extract",
    version: str = "v1",
    *,
    image: str = "ghcr.io/acme/etl:1.4",
    cpu: str = "",
    env: Mapping[str, str] | None = None,
    inputs: Iterable[str] = ("day",),
    outputs: Iterable[str] = ("table",),
    domain: str = DOMAIN,
    origin: Origin | None = None,
) -> Resource:
    """A container task whose variables are all strings."""
    id = an_id(Kind.TASK, name, version, domain=domain)
    requests = [Resources.ResourceEntry(name=Resources.CPU, value=cpu)] if cpu else []
    template = TaskTemplate(
        id=id.to_identifier(),
        type="raw-container",
        interface=an_interface(inputs, outputs),
        container=Container(
            image=image,
            resources=Resources(requests=requests),
            env=[KeyValuePair(key=key, value=value) for key, value in (env or {}).items()],
        ),
    )
    return Resource(
        id,
        spec=CompiledTask(template=template),
        request=TaskSpec(template=template),
        origin=origin,
    )


def a_workflow(
    name: str = "etl.daily",
    version: str = "v1",
    *,
    nodes: Sequence[str] = ("extract", "load"),
    domain: str = DOMAIN,
) -> Resource:
    """A workflow of task nodes that are not connected."""
    id = an_id(Kind.WORKFLOW, name, version, domain=domain)
    template = WorkflowTemplate(
        id=id.to_identifier(),
        interface=an_interface(("day",), ()),
        nodes=[
            Node(
                id=node,
                task_node=TaskNode(
                    reference_id=an_id(
                        Kind.TASK, f"etl.{node}", version, domain=domain
                    ).to_identifier()
                ),
            )
            for node in nodes
        ],
    )
    closure = CompiledWorkflowClosure(primary=CompiledWorkflow(template=template))
    return Resource(id, spec=closure, request=WorkflowSpec(template=template))


def a_launch_plan(
    name: str = "etl.daily",
    version: str = "v1",
    *,
    workflow: str = "etl.daily",
    cron: str = "0 6 * * *",
    fixed: Mapping[str, str] | None = None,
    domain: str = DOMAIN,
) -> Resource:
    """A launch plan of a workflow of the same version; `cron` "" for none."""
    id = an_id(Kind.LAUNCH_PLAN, name, version, domain=domain)
    spec = LaunchPlanSpec(
        workflow_id=an_id(Kind.WORKFLOW, workflow, version, domain=domain).to_identifier(),
        fixed_inputs=LiteralMap(
            literals={key: text(value) for key, value in (fixed or {}).items()}
        ),
    )
    if cron:
        schedule = Schedule(cron_schedule=CronSchedule(schedule=cron))
        spec.entity_metadata.schedule.CopyFrom(schedule)
    message = LaunchPlan(id=id.to_identifier(), spec=spec, closure=LaunchPlanClosure())
    return Resource(id, spec=message, request=spec)


def an_activation(name: str = "etl.daily", *active: str, domain: str = DOMAIN) -> Resource:
    """Which versions of a launch plan are active: any number of them."""
    return Resource(an_id(Kind.ACTIVATION, name, domain=domain), active=active)


def an_interface(inputs: Iterable[str], outputs: Iterable[str]) -> TypedInterface:
    """An interface of strings."""
    string = Variable(type=LiteralType(simple=SimpleType.STRING))
    return TypedInterface(
        inputs=VariableMap(variables=dict.fromkeys(inputs, string)),
        outputs=VariableMap(variables=dict.fromkeys(outputs, string)),
    )


def text(value: str) -> Literal:
    """A literal string."""
    return Literal(scalar=Scalar(primitive=Primitive(string_value=value)))


def a_create(resource: Resource, *needs: ResourceId) -> Action:
    """The registering of something new."""
    return Action(
        Verb.CREATE, resource.id, Reason.ABSENT, "not in Admin", after=resource, needs=needs
    )


def an_update(before: Resource, after: Resource, *changes: Change) -> Action:
    """The change of something mutable."""
    return Action(
        Verb.UPDATE,
        after.id,
        Reason.DIFFERS,
        f"{len(changes)} field(s) differ",
        changes=changes,
        before=before,
        after=after,
    )


def a_switch(
    name: str = "etl.daily", *, before: Sequence[str] = (), after: str = "", domain: str = DOMAIN
) -> Action:
    """The moving of an activation from versions to one version, or to none."""
    if not after:
        verb, reason, why = (
            Verb.DEACTIVATE,
            Reason.STILL_ACTIVE,
            f"{before[0]} active, none wanted",
        )
    elif before:
        verb, reason, why = Verb.ACTIVATE, Reason.OTHER_ACTIVE, f"{before[0]} is active"
    else:
        verb, reason, why = Verb.ACTIVATE, Reason.NONE_ACTIVE, "no version is active"
    return Action(
        verb,
        an_id(Kind.ACTIVATION, name, domain=domain),
        reason,
        why,
        before=an_activation(name, *before, domain=domain) if before else None,
        after=an_activation(name, *([after] if after else []), domain=domain),
        needs=(an_id(Kind.LAUNCH_PLAN, name, after, domain=domain),) if after else (),
    )


def a_warning(message: str = "the tag is mutable", *, file: str = "etl.yaml") -> Diagnostic:
    return Diagnostic("mutable-tag", message, Origin(file, 7, 3), severity=Severity.WARNING)


def an_error(
    message: str = "unknown field", *, file: str = "etl.yaml", line: int = 1
) -> Diagnostic:
    return Diagnostic("unknown-field", message, Origin(file, line, 3), hint="did you mean image?")


def a_plan(*actions: Action) -> Plan:
    """A plan of these actions; without any, that of a first registration, activated."""
    if actions:
        return Plan(actions)
    task, workflow, launch_plan = a_task(), a_workflow(nodes=("extract",)), a_launch_plan()
    return Plan(
        (
            a_create(task),
            a_create(workflow, task.id),
            a_create(launch_plan, workflow.id),
            a_switch(after="v1"),
        )
    )


def done(action: Action, *, existed: bool = False, seconds: float = 0.2) -> Outcome:
    return Outcome(
        action, Status.DONE, applied=not existed, settled=True, existed=existed, seconds=seconds
    )


def failed(action: Action, message: str = "CreateTask: INTERNAL: out of order") -> Outcome:
    return Outcome(action, Status.FAILED, message=message, seconds=1.5)


def blocked(action: Action, by: Action) -> Outcome:
    return Outcome(action, Status.BLOCKED, blocked_by=by.id)


def skipped(action: Action) -> Outcome:
    return Outcome(action, Status.SKIPPED)


def a_report(*outcomes: Outcome, interrupted: bool = False) -> ApplyReport:
    return ApplyReport(outcomes, interrupted=interrupted)
