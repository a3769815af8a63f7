"""Tasks and workflows, as `get` lists them."""

from typing import Any

from flyteidl.core.interface_pb2 import TypedInterface

from reconciler.model import describe
from reconciler.report.listing.ages import age, when
from reconciler.report.listing.listing import Column, Listing


def signature(interface: TypedInterface) -> str:
    """What goes in and what comes out: `day: str, rows: list[int] -> table: dataset`."""
    sides = (interface.inputs.variables, interface.outputs.variables)
    given, made = (
        ", ".join(f"{name}: {describe(side[name].type)}" for name in sorted(side))
        for side in sides
    )
    return f"{given} -> {made}" if given or made else ""


def variables(variable_map: Any) -> dict[str, str]:
    """The type of each variable, in the type language."""
    found = variable_map.variables
    return {name: describe(found[name].type) for name in sorted(found)}


def _images(task: Any) -> str:
    template = task.closure.compiled_task.template
    match template.WhichOneof("target"):
        case "container":
            return str(template.container.image)
        case "k8s_pod":
            containers = template.k8s_pod.pod_spec.fields["containers"].list_value.values
            images = (c.struct_value.fields["image"].string_value for c in containers)
            return ", ".join(image for image in images if image)
    return ""


def _identity(row: Any) -> dict[str, Any]:
    return {
        "project": row.id.project,
        "domain": row.id.domain,
        "name": row.id.name,
        "version": row.id.version,
    }


def _task(row: Any) -> dict[str, Any]:
    template = row.closure.compiled_task.template
    return {
        **_identity(row),
        "task_type": template.type,
        "image": _images(row) or None,
        "inputs": variables(template.interface.inputs),
        "outputs": variables(template.interface.outputs),
        "created_at": when(row.closure.created_at),
    }


def _workflow_interface(row: Any) -> TypedInterface:
    return row.closure.compiled_workflow.primary.template.interface


def _workflow(row: Any) -> dict[str, Any]:
    interface = _workflow_interface(row)
    return {
        **_identity(row),
        "inputs": variables(interface.inputs),
        "outputs": variables(interface.outputs),
        "created_at": when(row.closure.created_at),
    }


def reference(row: Any) -> str:
    """What other commands take to mean this version."""
    return f"{row.id.project}/{row.id.domain}/{row.id.name}@{row.id.version}"


WHERE = (
    Column("PROJECT", lambda row, now: row.id.project),
    Column("DOMAIN", lambda row, now: row.id.domain),
    Column("NAME", lambda row, now: row.id.name),
    Column("VERSION", lambda row, now: row.id.version),
)
_AGE = Column("AGE", lambda row, now: age(row.closure.created_at, now))

TASKS = Listing(
    "tasks",
    (
        *WHERE,
        Column("TYPE", lambda row, now: row.closure.compiled_task.template.type),
        _AGE,
        Column("IMAGE", lambda row, now: _images(row), wide=True),
        Column(
            "INTERFACE",
            lambda row, now: signature(row.closure.compiled_task.template.interface),
            wide=True,
        ),
    ),
    _task,
    reference,
)
WORKFLOWS = Listing(
    "workflows",
    (
        *WHERE,
        _AGE,
        Column("INTERFACE", lambda row, now: signature(_workflow_interface(row)), wide=True),
    ),
    _workflow,
    reference,
)
