"""Values written in YAML, as flytekit and Admin will see them."""

import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

import pytest
from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import LiteralType
from flytekit.core.context_manager import FlyteContextManager
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import Literal as FlytekitLiteral
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile
from flytekit.types.structured import StructuredDataset
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.compiler import castable, literal_type
from reconciler.desired.literals import coerce
from reconciler.model import parse_type


class Colour(Enum):
    RED = "red"
    GREEN = "green"


@dataclass
class Inner:
    ratio: float
    tags: list[str] = field(default_factory=list)


@dataclass
class Config:
    name: str
    size: int
    inner: Inner
    limit: int | None = None


def flyte_type(python_type: Any) -> LiteralType:
    """The type of a task's input as flytekit registers it."""
    return TypeEngine.to_literal_type(python_type).to_flyte_idl()


def as_flytekit_reads(literal: Literal, python_type: Any) -> Any:
    """What a task with an input of this type gets."""
    context = FlyteContextManager.current_context()
    return TypeEngine.to_python_value(
        context, FlytekitLiteral.from_flyte_idl(literal), python_type
    )


READ_BACK = [
    (int, 5, 5),
    (float, 5, 5.0),
    (float, 0.1, 0.1),
    (str, "no", "no"),
    (bool, True, True),
    (datetime, "2024-01-31", datetime(2024, 1, 31, tzinfo=UTC)),
    (datetime, "2024-01-31T06:00:00+02:00", datetime(2024, 1, 31, 4, tzinfo=UTC)),
    (datetime, "2024-01-31 06:00", datetime(2024, 1, 31, 6, tzinfo=UTC)),
    (datetime, "2024-01-31T06:00:00.123456Z", datetime(2024, 1, 31, 6, 0, 0, 123456, tzinfo=UTC)),
    (datetime, datetime(2024, 1, 31, 6), datetime(2024, 1, 31, 6, tzinfo=UTC)),
    (datetime, date(2024, 1, 31), datetime(2024, 1, 31, tzinfo=UTC)),
    (timedelta, "1h30m", timedelta(hours=1, minutes=30)),
    (timedelta, "PT90S", timedelta(seconds=90)),
    (timedelta, timedelta(days=2), timedelta(days=2)),
    (type(None), None, None),
    (list[int], [1, 2], [1, 2]),
    (list[float], [1, 2.5], [1.0, 2.5]),
    (list[int], [], []),
    (list[list[str]], [["a"], []], [["a"], []]),
    (dict[str, float], {"a": 1}, {"a": 1.0}),
    (dict[str, list[int]], {"a": [1]}, {"a": [1]}),
    (dict, {"a": 1, "b": [1, {"c": None}]}, {"a": 1, "b": [1, {"c": None}]}),
    (Colour, "red", Colour.RED),
    (int | None, None, None),
    (int | None, 5, 5),
    (int | str, "5", "5"),
    (int | float, 5, 5),
    (int | float, 5.0, 5.0),
    (float | str, 5, 5.0),
    (str | Colour, "red", "red"),
    (str | datetime, "2024-01-31", "2024-01-31"),
    (int | list[int], [1], [1]),
    (list[int] | list[float], [1, 2], [1, 2]),
    (list[int] | list[float], [1, 2.5], [1.0, 2.5]),
    (dict[str, int] | None, {"a": 1}, {"a": 1}),
    (list[int | None], [1, None], [1, None]),
    (
        Config,
        {"name": "x", "size": 3, "inner": {"ratio": 0.5, "tags": ["a"]}},
        Config("x", 3, Inner(0.5, ["a"])),
    ),
    (
        list[Config],
        [{"name": "x", "size": 3, "inner": {"ratio": 1, "tags": []}, "limit": 7}],
        [Config("x", 3, Inner(1.0, []), 7)],
    ),
]


@pytest.mark.parametrize(("python_type", "value", "expected"), READ_BACK, ids=str)
def test_flytekit_reads_what_was_written(python_type: Any, value: Any, expected: Any) -> None:
    """A task gets the value that the manifest says, in the type that it declares."""
    literal = coerce(value, flyte_type(python_type), where="input x")

    assert as_flytekit_reads(literal, python_type) == expected
    assert type(as_flytekit_reads(literal, python_type)) is type(expected)


@pytest.mark.parametrize(("python_type", "value", "expected"), READ_BACK, ids=str)
def test_admin_takes_what_was_written(python_type: Any, value: Any, expected: Any) -> None:
    """The type that Admin infers from the literal is castable to the declared one."""
    declared = flyte_type(python_type)

    assert castable(literal_type(coerce(value, declared, where="x")), declared)


