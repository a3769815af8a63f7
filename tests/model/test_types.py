"""The type language: what parses, what it means to flytekit and Admin, how types are told."""

import time
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import pytest
from flyteidl.core.types_pb2 import BlobType, LiteralType, SimpleType
from flytekit.core.type_engine import TypeEngine
from flytekit.types.directory import FlyteDirectory
from flytekit.types.error import FlyteError
from flytekit.types.file import FlyteFile
from flytekit.types.schema import FlyteSchema
from flytekit.types.structured import StructuredDataset
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import TypeSyntaxError, describe, describe_value, parse_type, type_from_proto


class Colour(Enum):
    RED = "red"
    GREEN = "dark green"


SAME_AS_FLYTEKIT = [
    ("int", int),
    ("float", float),
    ("str", str),
    ("bool", bool),
    ("datetime", datetime),
    ("duration", timedelta),
    ("none", type(None)),
    ("list[list[int]]", list[list[int]]),
    ("dict[str, float]", dict[str, float]),
    ("int | str | none", int | str | None),
    ("list[int] | dict[str, int]", list[int] | dict[str, int]),
    ("datetime | duration | bool | float", datetime | timedelta | bool | float),
    ("file | directory", FlyteFile | FlyteDirectory),
    ("file[csv] | none", FlyteFile["csv"] | None),
    ("dataset | schema", StructuredDataset | FlyteSchema),
    ('enum[red, "dark green"]', Colour),
    ('enum[red, "dark green"] | none', Colour | None),
    ("error | none", FlyteError | None),
    ("file", FlyteFile),
    ("file[csv]", FlyteFile["csv"]),
    ("directory", FlyteDirectory),
    ("dataset", StructuredDataset),
    ("schema", FlyteSchema),
]


@pytest.mark.parametrize(("text", "python_type"), SAME_AS_FLYTEKIT, ids=str)
def test_types_are_those_that_flytekit_registers(text: str, python_type: Any) -> None:
    """The same message, tags of unions included, so hand-written and Python tasks fit."""
    assert parse_type(text) == TypeEngine.to_literal_type(python_type).to_flyte_idl()


def test_a_struct_in_a_union_is_tagged_like_a_dict_of_flytekit() -> None:
    """flytekit annotates its dict besides, which neither it nor Admin compares."""
    ours = parse_type("struct | none").union_type.variants[0]
    theirs = TypeEngine.to_literal_type(dict | None).to_flyte_idl().union_type.variants[0]

    theirs.ClearField("annotation")
    assert ours == theirs


def texts() -> st.SearchStrategy[str]:
    """Canonical spellings of the language, nested; unions only where they are read as one."""
    plain = st.one_of(
        st.sampled_from(["int", "float", "str", "bool", "datetime", "duration", "struct"]),
        st.sampled_from(["binary", "error", "file", "directory", "dataset", "schema"]),
        st.sampled_from(["file[csv]", "directory[x]", "dataset[parquet]", "enum[a]"]),
        st.sampled_from(["schema(a: int, b: float)", 'dataset("a: b": list[str])']),
    )
    quoted = st.lists(st.text(min_size=1), min_size=1, max_size=3, unique=True).map(
        lambda values: describe(LiteralType(enum_type={"values": values}))
    )

    def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return (
            inner.map("list[{}]".format)
            | inner.map("dict[str, {}]".format)
            | inner.map("dataset[x](a: {}, b: str)".format)
            | st.lists(inner, min_size=2, max_size=3, unique=True).map(
                lambda several: f"list[{' | '.join(several)}]"
            )
        )

    return st.recursive(plain | quoted, nested, max_leaves=5)


@given(texts())
@settings(max_examples=200, derandomize=True, deadline=None)
def test_describing_gives_back_what_was_parsed(text: str) -> None:
    """The canonical text of a type is its own description, quoted values included."""
    assert describe(parse_type(text)) == text


@given(st.text(alphabet="intlsdrschema[](),:| \"'\\x0é", max_size=20))
@settings(max_examples=300, derandomize=True, deadline=None)
def test_any_text_is_a_type_or_a_syntax_error(text: str) -> None:
    """Whatever is written, the answer is a type or a place in the text."""
    try:
        position = 0 if parse_type(text) else -1
    except TypeSyntaxError as error:
        position = error.position

    assert 0 <= position <= len(text)


def test_blanks_do_not_matter() -> None:
    """Between the words."""
    assert parse_type(" dict [ str , int|none ] ") == parse_type("dict[str, int | none]")


def test_columns_stand_in_parentheses() -> None:
    """With or without a format; elsewhere parentheses and colons are letters like others."""
    dataset = parse_type("dataset[parquet](a: int, 'b c': list[str])").structured_dataset_type
    schema = parse_type("schema(a: duration)").schema

    assert (dataset.format, [column.name for column in dataset.columns]) == (
        "parquet",
        ["a", "b c"],
    )
    assert dataset.columns[1].literal_type == parse_type("list[str]")
    assert schema.columns[0].type == 5
    assert list(
        parse_type("dataset(a: int) | enum[a:b, c(d)]").union_type.variants[1].enum_type.values
    ) == ["a:b", "c(d)"]


