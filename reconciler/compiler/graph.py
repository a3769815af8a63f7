"""The edges between nodes: the last ones, what they reach, and how they are written down.

Source: flytepropeller/pkg/compiler/workflow_compiler.go and utils.go.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.compiler.bindings import Direction, add_edge
from reconciler.compiler.builder import Workflow
from reconciler.compiler.errors import END_NODE, START_NODE, Faults

CompiledWorkflow = Any  # flyteidl ships no types


def connect_loose_ends(workflow: Workflow) -> None:
    """Let nodes that wait for nothing follow the start node, and the end node wait for all."""
    for id in workflow.nodes:
        if id in (START_NODE, END_NODE):
            continue
        if id not in workflow.graph.upstream:
            add_edge(workflow, provider=START_NODE, dependent=id, direction=Direction.BOTH)
        if id not in workflow.graph.downstream:
            add_edge(workflow, provider=id, dependent=END_NODE, direction=Direction.BOTH)


def check_reachable(workflow: Workflow, faults: Faults) -> None:
    """Check that there is a way from the start node to every node, and none in a circle.

    Admin names unreachable nodes, and the way round, in random order; here they are sorted.
    """
    cycle, reached = _search(workflow.graph.downstream)
    if cycle:
        faults.add(
            "CycleDetected",
            START_NODE,
            f"A cycle has been detected while traversing the Workflow [{'>'.join(cycle)}].",
        )
        return
    unreachable = sorted(workflow.nodes.keys() - reached - {END_NODE})
    if unreachable:
        names = ",".join(unreachable)
        description = f"The Workflow contain unreachable nodes [{names}]."
        faults.add("UnreachableNodes", START_NODE, description)


def write_connections(compiled: CompiledWorkflow, workflow: Workflow) -> None:
    """Put the graph into the compiled workflow, every list sorted."""
    connections = compiled.connections
    connections.Clear()
    connections.SetInParent()
    _write(connections.upstream, workflow.graph.upstream)
    _write(connections.downstream, workflow.graph.downstream)


def _write(target: Any, edges: Mapping[str, Iterable[str]]) -> None:
    for id in sorted(edges):
        target[id].ids.extend(sorted(edges[id]))


def _search(downstream: Mapping[str, Iterable[str]]) -> tuple[list[str], set[str]]:
    """Walk from the start node; return the way into a circle if there is one, and all reached."""
    path, on_path, reached = [START_NODE], {START_NODE}, {START_NODE}
    ahead = [iter(sorted(downstream.get(START_NODE, ())))]
    while path:
        id = next(ahead[-1], None)
        if id is None:
            on_path.discard(path.pop())
            ahead.pop()
        elif id in on_path:
            return [*path, id], reached
        elif id not in reached:
            reached.add(id)
            path.append(id)
            on_path.add(id)
            ahead.append(iter(sorted(downstream.get(id, ()))))
    return [], reached
