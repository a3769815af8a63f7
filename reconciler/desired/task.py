"""A task manifest as the TaskSpec that registers it."""

from collections.abc import Mapping

from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.core.interface_pb2 import TypedInterface, VariableMap
from flyteidl.core.tasks_pb2 import RuntimeMetadata, Sql, TaskTemplate

from reconciler.desired.description import add_description
from reconciler.desired.kubernetes import (
    as_struct,
    container_message,
    extended_resources_message,
    pod_message,
)
from reconciler.desired.problems import Problems
from reconciler.desired.raw import is_absent, merge_raw
from reconciler.desired.security import security_context
from reconciler.manifest import Task, Variable

# Where flytekit's pods say it, and where Flyte looks.
PRIMARY_CONTAINER = "primary_container_name"
_DIALECTS = {"ansi": Sql.ANSI, "hive": Sql.HIVE, "other": Sql.OTHER}
_RUNTIMES = {"flyteSdk": RuntimeMetadata.FLYTE_SDK, "other": RuntimeMetadata.OTHER}


def task_spec(task: Task, problems: Problems) -> TaskSpec:
    """Return what CreateTask is sent for `task`, but for its id.

    Presence counts for Admin's digest: `metadata` and `interface` are always there, since Admin
    asks for them; other messages only where the manifest says something.

    Args:
        problems: What is said both in words and raw is added here.
    """
    declared = task.spec
    spec = TaskSpec()
    template = spec.template
    template.type = declared.type or ""
    template.task_type_version = declared.type_version
    _add_metadata(template, task)
    _add_interface(template.interface, task)
    _add_target(template, task)
    if declared.custom is not None:
        template.custom.CopyFrom(as_struct(declared.custom))
    if declared.config:
        template.config.update(declared.config)
    if declared.extended_resources is not None:
        extended = extended_resources_message(declared.extended_resources)
        template.extended_resources.CopyFrom(extended)
    context = security_context(declared)
    if context is not None:
        template.security_context.CopyFrom(context)
    merge_raw(template, declared.raw, task, ("spec", "raw"), problems)
    _add_habits(template, task)
    add_description(spec, declared.description)
    return spec


def typed_interface(inputs: dict[str, Variable], outputs: dict[str, Variable]) -> TypedInterface:
    """Return an interface with both of its maps, empty or not, as flytekit sends it."""
    interface = TypedInterface()
    add_variables(interface.inputs, inputs)
    add_variables(interface.outputs, outputs)
    return interface


def add_variables(message: VariableMap, variables: Mapping[str, Variable]) -> None:
    """Add `variables` to `message`, which is there then even if they are none."""
    message.SetInParent()
    for name, variable in variables.items():
        added = message.variables[name]
        added.type.CopyFrom(variable.type)
        added.description = variable.description


def _add_metadata(template: TaskTemplate, task: Task) -> None:
    declared, metadata = task.spec, template.metadata
    metadata.SetInParent()
    if declared.retries:
        metadata.retries.retries = declared.retries
    if declared.timeout is not None:
        metadata.timeout.CopyFrom(declared.timeout)
    if declared.interruptible is not None:
        metadata.interruptible = declared.interruptible
    if declared.cache is not None:
        metadata.discoverable = True
        metadata.discovery_version = declared.cache.version
        metadata.cache_serializable = declared.cache.serialize
        metadata.cache_ignore_input_vars.extend(declared.cache.ignore_inputs)
    if declared.deck is not None:
        metadata.generates_deck.value = declared.deck
    if declared.runtime is not None:
        metadata.runtime.type = _RUNTIMES[declared.runtime.type]
        metadata.runtime.version = declared.runtime.version
        metadata.runtime.flavor = declared.runtime.flavor
    if declared.labels or declared.annotations:
        metadata.metadata.labels.update(declared.labels)
        metadata.metadata.annotations.update(declared.annotations)
    metadata.pod_template_name = declared.pod_template
    metadata.deprecated_error_message = declared.deprecated
    metadata.is_eager = declared.eager
    if declared.tags:
        metadata.tags.update(declared.tags)


def _add_interface(message: TypedInterface, task: Task) -> None:
    message.SetInParent()
    if task.spec.inputs:
        add_variables(message.inputs, task.spec.inputs)
    if task.spec.outputs:
        add_variables(message.outputs, task.spec.outputs)


def _add_target(template: TaskTemplate, task: Task) -> None:
    declared = task.spec
    if declared.container is not None:
        template.container.CopyFrom(container_message(declared.container))
    elif declared.pod is not None:
        template.k8s_pod.CopyFrom(pod_message(declared.pod))
        if declared.pod.primary_container:
            template.config[PRIMARY_CONTAINER] = declared.pod.primary_container
    elif declared.sql is not None:
        template.sql.statement = declared.sql.statement
        if declared.sql.dialect is not None:
            template.sql.dialect = _DIALECTS[declared.sql.dialect]


def _add_habits(template: TaskTemplate, task: Task) -> None:
    raw = task.spec.raw
    if not template.type and not is_absent(raw, "type"):
        template.type = "container"
    for side in ("inputs", "outputs"):
        if not is_absent(raw, "interface", side):
            getattr(template.interface, side).SetInParent()