OURS = [
    ("file[csv] | none", "s3://b/k"),
    ("file | str", {"type": "file", "value": "s3://b/k"}),
    ("dataset[parquet]", {"uri": "s3://b/k", "format": "Parquet"}),
    ("schema", "s3://b/k"),
    ("binary", "AAEC"),
    ("struct | none", {"a": 1}),
    ("dict[str, list[enum[a, b]]]", {"x": ["a"]}),
    ("list[int | str]", [1, "a"]),
    ("list[list[int] | none]", [[1], None, []]),
    ("error", {"failedNodeId": "n0", "message": "m"}),
]


@pytest.mark.parametrize(("text", "value"), OURS, ids=str)
def test_admin_takes_what_the_type_language_declares(text: str, value: Any) -> None:
    """Files, datasets, structs and unions of them as well."""
    declared = parse_type(text)

    assert castable(literal_type(coerce(value, declared, where="x")), declared)


@pytest.mark.parametrize(
    "python_type", [FlyteFile, FlyteFile["csv"], FlyteDirectory, StructuredDataset]
)
def test_a_uri_is_a_file_directory_or_dataset(python_type: Any) -> None:
    """flytekit finds the URI, and for a file that no download has happened yet."""
    literal = coerce("s3://bucket/key", flyte_type(python_type), where="input x")
    read = as_flytekit_reads(literal, python_type)

    found = read.literal.uri if isinstance(read, StructuredDataset) else read.remote_source
    assert found == "s3://bucket/key"


def test_blobs_carry_the_declared_type() -> None:
    """Format and dimensionality come from the type; a mapping may add a format to one without."""
    csv = coerce("s3://b/k", parse_type("file[csv]"), where="x").scalar.blob
    folder = coerce("s3://b/k", parse_type("directory"), where="x").scalar.blob
    given_format = coerce(
        {"uri": "s3://b/k", "format": "parquet"}, parse_type("dataset"), where="x"
    ).scalar.structured_dataset

    assert csv.metadata.type.format == "csv"
    assert folder.metadata.type.dimensionality == 1
    assert given_format.metadata.structured_dataset_type.format == "parquet"


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.text()
        | st.floats(allow_nan=False),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=10,
    )
)
@settings(max_examples=100, derandomize=True, deadline=None)
def test_structs_come_back_whole(value: Any) -> None:
    """Whatever JSON a struct holds, flytekit's dict is the same, whole numbers included."""
    literal = coerce({"value": value}, flyte_type(dict), where="x")

    assert as_flytekit_reads(literal, dict) == {"value": value}


def test_a_union_carries_the_declared_variant_whole() -> None:
    """Tag and annotation of the variant are copied, since flytekit reads the value by the tag."""
    declared = flyte_type(int | dict)

    literal = coerce({"a": 1}, declared, where="x")

    assert literal.scalar.union.type == declared.union_type.variants[1]
    assert literal.scalar.union.type.structure.tag == "Typed Dict"


def test_our_own_unions_read_like_those_of_flytekit() -> None:
    """A union written in the type language carries the tags that flytekit looks for."""
    literal = coerce("5", parse_type("int | str | none"), where="x")

    assert as_flytekit_reads(literal, int | str | None) == "5"


def test_an_ambiguous_union_is_settled_by_naming_the_type() -> None:
    """`{type, value}` chooses among variants that take a value equally well."""
    declared = parse_type("file | directory")
    with pytest.raises(ValueError, match="could be any of file, directory; say"):
        coerce("s3://b/k", declared, where="x")

    literal = coerce({"type": "directory", "value": "s3://b/k"}, declared, where="x")

    assert literal.scalar.union.type.structure.tag == "FlyteDirectory"


def test_type_and_value_may_be_keys_of_a_map_too() -> None:
    """Only where `type` names a variant does the pair choose; else it is a map like any other."""
    literal = coerce({"type": "a", "value": "b"}, parse_type("dict[str, str] | none"), where="x")

    assert set(literal.scalar.union.value.map.literals) == {"type", "value"}


