"""A workflow manifest as the WorkflowSpec that registers it."""

from collections.abc import Iterable, Mapping

from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.interface_pb2 import TypedInterface
from flyteidl.core.literals_pb2 import Binding as BindingMessage
from flyteidl.core.types_pb2 import LiteralType
from flyteidl.core.workflow_pb2 import Node as NodeMessage
from flyteidl.core.workflow_pb2 import WorkflowMetadata, WorkflowTemplate

from reconciler.desired.binding import binding_data
from reconciler.desired.bound import Bound
from reconciler.desired.problems import Problems
from reconciler.desired.task import typed_interface
from reconciler.manifest import Binding, Node, Variable, Workflow
from reconciler.model import Kind, ResourceId

_ON_FAILURE = {
    "failImmediately": WorkflowMetadata.FAIL_IMMEDIATELY,
    "failAfterExecutableNodesComplete": WorkflowMetadata.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE,
}


def workflow_spec(
    workflow: Workflow, id: ResourceId, targets: Mapping[str, Bound], problems: Problems
) -> WorkflowSpec:
    """Return what CreateWorkflow is sent for `workflow` under `id`.

    Args:
        targets: What each node refers to, by node id.
        problems: Literals that do not fit and inputs that no target has are added here, each at
            its own line; the compiler finds what concerns several nodes.
    """
    declared = workflow.spec
    template = WorkflowTemplate(id=id.to_identifier())
    template.metadata.on_failure = _ON_FAILURE[declared.on_failure]
    template.metadata_defaults.SetInParent()
    outputs = {
        name: Variable(type=output.type, description=output.description)
        for name, output in declared.outputs.items()
    }
    template.interface.CopyFrom(typed_interface(declared.inputs, outputs))
    for node_id, node in declared.nodes.items():
        template.nodes.append(_node(workflow, node_id, node, targets[node_id], problems))
    for name, output in declared.outputs.items():
        _bind(
            template.outputs.add(),
            name,
            output.binding,
            output.type,
            where=f"output {name}",
            problems=problems,
            workflow=workflow,
            path=("outputs", name),
        )
    spec = WorkflowSpec(template=template, sub_workflows=_nested(targets.values()))
    if declared.description:
        spec.description.short_description = declared.description
    return spec


def _node(
    workflow: Workflow, node_id: str, node: Node, target: Bound, problems: Problems
) -> NodeMessage:
    message = NodeMessage(id=node_id, upstream_node_ids=sorted(set(node.after)))
    message.metadata.name = node_id
    match target.id.kind:
        case Kind.TASK:
            message.task_node.reference_id.CopyFrom(target.id.to_identifier())
        case Kind.WORKFLOW:
            message.workflow_node.sub_workflow_ref.CopyFrom(target.template.id)
        case Kind.LAUNCH_PLAN:
            message.workflow_node.launchplan_ref.CopyFrom(target.id.to_identifier())
    types = _input_types(target.interface)
    for name, binding in sorted(node.inputs.items()):
        path = ("nodes", node_id, "inputs", name)
        if name not in types:
            known = ", ".join(sorted(types)) or "none"
            problems.error(
                "unknown-input",
                f"{target.id} has no input {name}",
                workflow.origin_of("spec", *path),
                hint=f"it has {known}",
            )
            continue
        _bind(
            message.inputs.add(),
            name,
            binding,
            types[name],
            where=f"input {name} of node {node_id}",
            problems=problems,
            workflow=workflow,
            path=path,
        )
    return message


def _bind(
    message: BindingMessage,
    variable: str,
    binding: Binding,
    expected: LiteralType,
    *,
    where: str,
    problems: Problems,
    workflow: Workflow,
    path: tuple[str, ...],
) -> None:
    message.var = variable
    try:
        message.binding.CopyFrom(binding_data(binding, expected, where=where))
    except ValueError as error:
        problems.error("wrong-type", str(error), workflow.origin_of("spec", *path))


def _input_types(interface: TypedInterface) -> dict[str, LiteralType]:
    return {name: variable.type for name, variable in interface.inputs.variables.items()}


def _nested(targets: Iterable[Bound]) -> list[WorkflowTemplate]:
    """The templates of all sub-workflows, at any depth, each once and in a stable order."""
    templates = {
        template.id.SerializeToString(deterministic=True): template
        for target in targets
        if target.id.kind is Kind.WORKFLOW
        for template in target.templates
    }
    return sorted(
        templates.values(),
        key=lambda template: (
            template.id.project,
            template.id.domain,
            template.id.name,
            template.id.version,
        ),
    )
