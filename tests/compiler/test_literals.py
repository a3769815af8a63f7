"""The types literals show by themselves. Most cases are in `test_types`, with the casts."""

from typing import Any

import pytest
from flyteidl.core import literals_pb2, types_pb2
from google.protobuf.json_format import ParseDict

from reconciler.compiler import castable, go_text, literal_type


def literal(value: dict[str, Any]) -> Any:
    return ParseDict(value, literals_pb2.Literal())


ONE: dict[str, Any] = {"scalar": {"primitive": {"integer": "1"}}}
TEXT: dict[str, Any] = {"scalar": {"primitive": {"string_value": "x"}}}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (ONE, "simple:INTEGER"),
        ({"scalar": {"primitive": {}}}, "simple:NONE"),
        ({"scalar": {"generic": {"a": 1}}}, "simple:STRUCT"),
        ({"scalar": {"binary": {"tag": "msgpack"}}}, "simple:STRUCT"),
        ({"scalar": {"binary": {"tag": "other"}}}, "simple:BINARY"),
        ({"scalar": {"blob": {"metadata": {"type": {"format": "csv"}}}}}, 'blob:{format:"csv"}'),
        ({"scalar": {"blob": {"metadata": {}}}}, "blob:{}"),
        ({"collection": {}}, "collection_type:{simple:NONE}"),
        ({"collection": {"literals": [ONE, ONE]}}, "collection_type:{simple:INTEGER}"),
        (
            {"map": {"literals": {"a": TEXT, "b": ONE}}},
            "map_value_type:{union_type:{variants:{simple:INTEGER}  variants:{simple:STRING}}}",
        ),
        (
            {
                "collection": {
                    "literals": [{"collection": {}}, {"collection": {"literals": [ONE]}}]
                }
            },
            "collection_type:{collection_type:{simple:INTEGER}}",
        ),
        ({"scalar": {"union": {"value": ONE}}}, "union_type:{variants:{}}"),
        ({"offloaded_metadata": {"inferred_type": {"simple": "FLOAT"}}}, "simple:FLOAT"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_literal_has_the_type_of_what_it_holds(value: dict[str, Any], text: str) -> None:
    """Several types in one collection make a union of them, in the order of their text."""
    assert go_text(literal_type(literal(value))) == text


@pytest.mark.parametrize(
    "value",
    [{}, {"scalar": {}}, {"scalar": {"blob": {}}}, {"offloaded_metadata": {}}],
    ids=["empty", "no value", "blob without metadata", "offloaded without type"],
)
def test_some_literals_have_no_type(value: dict[str, Any]) -> None:
    """Admin calls their type unknown."""
    assert literal_type(literal(value)) is None


def test_a_list_of_what_has_no_type_goes_nowhere() -> None:
    """It is a list all the same, but of nothing."""
    found = literal_type(literal({"collection": {"literals": [{}]}}))
    wanted = types_pb2.LiteralType(collection_type=types_pb2.LiteralType(simple=types_pb2.INTEGER))

    assert go_text(found) == "collection_type:{}"
    assert not castable(found, wanted)


def test_unions_in_lists_of_lists_are_merged() -> None:
    """Two lists of mixed content come out as one list of all their types."""
    mixed = {"collection": {"literals": [ONE, TEXT]}}
    other = {"collection": {"literals": [ONE, {"scalar": {"primitive": {"boolean": True}}}]}}

    found = literal_type(literal({"collection": {"literals": [mixed, other]}}))

    assert go_text(found) == (
        "collection_type:{collection_type:{union_type:{variants:{simple:BOOLEAN}  "
        "variants:{simple:INTEGER}  variants:{simple:INTEGER}  variants:{simple:STRING}}}}"
    )
