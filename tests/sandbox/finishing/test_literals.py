"""Plain values become literals by the declared types."""

from typing import Any

import pytest
from flyteidl.core import interface_pb2
from google.protobuf import json_format

from reconciler.sandbox.finishing import FinishError, placeholders, read_outputs

Json = Any

INT, FLOAT, STRING = {"simple": "INTEGER"}, {"simple": "FLOAT"}, {"simple": "STRING"}


def interface(**outputs: Json) -> Any:
    """An interface with these outputs, by their types."""
    declared = {"outputs": {"variables": {n: {"type": kind} for n, kind in outputs.items()}}}
    return json_format.ParseDict(declared, interface_pb2.TypedInterface())


def read(value: Any, kind: Json) -> Json:
    """Read one value; return its literal as JSON."""
    literals = read_outputs(interface(o0=kind), {"o0": value})
    return json_format.MessageToDict(literals, preserving_proto_field_name=True)["literals"]["o0"]


def primitive(**value: Json) -> Json:
    return {"scalar": {"primitive": value}}


@pytest.mark.parametrize(
    ("value", "kind", "literal"),
    [
        (5, INT, primitive(integer="5")),
        (5.0, INT, primitive(integer="5")),
        (5, FLOAT, primitive(float_value=5.0)),
        ("5", STRING, primitive(string_value="5")),
        (True, {"simple": "BOOLEAN"}, primitive(boolean=True)),
        (
            "2026-03-01T00:00:00Z",
            {"simple": "DATETIME"},
            primitive(datetime="2026-03-01T00:00:00Z"),
        ),
        ("1h30m", {"simple": "DURATION"}, primitive(duration="5400s")),
        (1.5, {"simple": "DURATION"}, primitive(duration="1.500s")),
        ({"a": [1]}, {"simple": "STRUCT"}, {"scalar": {"generic": {"a": [1.0]}}}),
        (None, {"simple": "NONE"}, {"scalar": {"none_type": {}}}),
        ([1], {"collection_type": INT}, {"collection": {"literals": [primitive(integer="1")]}}),
        ([], {"collection_type": INT}, {"collection": {}}),
        (
            {"a": "x"},
            {"map_value_type": STRING},
            {"map": {"literals": {"a": primitive(string_value="x")}}},
        ),
        ("red", {"enum_type": {"values": ["red"]}}, primitive(string_value="red")),
        (
            "x",
            {"union_type": {"variants": [INT, STRING]}},
            {"scalar": {"union": {"value": primitive(string_value="x"), "type": STRING}}},
        ),
        (
            "s3://b/x.csv",
            {"blob": {"format": "csv"}},
            {"scalar": {"blob": {"uri": "s3://b/x.csv", "metadata": {"type": {"format": "csv"}}}}},
        ),
        ({"scalar": {"primitive": {"integer": "7"}}}, INT, primitive(integer="7")),
    ],
)
def test_values_are_read_by_type(value: Any, kind: Json, literal: Json) -> None:
    """What fits is taken, and a literal in protobuf JSON as it is."""
    assert read(value, kind) == literal


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Missing, undeclared, of the wrong type; each with the type that was expected."""
    declared = interface(count=INT, name=STRING, tags={"collection_type": STRING})

    with pytest.raises(FinishError) as caught:
        read_outputs(declared, {"count": "five", "tags": ["a", 1], "extra": 1})

    assert str(caught.value) == (
        "outputs: extra: not declared; count: 'five' is no simple:INTEGER; "
        "name: missing, a simple:STRING; "
        "tags: ['a', 1] is no collection_type:{simple:STRING}"
    )


@pytest.mark.parametrize(
    "kind",
    [
        INT,
        {"simple": "DATETIME"},
        {"simple": "DURATION"},
        {"simple": "STRUCT"},
        {"simple": "BINARY"},
        {"simple": "NONE"},
        {"collection_type": INT},
        {"map_value_type": {"collection_type": INT}},
        {"enum_type": {"values": ["red", "blue"]}},
        {"union_type": {"variants": [STRING, INT]}},
        {"blob": {}},
        {"structured_dataset_type": {}},
        {"schema": {}},
    ],
)
def test_placeholders_fit_their_types(kind: Json) -> None:
    """Something is there for every declared output."""
    made = placeholders(interface(o0=kind)).literals["o0"]

    assert made.WhichOneof("value")
