"""A task manifest as the TaskSpec that registers it."""

from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.core.interface_pb2 import TypedInterface, VariableMap
from flyteidl.core.tasks_pb2 import Resources as ResourcesMessage
from flyteidl.core.tasks_pb2 import TaskTemplate

from reconciler.manifest import Amounts, Task, Variable
from reconciler.model import ResourceId

_RESOURCE_NAMES = {
    "cpu": ResourcesMessage.CPU,
    "memory": ResourcesMessage.MEMORY,
    "gpu": ResourcesMessage.GPU,
    "ephemeral_storage": ResourcesMessage.EPHEMERAL_STORAGE,
}


def task_spec(task: Task, id: ResourceId) -> TaskSpec:
    """Return what CreateTask is sent for `task` under `id`.

    Presence counts for Admin's digest: `metadata` and `interface` are always there, since Admin
    asks for them; other messages only where the manifest says something.
    """
    declared = task.spec
    template = TaskTemplate(id=id.to_identifier(), type=declared.type)
    template.metadata.SetInParent()
    if declared.retries:
        template.metadata.retries.retries = declared.retries
    if declared.timeout is not None:
        template.metadata.timeout.CopyFrom(declared.timeout)
    if declared.interruptible is not None:
        template.metadata.interruptible = declared.interruptible
    if declared.cache is not None:
        template.metadata.discoverable = True
        template.metadata.discovery_version = declared.cache.version
        template.metadata.cache_serializable = declared.cache.serialize
        template.metadata.cache_ignore_input_vars.extend(declared.cache.ignore_inputs)
    template.interface.CopyFrom(typed_interface(declared.inputs, declared.outputs))
    container = declared.container
    template.container.image = container.image
    template.container.command.extend(container.command)
    template.container.args.extend(container.args)
    for name, value in container.env.items():
        template.container.env.add(key=name, value=value)
    if not _is_empty(container.resources.requests) or not _is_empty(container.resources.limits):
        resources = template.container.resources
        resources.SetInParent()
        _add_amounts(resources.requests, container.resources.requests)
        _add_amounts(resources.limits, container.resources.limits)
    spec = TaskSpec(template=template)
    if declared.description:
        spec.description.short_description = declared.description
    return spec


def typed_interface(inputs: dict[str, Variable], outputs: dict[str, Variable]) -> TypedInterface:
    """Return an interface with both of its maps, empty or not, as flytekit sends it."""
    return TypedInterface(inputs=_variables(inputs), outputs=_variables(outputs))


def _variables(variables: dict[str, Variable]) -> VariableMap:
    message = VariableMap()
    for name, variable in variables.items():
        message.variables[name].type.CopyFrom(variable.type)
        message.variables[name].description = variable.description
    return message


def _add_amounts(entries: "ResourcesMessage.ResourceEntry", amounts: Amounts) -> None:
    for field, name in _RESOURCE_NAMES.items():
        value = getattr(amounts, field)
        if value is not None:
            entries.add(name=name, value=value)


def _is_empty(amounts: Amounts) -> bool:
    return all(getattr(amounts, field) is None for field in _RESOURCE_NAMES)