def test_each_call_gives_a_message_of_its_own() -> None:
    """A caller may change what it gets."""
    parse_type("int").simple = SimpleType.STRING

    assert parse_type("int").simple == SimpleType.INTEGER


REFUSED = [
    ("", "^expected a type, found nothing more$"),
    ("strng", r"^unknown type 'strng' \(did you mean str\?\)$"),
    ("list[strng]", r"unknown type 'strng' \(did you mean str\?\) at character 6 of 'list"),
    ("Integer", r"did you mean int\?"),
    ("Optional", r"did you mean … \| none\?"),
    ("zzz", "there are int, float, str"),
    ("list", r"expected list\[…\] around the type of its items, found nothing more"),
    ("list[int", "expected `]`, found nothing more at character 9"),
    ("list[int]]", r"expected the end, or `\|` and another type, found `]` at character 10"),
    ("int str", "found `str` at character 5"),
    ("dict[int, str]", "expected str, the only type of key there is, found `int`"),
    ("dict[str]", "expected `,`, found `]`"),
    ("int |", "expected a type, found nothing more"),
    ("int | int", "int stands twice in the union"),
    ("enum[]", "expected a value of the enum, found `]`"),
    ("enum[a, a]", "'a' stands twice in the enum"),
    ('enum["\\q"]', "unreadable text in quotes"),
    ("file[]", "expected a format such as csv"),
    ("dataset()", "expected the name of a column, found `\\)`"),
    ("dataset(a)", "expected `:` and the type of the column, found `\\)`"),
    ("dataset(a: int", "expected `,` or `\\)`, found nothing more"),
    ("dataset(a: int, a: str)", "the column 'a' stands twice"),
    ("schema(a: list[int])", "a column of a schema is one of int, float, str"),
    ("list[" * 50 + "int" + "]" * 50, "nested deeper than 32 levels"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_is_no_type_is_told_with_its_place(text: str, message: str) -> None:
    """The message says what was expected where, and the nearest word."""
    with pytest.raises(TypeSyntaxError, match=message):
        parse_type(text)


def test_a_type_can_be_given_as_protobuf_json() -> None:
    """What the language has no words for."""
    found = type_from_proto({"simple": "STRUCT", "metadata": {"title": "Config"}})

    assert found.simple == SimpleType.STRUCT
    assert describe(found) == "struct(Config)"


@pytest.mark.parametrize(
    ("value", "message"),
    [({}, "names no type"), ({"simpel": "STRUCT"}, "simpel"), ({"simple": []}, "LiteralType")],
)
def test_protobuf_json_that_is_no_type_is_refused(value: Any, message: str) -> None:
    """An empty one too, for Admin would take it and nothing could be bound to it."""
    with pytest.raises(ValueError, match=message):
        type_from_proto(value)


@pytest.mark.parametrize(
    ("literal_type", "text"),
    [
        (LiteralType(), "nothing"),
        (LiteralType(simple=99), "simple type 99"),
        (LiteralType(union_type={}), "empty union"),
        (LiteralType(enum_type={}), "enum[]"),
        (LiteralType(blob=BlobType(dimensionality=7)), "blob of dimensionality 7"),
        (
            LiteralType(
                structured_dataset_type={
                    "columns": [{"name": "a", "literal_type": LiteralType(simple=1)}]
                }
            ),
            "dataset(a: int)",
        ),
        (LiteralType(schema={"columns": [{"name": "a", "type": 2}]}), "schema(a: str)"),
        (LiteralType(schema={"columns": [{"name": "a", "type": 42}]}), "schema(a: 42)"),
    ],
    ids=str,
)
def test_every_type_has_a_readable_text(literal_type: LiteralType, text: str) -> None:
    """Even those that nobody can write."""
    assert describe(literal_type) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (True, "the truth value true"),
        (5, "the number 5"),
        ("a", "the text 'a'"),
        ("x" * 100, "the text '" + "x" * 39 + "…'"),
        ([], "a list"),
        ({}, "a mapping"),
        (datetime(2024, 1, 1), "a datetime"),
    ],
    ids=str,
)
def test_values_are_told_in_plain_words(value: Any, text: str) -> None:
    """As messages name what was found."""
    assert describe_value(value) == text


@pytest.mark.parametrize(
    "text",
    [
        f"enum[{', '.join(f'v{n}' for n in range(20_000))}]",
        " | ".join(f"enum[v{n}]" for n in range(5_000)),
    ],
    ids=["values", "variants"],
)
def test_many_of_a_kind_are_told_apart_at_once(text: str) -> None:
    """None of them is compared with all others."""
    started = time.process_time()
    parse_type(text)
    assert time.process_time() - started < 1
