"""What a request is about, in the words of an error message."""

from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from reconciler.model import ATTRIBUTE_FACETS, ATTRIBUTE_NUMBERS, Kind, ResourceId

_FACETS_BY_NUMBER = {number: facet for facet, number in ATTRIBUTE_NUMBERS.items()}
# Where a request says what it is about, the most telling field first.
_FIELDS = (
    "id",
    "attributes",
    "event",
    "workflow_execution_id",
    "node_execution_id",
    "task_execution_id",
    "execution_id",
    "parent_node_execution_id",
    "project",
    "native_url",
    "flyte_url",
)


def subject_of(request: Any) -> str:
    """Say what a request is about, as far as it says so; "" if it does not."""
    name = request.DESCRIPTOR.name
    if name in _REQUESTS:
        return _REQUESTS[name](request)
    for field in _FIELDS:
        value = getattr(request, field, None)
        if isinstance(value, Message):
            if request.HasField(field):
                return _said(value)
        elif value:
            return _of_texts(request, field)
    return ""


def _said(value: Any) -> str:
    speak = _VALUES.get(value.DESCRIPTOR.name)
    return speak(value) if speak else subject_of(value)


def _of_texts(request: Any, field: str) -> str:
    if field == "project":
        return _path(request)
    value = str(getattr(request, field))
    return f"project {value}" if field == "id" else value


def _path(message: Any) -> str:
    parts = (getattr(message, part, "") for part in ("project", "domain", "name"))
    return "/".join(part for part in parts if part)


def _identifier(id: Any) -> str:
    try:
        return str(ResourceId.from_identifier(id))
    except ValueError:
        return f"{_path(id)}@{id.version}" if id.version else _path(id)


def _execution(id: Any) -> str:
    return f"execution {_path(id)}"


def _node(id: Any) -> str:
    return f"node {id.node_id} of {_execution(id.execution_id)}"


def _attempt(id: Any) -> str:
    return f"attempt {id.retry_attempt} of {_node(id.node_execution_id)}"


def _named_entity(request: Any) -> str:
    kinds = {1: Kind.TASK, 2: Kind.WORKFLOW, 3: Kind.LAUNCH_PLAN}
    kind = kinds.get(request.resource_type)
    if kind is None or not (request.id.project and request.id.domain and request.id.name):
        return _path(request.id)
    place = (request.id.project, request.id.domain, request.id.name)
    return str(ResourceId(Kind.NAMED_ENTITY, *place, facet=kind.slug))


def _attributes(message: Any) -> str:
    """Of a row, or of a request that names one by the number of its type."""
    if hasattr(message, "matching_attributes"):
        target = message.matching_attributes.WhichOneof("target") or ""
        facet = ATTRIBUTE_FACETS.get(target, "attributes")
    else:
        facet = _FACETS_BY_NUMBER.get(message.resource_type, "attributes")
    place = (message.project, getattr(message, "domain", ""), getattr(message, "workflow", ""))
    level = "workflow" if place[2] else "domain" if place[1] else "project"
    return f"{facet} of {level} {'/'.join(part for part in place if part)}"


def _new_execution(request: Any) -> str:
    return _execution(request) if request.name else f"a new execution in {_path(request)}"


def _upload(request: Any) -> str:
    parts = (request.filename_root, request.filename)
    return f"file {'/'.join(part for part in parts if part)} in {_path(request)}"


def _signal(id: Any) -> str:
    return f"signal {id.signal_id} of {_execution(id.execution_id)}"


_VALUES: dict[str, Callable[[Any], str]] = {
    "Identifier": _identifier,
    "NamedEntityIdentifier": _path,
    "WorkflowExecutionIdentifier": _execution,
    "NodeExecutionIdentifier": _node,
    "TaskExecutionIdentifier": _attempt,
    "SignalIdentifier": _signal,
    "Project": lambda project: f"project {project.id}",
    "ProjectAttributes": _attributes,
    "ProjectDomainAttributes": _attributes,
    "WorkflowAttributes": _attributes,
}
_REQUESTS: dict[str, Callable[[Any], str]] = {
    "ExecutionCreateRequest": _new_execution,
    "CreateUploadLocationRequest": _upload,
    "NamedEntityGetRequest": _named_entity,
    "NamedEntityUpdateRequest": _named_entity,
} | {
    f"{level}Attributes{verb}Request": _attributes
    for level in ("Project", "ProjectDomain", "Workflow")
    for verb in ("Get", "Delete")
}
