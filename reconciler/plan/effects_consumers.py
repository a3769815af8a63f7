"""Who uses a launch plan whose interface changes: workflows that start it.

A workflow names the version that it starts, so a switch breaks none of them by itself: they go on
with the version that they are pinned to. What breaks is told for the day they are moved.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.core.compiler_pb2 import CompiledWorkflowClosure
from flyteidl.core.literals_pb2 import BindingData
from flyteidl.core.workflow_pb2 import Node, WorkflowTemplate

from reconciler.model import Consumer, InterfaceChange, Kind, Resource, ResourceId, Side
from reconciler.plan.effects_interface import is_required


@dataclass(frozen=True, slots=True)
class Use:
    """A node of a workflow that starts a launch plan: what it gives, and what is made of it."""

    consumer: ResourceId
    in_set: bool
    launch_plan: ResourceId
    node: str
    given: frozenset[str]
    taken: frozenset[str]


class Uses:
    """Every use of a launch plan by the workflows given, found by the launch plan's name."""

    def __init__(self, *, in_set: Iterable[Resource], in_admin: Iterable[Resource]) -> None:
        found: defaultdict[ResourceId, list[Use]] = defaultdict(list)
        declared = set()
        for resource in in_set:
            declared.add(resource.id)
            for use in _uses(resource, in_set=True):
                found[use.launch_plan.activation].append(use)
        for resource in in_admin:
            if resource.id not in declared:
                for use in _uses(resource, in_set=False):
                    found[use.launch_plan.activation].append(use)
        self._found: Mapping[ResourceId, list[Use]] = found

    def of(self, after: Resource, changes: tuple[InterfaceChange, ...]) -> tuple[Consumer, ...]:
        """Those that are pinned to another version than the one that will be active."""
        spec = after.spec
        assert isinstance(spec, LaunchPlan)
        consumers = {}
        for use in self._found.get(after.id.activation, ()):
            if use.launch_plan == after.id:
                continue
            faults = tuple(_faults(use, spec, changes))
            consumer = Consumer(
                id=use.consumer,
                in_set=use.in_set,
                version=use.launch_plan.version,
                breaks=bool(faults),
                why=f"node {use.node}: {'; '.join(faults)}" if faults else "fits",
            )
            key = (use.consumer, use.launch_plan.version)
            if key not in consumers or faults:
                consumers[key] = consumer
        return tuple(consumers[key] for key in sorted(consumers))


def _uses(resource: Resource, *, in_set: bool) -> Iterator[Use]:
    closure = resource.spec
    if not isinstance(closure, CompiledWorkflowClosure):
        return
    for workflow in (closure.primary, *closure.sub_workflows):
        template = workflow.template
        for node in template.nodes:
            for inner in _all_nodes(node):
                if inner.workflow_node.HasField("launchplan_ref"):
                    identifier = inner.workflow_node.launchplan_ref
                    yield Use(
                        resource.id,
                        in_set,
                        ResourceId.from_identifier(identifier, Kind.LAUNCH_PLAN),
                        node.id,
                        frozenset(binding.var for binding in (*node.inputs, *inner.inputs)),
                        frozenset(_taken(template, node.id)),
                    )


def _all_nodes(node: Node) -> Iterator[Node]:
    """A node and those inside it: of branches, of arrays."""
    yield node
    if node.HasField("branch_node"):
        block = node.branch_node.if_else
        inner = [block.case, *block.other]
        for one in (*(case.then_node for case in inner), block.else_node):
            yield from _all_nodes(one)
    elif node.HasField("array_node"):
        yield from _all_nodes(node.array_node.node)


def _taken(template: WorkflowTemplate, node: str) -> Iterator[str]:
    """The outputs of a node that others bind."""
    for one in template.nodes:
        for inner in _all_nodes(one):
            for binding in inner.inputs:
                yield from _promised(binding.binding, node)
    for binding in template.outputs:
        yield from _promised(binding.binding, node)


def _promised(data: BindingData, node: str) -> Iterator[str]:
    match data.WhichOneof("value"):
        case "promise":
            if data.promise.node_id == node:
                yield data.promise.var
        case "collection":
            for item in data.collection.bindings:
                yield from _promised(item, node)
        case "map":
            for item in data.map.bindings.values():
                yield from _promised(item, node)


def _faults(use: Use, after: LaunchPlan, changes: tuple[InterfaceChange, ...]) -> Iterator[str]:
    wanted = after.closure.expected_inputs.parameters
    missing = sorted(
        name for name in wanted if is_required(wanted[name]) and name not in use.given
    )
    yield from (f"does not give {name}" for name in missing)
    yield from (f"gives {name}" for name in sorted(use.given - set(wanted)))
    offered = after.closure.expected_outputs.variables
    yield from (f"takes {name}" for name in sorted(use.taken - set(offered)))
    for change in changes:
        if not change.breaking or change.before is None or change.after is None:
            continue
        names = use.given if change.side is Side.INPUT else use.taken
        if change.name in names:
            word = "gives" if change.side is Side.INPUT else "takes"
            yield f"{word} {change.name} as {change.before}"
