"""Ids in whatever form a caller has them, as the messages that Admin takes.

Admin acts on some other row when sent an incomplete id (admin-contract 4.8: even an activation
does), so every one is complete before it is sent. An `org` is kept.
"""

import secrets
from typing import Any

from flyteidl.admin.common_pb2 import NamedEntityIdentifier
from flyteidl.core.identifier_pb2 import (
    Identifier,
    NodeExecutionIdentifier,
    ResourceType,
    SignalIdentifier,
    TaskExecutionIdentifier,
    WorkflowExecutionIdentifier,
)

from reconciler.model import ResourceId

TASK: int = ResourceType.TASK
WORKFLOW: int = ResourceType.WORKFLOW
LAUNCH_PLAN: int = ResourceType.LAUNCH_PLAN
_PLACE = ("project", "domain", "name")


def message_of(value: Any) -> Any:
    """A message as it is; of flytekit's models and our values the message that they stand for."""
    for convert in ("to_flyte_idl", "to_identifier"):
        if hasattr(value, convert):
            return getattr(value, convert)()
    return value


def version_id(value: Any, resource_type: int) -> Identifier:
    """The id of one version, its type said.

    Args:
        value: flyteidl's Identifier, flytekit's, or a ResourceId.
        resource_type: What it must be of; an id that says no type is taken for one.

    Raises: ValueError for an incomplete id, or one of another type; TypeError for anything else.
    """
    found = Identifier()
    found.CopyFrom(_checked(value, Identifier, (*_PLACE, "version")))
    if found.resource_type not in (ResourceType.UNSPECIFIED, resource_type):
        wanted, given = ResourceType.Name(resource_type), ResourceType.Name(found.resource_type)
        raise ValueError(f"an id of type {wanted} is needed, and this is one of {given}: {found}")
    found.resource_type = resource_type
    return found


def name_id(value: Any) -> NamedEntityIdentifier:
    """The id of a name: of all its versions. Takes any id that has one."""
    id = _named(value)
    _check_parts(id, _PLACE)
    return id


def place(value: Any) -> NamedEntityIdentifier:
    """A project and domain, and a name if one is given: what a list is of.

    Takes any id that has them, or a tuple: `("flytesnacks", "development")`.
    """
    id = _named(value)
    _check_parts(id, ("project", "domain"))
    return id


def execution_id(value: Any) -> WorkflowExecutionIdentifier:
    """The id of an execution, from flyteidl's, flytekit's or an ExecutionId."""
    return _checked(value, WorkflowExecutionIdentifier, _PLACE)


def node_execution_id(value: Any) -> NodeExecutionIdentifier:
    """The id of a node of an execution, from flyteidl's, flytekit's or a NodeExecutionId."""
    id = _checked(value, NodeExecutionIdentifier, ("node_id",))
    execution_id(id.execution_id)
    return id


def task_execution_id(value: Any) -> TaskExecutionIdentifier:
    """The id of an attempt, its task's type said, from flyteidl's or a TaskExecutionId."""
    found = TaskExecutionIdentifier()
    found.CopyFrom(_checked(value, TaskExecutionIdentifier, ()))
    found.task_id.CopyFrom(version_id(found.task_id, TASK))
    node_execution_id(found.node_execution_id)
    return found


def signal_id(value: Any) -> SignalIdentifier:
    """The id of a signal, from flyteidl's or flytekit's."""
    id = _checked(value, SignalIdentifier, ("signal_id",))
    execution_id(id.execution_id)
    return id


def new_name() -> str:
    """A name for an execution that nobody has: what makes a launch repeatable."""
    # Short, because the names of pods are made from it; as long as those that Admin makes.
    return f"f{secrets.token_hex(10)[:19]}"


def _named(value: Any) -> NamedEntityIdentifier:
    if isinstance(value, tuple):
        return NamedEntityIdentifier(**dict(zip(_PLACE, value, strict=False)))
    if isinstance(value, ResourceId):  # of a name alone no message can be made
        return NamedEntityIdentifier(project=value.project, domain=value.domain, name=value.name)
    found = message_of(value)
    if isinstance(found, NamedEntityIdentifier):
        return found
    if isinstance(found, Identifier):
        parts = {part: getattr(found, part) for part in (*_PLACE, "org")}
        return NamedEntityIdentifier(**parts)
    raise TypeError(f"{value!r} is no id of a name")


def _checked(value: Any, kind: Any, parts: tuple[str, ...]) -> Any:
    if isinstance(value, ResourceId) and not value.kind.versioned:
        raise ValueError(f"{value} is no id of a version")
    found = message_of(value)
    if not isinstance(found, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    _check_parts(found, parts)
    return found


def _check_parts(id: Any, parts: tuple[str, ...]) -> None:
    missing = [part for part in parts if not getattr(id, part)]
    if missing:
        shown = " ".join(str(id).split()) or "empty"
        raise ValueError(
            f"this id lacks a {' and a '.join(missing)}: {shown}; Admin would act on another row"
        )
