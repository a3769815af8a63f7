"""The text about two different specs reads as Admin's."""

import pytest
from flyteidl.admin import launch_plan_pb2
from flyteidl.core import compiler_pb2, tasks_pb2
from google.protobuf import json_format

from reconciler.sandbox.diff import difference, go_float


def task(**template: object) -> compiler_pb2.CompiledTask:
    """A compiled task with these fields."""
    return json_format.ParseDict({"template": template}, compiler_pb2.CompiledTask())


def test_names_paths_by_go_types() -> None:
    """Oneofs stand under the names of their Go types, enums are numbers."""
    before = task(container={"image": "a"}, metadata={"runtime": {"type": "FLYTE_SDK"}})
    after = task(container={"image": "b"}, metadata={"runtime": {}})

    assert difference(before, after) == (
        "/template/Target/Container/image:\n\t- a \n\t+ b\n"
        "/template/metadata/runtime/type:\n\t- 1 \n\t+ <nil>"
    )


def test_shows_what_appears_and_vanishes_as_nil() -> None:
    """A side that has nothing prints <nil>, a message prints as a Go map."""
    text = difference(task(type="x"), task(type="x", k8s_pod={"pod_spec": {"a": [1, True]}}))

    assert text == ("/template/Target:\n\t- <nil> \n\t+ map[K8SPod:map[pod_spec:map[a:[1 true]]]]")


def test_a_list_that_only_grew_gives_no_line() -> None:
    """Removal and addition have different paths, so neither is common to both directions."""
    one, two = task(container={"args": ["a"]}), task(container={"args": ["a", "b"]})

    assert difference(one, two) == ""
    assert difference(two, one) == ""


def test_keys_are_escaped_as_in_json_pointers() -> None:
    """A slash in a key is ~1, a tilde ~0."""
    text = difference(task(config={"a/b~": "1"}), task(config={"a/b~": "2"}))

    assert text.startswith("/template/config/a~1b~0:")


def test_not_a_number_empties_the_text() -> None:
    """JSON cannot say NaN, so nothing is said at all."""
    before, after = tasks_pb2.TaskTemplate(type="a"), tasks_pb2.TaskTemplate(type="b")
    after.custom.fields["n"].number_value = float("nan")

    assert difference(before, after) == ""


def test_times_show_seconds_and_nanos() -> None:
    """Times are plain structs to Go's encoder."""
    one, two = launch_plan_pb2.LaunchPlanSpec(), launch_plan_pb2.LaunchPlanSpec()
    literal = one.fixed_inputs.literals["t"].scalar.primitive
    literal.duration.seconds = 90
    two.fixed_inputs.literals["t"].scalar.primitive.duration.seconds = 1_000_000

    assert difference(one, two).endswith("Duration/seconds:\n\t- 90 \n\t+ 1e+06")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (123456.0, "123456"),
        (1e6, "1e+06"),
        (123456789012345680.0, "1.2345678901234568e+17"),
        (0.0001, "0.0001"),
        (0.00001234, "1.234e-05"),
        (1.5, "1.5"),
        (-2.25, "-2.25"),
        (5e-324, "5e-324"),
    ],
)
def test_numbers_print_as_go_prints_them(number: float, text: str) -> None:
    """An exponent below 1e-4 and from 1e6 on, two digits at least."""
    assert go_float(number) == text
