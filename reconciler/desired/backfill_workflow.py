"""A chunk of a backfill as one workflow: a launch plan node a slot, so that Flyte orchestrates.

What is generated is named by its content: the same slots of the same launch plan are the same
version, whoever asks for them and however often.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.workflow_pb2 import WorkflowMetadata

from reconciler.compiler import compile_workflow, identity
from reconciler.cron import SECOND, to_rfc3339
from reconciler.desired.augment import augmented
from reconciler.desired.binding import constant
from reconciler.desired.bound import Bound
from reconciler.model import Backfill, Kind, Resource, ResourceId, content_hash

# What precedes the launch plan's name in that of the workflow; flytekit's word for it.
PREFIX = "backfill-"
_MESSAGES = (
    "entity_metadata",
    "default_inputs",
    "fixed_inputs",
    "labels",
    "annotations",
    "raw_output_data_config",
)


def chunk_workflow(
    backfill: Backfill, slots: Sequence[int], *, version: str = ""
) -> tuple[Resource, Resource]:
    """Return the workflow that runs these slots, and the launch plan that launches it.

    Args:
        version: Of both; the hash of their content unless given.

    Shape: nodes `n0`, `n1`, … in order of time, each waiting for the one before it unless the
        backfill is parallel; no inputs, no outputs.
    Raises: CompilationError if Admin would not take it, which no launch plan that can be launched
        brings about.
    """
    spec = WorkflowSpec()
    template = spec.template
    template.metadata.on_failure = (
        WorkflowMetadata.FAIL_IMMEDIATELY
        if backfill.fails_fast
        else WorkflowMetadata.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE
    )
    template.metadata_defaults.SetInParent()
    for side in ("inputs", "outputs"):
        getattr(template.interface, side).SetInParent()
    for number, slot in enumerate(slots):
        _add_node(template.nodes.add(), number, slot, backfill)
    runs = backfill.launch_plan.id
    name = f"{PREFIX}{runs.name}"
    is_hash = not version
    version = version or content_hash([name.encode(), spec.SerializeToString(deterministic=True)])
    id = ResourceId(Kind.WORKFLOW, runs.project, runs.domain, name, version)
    template.id.CopyFrom(id.to_identifier())
    interface = Bound(backfill.launch_plan).as_interface
    closure = compile_workflow(
        template, (), tasks={}, launch_plans={identity(interface.id): interface}
    )
    workflow = Resource(
        id, spec=closure, request=spec, origin=backfill.origin, content_addressed=is_hash
    )
    return workflow, _launch_plan(workflow, backfill)


def _add_node(node: Any, number: int, slot: int, backfill: Backfill) -> None:
    node.id = f"n{number}"
    node.metadata.name = f"b-{to_rfc3339(slot)}"
    node.metadata.retries.retries = backfill.node_retries
    node.workflow_node.launchplan_ref.CopyFrom(backfill.launch_plan.id.to_identifier())
    for name, literal in sorted(_inputs(slot, backfill)):
        binding = node.inputs.add(var=name)
        binding.binding.CopyFrom(constant(literal))
    if number and not backfill.parallel:
        node.upstream_node_ids.append(f"n{number - 1}")


def _inputs(slot: int, backfill: Backfill) -> Iterator[tuple[str, Literal]]:
    yield from backfill.request.inputs.literals.items()
    if backfill.kickoff:
        literal = Literal()
        seconds, nanos = divmod(slot, SECOND)
        literal.scalar.primitive.datetime.seconds = seconds
        literal.scalar.primitive.datetime.nanos = nanos
        yield backfill.kickoff, literal


def _launch_plan(workflow: Resource, backfill: Backfill) -> Resource:
    spec = LaunchPlanSpec(workflow_id=workflow.id.to_identifier())
    for field in _MESSAGES:
        getattr(spec, field).SetInParent()
    closure: Any = workflow.spec
    id = ResourceId(
        Kind.LAUNCH_PLAN,
        workflow.id.project,
        workflow.id.domain,
        workflow.id.name,
        workflow.id.version,
    )
    return Resource(
        id,
        spec=augmented(id, spec, closure.primary.template.interface),
        request=spec,
        origin=backfill.origin,
        content_addressed=workflow.content_addressed,
    )
