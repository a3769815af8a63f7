"""Which changes of inputs and outputs break a caller, and which callers there are."""

import pytest

from reconciler.model import Effect, InterfaceChange, Resource, Side
from tests.builders import a_launch_plan
from tests.plan.effects.runs import a_caller, a_plan_of, the_effect


def change(before: Resource, after: Resource) -> InterfaceChange:
    """The only difference of two interfaces."""
    (found,) = the_effect(before, after).interface
    return found


def one(**fields: object) -> Resource:
    return a_plan_of("v1", **fields)  # type: ignore[arg-type]


def two(**fields: object) -> Resource:
    return a_plan_of("v2", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "breaking", "why"),
    [
        (one(), two(required={"x": "int"}), True, "new and required"),
        (one(), two(defaults={"x": "a"}), False, "new, with a default"),
        (one(required={"x": "int"}), two(), True, "gone"),
        (
            one(defaults={"x": "a"}),
            two(fixed={"x": "a"}),
            True,
            "fixed now, so no caller may give it",
        ),
        (one(defaults={"x": "a"}), two(required={"x": "str"}), True, "required now"),
        (one(required={"x": "str"}), two(defaults={"x": "a"}), False, "has a default now"),
        (
            one(required={"x": "int"}),
            two(required={"x": "str"}),
            True,
            "what callers give does not fit",
        ),
        (
            one(required={"x": "int"}),
            two(required={"x": "int | none"}),
            False,
            "what callers give still fits",
        ),
    ],
)
def test_inputs(before: Resource, after: Resource, breaking: bool, why: str) -> None:
    """A caller that was right must not be wrong now."""
    found = change(before, after)

    assert (found.side, found.name) == (Side.INPUT, "x")
    assert (found.breaking, found.why) == (breaking, why)


@pytest.mark.parametrize(
    ("before", "after", "breaking"),
    [
        (one(), two(outputs={"x": "int"}), False),
        (one(outputs={"x": "int"}), two(), True),
        (one(outputs={"x": "int"}), two(outputs={"x": "str"}), True),
        (one(outputs={"x": "int | none"}), two(outputs={"x": "int"}), False),
    ],
)
def test_outputs(before: Resource, after: Resource, breaking: bool) -> None:
    """What is taken must be there, and fit where it goes."""
    found = change(before, after)

    assert (found.side, found.name, found.breaking) == (Side.OUTPUT, "x", breaking)


def test_types_are_said_in_words() -> None:
    """None where there is none."""
    found = change(one(required={"x": "list[int]"}), two())

    assert (found.before, found.after) == ("list[int]", None)


def test_another_default_is_no_change_of_the_interface() -> None:
    """It is one of the launch plan."""
    effect = the_effect(one(defaults={"x": "a"}), two(defaults={"x": "b"}))

    assert effect.interface == ()
    assert not effect.breaks


def broken(*, declared: tuple[Resource, ...] = (), users: tuple[Resource, ...] = ()) -> Effect:
    """An effect that takes input `day` and output `table` away and wants `region`."""
    before = one(required={"day": "str"}, outputs={"table": "str"})
    after = two(required={"region": "str"})
    return the_effect(before, after, declared=declared, users=users)


def test_who_is_pinned_to_another_version_goes_on_and_cannot_move() -> None:
    """With all that keeps it from it."""
    caller = a_caller(one(), gives={"day": "monday"}, takes=("table",))

    (found,) = broken(declared=(caller,)).consumers

    assert (found.id, found.in_set, found.version, found.breaks) == (caller.id, True, "v1", True)
    assert found.why == "node run: does not give region; gives day; takes table"


def test_who_starts_what_will_be_active_fits_already() -> None:
    """Its own compilation has said so."""
    caller = a_caller(two(), gives={"region": "eu"})

    assert broken(declared=(caller,)).consumers == ()


def test_who_fits_could_move() -> None:
    """And is named all the same."""
    caller = a_caller(one(), gives={"region": "eu"})

    (found,) = broken(declared=(caller,)).consumers

    assert (found.breaks, found.why) == (False, "fits")


def test_who_is_in_admin_only_is_told_as_such() -> None:
    """What the set declares counts as the set's."""
    caller = a_caller(one(), gives={"day": "monday"})

    (in_admin,) = broken(users=(caller,)).consumers
    (in_set,) = broken(users=(caller,), declared=(caller,)).consumers

    assert not in_admin.in_set
    assert in_set.in_set


def test_who_starts_something_else_is_nobody() -> None:
    """Another name is another launch plan."""
    other = a_caller(a_launch_plan("etl.weekly", "v1"), gives={"day": "monday"})

    assert broken(declared=(other,)).consumers == ()


def test_other_launch_plans_of_the_workflow_may_not_fit_it_any_more() -> None:
    """Of its former version; whoever moves along is not told."""
    old = a_plan_of("v1", name="old", defaults={"day": "x"}, schedule="0 6 * * *")
    fits = a_plan_of("v1", name="fits", required={"day": "str"})
    moves = a_plan_of("v2", name="moves", defaults={"gone": "x"})

    (found,) = broken(declared=(old, moves), users=(fits,)).consumers

    assert (found.id, found.version, found.breaks) == (old.id, "v1", True)
    assert found.why == "launch plan of workflow etl.daily: gives day; does not give region"


def test_a_type_that_no_longer_fits_is_a_fault_of_who_gives_it() -> None:
    """Not of who leaves it to its default."""
    giving = a_caller(one(), name="giving", gives={"day": "monday"})
    leaving = a_caller(one(), name="leaving")
    before, after = one(defaults={"day": "x"}), two(required={"day": "int"})

    consumers = the_effect(before, after, declared=(giving, leaving)).consumers

    assert [(one.id.name, one.why) for one in consumers] == [
        ("giving", "node run: gives day as str"),
        ("leaving", "node run: does not give day"),
    ]
