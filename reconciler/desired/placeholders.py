"""The two words that packages leave open: where their code lies, and where it is unpacked.

Both are filled in exactly where flytectl does: where one is a whole argument of a task's
container, of a container of its pod, or of a pod that a workflow's node puts in its place.
Everywhere else they stay, as they do with flytectl, and the container gets to see them.

Source: flytectl `cmd/register/register_util.go` (hydrateTaskSpec, hydrateNode).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.tasks_pb2 import TaskTemplate
from flyteidl.core.workflow_pb2 import TaskNodeOverrides
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import ListValue, Struct

from reconciler.model import to_canonical

ADDRESS = "{{ .remote_package_path }}"
DESTINATION = "{{ .dest_dir }}"
_WORDS = (b"remote_package_path", b"dest_dir")
_ANY = re.compile(r"\{\{\s*\.?(remote_package_path|dest_dir)\s*\}\}")


def fill_placeholders(message: Message, values: Mapping[str, str]) -> None:
    """Replace arguments that are one of the keys of `values`. Works in place.

    Args:
        message: A TaskTemplate or a WorkflowSpec.
    """
    if not _speaks_of_any(message):
        return
    if isinstance(message, TaskTemplate):
        for args in _arguments(message):
            _replace(args, values)
    elif isinstance(message, WorkflowSpec):
        for overrides in node_overrides(message):
            for args in _pod_arguments(overrides.pod_template.pod_spec):
                _replace(args, values)


def left_open(message: Message) -> Iterator[tuple[str, str]]:
    """Yield each text that still holds one: its path in the message, and the text."""
    if _speaks_of_any(message):
        yield from _open_in(to_canonical(message), "")


def speaks_of_address(text: str) -> bool:
    """Tell whether a text leaves open where code lies."""
    return any(word == "remote_package_path" for word in _ANY.findall(text))


def uses(message: Message, placeholder: str) -> bool:
    """Tell whether a placeholder is anywhere in a message."""
    return placeholder.encode() in message.SerializeToString()


def container_of(template: TaskTemplate, primary: str) -> Struct | None:
    """The container of a task's pod that runs the task: the one of that name, or the only one."""
    containers = list(pod_containers(template.k8s_pod.pod_spec))
    named = [one for one in containers if one.fields["name"].string_value == primary]
    if named:
        return named[0]
    return containers[0] if len(containers) == 1 else None


def _speaks_of_any(message: Message) -> bool:
    # Hardly any does, and looking for bytes is far quicker than walking through a message.
    data = message.SerializeToString()
    return any(word in data for word in _WORDS)


def _arguments(template: TaskTemplate) -> Iterator[Any]:
    if template.HasField("container"):
        yield template.container.args
    elif template.HasField("k8s_pod"):
        yield from _pod_arguments(template.k8s_pod.pod_spec)


def _pod_arguments(pod: Struct) -> Iterator[ListValue]:
    for container in pod_containers(pod):
        if "args" in container.fields:
            yield container.fields["args"].list_value


def pod_containers(pod: Struct, key: str = "containers") -> Iterator[Struct]:
    """The containers of a pod spec, or those under `initContainers`."""
    if key in pod.fields:
        for container in pod.fields[key].list_value.values:
            yield container.struct_value


def _replace(args: Any, values: Mapping[str, str]) -> None:
    if isinstance(args, ListValue):
        for value in args.values:
            if value.string_value in values:
                value.string_value = values[value.string_value]
        return
    for index, arg in enumerate(args):
        args[index] = values.get(arg, arg)


def node_overrides(message: Message) -> Iterator[TaskNodeOverrides]:
    """Every override of a task in a workflow's nodes, at any depth."""
    for field, value in message.ListFields():
        inner = field.message_type
        if inner is None or inner.GetOptions().map_entry:
            continue
        for item in value if field.is_repeated else (value,):
            if isinstance(item, TaskNodeOverrides):
                yield item
            else:
                yield from node_overrides(item)


def _open_in(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _open_in(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _open_in(item, f"{path}[{index}]")
    elif isinstance(value, str) and _ANY.search(value):
        yield path, value
