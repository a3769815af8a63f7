"""Compile a task: what Admin checks of one beyond the shape of the request.

Only containers and pods are looked at. Admin's own rules for resources come before this
and are not part of the compiler.

Source: flytepropeller/pkg/compiler/task_compiler.go.
"""

import re
from typing import Any, Final

from flyteidl.core import tasks_pb2

from reconciler.compiler.errors import Faults
from reconciler.compiler.quantities import QuantityError, parse_quantity

TaskTemplate = Any  # flyteidl ships no types

_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LONGEST_LABEL: Final = 63


def compile_task(template: TaskTemplate) -> None:
    """Check a task template.

    The names of pod containers are read from the pod spec as plain JSON, keys in any case;
    whether the spec is a pod spec at all is for the caller to tell.

    Raises:
        CompilationError: Every fault found, in Admin's words and order.
    """
    faults = Faults()
    if not template.HasField("id"):
        faults.required("root", "Id")
    target = template.WhichOneof("target")
    if target == "container":
        _check_container(template, faults)
    elif target == "k8s_pod":
        _check_pod(template.k8s_pod, faults)
    if faults:
        raise faults.error()


def _check_container(template: TaskTemplate, faults: Faults) -> None:
    container, interface = template.container, template.interface
    has_variables = interface.inputs.variables or interface.outputs.variables
    if has_variables and not container.command and not container.args:
        faults.required("container", "command")
    if not container.image:
        faults.required("container", "image")
    for entry in (*container.resources.requests, *container.resources.limits):
        try:
            parse_quantity(entry.value)
        except QuantityError:
            faults.add(
                "UnrecognizedValue",
                f"resources.{_resource_name(entry.name)}",
                f"Unrecognized value [{entry.value}].",
            )


def _resource_name(number: int) -> str:
    values = tasks_pb2.Resources.ResourceName.DESCRIPTOR.values_by_number
    return str(values[number].name) if number in values else str(number)


def _check_pod(pod: Any, faults: Faults) -> None:
    for name in _container_names(pod.pod_spec):
        if len(name) > _LONGEST_LABEL or not _LABEL.fullmatch(name):
            faults.add("InvalidValue", "root", "Invalid value [k8s pod spec container name].")


def _container_names(pod_spec: Any) -> list[str]:
    """Return the names of a pod's containers; one without name has an empty one."""
    names = []
    for container in _value(pod_spec, "containers").list_value.values:
        name = _value(container.struct_value, "name")
        names.append(str(name.string_value))
    return names


def _value(struct: Any, key: str) -> Any:
    from google.protobuf import struct_pb2

    found = struct_pb2.Value()
    for name in struct.fields:
        if name.lower() == key:
            found = struct.fields[name]
            if name == key:
                break
    return found
