"""Masked values: hidden wherever they are, numbered, and revealed only by name."""

from typing import Any

import pytest

from reconciler.model import Change, Plan
from reconciler.report.masking import Masks, veiled
from tests.builders import a_project, an_update


def masked(*changes: Change, reveal: tuple[str, ...] = ()) -> tuple[Change, ...]:
    """The changes as a document has them."""
    plan = Plan((an_update(a_project(), a_project(), *changes),))
    return veiled(plan, Masks.of(plan, reveal), for_document=True).actions[0].changes


def test_one_value_has_one_number() -> None:
    """On both sides, in every change, alone or deep inside."""
    first, second, third = masked(
        Change("container.env[0].value", "a", "b"),
        Change("custom.key", "b", "c"),
        Change("container", None, {"env": [{"key": "K", "value": "a"}]}),
    )

    assert (first.before, first.after) == ("(sensitive value #1)", "(sensitive value #2)")
    assert (second.before, second.after) == ("(sensitive value #2)", "(sensitive value #3)")
    assert third.after == {"env": [{"key": "K", "value": "(sensitive value #1)"}]}
    assert all(change.sensitive for change in (first, second, third))


def test_numbers_given_before_are_not_given_again() -> None:
    """What was masked already keeps its number, and its meaning."""
    first, second = masked(
        Change("a", "(sensitive #1)", "(sensitive value #4)", sensitive=True),
        Change("custom.key", None, "x"),
    )

    assert (first.before, first.after) == ("(sensitive #1)", "(sensitive value #4)")
    assert second.after == "(sensitive value #5)"


@pytest.mark.parametrize(
    "path",
    [
        "container.env[0].value",
        "container.env[KEY].value",
        'container.env["a.b]c"].value',
        "k8sPod.podSpec.containers[main].env[KEY].value",
        "k8sPod.podSpec.containers[main].env[KEY].value.deeper[0]",
        "container.config[x].value",
        "config.x",
        "custom.a.b[0].c",
        "custom.a[name].b",
        "fixedInputs.literals.region.scalar",
        "fixedInputs.literals.region",
        "defaultInputs.parameters.region.default.scalar",
        "envs.values[KEY].value",
        "nodes[load].inputs[day].binding.scalar",
        "nodes[load].inputs[day].binding.collection.bindings[0].scalar",
        "notifications[0].email.recipientsEmail[1]",
    ],
)
def test_paths_that_tend_to_hold_secrets(path: str) -> None:
    """Items of lists by their position or by their name."""
    (change,) = masked(Change(path, "before", "after"))

    assert change.sensitive
    assert "before" not in str(change.before)
    assert "after" not in str(change.after)


@pytest.mark.parametrize(
    "path",
    [
        "container.image",
        "container.env[0].key",
        "container.resources.requests[CPU].value",
        "nodes[load].inputs[day].binding.promise.var",
        "entityMetadata.schedule.cronSchedule.schedule",
        "metadata.retries.retries",
    ],
)
def test_paths_that_do_not(path: str) -> None:
    """They are what a plan is read for."""
    change = Change(path, "before", "after")

    assert masked(change) == (change,)


@pytest.mark.parametrize(
    ("reveal", "shown"),
    [
        ("container.env[LEVEL].value", True),
        ("container.env[*].value", True),
        ("**.value", True),
        ("**", True),
        ("container.env[KEY].value", False),
        ("container.*", False),
        ("env[LEVEL].value", False),
    ],
)
def test_what_is_revealed_by_its_path(reveal: str, shown: bool) -> None:
    """One star for one name, two for any path; all of the path must match."""
    (change,) = masked(Change("container.env[LEVEL].value", "a", "b"), reveal=(reveal,))

    assert (change.before == "a") is shown
    assert change.sensitive is not shown


def test_what_is_revealed_is_so_deep_inside_as_well() -> None:
    """The path decides, wherever the change begins."""
    value: Any = {"env": {"[LEVEL]": {"value": "debug"}, "[KEY]": {"value": "x"}}}

    (change,) = masked(Change("container", None, value), reveal=("container.env[LEVEL].value",))

    assert change.after["env"]["[LEVEL]"] == {"value": "debug"}
    assert change.after["env"]["[KEY]"] == {"value": "(sensitive value #1)"}


def test_what_somebody_marked_is_never_revealed() -> None:
    """Whoever marked it meant it."""
    (change,) = masked(Change("a.b", "x", "y", sensitive=True), reveal=("**",))

    assert (change.before, change.after) == ("(sensitive value #1)", "(sensitive value #2)")
