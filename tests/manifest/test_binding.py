"""Where a node's input comes from, as YAML says it."""

from typing import Any

import pytest

from reconciler.manifest import Binding, Constant, ListBinding, MapBinding, Promise
from reconciler.manifest.models.binding import parse_binding, parse_promise


@pytest.mark.parametrize(
    ("text", "promise"),
    [
        ("inputs.day", Promise("", "day")),
        ("extract.rows", Promise("extract", "rows")),
        ("n-0_a.o0", Promise("n-0_a", "o0")),
        ("extract.rows[0]", Promise("extract", "rows", (0,))),
        ("extract.table.field", Promise("extract", "table", ("field",))),
        ("extract.table[12].a.b", Promise("extract", "table", (12, "a", "b"))),
        ("""inputs.map["a key.[0]"]['b']""", Promise("", "map", ("a key.[0]", "b"))),
        ("inputs.map.0", Promise("", "map", ("0",))),
    ],
)
def test_a_promise_names_node_output_and_path(text: str, promise: Promise) -> None:
    """`inputs` are the workflow's own; positions are numbers and keys are texts."""
    assert parse_promise(text) == promise


@pytest.mark.parametrize(
    "text",
    [
        "",
        "day",
        ".day",
        "inputs.",
        "inputs.day.",
        "a.b[",
        "a.b[]",
        "a.b[-1]",
        "a.b[x]",
        "a b.c",
        5,
    ],
)
def test_what_is_no_promise_is_refused(text: Any) -> None:
    """With two examples of what would be."""
    with pytest.raises(ValueError, match=r"such as inputs\.day, extract\.rows"):
        parse_promise(text)


@pytest.mark.parametrize(
    ("value", "binding"),
    [
        (5, Constant(5)),
        (None, Constant(None)),
        ([1, [2]], Constant([1, [2]])),
        ({"a": {"b": 1}}, Constant({"a": {"b": 1}})),
        ({"from": "a.b"}, Promise("a", "b")),
        ([1, {"from": "a.b"}], ListBinding((Constant(1), Promise("a", "b")))),
        (
            {"x": [{"from": "a.b"}], "y": {"z": 1}},
            MapBinding({"x": ListBinding((Promise("a", "b"),)), "y": Constant({"z": 1})}),
        ),
        # A map that merely has the key `value` is a literal like any other …
        ({"value": 5}, Constant({"value": 5})),
        ({"value": {"a": 1}}, Constant({"value": {"a": 1}})),
        # … and wraps one only where `from` would make more of it.
        ({"value": {"from": "a.b"}}, Constant({"from": "a.b"})),
        ({"value": {"a": [{"from": 1}]}}, Constant({"a": [{"from": 1}]})),
        ({"value": {"value": {"from": 1}}}, Constant({"value": {"from": 1}})),
        ([{"value": {"from": 1}}], ListBinding((Constant({"from": 1}),))),
        ({"value": [{"from": "a.b"}]}, MapBinding({"value": ListBinding((Promise("a", "b"),))})),
    ],
    ids=str,
)
def test_values_with_from_inside_are_bindings(value: Any, binding: Binding) -> None:
    """At any depth of lists and maps; all else is a literal as it stands."""
    assert parse_binding(value) == binding
