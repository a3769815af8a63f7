"""The few facts about a resource that a reviewer looks for first, a few words each."""

from collections.abc import Iterator

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.project_pb2 import Project
from flyteidl.admin.schedule_pb2 import FixedRateUnit, Schedule
from flyteidl.core.compiler_pb2 import CompiledTask, CompiledWorkflowClosure
from flyteidl.core.interface_pb2 import TypedInterface
from flyteidl.core.tasks_pb2 import TaskTemplate
from flyteidl.core.workflow_pb2 import Node

from reconciler.model import Bundle, Resource, ResourceId, enum_word, is_content_hash
from reconciler.report.words import short_digest

_NAMES = 4  # names listed one by one; more are only counted
_HASH = 8  # letters of a content hash that tell it from others in one plan


def facts(resource: Resource) -> tuple[str, ...]:
    """Return what is worth saying about a resource in a plan: none if its content is not known.

    Shape: task: image or type, resources, interface, code; workflow: nodes, interface;
        launch plan: workflow, schedule, inputs; project: its title and description.
    """
    match resource.spec:
        case CompiledTask() as task:
            return (*_task(task.template), *(_code(bundle) for bundle in resource.bundles))
        case CompiledWorkflowClosure() as closure:
            return tuple(_workflow(closure))
        case LaunchPlan() as launch_plan:
            return tuple(_launch_plan(launch_plan, resource.id))
        case Project() as project:
            titles = (project.name if project.name != project.id else "", project.description)
            return tuple(title for title in titles if title)
    return ()


def bundle_facts(bundle: Bundle) -> tuple[str, ...]:
    """Return what is worth saying about a code bundle: digest, number of files, size."""
    files = f"{bundle.code.files:,} file{'' if bundle.code.files == 1 else 's'}"
    return (short_digest(bundle.code.digest), files, size(bundle.code.size))


def size(number: int) -> str:
    """Say a number of bytes: `873 B`, `12.4 kB`, `3.0 MB`."""
    value, unit = float(number), "B"
    for larger in ("kB", "MB", "GB"):
        if round(value, 1) < 1000:
            break
        value, unit = value / 1000, larger
    return f"{number} B" if unit == "B" else f"{value:.1f} {unit}"


def schedule(launch_plan: LaunchPlan) -> str:
    """Say a launch plan's schedule as people write it, or nothing if it has none."""
    found = launch_plan.spec.entity_metadata.schedule
    match found.WhichOneof("ScheduleExpression"):
        case "cron_schedule":
            return f"cron {_quoted(found.cron_schedule.schedule)}"
        case "cron_expression":
            return f"cron {_quoted(found.cron_expression)}"
        case "rate":
            return _rate(found)
    return ""


def short_version(version: str) -> str:
    """A version in passing: the beginning of a content hash is enough."""
    return f"{version[:_HASH]}…" if is_content_hash(version) else version


def _task(template: TaskTemplate) -> Iterator[str]:
    images = ", ".join(image for image in _images(template) if image)
    yield images or template.type
    limits = [
        f"{name} {value}"
        for name, value in (
            (_resource_name(entry.name), entry.value)
            for entry in template.container.resources.requests
        )
    ]
    if limits:
        yield ", ".join(limits)
    yield from _interface(template.interface)


def _code(bundle: Bundle) -> str:
    return f"code {bundle.name} {short_digest(bundle.code.digest)}"


def _images(template: TaskTemplate) -> Iterator[str]:
    if template.HasField("container"):
        yield template.container.image
    # Merely to ask a map of messages for a key would add it.
    pod = template.k8s_pod.pod_spec.fields
    for container in pod["containers"].list_value.values if "containers" in pod else ():
        fields = container.struct_value.fields
        if "image" in fields:
            yield fields["image"].string_value


def _workflow(closure: CompiledWorkflowClosure) -> Iterator[str]:
    template = closure.primary.template
    nodes = [_node(node) for node in template.nodes if node.WhichOneof("target")]
    count = f"{len(nodes)} node{'' if len(nodes) == 1 else 's'}"
    yield f"{count}: {', '.join(nodes)}" if len(nodes) <= _NAMES else count
    yield from _interface(template.interface)


def _launch_plan(launch_plan: LaunchPlan, id: ResourceId) -> Iterator[str]:
    workflow = launch_plan.spec.workflow_id
    at = "" if workflow.version == id.version else f"@{short_version(workflow.version)}"
    yield f"workflow {workflow.name}{at}"
    when = schedule(launch_plan)
    if when:
        yield when
    fixed = sorted(launch_plan.spec.fixed_inputs.literals)
    if fixed:
        yield f"fixed {', '.join(fixed)}" if len(fixed) <= _NAMES else f"{len(fixed)} fixed inputs"


def _interface(interface: TypedInterface) -> Iterator[str]:
    sides = (("input", interface.inputs.variables), ("output", interface.outputs.variables))
    said = [
        f"{len(names)} {word}{'' if len(names) == 1 else 's'}" for word, names in sides if names
    ]
    if said:
        yield ", ".join(said)


def _node(node: Node) -> str:
    kind = node.WhichOneof("target")
    return node.id if kind in ("task_node", "workflow_node") else f"{node.id} ({_short(kind)})"


def _short(target: str | None) -> str:
    return (target or "").removesuffix("_node")


def _resource_name(number: int) -> str:
    from flyteidl.core.tasks_pb2 import Resources

    return enum_word(Resources.ResourceName, number).replace("_", " ")


def _rate(found: Schedule) -> str:
    unit = enum_word(FixedRateUnit, found.rate.unit)
    value = found.rate.value
    return f"every {unit}" if value == 1 else f"every {value} {unit}s"


def _quoted(expression: str) -> str:
    return f"'{expression}'"
