"""The interface of a node, from whatever stands behind it.

Source: flytepropeller/pkg/compiler/validators/interface.go and branch.go.
"""

from typing import Any

from flyteidl.core import interface_pb2

from reconciler.compiler.bindings import infer_bindings, mismatching_types
from reconciler.compiler.builder import Interface, Node, Variables, Workflow
from reconciler.compiler.errors import Faults
from reconciler.compiler.gotext import go_text
from reconciler.compiler.references import identity, optional

TypedInterface = Any  # flyteidl ships no types

_NOTHING = Interface(inputs={}, outputs={})


def declared_interface(node_id: str, message: TypedInterface, faults: Faults) -> Interface:
    """Read an interface as declared, and put empty maps where it has none.

    The message is changed in place: what a task or workflow was registered without shows
    in the compiled closure.
    """
    sides: list[Variables] = []
    for side in (message.inputs, message.outputs):
        side.SetInParent()
        variables = side.variables
        sides.append({name: variables[name] for name in variables})
    interface = Interface(*sides)
    check_variables(node_id, interface, faults)
    return interface


def check_variables(node_id: str, interface: Interface, faults: Faults) -> None:
    """Check that each variable has a name and a type."""
    for variables in (interface.inputs, interface.outputs):
        for name, variable in variables.items():
            if not name:
                faults.required(node_id, "paramName")
            if not variable.HasField("type"):
                faults.required(node_id, "param.Type")


def node_interface(workflow: Workflow, node: Node, faults: Faults) -> Interface | None:
    """Work out a node's interface and keep it with the node; None if that fails."""
    if node.interface is not None:
        return node.interface
    scope = faults.scope()
    interface = _target_interface(workflow, node, scope)
    if scope or interface is None:
        return None
    node.interface = interface
    return interface


def _target_interface(workflow: Workflow, node: Node, faults: Faults) -> Interface | None:
    message = node.message
    kind = message.WhichOneof("target")
    if kind == "task_node":
        return _task_interface(workflow, node, faults)
    if kind == "workflow_node":
        return _workflow_interface(workflow, node, faults)
    if kind == "branch_node":
        interface = _branch_interface(workflow, node, faults)
    elif kind == "gate_node":
        interface = _gate_interface(workflow, node, faults)
    elif kind == "array_node":
        # The interface is that of what is repeated: flytekit wraps it in lists where needed.
        interface = node_interface(workflow, node.element(), faults)
    else:
        faults.required(node.id, "Target")
        return None
    if interface is not None:
        check_variables(node.id, interface, faults)
    return interface


def _task_interface(workflow: Workflow, node: Node, faults: Faults) -> Interface | None:
    id = optional(node.message.task_node, "reference_id")
    if id is None:
        faults.required(node.id, "TaskNode.ReferenceId")
        return None
    task = workflow.task(id)
    if task is None:
        unknown_task(node.id, id, faults)
        return None
    if not task.HasField("interface"):
        return _NOTHING
    return declared_interface(node.id, task.interface, faults)


def _workflow_interface(workflow: Workflow, node: Node, faults: Faults) -> Interface | None:
    target, template = node.message.workflow_node, workflow.template
    launch_plan = optional(target, "launchplan_ref")
    if identity(launch_plan) == identity(optional(template, "id")):
        return declared_interface(node.id, template.interface, faults)
    if launch_plan is not None:
        return _launch_plan_interface(workflow, node, launch_plan, faults)
    id = optional(target, "sub_workflow_ref")
    if id is None:
        unknown_workflow(node.id, "<nil>/<nil>", faults)
        return None
    sub_workflow = workflow.sub_workflow(id)
    if sub_workflow is None:
        unknown_workflow(node.id, go_text(id), faults)
        return None
    if not sub_workflow.template.HasField("interface"):
        faults.required(node.id, "WorkflowNode.Template.Interface")
        return None
    return declared_interface(node.id, sub_workflow.template.interface, faults)


