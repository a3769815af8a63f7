"""Small workflows to compile."""

from collections.abc import Mapping, Sequence
from typing import Any

from flyteidl.core import identifier_pb2, literals_pb2, tasks_pb2, workflow_pb2
from google.protobuf.json_format import ParseDict

INTEGER = {"type": {"simple": "INTEGER"}}


def an_id(name: str, kind: str = "TASK") -> Any:
    """Return an identifier in project p, domain d, version v."""
    return identifier_pb2.Identifier(
        resource_type=kind, project="p", domain="d", name=name, version="v"
    )


def a_task(
    name: str = "inc",
    *,
    inputs: Sequence[str] = ("a",),
    outputs: Sequence[str] = ("o",),
) -> Any:
    """Return a task of integers."""
    task = tasks_pb2.TaskTemplate(id=an_id(name), type="t")
    for names, side in ((inputs, task.interface.inputs), (outputs, task.interface.outputs)):
        side.SetInParent()
        for each in names:
            side.variables[each].type.simple = 1
    return task


def a_node(id: str, task: str = "inc", *, upstream: Sequence[str] = (), **inputs: Any) -> Any:
    """Return a node of a task; an input is a number, or a promise `(node, variable)`."""
    node = workflow_pb2.Node(id=id, upstream_node_ids=upstream)
    node.task_node.reference_id.CopyFrom(an_id(task))
    node.inputs.extend(bindings(inputs))
    return node


def a_sub_workflow_node(id: str, name: str) -> Any:
    """Return a node that runs a sub-workflow."""
    node = workflow_pb2.Node(id=id)
    node.workflow_node.sub_workflow_ref.CopyFrom(an_id(name, "WORKFLOW"))
    return node


def a_branch(id: str, *cases: Any) -> Any:
    """Return a branch node over `cases`, the last of which is the default."""
    one = {"primitive": {"integer": "1"}}
    condition = {"comparison": {"operator": "EQ", "left_value": one, "right_value": one}}
    node = workflow_pb2.Node(id=id)
    *chosen, default = cases
    blocks = [workflow_pb2.IfBlock(then_node=each) for each in chosen]
    for block in blocks:
        ParseDict(condition, block.condition)
    node.branch_node.if_else.case.CopyFrom(blocks[0])
    node.branch_node.if_else.other.extend(blocks[1:])
    node.branch_node.if_else.else_node.CopyFrom(default)
    return node


def a_workflow(
    *nodes: Any,
    name: str = "wf",
    inputs: Mapping[str, Any] | None = None,
    outputs: Mapping[str, Any] | None = None,
    failure_node: Any = None,
) -> Any:
    """Return a workflow; `inputs` are variables, `outputs` what integers are bound to."""
    interface = {
        "inputs": {"variables": inputs or {}},
        "outputs": {"variables": dict.fromkeys(outputs or {}, INTEGER)},
    }
    template = workflow_pb2.WorkflowTemplate(
        id=an_id(name, "WORKFLOW"), nodes=nodes, failure_node=failure_node
    )
    ParseDict(interface, template.interface)
    template.outputs.extend(bindings(outputs or {}))
    return template


def bindings(values: Mapping[str, Any]) -> list[Any]:
    """Return bindings to numbers, promises `(node, variable)` or ready-made data."""
    return [literals_pb2.Binding(var=var, binding=_data(value)) for var, value in values.items()]


def _data(value: Any) -> Any:
    if isinstance(value, int):
        return ParseDict({"scalar": {"primitive": {"integer": value}}}, literals_pb2.BindingData())
    if isinstance(value, tuple):
        promise = dict(zip(("node_id", "var"), value, strict=True))
        return ParseDict({"promise": promise}, literals_pb2.BindingData())
    return value
