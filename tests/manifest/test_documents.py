"""Loader and schemas take the same documents, and refuse the same ones, in plain words."""

import json
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.errors import ManifestError
from reconciler.manifest import KINDS, json_schema, load
from reconciler.manifest.schema import manifest_schema
from reconciler.model import Diagnostic
from tests.manifest.bad import CASES, Case, Path, good
from tests.manifest.good import CASES as GOOD_CASES

# What pydantic and Python would say, and no user should read.
JARGON = (
    "pydantic",
    "Input should",
    "instance of",
    "dict",
    "str_",
    "NoneType",
    "validat",
    "Extra",
)


def refusals(document: dict[str, Any]) -> tuple[Diagnostic, ...]:
    """What the loader says of one document; JSON is YAML."""
    with pytest.raises(ManifestError) as caught:
        load(["-"], stdin=BytesIO(json.dumps(document).encode()))
    return caught.value.diagnostics


@cache
def schema_of(kind: str) -> Draft202012Validator:
    return Draft202012Validator(json_schema(kind))


@cache
def schema_of_any() -> Draft202012Validator:
    return Draft202012Validator(manifest_schema())


@pytest.mark.parametrize("kind", KINDS)
def test_good_documents_are_taken(kind: str) -> None:
    """The documents that the cases change are right before."""
    (manifest,) = load(["-"], stdin=BytesIO(json.dumps(good(kind)).encode()))

    assert kind == manifest.KIND
    assert schema_of(kind).is_valid(good(kind))
    assert schema_of_any().is_valid(good(kind))


@pytest.mark.parametrize(("kind", "path", "value"), GOOD_CASES, ids=str)
def test_every_good_spelling_is_taken_by_both(kind: str, path: Path, value: Any) -> None:
    """An editor marks nothing that would load."""
    document = Case(kind, path, value, "", "").document

    assert len(load(["-"], stdin=BytesIO(json.dumps(document).encode()))) == 1
    schema_of(kind).validate(document)
    schema_of_any().validate(document)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_loader_says_what_is_wrong(case: Case) -> None:
    """One mistake, one diagnostic: its code, what was expected, and where."""
    (found,) = refusals(case.document)

    assert found.code == case.code
    assert case.message in str(found)
    assert found.origin is not None
    assert found.origin.file == "stdin"
    assert found.origin.line == 1
    assert not [word for word in JARGON if word in str(found)]


@pytest.mark.parametrize("case", [case for case in CASES if not case.beyond_schema], ids=str)
def test_the_schema_refuses_it_too(case: Case) -> None:
    """An editor marks what `validate` would refuse."""
    assert not schema_of(case.kind).is_valid(case.document)
    assert not schema_of_any().is_valid(case.document)


@pytest.mark.parametrize("case", [case for case in CASES if case.beyond_schema], ids=str)
def test_what_a_schema_cannot_know_is_listed(case: Case) -> None:
    """A case whose schema learns to refuse it must lose its excuse."""
    assert schema_of(case.kind).is_valid(case.document)
