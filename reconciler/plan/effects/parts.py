"""What differs inside of what runs: launch plan, workflow, sub-workflows, tasks, launch plans.

Both sides are laid out as parts with a name each, and parts of one name are compared. Two parts
that differ in their version only are the same to a reader, and are not told.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.core.compiler_pb2 import CompiledWorkflowClosure
from flyteidl.core.identifier_pb2 import ResourceType
from flyteidl.core.tasks_pb2 import TaskTemplate
from flyteidl.core.workflow_pb2 import WorkflowTemplate
from google.protobuf.message import Message

from reconciler.model import (
    Bundle,
    ImageChange,
    Kind,
    Part,
    Resource,
    ResourceId,
    identifiers,
    outlined,
)
from reconciler.plan.compare import differences
from reconciler.plan.effects.readable import (
    readable_launch_plan,
    readable_task,
    readable_workflow,
)

Contents = Mapping[ResourceId, Resource]


@dataclass(frozen=True, slots=True)
class Inside:
    """One part on one side; `template` is None where nobody read more than its version."""

    id: ResourceId
    template: Message | None
    bundles: tuple[Bundle, ...] = ()
    # Whether values are left out of it, so that they are left out of the other side as well.
    outline: bool = False


def inside(launch_plan: Resource, contents: Contents) -> tuple[Inside, ...]:
    """Everything that a launch plan runs, as far as `contents` has it; itself first."""
    found: dict[ResourceId, Inside] = {}
    queue = [launch_plan.id]
    known = {**contents, launch_plan.id: launch_plan}
    while queue:
        id = queue.pop(0)
        if id in found:
            continue
        resource = known.get(id)
        outline = resource is not None and resource.outline
        match resource.spec if resource is not None else None:
            case LaunchPlan() as template:
                found[id] = Inside(id, template, outline=outline)
                queue.append(ResourceId.from_identifier(template.spec.workflow_id, Kind.WORKFLOW))
            case CompiledWorkflowClosure() as closure:
                bundles = resource.bundles if resource is not None else ()
                for one in _compiled(closure, bundles):
                    found.setdefault(one.id, replace(one, outline=outline))
                queue += launched(closure)
            case _:
                found[id] = Inside(id, None)
    return tuple(found.values())


def launched(closure: CompiledWorkflowClosure) -> tuple[ResourceId, ...]:
    """The launch plans that the nodes of a workflow start."""
    ids = {
        ResourceId.from_identifier(identifier)
        for identifier in identifiers(closure)
        if identifier.resource_type == ResourceType.LAUNCH_PLAN
    }
    return tuple(sorted(ids))


def compare_parts(before: tuple[Inside, ...], after: tuple[Inside, ...]) -> tuple[Part, ...]:
    """The parts that differ, in the order in which the new side has them, what is gone last."""
    pairs = [_part(one, other) for one, other in _paired(before, after)]
    return tuple(part for part in pairs if part is not None)


def compare_images(
    before: tuple[Inside, ...], after: tuple[Inside, ...]
) -> tuple[ImageChange, ...]:
    """Tasks on both sides whose containers have other images."""
    found = []
    for one, other in _paired(before, after):
        if one is None or other is None:
            continue
        if isinstance(one.template, TaskTemplate) and isinstance(other.template, TaskTemplate):
            images, wanted = _images(one.template), _images(other.template)
            found += [
                ImageChange(_path(other.id), container, images.get(container, ""), image)
                for container, image in wanted.items()
                if images.get(container, "") != image
            ]
    return tuple(found)


def _compiled(closure: CompiledWorkflowClosure, bundles: tuple[Bundle, ...]) -> Iterator[Inside]:
    for workflow in (closure.primary, *closure.sub_workflows):
        template = workflow.template
        id = ResourceId.from_identifier(template.id, Kind.WORKFLOW)
        yield Inside(id, template, bundles)
    for task in closure.tasks:
        id = ResourceId.from_identifier(task.template.id, Kind.TASK)
        yield Inside(id, task.template, bundles)


def _paired(
    before: tuple[Inside, ...], after: tuple[Inside, ...]
) -> Iterator[tuple[Inside | None, Inside | None]]:
    """Parts of one kind and name together; several versions of a name in their order."""
    left: dict[tuple[Kind, str], list[Inside]] = defaultdict(list)
    for one in before:
        left[one.id.kind, _path(one.id)].append(one)
    right: dict[tuple[Kind, str], list[Inside]] = defaultdict(list)
    for one in after:
        right[one.id.kind, _path(one.id)].append(one)
    for name in dict.fromkeys((*right, *left)):
        mine, theirs = left.get(name, []), right.get(name, [])
        common = {one.id for one in mine} & {one.id for one in theirs}
        yield from ((one, other) for one in mine for other in theirs if one.id == other.id)
        yield from zip_longest(
            sorted((one for one in mine if one.id not in common), key=_by_id),
            sorted((one for one in theirs if one.id not in common), key=_by_id),
        )


def _by_id(one: Inside) -> ResourceId:
    return one.id


def _part(before: Inside | None, after: Inside | None) -> Part | None:
    one = before if after is None else after
    assert one is not None
    versions = (before.id.version if before else "", after.id.version if after else "")
    part = Part(one.id.kind, _path(one.id), *versions)
    if before is None or after is None:
        return part
    if before.template is None or after.template is None:
        # Equal ids are equal content; of others nothing can be said.
        if before.id == after.id:
            return None
        return Part(one.id.kind, _path(one.id), *versions, unread=True)
    template = outlined(after.template) if before.outline else after.template
    if _bare(before.template) == _bare(template):
        return None
    # The bundles of the side that is about to be uploaded, for both: they turn its addresses in
    # what Admin holds into the same words.
    bundles = after.bundles
    changes = differences(_readable(before.template, bundles), _readable(template, bundles))
    return Part(one.id.kind, _path(one.id), *versions, changes) if changes else None


def _bare(template: Message) -> bytes:
    """A template without any version: equal ones need no closer look, and most are."""
    of = template.spec if isinstance(template, LaunchPlan) else template
    copy = type(of)()
    copy.CopyFrom(of)
    for identifier in identifiers(copy):
        identifier.version = ""
    return bytes(copy.SerializeToString(deterministic=True))


def _readable(template: Message, bundles: tuple[Bundle, ...]) -> dict[str, object]:
    match template:
        case LaunchPlan():
            return readable_launch_plan(template)
        case WorkflowTemplate():
            return readable_workflow(template, bundles)
        case TaskTemplate():
            return readable_task(template, bundles)
    raise TypeError(f"{type(template).__name__} is no part of a workflow")


def _images(template: TaskTemplate) -> dict[str, str]:
    """Images by container; "" stands for the only container of a plain task."""
    if template.HasField("container"):
        return {"": template.container.image} if template.container.image else {}
    found = {}
    pod = template.k8s_pod.pod_spec.fields
    for group in ("initContainers", "containers"):
        for container in pod[group].list_value.values if group in pod else ():
            fields = container.struct_value.fields
            if "image" in fields and "name" in fields:
                found[fields["name"].string_value] = fields["image"].string_value
    return found


def _path(id: ResourceId) -> str:
    return f"{id.project}/{id.domain}/{id.name}"
