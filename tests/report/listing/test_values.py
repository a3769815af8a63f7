"""Literals as people and programs read them."""

from typing import Any

import msgpack
import pytest
from flyteidl.core.literals_pb2 import Literal
from google.protobuf.json_format import ParseDict

from reconciler.desired import coerce
from reconciler.model import parse_type
from reconciler.report.listing.values import plain, short_value


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("int", 3),
        ("float", 0.5),
        ("bool", True),
        ("str", "text"),
        ("none", None),
        ("datetime", "2026-01-31T06:00:00Z"),
        ("enum[a, b]", "a"),
        ("list[int]", [1, 2]),
        ("dict[str, list[str]]", {"a": ["x"]}),
        ("int | none", None),
        ("int | none", 4),
        ("struct", {"a": {"b": 1}}),
        ("file", "s3://bucket/key"),
        ("dataset", "s3://bucket/data"),
    ],
)
def test_values_come_back_as_they_were_written(declared: str, value: Any) -> None:
    """The manifests' own form, whatever the literal is made of."""
    assert plain(coerce(value, parse_type(declared), where="x")) == value


@pytest.mark.parametrize(
    ("message", "value"),
    [
        ({}, None),
        ({"scalar": {"generic": {"a": 1}}}, {"a": 1.0}),
        ({"scalar": {"primitive": {"duration": "90s"}}}, "90s"),
        ({"scalar": {"schema": {"uri": "s3://b/s"}}}, "s3://b/s"),
        ({"scalar": {"error": {"message": "no"}}}, {"error": "no"}),
        ({"offloaded_metadata": {"uri": "s3://b/o"}}, {"offloaded": "s3://b/o"}),
    ],
)
def test_other_literals(message: Any, value: Any) -> None:
    """What only engines write."""
    assert plain(ParseDict(message, Literal())) == value


def test_bytes_that_are_no_msgpack_stay_bytes() -> None:
    """Whatever they claim to be."""
    literal = Literal()
    literal.scalar.binary.tag = "msgpack"
    literal.scalar.binary.value = b"\xc1"
    assert plain(literal) == {"value": "wQ==", "tag": "msgpack"}
    literal.scalar.binary.value = msgpack.packb({"a": b"raw"})
    assert plain(literal)["tag"] == "msgpack"


def test_short_values_are_one_line() -> None:
    """Their end is left out."""
    literal = coerce("line\n" * 50, parse_type("str"), where="x")

    assert short_value(literal).startswith("line line")
    assert len(short_value(literal)) == 60