def _launch_plan_interface(
    workflow: Workflow, node: Node, id: Any, faults: Faults
) -> Interface | None:
    """Ask for what the launch plan requires, and for whatever else of its inputs is bound."""
    launch_plan = workflow.launch_plan(id)
    if launch_plan is None:
        unknown_workflow(node.id, go_text(id), faults)
        return None
    outputs: Variables = {}
    if launch_plan.expected_outputs is None:
        faults.required(node.id, "WorkflowNode.ExpectedOutputs")
    else:
        outputs = dict(launch_plan.expected_outputs.variables.items())
    bound = {binding.var for binding in node.inputs}
    inputs = {
        name: parameter.var
        for name, parameter in launch_plan.expected_inputs.parameters.items()
        if parameter.required or name in bound
    }
    interface = Interface(inputs, outputs)
    check_variables(node.id, interface, faults)
    return interface


def _gate_interface(workflow: Workflow, node: Node, faults: Faults) -> Interface | None:
    gate = node.message.gate_node
    kind = gate.WhichOneof("condition")
    if kind == "approve":
        variables = infer_bindings(workflow, node, faults)
        return Interface(inputs=variables, outputs=variables)
    if kind == "signal":
        signal = gate.signal
        if not signal.HasField("type"):
            faults.required(node.id, "GateNode.Signal.Type")
            return None
        if not signal.output_variable_name:
            faults.required(node.id, "GateNode.Signal.OutputVariableName")
            return None
        variable = interface_pb2.Variable(type=signal.type)
        return Interface(inputs={}, outputs={signal.output_variable_name: variable})
    if kind == "sleep":
        return _NOTHING
    faults.add("NoConditionFound", node.id, f"Can't find any condition in gate node [{node.id}].")
    return None


def _branch_interface(workflow: Workflow, node: Node, faults: Faults) -> Interface | None:
    """Take the inputs as they are bound, and the outputs that all cases have.

    On the way the nodes nested in the branch get the branch's id before their own.
    """
    missing = _missing_part(node.message.branch_node)
    if missing is not None:
        faults.required(node.id, missing)
        return None
    for block in node.message.branch_node.if_else.other:
        if not block.HasField("then_node"):
            faults.required(node.id, "IfElse.Case.ThenNode")
    outputs: Variables | None = None
    common: set[str] = set()
    for case in node.cases():
        case.message.id = f"{node.id}-{case.id}"
        interface = node_interface(workflow, case, faults)
        if interface is None:
            continue
        if outputs is None:
            outputs, common = interface.outputs, set(interface.outputs)
            continue
        common &= interface.outputs.keys()
        for name in common:
            _check_same(case.id, name, outputs[name].type, interface.outputs[name].type, faults)
    inputs = infer_bindings(workflow, node, faults)
    if faults or outputs is None:
        return None
    return Interface(inputs, {name: outputs[name] for name in outputs if name in common})


def _missing_part(branch: Any) -> str | None:
    if not branch.HasField("if_else"):
        return "Branch.IfElse"
    if not branch.if_else.HasField("case"):
        return "Branch.IfElse.Case"
    if not branch.if_else.case.HasField("then_node"):
        return "Branch.IfElse.Case.ThenNode"
    return None


def _check_same(node_id: str, name: str, received: Any, expected: Any, faults: Faults) -> None:
    if go_text(received) != go_text(expected):
        mismatching_types(node_id, name, received=received, expected=expected, faults=faults)


def unknown_task(node_id: str, id: Any, faults: Faults) -> None:
    """Note that a task was not found."""
    description = f"Referenced Task [{go_text(id)}] not found."
    faults.add("TaskReferenceNotFound", node_id, description)


def unknown_workflow(node_id: str, text: str, faults: Faults) -> None:
    """Note that a launch plan or sub-workflow was not found."""
    faults.add("WorkflowReferenceNotFound", node_id, f"Referenced Workflow [{text}] not found.")
