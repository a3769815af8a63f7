"""Captured values are named by what they are, in this process and in any other."""

import copy
import dataclasses
import enum
import functools
import re
from collections import OrderedDict, defaultdict
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.remote.register.fingerprint import Fingerprint

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
KEYS = st.integers() | st.text() | st.binary()
VALUES = st.recursive(
    PLAIN | st.binary() | st.frozensets(KEYS) | st.sets(KEYS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


class Color(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass
class Point:
    x: int
    rest: Any = None


def digest(value: Any) -> str:
    def function() -> Any:
        return value

    fingerprint = Fingerprint()
    fingerprint.add("task", type("Task", (), {"task_function": staticmethod(function)})())
    assert fingerprint.reasons == []
    return fingerprint.digest(b"")


def shown(value: Any) -> Any:
    """A value with the types of all that is in it, which Python's own equality overlooks."""
    if isinstance(value, list | tuple):
        return (type(value).__name__, [shown(one) for one in value])
    if isinstance(value, set | frozenset):
        return (type(value).__name__, sorted(repr(shown(one)) for one in value))
    if isinstance(value, dict):
        return ("dict", [(shown(key), shown(one)) for key, one in value.items()])
    return (type(value).__name__, repr(value))


@settings(derandomize=True, max_examples=60, deadline=None)
@given(VALUES)
def test_a_copy_is_the_same(value: Any) -> None:
    """Whatever objects it is made of."""
    assert digest(value) == digest(copy.deepcopy(value))


@settings(derandomize=True, max_examples=60, deadline=None)
@given(VALUES, VALUES)
def test_what_differs_is_not(one: Any, other: Any) -> None:
    """Types count as well as values: a list is no tuple, True is no 1."""
    assert (digest(one) == digest(other)) == (shown(one) == shown(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Point(1), Point(2)),
        (Point(1, Point(2)), Point(1, Point(3))),
        (Color.RED, Color.BLUE),
        (date(2026, 1, 1), date(2026, 1, 2)),
        (re.compile("a"), re.compile("b")),
        (functools.partial(int, base=2), functools.partial(int, base=8)),
        (OrderedDict(a=1), OrderedDict(a=2)),
        (defaultdict(list, a=[1]), defaultdict(list, a=[2])),
        (len, max),
        (Point, Color),
        (list[int], list[str]),
        (range(3), range(4)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_objects_are_what_would_be_pickled_of_them(one: Any, other: Any) -> None:
    """Of classes of the user's own, of the library's, and classes themselves."""
    assert digest(one) == digest(copy.deepcopy(one))
    assert digest(one) != digest(other)


def test_arrays_are_their_numbers() -> None:
    """Not where they lie."""
    numpy = pytest.importorskip("numpy")

    assert digest(numpy.arange(5)) == digest(numpy.arange(5))
    assert digest(numpy.arange(5)) != digest(numpy.arange(5.0))


def test_circles_end() -> None:
    """A list that holds itself, and two objects that hold each other."""
    circle: list[Any] = [1]
    circle.append(circle)
    one, other = Point(1), Point(2)
    one.rest, other.rest = other, one

    assert digest(circle) == digest(copy.deepcopy(circle))
    assert digest(one) == digest(copy.deepcopy(one))


def test_what_is_too_deep_goes_by_its_bytes() -> None:
    """Rather than to fail."""
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]

    def function() -> Any:
        return deep

    fingerprint = Fingerprint()
    fingerprint.add("task", type("Task", (), {"task_function": staticmethod(function)})())

    assert fingerprint.reasons == ["task: is nested too deeply"]
    assert fingerprint.digest(b"one") != fingerprint.digest(b"other")
