"""JSON schemas of struct types, held against the libraries Admin compares them with."""

from typing import Any

import pytest
from google.protobuf import struct_pb2
from google.protobuf.json_format import ParseDict

from reconciler.compiler import CompilerPanicError, RecursiveSchemaError
from reconciler.compiler.structs import struct_castable
from tests.compiler.recorded import rows

ROWS = list(rows("schemas.jsonl.gz"))

A = {"type": "object", "properties": {"a": {"type": "integer"}}}
AB = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}}


def struct(value: dict[str, Any]) -> Any:
    return ParseDict(value, struct_pb2.Struct())


def accepts(*, upstream: dict[str, Any], downstream: dict[str, Any]) -> bool:
    return struct_castable(struct(upstream), struct(downstream))


@pytest.mark.parametrize("part", range(10))
def test_schemas_go_where_admin_lets_them(part: int) -> None:
    """Each pair of the recording: yes, no, or a panic."""
    for row in ROWS[part::10]:
        upstream, downstream = struct(row["upstream"]), struct(row["downstream"])
        if row["castable"] == "panic":
            with pytest.raises(CompilerPanicError):
                struct_castable(upstream, downstream)
        else:
            assert struct_castable(upstream, downstream) is row["castable"], row


def test_more_goes_where_less_is_asked_for() -> None:
    """A field too many does no harm, one too few does."""
    assert accepts(upstream=AB, downstream=A)
    assert not accepts(upstream=A, downstream=AB)


def test_a_schema_admin_does_not_know_equals_only_itself() -> None:
    """A later draft, a format nobody registered, a type that is none, nothing at all."""
    for odd in (
        {**A, "$schema": "https://json-schema.org/draft/2020-12/schema"},
        {"type": "object", "properties": {"a": {"type": "string", "format": "uuid"}}},
        {"type": "dict"},
        {},
    ):
        assert accepts(upstream=odd, downstream=odd)
        assert not accepts(upstream={**odd, "title": "T"}, downstream=odd)


def test_a_number_json_does_not_know_equals_nothing() -> None:
    """Not even itself."""
    value = struct_pb2.Struct()
    value.fields["maximum"].number_value = float("nan")

    assert not struct_castable(value, value)


def test_references_are_followed() -> None:
    """To definitions, and to schemas with a name of their own."""
    pointed = {"properties": {"x": {"$ref": "#/definitions/A"}}, "definitions": {"A": A}}
    named = {
        "properties": {"x": {"$ref": "#a"}},
        "definitions": {"A": {**A, "$id": "#a"}},
    }
    plain = {"properties": {"x": AB}}

    assert accepts(upstream=plain, downstream=pointed)
    assert accepts(upstream=plain, downstream=named)
    assert not accepts(upstream=pointed, downstream=plain)


@pytest.mark.parametrize("ref", ["#/definitions/B", "other.json", "https://example.com/x", "#b"])
def test_a_reference_to_nowhere_spoils_the_whole_schema(ref: str) -> None:
    """Nothing is loaded from anywhere."""
    broken = {"properties": {"a": {"type": "integer"}, "x": {"$ref": ref}}}

    assert not accepts(upstream=broken, downstream={"properties": {"a": {"type": "integer"}}})


def test_schemas_that_never_end_are_refused_unless_equal() -> None:
    """Admin's server dies comparing them; equal ones it does not compare."""
    tree = {"type": "object", "properties": {"left": {"$ref": "#"}}}
    titled = {**tree, "title": "Tree"}

    assert accepts(upstream=tree, downstream=tree)
    with pytest.raises(RecursiveSchemaError):
        accepts(upstream=titled, downstream=tree)


def test_a_circle_of_references_is_no_endless_loop() -> None:
    """A schema that is only itself."""
    circle = {"$ref": "#"}

    with pytest.raises(RecursiveSchemaError):
        accepts(upstream={**circle, "title": "x"}, downstream=circle)
