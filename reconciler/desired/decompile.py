"""A workflow that Admin holds, brought back to what a client submits.

Admin keeps only the compiled closure. To use a registered workflow as a sub-workflow of another
one its templates are needed, so the compiler's additions are taken off again.
"""

from flyteidl.core.compiler_pb2 import CompiledWorkflowClosure
from flyteidl.core.workflow_pb2 import BranchNode, Node, WorkflowTemplate

_ADDED = ("start-node", "end-node")


def submitted_templates(closure: CompiledWorkflowClosure) -> list[WorkflowTemplate]:
    """Return the workflow's own template, then those of its sub-workflows.

    Takes away the start and end node and, once, the prefix of nodes nested in branches. Promises
    keep `start-node`, which Admin counts as equal to none.

    Source: admin-contract 3.4.
    """
    compiled = [closure.primary, *closure.sub_workflows]
    return [_submitted(workflow.template) for workflow in compiled]


def _submitted(template: WorkflowTemplate) -> WorkflowTemplate:
    submitted = WorkflowTemplate()
    submitted.CopyFrom(template)
    del submitted.nodes[:]
    for node in template.nodes:
        if node.id not in _ADDED:
            _unprefix_nested(submitted.nodes.add(), node)
    return submitted


def _unprefix_nested(target: Node, node: Node) -> None:
    target.CopyFrom(node)
    if not node.HasField("branch_node"):
        return
    pairs = zip(_nested(target.branch_node), _nested(node.branch_node), strict=True)
    for nested, compiled in pairs:
        _unprefix_nested(nested, compiled)
        nested.id = compiled.id.removeprefix(f"{node.id}-")


def _nested(branch: BranchNode) -> list[Node]:
    block = branch.if_else
    nested = [block.case.then_node, *(case.then_node for case in block.other)]
    if block.HasField("else_node"):
        nested.append(block.else_node)
    return nested
