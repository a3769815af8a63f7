"""Any value of any type that flytekit registers is what its own type engine reads back.

`test_literals` shows each type; here they are put into each other as deep as people do.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

import pytest
from flytekit.core.type_engine import TypeEngine
from flytekit.models.types import LiteralType as FlytekitType
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile
from flytekit.types.schema import FlyteSchema
from flytekit.types.structured import StructuredDataset
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from reconciler.compiler import castable, literal_type
from reconciler.desired.literals import coerce
from reconciler.model import parse_type
from tests.desired.test_literals import Colour, Config, Inner, as_flytekit_reads, flyte_type


@dataclass
class Point:
    x: int


@dataclass
class Label:
    text: str


@dataclass
class Everything:
    """A dataclass of what dataclasses are made of."""

    when: datetime
    pause: timedelta
    colour: Colour
    near: dict[str, Inner]
    maybe: Point | None = None
    names: list[str] = field(default_factory=list)


class Settings(BaseModel):
    """What people who like pydantic write."""

    size: int
    ratios: list[float] = []
    limit: float | None = None


class Job(BaseModel):
    settings: Settings
    start: datetime


# A type, what a manifest says, what the task gets.
CASES: list[tuple[Any, Any, Any]] = [
    (date, "2024-01-31", date(2024, 1, 31)),
    (date | None, "2024-01-31", date(2024, 1, 31)),
    (
        Everything,
        {
            "when": "2024-01-31T06:00:00Z",
            "pause": 90,
            "colour": "red",
            "near": {"a": {"ratio": 1, "tags": ["b"]}},
            "maybe": {"x": 1},
        },
        Everything(
            datetime(2024, 1, 31, 6, tzinfo=UTC),
            timedelta(seconds=90),
            Colour.RED,
            {"a": Inner(1.0, ["b"])},
            Point(1),
        ),
    ),
    (Config | None, None, None),
    (Point | None, {"x": 1}, Point(1)),
    (Point | Label, {"x": 1}, Point(1)),
    (Point | Label, {"text": "a"}, Label("a")),
    (Point | list[Point], [{"x": 1}, {"x": 2}], [Point(1), Point(2)]),
    (dict[str, dict[str, Point]], {"a": {"b": {"x": 1}}}, {"a": {"b": Point(1)}}),
    (Settings, {"size": 1}, Settings(size=1)),
    (
        Job,
        {"settings": {"size": 1, "ratios": [1, 2.5]}, "start": "2024-01-31T06:00:00Z"},
        Job(
            settings=Settings(size=1, ratios=[1.0, 2.5]),
            start=datetime(2024, 1, 31, 6, tzinfo=UTC),
        ),
    ),
    (Settings | None, {"size": 1, "limit": 0.5}, Settings(size=1, limit=0.5)),
    (list[Colour], ["red", "green"], [Colour.RED, Colour.GREEN]),
    (dict[str, Colour], {"a": "red"}, {"a": Colour.RED}),
    (Colour | None, "green", Colour.GREEN),
    (Colour | int, "red", Colour.RED),
    (list[datetime], ["2024-01-31"], [datetime(2024, 1, 31, tzinfo=UTC)]),
    (timedelta | None, "1h", timedelta(hours=1)),
    (list[int] | dict[str, int], {}, {}),
    (list[int] | dict[str, int], [], []),
    (
        dict[str, int | list[str | None]],
        {"a": 1, "b": [None, "x"]},
        {"a": 1, "b": [None, "x"]},
    ),
]


@pytest.mark.parametrize(("python_type", "value", "expected"), CASES, ids=str)
def test_flytekit_reads_what_was_written(python_type: Any, value: Any, expected: Any) -> None:
    """Dataclasses, models of pydantic, enums and times, inside of whatever holds them."""
    declared = flyte_type(python_type)
    literal = coerce(value, declared, where="x")

    assert as_flytekit_reads(literal, python_type) == expected
    assert castable(literal_type(literal), declared)


CSV, TXT = (FlyteFile.__class_getitem__(format) for format in ("csv", "txt"))
FILES: list[tuple[Any, Any, str]] = [
    (FlyteFile | None, "s3://b/k", "FlyteFilePath"),
    (FlyteDirectory | None, "s3://b/k", "FlyteDirectory"),
    (
        FlyteFile | FlyteDirectory,
        {"type": "directory", "value": "s3://b/k"},
        "FlyteDirectory",
    ),
    (
        CSV | TXT,
        {"type": "file[txt]", "value": "s3://b/k"},
        "FlyteFilePath",
    ),
    (
        CSV | TXT,
        {"uri": "s3://b/k", "format": "txt"},
        "FlyteFilePath",
    ),
    (StructuredDataset | None, "s3://b/k", "StructuredDataset Transformer"),
    (FlyteSchema | None, "s3://b/k", "FlyteSchema Transformer"),
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("python_type", "value", "tag"), FILES, ids=str)
def test_places_of_data_are_found_in_unions(python_type: Any, value: Any, tag: str) -> None:
    """flytekit finds the variant by its tag, and the address in it."""
    declared = flyte_type(python_type)
    literal = coerce(value, declared, where="x")
    read = as_flytekit_reads(literal, python_type)

    assert literal.scalar.union.type.structure.tag == tag
    assert "s3://b/k" in str(literal.scalar.union.value)
    assert read is not None
    assert castable(literal_type(literal), declared)


def test_lists_of_files_are_files() -> None:
    """Each with the address that was written."""
    literal = coerce(["s3://b/1", "s3://b/2"], flyte_type(list[FlyteFile]), where="x")

    read = as_flytekit_reads(literal, list[FlyteFile])
    assert [one.remote_source for one in read] == ["s3://b/1", "s3://b/2"]


def test_a_dataset_has_its_columns_and_format() -> None:
    """Those of the declared type, as flytekit finds them."""
    declared = parse_type("dataset[parquet](day: datetime, t: float)")
    literal = coerce("s3://b/k", declared, where="x")

    read = as_flytekit_reads(literal, StructuredDataset)
    assert read.metadata.structured_dataset_type.format == "parquet"
    columns = read.metadata.structured_dataset_type.columns
    assert [(one.name, one.literal_type.simple) for one in columns] == [("day", 5), ("t", 2)]


def test_a_mapping_that_is_no_dataclass_says_which() -> None:
    """Where a map of anything would do as well."""
    declared = flyte_type(Point | dict)
    with pytest.raises(ValueError, match="could be any of struct"):
        coerce({"x": 1}, declared, where="x")

    chosen = coerce({"type": "struct(Point)", "value": {"x": 1}}, declared, where="x")
    assert as_flytekit_reads(chosen, Point | dict) == Point(1)


# Types that tell their values apart by themselves, so that any of them may share a union.
SIMPLE: list[tuple[Any, st.SearchStrategy[tuple[Any, Any]]]] = [
    (int, st.integers(-(2**63), 2**63 - 1).map(lambda one: (one, one))),
    (str, st.text(max_size=5).map(lambda one: (one, one))),
    (bool, st.booleans().map(lambda one: (one, one))),
    (type(None), st.just((None, None))),
]
OTHERS: list[tuple[Any, st.SearchStrategy[tuple[Any, Any]]]] = [
    (float, st.floats(allow_nan=False).map(lambda one: (one, one))),
    (float, st.integers(-(2**53), 2**53).map(lambda one: (one, float(one)))),
    (
        datetime,
        st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)).map(
            lambda one: (one.isoformat(), one)
        ),
    ),
    (
        timedelta,
        st.integers(0, 10**12).map(lambda one: (f"{one}us", timedelta(microseconds=one))),
    ),
    (Colour, st.sampled_from(list(Colour)).map(lambda one: (one.value, one))),
    (Point, st.integers(-9, 9).map(lambda one: ({"x": one}, Point(one)))),
]
Typed = tuple[Any, st.SearchStrategy[tuple[Any, Any]]]


def lists_of(typed: Typed) -> Typed:
    inner, values = typed
    pairs = st.lists(values, max_size=3)
    several = pairs.map(lambda some: ([one for one, _ in some], [one for _, one in some]))
    return list.__class_getitem__(inner), several


def maps_of(typed: Typed) -> Typed:
    inner, values = typed
    pairs = st.dictionaries(st.text(max_size=3), values, max_size=3)
    named = pairs.map(
        lambda some: (
            {key: one for key, (one, _) in some.items()},
            {key: one for key, (_, one) in some.items()},
        )
    )
    return dict.__class_getitem__((str, inner)), named


def unions_of(some: list[Typed]) -> Typed:
    return reduce(or_, (one for one, _ in some)), st.one_of([values for _, values in some])


ANY_TYPE: st.SearchStrategy[Typed] = st.recursive(
    st.sampled_from([*SIMPLE, *OTHERS])
    | st.lists(st.sampled_from(SIMPLE), min_size=2, max_size=3, unique_by=id).map(unions_of),
    lambda inner: inner.map(lists_of) | inner.map(maps_of),
    max_leaves=4,
)


@settings(max_examples=250, derandomize=True, deadline=None)
@given(st.data())
def test_any_value_comes_back(data: st.DataObject) -> None:
    """Lists and maps of each other, of unions, dataclasses, enums, times and numbers."""
    python_type, values = data.draw(ANY_TYPE)
    written, expected = data.draw(values)
    declared = flyte_type(python_type)

    literal = coerce(written, declared, where="x")

    assert as_flytekit_reads(literal, python_type) == expected


GUESSED: list[tuple[str, Any, Any]] = [
    ("int", 5, 5),
    ("float", 5, 5.0),
    ("datetime", "2024-01-31", datetime(2024, 1, 31, tzinfo=UTC)),
    ("duration", "1h", timedelta(hours=1)),
    ("none", None, None),
    ("struct", {"a": 1}, {"a": 1}),
    ("list[dict[str, int | none]]", [{"a": None}, {"b": 1}], [{"a": None}, {"b": 1}]),
    ("int | str", "5", "5"),
    ("datetime | duration | none", "1h", timedelta(hours=1)),
    ("struct | none", {"a": 1}, {"a": 1}),
]


@pytest.mark.parametrize(("text", "value", "expected"), GUESSED)
def test_flytekit_guesses_what_the_language_says(text: str, value: Any, expected: Any) -> None:
    """Where there is no Python code to ask, as when a remote launch plan is started."""
    declared = parse_type(text)
    guessed = TypeEngine.guess_python_type(FlytekitType.from_flyte_idl(declared))

    assert as_flytekit_reads(coerce(value, declared, where="x"), guessed) == expected


def test_flytekit_guesses_enums_by_their_words() -> None:
    """An enum of its own making, with the words as values."""
    declared = parse_type("list[enum[a, b]]")
    guessed = TypeEngine.guess_python_type(FlytekitType.from_flyte_idl(declared))

    read = as_flytekit_reads(coerce(["b", "a"], declared, where="x"), guessed)
    assert [one.value for one in read] == ["b", "a"]
