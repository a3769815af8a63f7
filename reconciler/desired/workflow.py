"""A workflow manifest as the WorkflowSpec that registers it."""

from collections.abc import Iterable, Mapping, Sequence

from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.execution_pb2 import QualityOfService as QualityOfServiceMessage
from flyteidl.core.types_pb2 import LiteralType
from flyteidl.core.workflow_pb2 import WorkflowMetadata, WorkflowTemplate

from reconciler.desired.bound import Bound
from reconciler.desired.description import add_description
from reconciler.desired.nodes import NodeWriter, in_compilable_order
from reconciler.desired.outputs import Outputs
from reconciler.desired.problems import Problems
from reconciler.desired.raw import is_absent, merge_raw
from reconciler.desired.task import add_variables
from reconciler.manifest import (
    FAILURE_NODE,
    Output,
    Path,
    Promise,
    QualityOfService,
    Workflow,
    did_you_mean,
)
from reconciler.model import CycleError, Kind

_ON_FAILURE = {
    "failImmediately": WorkflowMetadata.FAIL_IMMEDIATELY,
    "failAfterExecutableNodesComplete": WorkflowMetadata.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE,
}
_TIERS = {
    "high": QualityOfServiceMessage.HIGH,
    "medium": QualityOfServiceMessage.MEDIUM,
    "low": QualityOfServiceMessage.LOW,
    "undefined": QualityOfServiceMessage.UNDEFINED,
}


def workflow_spec(
    workflow: Workflow, targets: Mapping[Path, Bound], problems: Problems
) -> WorkflowSpec:
    """Return what CreateWorkflow is sent for `workflow`, but for its id.

    Args:
        targets: What each reference means, by its path in the spec.
        problems: Literals that do not fit and inputs that no target has are added here, each at
            its own line; the compiler finds what concerns several nodes.
    """
    declared = workflow.spec
    spec = WorkflowSpec()
    template = spec.template
    outputs = Outputs(workflow, targets)
    writer = NodeWriter(workflow, targets, outputs, problems)
    _check_outputs(workflow, outputs, problems)
    template.metadata.on_failure = _ON_FAILURE[declared.on_failure]
    if declared.quality_of_service is not None:
        quality = quality_of_service(declared.quality_of_service)
        template.metadata.quality_of_service.CopyFrom(quality)
    if declared.tags:
        template.metadata.tags.update(declared.tags)
    if declared.interruptible:
        template.metadata_defaults.interruptible = True
    for node_id in _in_order(workflow, problems):
        path: Path = ("nodes", node_id)
        writer.write(template.nodes.add(), node_id, declared.nodes[node_id], path)
    if declared.failure_node is not None:
        failure_id = declared.failure_node.id or FAILURE_NODE
        writer.write(template.failure_node, failure_id, declared.failure_node, ("failureNode",))
    if declared.inputs:
        add_variables(template.interface.inputs, declared.inputs)
    for name, output in sorted(declared.outputs.items()):
        _add_output(template, name, output, writer)
    raw = writer.filled(declared.raw, ("raw",))
    merge_raw(template, raw, workflow, ("spec", "raw"), problems)
    if not is_absent(raw, "metadata"):
        template.metadata.SetInParent()
    if not is_absent(raw, "metadata_defaults"):
        template.metadata_defaults.SetInParent()
    for side in ("inputs", "outputs"):
        if not is_absent(raw, "interface", side):
            getattr(template.interface, side).SetInParent()
    spec.sub_workflows.extend(_nested(targets.values()))
    add_description(spec, declared.description)
    return spec


def _check_outputs(workflow: Workflow, outputs: Outputs, problems: Problems) -> None:
    """Hold every `from` to what its node gives out."""
    for path, promise in workflow.spec.promises:
        known = outputs.lacking(promise)
        if known is not None:
            problems.error(
                "unknown-output",
                f"node {promise.node} has no output {promise.variable}",
                workflow.origin_of("spec", *path),
                hint=did_you_mean(promise.variable, known),
            )


def quality_of_service(declared: QualityOfService) -> QualityOfServiceMessage:
    """How urgent an execution is, as workflows and launch plans say it."""
    message = QualityOfServiceMessage()
    if declared.tier is not None:
        message.tier = _TIERS[declared.tier]
    if declared.queueing_budget is not None:
        message.spec.queueing_budget.CopyFrom(declared.queueing_budget)
    return message


def _in_order(workflow: Workflow, problems: Problems) -> Sequence[str]:
    try:
        return in_compilable_order(workflow.spec.nodes)
    except CycleError as error:
        circle = " → ".join(error.cycle)
        origin = workflow.origin_of("spec", "nodes", error.cycle[0])
        problems.error("cycle", f"nodes wait for each other in a circle: {circle}", origin)
        return ()


def _add_output(template: WorkflowTemplate, name: str, output: Output, writer: NodeWriter) -> None:
    path: Path = ("outputs", name)
    type = output.type
    if type is None:
        assert isinstance(output.binding, Promise), "the model asks all others for a type"
        type = writer.outputs.type_of(output.binding)
        if type is None:
            if writer.outputs.lacking(output.binding) is None:
                origin = writer.workflow.origin_of("spec", *path)
                message = f"output {name}: nothing tells the type of what it comes from"
                writer.problems.error("unknown-type", message, origin, hint="say its type")
            type = LiteralType()
    variable = template.interface.outputs.variables[name]
    variable.type.CopyFrom(type)
    variable.description = output.description
    writer.bind(template.outputs.add(), name, output.binding, type, path)


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
