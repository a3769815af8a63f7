"""Order and cycles, for every room that has dependencies: desired, plan and apply alike."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from graphlib import CycleError as _GraphlibCycleError
from graphlib import TopologicalSorter
from typing import Any, Generic, TypeVar

Node = TypeVar("Node")


class CycleError(ValueError, Generic[Node]):
    """The dependencies go round; `cycle` starts and ends with the same node."""

    def __init__(self, cycle: Sequence[Node]) -> None:
        self.cycle = tuple(cycle)
        super().__init__(" → ".join(str(node) for node in self.cycle))


def reached(starts: Iterable[Node], step: Callable[[Node], Iterable[Node]]) -> set[Node]:
    """Return `starts` and all that `step` leads to from them, however far. Cost: linear."""
    found: set[Node] = set()
    waiting = list(starts)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += step(node)
    return found


def in_order(
    nodes: Iterable[Node],
    needs: Mapping[Node, Collection[Node]],
    *,
    key: Callable[[Node], Any],
) -> list[Node]:
    """Return `nodes` so that each stands after all it needs; ties are broken by `key`.

    Needs outside `nodes` are ignored. Cost: linear but for sorting what is ready together.
    Raises: CycleError naming one cycle.
    """
    members = sorted(nodes, key=key)
    # graphlib does this too, but a workflow has few nodes and a set has many workflows.
    waiting = dict.fromkeys(members, 0)
    users: dict[Node, list[Node]] = {}
    for node in members:
        for need in {*needs.get(node, ())}:
            if need in waiting:
                waiting[node] += 1
                users.setdefault(need, []).append(node)
    ordered: list[Node] = []
    ready = [node for node in waiting if not waiting[node]]
    while ready:
        ordered += ready
        freed: list[Node] = []
        for node in ready:
            for user in users.get(node, ()):
                waiting[user] -= 1
                if not waiting[user]:
                    freed.append(user)
        ready = sorted(freed, key=key)
    if len(ordered) < len(waiting):
        raise CycleError(_cycle({node: needs.get(node, ()) for node in waiting if waiting[node]}))
    return ordered


def _cycle(needs: Mapping[Node, Collection[Node]]) -> Sequence[Node]:
    """One way round among nodes that wait for each other."""
    try:
        TopologicalSorter(
            {node: [need for need in needs[node] if need in needs] for node in needs}
        ).prepare()
    except _GraphlibCycleError as error:
        # graphlib lists each node after the one that needs it; people read it the other way.
        return list(reversed(error.args[1]))
    raise AssertionError("what waits for nothing but itself goes round")
