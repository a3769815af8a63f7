"""Literals as Python values: what they hold, or what is asked for."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgpack
import pytest
from flyteidl.core.literals_pb2 import Literal, LiteralOffloadedMetadata
from flytekit.types.file import FlyteFile
from google.protobuf.struct_pb2 import Struct
from pydantic import BaseModel

from reconciler.model import parse_type
from reconciler.remote.executions.native import to_python
from reconciler.remote.executions.values import to_literal


class Color(enum.Enum):
    RED = "red"


@dataclass
class Point:
    x: int
    y: float = 0.5
    near: "list[Point] | None" = None


@dataclass
class Report:
    file: FlyteFile


class Model(BaseModel):
    a: int


def literal(value: Any, kind: str) -> Literal:
    return to_literal(value, parse_type(kind), where="v")


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (1, "int", 1),
        (1, "float", 1.0),
        ("a", "str", "a"),
        (True, "bool", True),
        (NOON, "datetime", NOON),
        (timedelta(seconds=1.5), "duration", timedelta(seconds=1.5)),
        (None, "none", None),
        (None, "int | none", None),
        (3, "int | none", 3),
        ([1, 2], "list[int]", [1, 2]),
        ({"b": 1, "a": 2}, "dict[str, int]", {"a": 2, "b": 1}),
        ({"a": [1, None, 2.5]}, "struct", {"a": [1, None, 2.5]}),
        (b"\x00", "binary", b"\x00"),
        ("s3://b/k", "file", "s3://b/k"),
        ("s3://b/k", "dataset", "s3://b/k"),
        ({"failedNodeId": "n0", "message": "no"}, "error", "no"),
    ],
)
def test_a_literal_says_itself_what_it_is(value: Any, kind: str, expected: Any) -> None:
    """No type need be given."""
    found = to_python(literal(value, kind))

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "kind", "as_type", "expected"),
    [
        (3.0, "float", int, 3),
        (3, "int", float, 3.0),
        (NOON, "datetime", date, date(2026, 3, 1)),
        (NOON, "datetime", datetime, NOON),
        (3, "int", int | None, 3),
        (3, "int", int | str, 3),
        ("a", "str", int | str, "a"),
        (3, "int", float | int, 3),
        ([1, 2], "list[int]", list[float], [1.0, 2.0]),
        ([1, 2], "list[int]", tuple, (1, 2)),
        ([1, 1], "list[int]", set[int], {1}),
        ({"a": 1}, "dict[str, int]", dict[str, float], {"a": 1.0}),
        ("red", "enum[red]", Color, Color.RED),
        ("red", "str", Color, Color.RED),
        ("s3://b/k", "file", str, "s3://b/k"),
        ("a/b", "str", Path, Path("a/b")),
        ({"x": 1, "y": 2}, "struct", Point, Point(1, 2.0)),
        ({"x": 1, "new": 5}, "struct", Point, Point(1)),
        ({"x": 1, "near": [{"x": 2}]}, "struct", Point, Point(1, near=[Point(2)])),
        ({"a": 1}, "struct", Model, Model(a=1)),
        ({"a": 1}, "struct", dict, {"a": 1}),
        (1.5, "float", Any, 1.5),
    ],
    ids=str,
)
def test_a_type_can_be_asked_for(value: Any, kind: str, as_type: Any, expected: Any) -> None:
    """What fits without loss is made of it."""
    found = to_python(literal(value, kind), as_type)

    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "kind", "as_type", "message"),
    [
        (3.7, "float", int, "v: wanted int, and it is 3.7"),
        ("3", "str", int, "v: wanted int, and it is '3'"),
        (1, "int", bool, "wanted bool"),
        (True, "bool", int, "wanted int"),
        (1, "int", str, "wanted str"),
        ({"a": 1}, "dict[str, int]", list[int], "wanted"),
        ("blue", "str", Color, "wanted Color"),
        (["a"], "list[str]", list[int], r"v\[0\]: wanted int"),
        ({"y": 1}, "struct", Point, "x"),
        ({"a": "b"}, "struct", Model, "no Model"),
        (None, "none", int, "wanted int"),
        ("a", "str", int | bool, "wanted"),
    ],
    ids=str,
)
def test_what_cannot_be_made_of_it_is_said(
    value: Any, kind: str, as_type: Any, message: str
) -> None:
    """Nothing is rounded, parsed or guessed."""
    with pytest.raises(ValueError, match=message):
        to_python(literal(value, kind), as_type, where="v")


def test_a_structs_numbers_are_whole_again() -> None:
    """A protobuf Struct has only floats; a dataclass gets its ints back."""
    old = Literal()
    struct = Struct()
    struct.update({"x": 3, "y": 1.5, "near": [{"x": 4}]})
    old.scalar.generic.CopyFrom(struct)

    assert to_python(old) == {"x": 3, "y": 1.5, "near": [{"x": 4}]}
    assert to_python(old, Point) == Point(3, 1.5, [Point(4)])


def test_msgpack_is_read_wherever_it_stands() -> None:
    """A list, a number or a map with any keys in it."""
    some = Literal()
    some.scalar.binary.tag = "msgpack"
    for value in ([1, 2], 5, {1: "a"}):
        some.scalar.binary.value = msgpack.packb(value)
        assert to_python(some) == value


@pytest.mark.parametrize(
    "change",
    [
        lambda some: some.scalar.SetInParent(),
        lambda some: some.scalar.primitive.SetInParent(),
        lambda some: some.collection.literals.add(),
        lambda some: None,
    ],
)
def test_no_value_is_an_error(change: Callable[[Literal], None]) -> None:
    """Not None, which is a value."""
    some = Literal()
    change(some)
    with pytest.raises(ValueError, match="has no value"):
        to_python(some)


def test_what_was_offloaded_is_fetched() -> None:
    """Wherever it stands, and only if something can fetch."""
    large = literal([1, 2], "list[int]")
    some = Literal()
    some.map.literals["a"].offloaded_metadata.CopyFrom(LiteralOffloadedMetadata(uri="s3://b/k"))

    assert to_python(some, load=lambda uri: large) == {"a": [1, 2]}
    with pytest.raises(ValueError, match=r"lies at s3://b/k"):
        to_python(some)


def test_flytekits_types_are_made_by_flytekit() -> None:
    """A file that can be opened, where one is asked for."""
    found = to_python(literal("s3://b/k", "file"), FlyteFile)

    assert isinstance(found, FlyteFile)
    assert found.remote_source == "s3://b/k"
    report = to_python(literal({"file": {"path": "s3://b/k"}}, "struct"), Report)
    assert report.file.remote_source == "s3://b/k"
    with pytest.raises(ValueError, match="v:"):
        to_python(literal(5, "int"), FlyteFile, where="v")
