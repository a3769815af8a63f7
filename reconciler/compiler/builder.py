"""What is known of a workflow while it is being compiled.

The messages themselves are changed in place, as Admin does: ids of nested nodes get
their prefix, promises their node. Around them stand a `Node` for each node, with the
interface worked out for it, and a `Workflow` with the graph that grows between them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flyteidl.core import workflow_pb2

from reconciler.compiler.errors import Faults
from reconciler.compiler.references import identity

Identifier = Any  # flyteidl ships no types
Binding = Any
ParameterMap = Any
Variable = Any
VariableMap = Any

Variables = Mapping[str, Variable]


@dataclass(frozen=True)
class LaunchPlanInterface:
    """A registered launch plan as a node sees it.

    `id` is the reference as the node spells it: references are only ever looked up.
    `expected_outputs` is None where the workflow was registered without outputs.
    """

    id: Identifier
    expected_inputs: ParameterMap
    expected_outputs: VariableMap | None


@dataclass(frozen=True, slots=True)
class Interface:
    """What goes into a node and what comes out, by name."""

    inputs: Variables
    outputs: Variables


class Node:
    """One node under compilation; `message` is its part of the template, changed in place."""

    __slots__ = ("_children", "inputs", "interface", "message")

    def __init__(self, message: Any, inputs: Sequence[Binding] | None = None) -> None:
        self.message = message
        self.inputs = message.inputs if inputs is None else inputs
        self.interface: Interface | None = None
        self._children: dict[str, Node] = {}

    @property
    def id(self) -> str:
        """The node's id; that of a nested one changes on the way."""
        return str(self.message.id)

    def child(self, place: str, message: Any) -> Node:
        """Return the node nested at `place`, the same one each time."""
        if place not in self._children:
            self._children[place] = Node(message)
        return self._children[place]

    def cases(self) -> list[Node]:
        """Return the nodes a branch node chooses from, in order; cases without node left out."""
        branch = self.message.branch_node.if_else
        blocks = [branch.case, *branch.other] if branch.HasField("case") else branch.other
        found = [
            self.child(f"case {place}", block.then_node)
            for place, block in enumerate(blocks)
            if block.HasField("then_node")
        ]
        if branch.HasField("else_node"):
            found.append(self.child("else", branch.else_node))
        return found

    def element(self) -> Node:
        """Return the node an array node repeats."""
        return self.child("element", self.message.array_node.node)


@dataclass(frozen=True)
class Library:
    """Everything that was handed to the compiler, by identity."""

    tasks: Mapping[bytes, Any]
    launch_plans: Mapping[bytes, LaunchPlanInterface]
    sub_workflows: Mapping[bytes, Any]


@dataclass(slots=True)
class Graph:
    """Who waits for whom. An edge from nowhere comes from the start node."""

    upstream: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    downstream: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@dataclass
class Workflow:
    """One workflow under compilation: the primary one, or a sub-workflow.

    `nodes` holds the members of the graph by id; nested nodes and the failure node are none.
    `compile` compiles a sub-workflow in place and tells whether that went without a fault.
    """

    compiled: Any
    library: Library
    compile: Callable[[Any, Library, Faults], bool]
    nodes: dict[str, Node] = field(default_factory=dict)
    graph: Graph = field(default_factory=Graph)
    compiled_sub_workflows: set[bytes] = field(default_factory=set)

    @property
    def template(self) -> Any:
        """The workflow's template, changed in place."""
        return self.compiled.template

    def task(self, id: Identifier) -> Any | None:
        """Return a task's template."""
        return self.library.tasks.get(identity(id))

    def launch_plan(self, id: Identifier) -> LaunchPlanInterface | None:
        """Return a launch plan's interface."""
        return self.library.launch_plans.get(identity(id))

    def sub_workflow(self, id: Identifier) -> Any | None:
        """Return a sub-workflow, compiled or not yet."""
        return self.library.sub_workflows.get(identity(id))


def effective_outputs(node: Node, faults: Faults) -> Variables | None:
    """Return a node's outputs under their aliases, None if it has no interface.

    Source: validators/node.go, validateEffectiveOutputParameters.
    """
    if not node.message.output_aliases:
        return None if node.interface is None else node.interface.outputs
    aliases: dict[str, str] = {}
    for each in node.message.output_aliases:
        if each.var in aliases:
            faults.add(
                "DuplicateAlias",
                node.id,
                f"Duplicate alias [{each.alias}] found. "
                "An output alias can only be used once in the Workflow.",
            )
        aliases.setdefault(each.var, each.alias)
    if node.interface is None:
        return None
    for var in aliases.keys() - node.interface.outputs.keys():
        not_bound(node.id, aliases[var], faults)
    return {aliases.get(name, name): var for name, var in node.interface.outputs.items()}


def not_bound(node_id: str, parameter: str, faults: Faults) -> None:
    """Note that a parameter has no value."""
    faults.add("ParameterNotBound", node_id, f"Parameter not bound [{parameter}].")


def empty_node(id: str) -> Any:
    """Return the message of a node that only has an id."""
    return workflow_pb2.Node(id=id)
