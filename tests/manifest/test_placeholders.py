"""Schemas take what the loader takes before it substitutes."""

from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.manifest import KINDS, json_schema
from tests.manifest.bad import Case, Path, good
from tests.manifest.good import CASES


@cache
def schema_of(kind: str) -> Draft202012Validator:
    return Draft202012Validator(json_schema(kind))


@pytest.mark.parametrize(
    ("kind", "path"), sorted({(kind, path) for kind, path, _ in CASES}), ids=str
)
def test_a_reference_may_stand_for_any_value(kind: str, path: Path) -> None:
    """Whatever the type of what it stands for; but for what says what the document is."""
    document = Case(kind, path, "${var.x}", "", "").document

    schema_of(kind).validate(document)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_document_is_cannot_be_a_reference(kind: str) -> None:
    """Its kind decides which schema it has."""
    for key in ("kind", "apiVersion"):
        assert not schema_of(kind).is_valid({**good(kind), key: "${var.x}"})


@pytest.mark.parametrize(
    ("each", "taken"),
    [
        (["a", 1], True),
        ({"a": {"b": 1}}, True),
        ({"matrix": {"a": ["b"]}, "exclude": [{"a": "b"}]}, True),
        ("${var.list}", True),
        ([], False),
        ([{"a": "b"}], False),
        ({"matrix": {"a": "b"}}, False),
        ({"matrix": {"a": ["b"]}, "excluded": []}, False),
        (5, False),
    ],
)
@pytest.mark.parametrize("kind", ["Task", "Project"])
def test_for_each_is_checked(kind: str, each: Any, taken: bool) -> None:
    """On every kind, in the forms there are."""
    assert schema_of(kind).is_valid({**good(kind), "forEach": each}) is taken
