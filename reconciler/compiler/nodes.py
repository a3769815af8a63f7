"""Whether a node is sound in itself, with all that is nested in it.

Source: flytepropeller/pkg/compiler/validators/node.go and condition.go.
"""

from typing import Any

from reconciler.compiler.bindings import (
    Direction,
    add_edge,
    check_bindings,
    mismatching_types,
    unknown_variable,
)
from reconciler.compiler.builder import Node, Workflow, effective_outputs
from reconciler.compiler.errors import END_NODE, START_NODE, Faults
from reconciler.compiler.gotext import go_text
from reconciler.compiler.interfaces import node_interface, unknown_task, unknown_workflow
from reconciler.compiler.literals import primitive_type
from reconciler.compiler.references import identity, optional

BooleanExpression = Any  # flyteidl ships no types
LiteralType = Any
Operand = Any


def check_node(workflow: Workflow, node: Node, faults: Faults) -> None:
    """Check a node's target, aliases, conditions and nested nodes; not its bindings.

    Its upstream ids are sorted on the way, and a sub-workflow behind it is compiled.
    """
    if not node.id:
        faults.required("<node>", "Id")
    if node.id in (START_NODE, END_NODE):
        return
    if node_interface(workflow, node, faults) is not None:
        effective_outputs(node, faults)
    node.message.upstream_node_ids.sort()
    kind = node.message.WhichOneof("target")
    if kind == "branch_node":
        _check_branch(workflow, node, faults)
    elif kind == "workflow_node":
        _check_sub_workflow(workflow, node, faults)
    elif kind == "task_node":
        # What has an interface was found.
        id = optional(node.message.task_node, "reference_id") if node.interface is None else None
        if id is not None and workflow.task(id) is None:
            unknown_task(node.id, id, faults)


def add_edges(workflow: Workflow, node: Node, direction: Direction, faults: Faults) -> None:
    """Check a node's bindings and enter the edges they make, and those named outright."""
    if node.interface is None:
        return
    if direction is Direction.BOTH:
        for provider in node.message.upstream_node_ids:
            add_edge(workflow, provider=provider, dependent=node.id, direction=direction)
    check_bindings(workflow, node, node.interface.inputs, direction, faults)


def _check_sub_workflow(workflow: Workflow, node: Node, faults: Faults) -> None:
    """Compile the sub-workflow behind a node, unless this workflow did so without a fault."""
    id = optional(node.message.workflow_node, "sub_workflow_ref")
    if id is None or identity(id) in workflow.compiled_sub_workflows:
        return
    sub_workflow = workflow.sub_workflow(id)
    if sub_workflow is None:
        unknown_workflow(node.id, go_text(id), faults)
    elif workflow.compile(sub_workflow, workflow.library, faults.scope()):
        workflow.compiled_sub_workflows.add(identity(id))


def _check_branch(workflow: Workflow, node: Node, faults: Faults) -> None:
    """Check conditions, then the nested nodes, and their bindings only if all that is sound."""
    branch = node.message.branch_node.if_else
    scope = faults.scope()
    if not branch.HasField("case"):
        _no_condition(node, scope)
    for block in [branch.case, *branch.other] if branch.HasField("case") else branch.other:
        _check_expression(node, optional(block, "condition"), scope)
        if not block.HasField("then_node"):
            scope.add("BranchNodeIdNotFound", node.id, "BranchNode not assigned")
    if branch.WhichOneof("default") is None:
        scope.add(
            "BranchNodeHasNoDefault",
            node.id,
            "Branch Node must have either the else case set or a default error.",
        )
    cases = node.cases()
    for case in cases:
        check_node(workflow, case, scope)
    if scope:
        return
    for case in cases:
        add_edges(workflow, case, Direction.UPSTREAM, faults)


def _check_expression(node: Node, expression: BooleanExpression | None, faults: Faults) -> None:
    if expression is None:
        _no_condition(node, faults)
        return
    kind = expression.WhichOneof("expr")
    if kind == "comparison":
        _check_comparison(node, expression.comparison, faults)
    elif kind == "conjunction":
        for side in ("left_expression", "right_expression"):
            _check_expression(node, optional(expression.conjunction, side), faults)
    else:
        faults.required(node.id, "Expr")


def _check_comparison(node: Node, comparison: Any, faults: Faults) -> None:
    right = _operand_type(node, "RightValue", optional(comparison, "right_value"), faults)
    left = _operand_type(node, "LeftValue", optional(comparison, "left_value"), faults)
    if right is None or left is None or go_text(right) == go_text(left):
        return
    mismatching_types(node.id, "RightValue", received=right, expected=left, faults=faults)


def _operand_type(
    node: Node, name: str, operand: Operand | None, faults: Faults
) -> LiteralType | None:
    """Return the type of one side of a comparison, None if it is wrong or not known."""
    if operand is None:
        faults.required(node.id, name)
        return None
    if operand.HasField("primitive"):
        return primitive_type(operand.primitive)
    if not operand.var:  # the newer `scalar` operand is not known here
        faults.required(node.id, f"{name}.Val")
        return None
    if node.interface is None:
        faults.required(node.id, operand.var)
        return None
    if operand.var in node.interface.inputs:
        return optional(node.interface.inputs[operand.var], "type")
    if not any(binding.var == operand.var for binding in node.inputs):
        unknown_variable(node.id, operand.var, faults)
    return None


def _no_condition(node: Node, faults: Faults) -> None:
    faults.add(
        "BranchNodeHasNoCondition",
        node.id,
        "One of the branches on the node doesn't have a condition.",
    )
