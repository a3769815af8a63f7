"""Where each name of a drawing goes: columns by who needs whom, rows so that few arrows cross.

A name stands one column to the right of the last that needs it. Within a column names are put in
the order of the middle of their neighbours, a few times to and fro. Ties are broken by name, so
that a set always looks the same.

Source: K. Sugiyama, S. Tagawa, M. Toda, "Methods for Visual Understanding of Hierarchical System
Structures", 1981.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from reconciler.model import CycleError, Drawing, Spot, in_order

_SWEEPS = 6


def columns(drawing: Drawing) -> Sequence[Sequence[Spot]]:
    """Assign every name to a column, from left to right, and order each column."""
    needs: dict[Spot, list[Spot]] = defaultdict(list)
    needed_by: dict[Spot, list[Spot]] = defaultdict(list)
    for start, end in sorted(drawing.arrows):
        needs[start].append(end)
        needed_by[end].append(start)
    spots = sorted(drawing.spots)
    depth = _depths(spots, needs, needed_by)
    grid: list[list[Spot]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for one in spots:
        grid[depth[one]].append(one)
    grid = [column for column in grid if column]
    for sweep in range(_SWEEPS):
        rightwards = sweep % 2 == 0
        neighbours = needed_by if rightwards else needs
        order = range(1, len(grid)) if rightwards else range(len(grid) - 2, -1, -1)
        for at in order:
            _settle(grid[at], neighbours, _rows(grid))
    return grid


def _depths(
    spots: Sequence[Spot], needs: Mapping[Spot, list[Spot]], needed_by: Mapping[Spot, list[Spot]]
) -> dict[Spot, int]:
    try:
        # Dependencies come first there; here those that need come first.
        needed = {one: needs.get(one, []) for one in spots}
        order = list(in_order(spots, needed, key=lambda one: one))[::-1]
    except CycleError:
        # A set that refers to itself in a circle is no valid one, yet it may be looked at.
        return {one: max(0, 6 - one.rank) for one in spots}
    depth: dict[Spot, int] = {}
    for one in order:
        depth[one] = max((depth[other] + 1 for other in needed_by.get(one, [])), default=0)
    return depth


def _settle(
    column: list[Spot], neighbours: Mapping[Spot, list[Spot]], rows: Mapping[Spot, float]
) -> None:
    def middle(one: Spot) -> float:
        around = [rows[other] for other in neighbours.get(one, []) if other in rows]
        return sum(around) / len(around) if around else rows[one]

    column.sort(key=lambda one: (middle(one), one))


def _rows(grid: Sequence[Sequence[Spot]]) -> dict[Spot, float]:
    """Each name's row, as a share of its column, so that columns of any length compare."""
    return {one: (row + 0.5) / len(column) for column in grid for row, one in enumerate(column)}
