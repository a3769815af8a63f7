"""Inputs of launch plans: what is valid here is what the embedded Admin takes, and nothing else.

Admin tells the type of a value from the value alone, so that some that were taken by the declared
type do not fit it any more: those are told before Admin is asked.
"""

from typing import Any

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.core.interface_pb2 import TypedInterface
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.desired.literals import coerce
from reconciler.desired.refusals import Refusal, launch_plan_refusals
from reconciler.model import Severity, parse_type
from reconciler.sandbox.errors import Refusal as AdminRefusal
from reconciler.sandbox.launch_plan_checks import check_spec

Typed = tuple[str, st.SearchStrategy[Any]]
SIMPLE: list[Typed] = [
    ("int", st.integers(-9, 9)),
    ("float", st.integers(-9, 9)),
    ("str", st.text("ab", max_size=2)),
    ("bool", st.booleans()),
    ("datetime", st.just("2024-01-31")),
    ("duration", st.just("1h")),
    ("enum[a, b]", st.sampled_from("ab")),
    ("struct", st.just({"a": 1})),
    ("file[csv]", st.just("s3://b/k")),
    ("directory", st.just("s3://b/k")),
    ("dataset[parquet]", st.just("s3://b/k")),
    ("int | none", st.none() | st.just(1)),
    ("int | str | none", st.none() | st.just(1) | st.just("a")),
    ("file | none", st.none() | st.just("s3://b/k")),
]


def lists_of(typed: Typed) -> Typed:
    name, values = typed
    return f"list[{name}]", st.lists(values, max_size=3)


def maps_of(typed: Typed) -> Typed:
    name, values = typed
    return f"dict[str, {name}]", st.dictionaries(st.sampled_from("ab"), values, max_size=2)


ANY_TYPE: st.SearchStrategy[Typed] = st.recursive(
    st.sampled_from(SIMPLE),
    lambda inner: inner.map(lists_of) | inner.map(maps_of),
    max_leaves=3,
)


def specs(type: str, value: Any) -> tuple[TypedInterface, list[LaunchPlanSpec]]:
    """The value as a default, and as a fixed input."""
    interface, default, fixed = TypedInterface(), LaunchPlanSpec(), LaunchPlanSpec()
    interface.inputs.variables["x"].type.CopyFrom(parse_type(type))
    literal = coerce(value, parse_type(type), where="x")
    parameter = default.default_inputs.parameters["x"]
    parameter.var.CopyFrom(interface.inputs.variables["x"])
    parameter.default.CopyFrom(literal)
    fixed.fixed_inputs.literals["x"].CopyFrom(literal)
    return interface, [default, fixed]


def told(spec: LaunchPlanSpec, interface: TypedInterface) -> list[Refusal]:
    return [one for one in launch_plan_refusals(spec, interface) if one.severity is Severity.ERROR]


def admin_refuses(spec: LaunchPlanSpec, interface: TypedInterface) -> bool:
    copy = LaunchPlanSpec()
    copy.CopyFrom(spec)
    try:
        check_spec(copy, interface, artifacts=False)
    except AdminRefusal:
        return True
    return False


@settings(max_examples=250, derandomize=True, deadline=None)
@given(st.data())
def test_what_is_valid_is_what_admin_takes(data: st.DataObject) -> None:
    """Any value of any type, as a default and fixed."""
    type, values = data.draw(ANY_TYPE)
    interface, some = specs(type, data.draw(values))

    for spec in some:
        assert bool(told(spec, interface)) == admin_refuses(spec, interface)


@pytest.mark.parametrize(
    ("type", "value", "hint"),
    [
        ("list[dict[str, int]]", [{}, {"a": 1}], "write no empty maps beside others"),
        ("dict[str, dict[str, int]]", {"a": {}, "b": {"c": 1}}, "write no empty maps"),
        ("list[list[dict[str, int]]]", [[{}], [{"a": 1}]], "write no empty maps"),
    ],
)
def test_values_that_do_not_show_their_type_are_told(type: str, value: Any, hint: str) -> None:
    """With what it is about them; as a default and fixed alike."""
    interface, some = specs(type, value)

    for spec, key in zip(some, ("inputs", "fixedInputs"), strict=True):
        (refusal,) = told(spec, interface)
        assert refusal.code == "wrong-type"
        assert refusal.path == (key, "x")
        assert hint in refusal.hint
        assert admin_refuses(spec, interface)


def test_a_value_that_is_nothing_is_told() -> None:
    """Packages may hold any message, so also one without a value."""
    interface, (default, _) = specs("int", 1)
    default.default_inputs.parameters["x"].default.Clear()
    default.default_inputs.parameters["x"].default.SetInParent()

    (refusal,) = told(default, interface)
    assert "cannot tell of what type" in refusal.message
    assert admin_refuses(default, interface)
