"""Fields that differ, named by their paths."""

from typing import Any

from deepdiff import DeepDiff
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import Change
from reconciler.plan.compare import differences

KEYS = st.sampled_from(["a", "b", "c", "[d]"])
JSON = st.recursive(
    st.one_of(st.booleans(), st.integers(0, 2), st.sampled_from(["x", "y", ""]), st.just(1.0)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)


def test_paths_are_dots_positions_and_names() -> None:
    """A key in brackets is the name of a list's item."""
    before = {"nodes": {"[load]": {"args": ["a", "b"]}}, "x": 1}
    after = {"nodes": {"[load]": {"args": ["a", "c"]}, "[new]": {}}}

    assert differences(before, after) == (
        Change("nodes[load].args[1]", "b", "c"),
        Change("nodes[new]", None, {}),
        Change("x", 1, None),
    )


def test_true_is_not_one() -> None:
    """Although Python says so; 1 and 1.0 are one number."""
    assert differences({"a": True, "b": 1, "c": "x"}, {"a": 1, "b": 1.0, "c": "y"}) == (
        Change("a", True, 1),
        Change("c", "x", "y"),
    )


def test_another_shape_is_one_difference() -> None:
    """Of the whole value."""
    assert differences({"a": {"b": 1}}, {"a": [1]}) == (Change("a", {"b": 1}, [1]),)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.dictionaries(KEYS, JSON, max_size=4), st.dictionaries(KEYS, JSON, max_size=4))
def test_nothing_is_left_out_and_nothing_made_up(before: Any, after: Any) -> None:
    """What is told makes one of the other; equal things tell nothing."""
    found = differences(before, after)

    same = not DeepDiff(before, after, ignore_numeric_type_changes=True)
    assert bool(found) is not same
    assert [change.path for change in found] == sorted({change.path for change in found})
    assert differences(before, before) == ()
    mirrored = differences(after, before)
    if not any("[" in change.path for change in found):
        # Within lists an insertion and a removal are told differently.
        assert [(c.path, c.after, c.before) for c in mirrored] == [
            (c.path, c.before, c.after) for c in found
        ]
