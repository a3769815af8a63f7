"""A version that Admin holds → the member of a package that registers exactly it."""

import base64
import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from google.protobuf.message import Message

from reconciler.desired import ADDRESS, read_settings, submitted_templates
from reconciler.model import Kind, Resource, Scope, gzipped, identifiers, rewrite_texts, texts

# Behind these words of a task's command stands the address of the code that it runs.
_BEFORE_ADDRESS = ("--additional-distribution", "--dynamic-addl-distro")
_NUMBERS = {Kind.TASK: 1, Kind.WORKFLOW: 2, Kind.LAUNCH_PLAN: 3}


def member_of(
    resource: Resource,
    description: Any = None,
    *,
    places: Mapping[Scope, Scope] | None = None,
    address: str = "",
) -> tuple[str, bytes]:
    """Return the name and the bytes of the file that says what a version is.

    Args:
        description: Its DescriptionEntity, if it has one.
        places: Project and domain → where the same is to be; those not named stay.
        address: Of code that goes along, which is left open then.
    """
    spec = _submitted(resource)
    if places:
        _move(spec, places)
    if description is not None and resource.id.kind is not Kind.LAUNCH_PLAN:
        spec.description.CopyFrom(description)
    if address and resource.id.kind is Kind.TASK:
        rewrite_texts(spec, lambda text: ADDRESS if text == address else text)
    return f"_{_NUMBERS[resource.id.kind]}.pb", spec.SerializeToString(deterministic=True)


def address_of(resource: Resource) -> str:
    """Where the code lies that a task runs; nothing for what runs only its image."""
    if resource.id.kind is not Kind.TASK or resource.spec is None:
        return ""
    words = [*texts(resource.spec)]
    for word, following in pairwise(words):
        if word in _BEFORE_ADDRESS and "://" in following:
            return following
    return ""


def _submitted(resource: Resource) -> Any:
    spec: Any = resource.spec
    match resource.id.kind:
        case Kind.TASK:
            return TaskSpec(template=spec.template)
        case Kind.WORKFLOW:
            own, *nested = submitted_templates(spec)
            return WorkflowSpec(template=own, sub_workflows=nested)
    return LaunchPlan(id=spec.id, spec=spec.spec)


def _move(message: Message, places: Mapping[Scope, Scope]) -> None:
    for identifier in identifiers(message):
        scope = (identifier.project, identifier.domain)
        identifier.project, identifier.domain = places.get(scope, scope)
    if any(read_settings(text) for text in texts(message)):
        rewrite_texts(message, lambda text: _moved_settings(text, places))


def _moved_settings(text: str, places: Mapping[Scope, Scope]) -> str:
    """flytekit's serialised settings at the other place, where they say one."""
    settings = read_settings(text)
    if settings is None:
        return text
    scope = (settings.get("project") or "", settings.get("domain") or "")
    if scope not in places:
        return text
    settings["project"], settings["domain"] = places[scope]
    return base64.b64encode(gzipped(json.dumps(settings).encode())).decode()
