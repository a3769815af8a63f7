"""Values by type, to literals and back: as flytekit has them, where it takes them at all."""

import dataclasses
import enum
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgpack
import pytest
from flyteidl.core.literals_pb2 import Literal
from flytekit.core.context_manager import FlyteContextManager
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import Literal as Model
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.compiler import castable, literal_type
from reconciler.remote.executions.native import to_python
from reconciler.remote.executions.values import to_literal


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    x: int
    y: float
    names: list[str]
    tags: dict[str, int]
    at: datetime
    color: Color
    perhaps: int | None = None


# Every datetime that both clocks of Python and of protobuf tell apart, and no other.
MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)
)
SPANS = st.timedeltas(min_value=timedelta(days=-9999), max_value=timedelta(days=9999))
INTS = st.integers(min_value=-(2**63), max_value=2**63 - 1)
FLOATS = st.floats(allow_nan=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PLAIN: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (int, INTS),
    (float, FLOATS),
    (str, TEXTS),
    (bool, st.booleans()),
    (datetime, MOMENTS),
    (timedelta, SPANS),
    (Color, st.sampled_from(Color)),
    (
        Point,
        st.builds(
            Point,
            x=INTS,
            y=FLOATS,
            names=st.lists(TEXTS, max_size=2),
            tags=st.dictionaries(TEXTS, INTS, max_size=2),
            at=MOMENTS,
            color=st.sampled_from(Color),
            perhaps=st.none() | INTS,
        ),
    ),
]


@st.composite
def typed_values(draw: st.DrawFn) -> tuple[Any, Any]:
    """A type that flytekit knows, and a value of it, up to three levels deep."""
    kind, values = draw(_typed(depth=3))
    return kind, draw(values)


def _typed(depth: int) -> st.SearchStrategy[tuple[Any, st.SearchStrategy[Any]]]:
    plain = st.sampled_from(PLAIN)
    if depth == 0:
        return plain
    inner = _typed(depth - 1)
    lists = inner.map(lambda one: (list[one[0]], st.lists(one[1], max_size=3)))  # type: ignore[valid-type]
    maps = inner.map(
        lambda one: (dict[str, one[0]], st.dictionaries(TEXTS, one[1], max_size=3))  # type: ignore[valid-type]
    )
    optional = plain.map(lambda one: (one[0] | None, st.none() | one[1]))
    return plain | lists | maps | optional


def comparable(literal: Literal) -> Any:
    """The same with structs unpacked, for their keys come in any order."""
    match literal.WhichOneof("value"):
        case "collection":
            return [comparable(one) for one in literal.collection.literals]
        case "map":
            return {key: comparable(one) for key, one in literal.map.literals.items()}
    match literal.scalar.WhichOneof("value"):
        case "union":
            union = literal.scalar.union
            return union.type.SerializeToString(deterministic=True), comparable(union.value)
        case "binary":
            return literal.scalar.binary.tag, msgpack.unpackb(literal.scalar.binary.value)
    return literal.SerializeToString(deterministic=True)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(typed_values())
def test_the_same_literals_and_the_same_values(typed: tuple[Any, Any]) -> None:
    """Ours is flytekit's literal, either reads the other's, and the value comes back whole."""
    kind, value = typed
    context = FlyteContextManager.current_context()
    model_type = TypeEngine.to_literal_type(kind)
    theirs = TypeEngine.to_literal(context, value, kind, model_type)
    their_literal = Literal.FromString(theirs.to_flyte_idl().SerializeToString())

    ours = to_literal(value, model_type.to_flyte_idl(), where="v")

    assert comparable(ours) == comparable(their_literal)
    taken = castable(literal_type(ours), model_type.to_flyte_idl())
    assert taken or _has_empty(value), "Admin would refuse it"
    assert to_python(ours, kind) == value
    assert to_python(their_literal, kind) == value
    read = TypeEngine.to_python_value(context, Model.from_flyte_idl(ours), kind)
    assert _same(read, value)


def _has_empty(value: Any) -> bool:
    """True if there is an empty list or map in it: beside a full one Admin refuses it."""
    if not isinstance(value, list | dict):
        return False
    items = value.values() if isinstance(value, dict) else value
    return not value or any(_has_empty(item) for item in items)


def _same(read: Any, value: Any) -> bool:
    """flytekit makes a dataclass of the class's fields, and an enum's member of its value."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return bool(dataclasses.asdict(read) == dataclasses.asdict(value))
    return bool(read == value)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1, float),
        ([1], list[float]),
        ("2026-03-01", datetime),
        ((1, 2), list[int]),
        ("1h", timedelta),
    ],
    ids=str,
)
def test_flytekit_reads_what_it_would_not_have_taken(value: Any, kind: Any) -> None:
    """A value that it refuses, made by us of the declared type, is one that it reads."""
    context = FlyteContextManager.current_context()
    declared = TypeEngine.to_literal_type(kind)
    with pytest.raises(Exception):  # noqa: B017 - flytekit has several, one for each type
        TypeEngine.to_literal(context, value, kind, declared)

    literal = to_literal(value, declared.to_flyte_idl(), where="v")

    found = TypeEngine.to_python_value(context, Model.from_flyte_idl(literal), kind)
    assert found == to_python(literal, kind)
