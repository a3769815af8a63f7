"""Order and cycles."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import CycleError, in_order


def test_needs_come_first_and_ties_follow_the_key() -> None:
    """What nobody waits for stands in key order; what waits stands after its needs."""
    needs = {"a": ["z"], "b": []}
    assert in_order(["a", "b", "z"], needs, key=str) == ["b", "z", "a"]


def test_a_cycle_is_named_along_its_way() -> None:
    """The error walks from a node to what it needs and back to where it began."""
    with pytest.raises(CycleError) as caught:
        in_order("abc", {"a": "b", "b": "c", "c": "a"}, key=str)
    cycle = caught.value.cycle
    assert cycle[0] == cycle[-1]
    steps = set(pairwise(cycle))
    assert steps == {("a", "b"), ("b", "c"), ("c", "a")}


def test_needs_outside_the_set_are_no_obstacle() -> None:
    """What Admin already holds is not ordered."""
    assert in_order(["a"], {"a": ["elsewhere"]}, key=str) == ["a"]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=60))
def test_every_node_stands_after_all_it_needs(edges: list[tuple[int, int]]) -> None:
    """For any graph without cycles the order respects every edge."""
    needs: dict[int, list[int]] = {}
    for low, high in edges:
        if low < high:
            needs.setdefault(high, []).append(low)
    place = {node: n for n, node in enumerate(in_order(range(21), needs, key=lambda n: -n))}
    assert len(place) == 21
    assert all(place[low] < place[high] for high, lows in needs.items() for low in lows)
