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
    inside = set(members)
    sorter = TopologicalSorter(
        {node: [need for need in needs.get(node, ()) if need in inside] for node in members}
    )
    try:
        sorter.prepare()
    except _GraphlibCycleError as error:
        # graphlib lists each node after the one that needs it; people read it the other way.
        raise CycleError(list(reversed(error.args[1]))) from error
    ordered: list[Node] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=key)
        ordered += ready
        sorter.done(*ready)
    return ordered
