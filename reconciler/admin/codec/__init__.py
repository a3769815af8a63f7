"""What Admin answers, made Resources, and Resources, made what a create sends; one file a kind.

Both directions keep to the canonical specs that `model.Resource` lists, so that what is read
compares with what is wished for.
"""

from collections.abc import Callable
from dataclasses import dataclass

from google.protobuf.message import Message

from reconciler.admin.codec import (
    attributes,
    launch_plan,
    named_entity,
    project,
    task,
    workflow,
)
from reconciler.model import Kind, Resource


@dataclass(frozen=True, slots=True)
class Codec:
    """One kind's two directions.

    `create` gives the request that registers a resource; ValueError if it has no `request` of
    the kind's type. `read` gives the resource in an entity that a get or a list answered.
    """

    create: Callable[[Resource], Message]
    read: Callable[..., Resource]


CODECS: dict[Kind, Codec] = {
    Kind.PROJECT: Codec(project.to_register, project.from_project),
    Kind.TASK: Codec(task.to_create, task.from_task),
    Kind.WORKFLOW: Codec(workflow.to_create, workflow.from_workflow),
    Kind.LAUNCH_PLAN: Codec(launch_plan.to_create, launch_plan.from_launch_plan),
}

__all__ = [
    "CODECS",
    "Codec",
    "attributes",
    "launch_plan",
    "named_entity",
    "project",
    "task",
    "workflow",
]
