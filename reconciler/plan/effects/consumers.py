"""Who uses a launch plan whose interface changes: workflows that start it, and others beside it.

A workflow names the version that it starts, and a launch plan that of its workflow, so a switch
breaks none of them by itself: they go on with the version that they are pinned to. What breaks is
told for the day they are moved.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.core.compiler_pb2 import CompiledWorkflowClosure
from flyteidl.core.literals_pb2 import BindingData
from flyteidl.core.workflow_pb2 import Node, WorkflowTemplate

from reconciler.model import Consumer, InterfaceChange, Kind, Resource, ResourceId, Side
from reconciler.plan.effects.interface import is_required


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
    """Every use of launch plans and workflows by the resources given, found by their names."""

    def __init__(self, *, in_set: Iterable[Resource], in_admin: Iterable[Resource]) -> None:
        found: defaultdict[ResourceId, list[Use]] = defaultdict(list)
        beside: defaultdict[ResourceId, list[tuple[Resource, bool]]] = defaultdict(list)
        declared = set()
        for resource, is_declared in chain(
            ((one, True) for one in in_set), ((one, False) for one in in_admin)
        ):
            if is_declared:
                declared.add(resource.id)
            elif resource.id in declared:
                continue
            for use in _uses(resource, in_set=is_declared):
                found[use.launch_plan.activation].append(use)
            if isinstance(resource.spec, LaunchPlan):
                beside[_workflow(resource.spec).named_entity].append((resource, is_declared))
        self._found: Mapping[ResourceId, list[Use]] = found
        self._beside: Mapping[ResourceId, list[tuple[Resource, bool]]] = beside

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
        found = [consumers[key] for key in sorted(consumers)]
        return (*found, *self._others(after.id, spec))

    def _others(self, id: ResourceId, after: LaunchPlan) -> Iterator[Consumer]:
        """Launch plans of the same workflow in another version, into which they do not fit."""
        workflow = _workflow(after)
        for other, in_set in self._beside.get(workflow.named_entity, ()):
            pinned = _workflow(other.spec)
            if other.id.activation == id.activation or pinned == workflow:
                continue
            faults = tuple(_misfits(other.spec, after))
            if faults:
                why = f"launch plan of workflow {pinned.name}: {'; '.join(faults)}"
                yield Consumer(other.id, in_set, pinned.version, breaks=True, why=why)


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


def _workflow(launch_plan: LaunchPlan) -> ResourceId:
    return ResourceId.from_identifier(launch_plan.spec.workflow_id, Kind.WORKFLOW)


def _misfits(other: LaunchPlan, after: LaunchPlan) -> Iterator[str]:
    """What a launch plan gives its workflow that is no input any more, and what it lacks."""
    expected = after.closure.expected_inputs.parameters
    inputs = {*expected, *after.spec.fixed_inputs.literals}
    own = other.spec.default_inputs.parameters
    given = {name for name in own if not is_required(own[name])}
    given |= set(other.spec.fixed_inputs.literals)
    yield from (f"gives {name}" for name in sorted(given - inputs))
    schedule = other.spec.entity_metadata.schedule
    if schedule.WhichOneof("ScheduleExpression"):
        # Nobody is there to give the rest.
        required = {name for name in expected if is_required(expected[name])}
        lacking = required - given - {schedule.kickoff_time_input_arg}
        yield from (f"does not give {name}" for name in sorted(lacking))


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