REFUSED = [
    ("int", "5", "x: expected int, found the text '5'"),
    ("int", 5.0, "x: expected int, found the number 5.0"),
    ("int", True, "x: expected int, found the truth value true"),
    ("int", 2**63, "x: 9223372036854775808 does not fit the 64 bits of an int"),
    ("float", "5", "x: expected float, found the text '5'"),
    ("float", 2**53 + 1, "x: no float is exactly 9007199254740993"),
    ("float", 10**400, "x: no float is exactly 1000"),
    ("str", 5, "x: expected str, found the number 5"),
    ("str", None, "x: expected str, found nothing"),
    ("bool", "true", "x: expected bool, found the text 'true'"),
    ("datetime", "yesterday", "x: 'yesterday' is no datetime; write for instance 2024-01-31"),
    ("datetime", "2024-02-30", "x: '2024-02-30' is no datetime: day is out of range for month"),
    ("datetime", "0001-01-01T00:00:00+01:00", "outside the years 1 to 9999"),
    ("datetime", 1700000000, "x: expected datetime, found the number 1700000000"),
    ("duration", 90, "x: expected duration, found the number 90"),
    ("duration", "90", "x: '90' is no duration; write for instance 90s"),
    ("none", 0, "x: expected none, found the number 0"),
    ("struct", [1], "x: expected struct, found a list"),
    ("struct", {"a": 2**64}, "x: cannot be packed as a struct"),
    ("binary", "not base64!", "x: binary is written in base64"),
    ("list[int]", 5, r"x: expected list\[int\], found the number 5"),
    ("list[int]", [1, "2"], r"x\[1\]: expected int, found the text '2'"),
    ("dict[str, list[int]]", {"a": [None]}, r"x\['a'\]\[0\]: expected int, found nothing"),
    ("enum[red, green]", "gren", r"x: 'gren' is none of red, green \(did you mean green\?\)"),
    ("enum[red, green]", 1, "x: expected enum"),
    ("file", "data.csv", "x: 'data.csv' is no URI of a file; write for instance s3://bucket/key"),
    ("file[csv]", {"uri": "s3://b/k", "format": "pdf"}, "expected the format csv, found pdf"),
    ("file", {"url": "s3://b/k"}, "expected a URI, or a mapping with uri and format"),
    ("int | str", None, r"x: expected int \| str, found nothing"),
    ("int | none", "5", "x: expected int, found the text '5'"),
    ("list[int] | list[str]", [], r"could be any of list\[int\], list\[str\]"),
]


@pytest.mark.parametrize(("text", "value", "message"), REFUSED, ids=str)
def test_what_does_not_fit_is_refused_with_its_place(text: str, value: Any, message: str) -> None:
    """The message names the place inside, what was expected and what was found."""
    with pytest.raises(ValueError, match=message):
        coerce(value, parse_type(text), where="x")


def test_a_dataclass_is_held_to_its_schema() -> None:
    """Admin would let it pass and the container would fail."""
    declared = flyte_type(Config)
    with pytest.raises(ValueError, match=r"x: 'inner' is a required property"):
        coerce({"name": "x", "size": 3}, declared, where="x")
    with pytest.raises(ValueError, match=r"x\['inner'\]\['ratio'\]: 'a' is not of type 'number'"):
        coerce({"name": "x", "size": 3, "inner": {"ratio": "a"}}, declared, where="x")


def test_a_schema_that_is_none_stops_nobody() -> None:
    """A type may carry any metadata; what cannot be read as a JSON schema is not enforced."""
    declared = parse_type("struct")
    declared.metadata.update({"type": "nonsense", "$ref": "http://127.0.0.1:1/schema"})

    assert coerce({"a": 1}, declared, where="x").scalar.binary.tag == "msgpack"


def test_pickles_are_refused_unless_they_exist() -> None:
    """A value of an unknown Python type is a pickle, which only Python can make."""
    declared = flyte_type(Any)
    with pytest.raises(ValueError, match="a pickled Python object cannot be written out"):
        coerce(5, declared, where="x")

    assert coerce({"uri": "s3://b/k"}, declared, where="x").scalar.blob.uri == "s3://b/k"


def test_infinities_and_nan_are_floats() -> None:
    """YAML has `.inf` and `.nan`, and so has Flyte."""
    assert coerce(math.inf, parse_type("float"), where="x").scalar.primitive.float_value > 1e308
    nan = coerce(math.nan, parse_type("float"), where="x").scalar.primitive.float_value
    assert math.isnan(nan)


def test_nanoseconds_survive() -> None:
    """Nine digits of a second are what a timestamp holds."""
    literal = coerce("1969-12-31T23:59:59.999999999Z", parse_type("datetime"), where="x")

    assert literal.scalar.primitive.datetime.seconds == -1
    assert literal.scalar.primitive.datetime.nanos == 999_999_999


def test_an_error_is_written_by_its_fields() -> None:
    """Failure nodes take one."""
    literal = coerce({"failedNodeId": "n0", "message": "m"}, parse_type("error"), where="x")

    assert literal.scalar.error.failed_node_id == "n0"
    with pytest.raises(ValueError, match="expected failedNodeId and message"):
        coerce({"node": "n0"}, parse_type("error"), where="x")
