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

Struct = Any  # google.protobuf.Struct
TaskTemplate = Any  # flyteidl ships no types

_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LONGEST_LABEL: Final = 63


def compile_task(template: TaskTemplate) -> None:
    """Check a task template.

    Of a pod spec only the containers' names and resources are read: what else Kubernetes
    would refuse in it Admin tells before it compiles.

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
    if not pod.HasField("pod_spec"):
        faults.add("InvalidValue", "root", "Invalid value [k8s pod spec].")
        return
    try:
        names = _container_names(pod.pod_spec)
    except _ShapeError:
        faults.add("InvalidValue", "root", "Invalid value [k8s pod spec].")
        return
    if not all(len(name) <= _LONGEST_LABEL and _LABEL.fullmatch(name) for name in names):
        faults.add("InvalidValue", "root", "Invalid value [k8s pod spec container name].")


class _ShapeError(ValueError):
    """A part of a pod spec is of another kind than Kubernetes reads there."""


def _container_names(pod_spec: Struct) -> list[str]:
    """Return the names of a pod's containers; one without name has an empty one."""
    containers = _member(pod_spec, "containers", "list_value")
    names = []
    for container in () if containers is None else containers.values:
        if container.HasField("null_value"):
            names.append("")
            continue
        fields = _expect(container, "struct_value")
        names.append(_member(fields, "name", "string_value") or "")
        resources = _member(fields, "resources", "struct_value")
        for kind in ("limits", "requests"):
            _check_quantities(resources and _member(resources, kind, "struct_value"))
    return names


def _check_quantities(entries: Struct | None) -> None:
    for value in () if entries is None else entries.fields.values():
        kind = value.WhichOneof("kind")
        if kind == "null_value":
            continue
        text = f"{value.number_value:.15g}" if kind == "number_value" else value.string_value
        try:
            parse_quantity(text.strip())
        except QuantityError as exc:
            raise _ShapeError from exc


def _member(struct: Struct, key: str, kind: str) -> Any:
    """Return a member of a JSON object, its key in any case; None if it is null or missing."""
    found = None
    for name in sorted(struct.fields):
        value = struct.fields[name]
        if name.lower() == key and not value.HasField("null_value"):
            found = _expect(value, kind)
    return found


def _expect(value: Any, kind: str) -> Any:
    if value.WhichOneof("kind") != kind:
        raise _ShapeError
    return getattr(value, kind)
