"""What the nodes of an execution give, when nothing is run.

A node has something of the right type for each of its outputs; one that the workflow hands out as
its own has the value that the execution ends with.
"""

from collections.abc import Mapping
from typing import Any

from flyteidl.core import literals_pb2

from reconciler.sandbox.finishing.literals import placeholders


def node_outputs(compiled: Any, outputs: Any) -> Mapping[str, Any]:
    """Return the LiteralMap of every node of a workflow whose interface is known.

    Args:
        compiled: Its CompiledWorkflowClosure.
        outputs: The LiteralMap that the execution ends with; None: nothing.
    """
    interfaces = {
        **{_key(task.template.id): task.template.interface for task in compiled.tasks},
        **{_key(each.template.id): each.template.interface for each in compiled.sub_workflows},
    }
    template = compiled.primary.template
    made = {}
    for node in template.nodes:
        interface = interfaces.get(_key(_target(node)))
        if interface is not None:
            made[node.id] = placeholders(interface)
    for binding in template.outputs:
        promise = binding.binding.promise
        known = made.get(promise.node_id, literals_pb2.LiteralMap()).literals
        whole = promise.var in known and not promise.attr_path
        if whole and outputs is not None and binding.var in outputs.literals:
            known[promise.var].CopyFrom(outputs.literals[binding.var])
    return made


def _target(node: Any) -> Any:
    if node.HasField("array_node"):
        return _target(node.array_node.node)
    if node.HasField("workflow_node"):
        return node.workflow_node.sub_workflow_ref
    return node.task_node.reference_id


def _key(identifier: Any) -> bytes:
    return bytes(identifier.SerializeToString(deterministic=True))
