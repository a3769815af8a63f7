"""A task or workflow that Admin holds, as a document: words for what counts, `raw` beyond.

Whether a document means exactly what is there, whoever writes it finds out by planning it.
"""

from collections.abc import Iterator
from typing import Any

from flyteidl.admin.description_entity_pb2 import DescriptionFormat
from flyteidl.core.workflow_pb2 import WorkflowMetadata
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from reconciler.desired import submitted_templates
from reconciler.manifest import API_VERSION, Task, Workflow
from reconciler.model import Kind, Resource, ResourceId
from reconciler.remote.estate.documents import in_order

_FORMATS = {
    DescriptionFormat.DESCRIPTION_FORMAT_UNKNOWN: "unknown",
    DescriptionFormat.DESCRIPTION_FORMAT_MARKDOWN: "markdown",
    DescriptionFormat.DESCRIPTION_FORMAT_HTML: "html",
    DescriptionFormat.DESCRIPTION_FORMAT_RST: "rst",
}
_USUAL_TYPE = "container"
_WORDS = ("auto", "latest", "active")


def template_document(resource: Resource, description: Any = None) -> dict[str, Any] | None:
    """Return the document of a task or workflow version; None if none can say it.

    Args:
        resource: As it was found, with its content.
        description: Its DescriptionEntity, if it has one.
    """
    id = resource.id
    if id.version in _WORDS:
        return None
    found: Any = resource.spec
    is_task = id.kind is Kind.TASK
    template = found.template if is_task else submitted_templates(found)[0]
    rest = type(template)()
    rest.CopyFrom(template)
    rest.ClearField("id")
    spec: dict[str, Any] = {"version": id.version}
    if description is not None:
        words = _description(description)
        if words is None:
            return None
        spec["description"] = words
    spec |= dict(_task(rest) if is_task else _workflow(rest))
    if raw := _raw(rest, template):
        spec["raw"] = raw
    return _document(id, Task.KIND if is_task else Workflow.KIND, spec)


def _task(rest: Any) -> Iterator[tuple[str, Any]]:
    """Yield what there are words for, and take it out of `rest`."""
    if rest.type and rest.type != _USUAL_TYPE:
        yield "type", rest.type
    if rest.type:
        rest.ClearField("type")
    if rest.task_type_version > 0:
        yield "typeVersion", rest.task_type_version
        rest.ClearField("task_type_version")
    if rest.HasField("container") and rest.container.image:
        container: dict[str, Any] = {"image": rest.container.image}
        if rest.container.command:
            container["command"] = list(rest.container.command)
        if rest.container.args:
            container["args"] = list(rest.container.args)
        if rest.container.env:
            container["env"] = [
                {"name": one.key, "value": one.value} for one in rest.container.env
            ]
        yield "container", container
        for field in ("image", "command", "args", "env"):
            rest.container.ClearField(field)
        if not rest.container.ListFields():
            rest.ClearField("container")


def _workflow(rest: Any) -> Iterator[tuple[str, Any]]:
    if rest.metadata.on_failure == WorkflowMetadata.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE:
        yield "onFailure", "failAfterExecutableNodesComplete"
        rest.metadata.ClearField("on_failure")


def _raw(rest: Any, found: Any) -> dict[str, Any]:
    """What is left; and null for what a manifest would send and is not there."""
    raw: dict[str, Any] = in_order(MessageToDict(rest))
    fields = [field for field in ("metadata", "metadata_defaults") if _is_message(found, field)]
    for field in fields:
        name = found.DESCRIPTOR.fields_by_name[field].json_name
        if not found.HasField(field):
            raw[name] = None
        elif raw.get(name) == {}:
            del raw[name]
    interface = raw.setdefault("interface", {})
    for side in ("inputs", "outputs"):
        if not found.interface.HasField(side):
            interface[side] = None
        elif interface.get(side) == {}:
            del interface[side]
    if not interface:
        del raw["interface"]
    if found.DESCRIPTOR.name == "TaskTemplate":
        if raw.get("metadata", {}) is None:
            del raw["metadata"]  # which is always sent
        if not found.type:
            raw["type"] = None
    return raw


def _is_message(message: Message, field: str) -> bool:
    return field in message.DESCRIPTOR.fields_by_name


def _description(found: Any) -> Any:
    """The description in words; None if these would lose some of it."""
    said: dict[str, Any] = {}
    if found.short_description:
        said["short"] = found.short_description
    page = found.long_description
    if found.HasField("long_description"):
        text = page.WhichOneof("content")
        if page.format not in _FORMATS:
            return None
        words = {"text" if text == "value" else "uri": getattr(page, text)} if text else {}
        said["long"] = {**words, "format": _FORMATS[page.format]}
        if page.icon_link:
            said["long"]["icon"] = page.icon_link
    if found.source_code.link:
        said["source"] = found.source_code.link
    if found.tags:
        said["tags"] = list(found.tags)
    return said or None


def _document(id: ResourceId, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"project": id.project, "domain": id.domain, "name": id.name}
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}
