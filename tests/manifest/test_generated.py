"""Hundreds of manifests, each one change away from a good one: loader and schema agree on them.

Whatever the loader takes, an editor must not mark, and what the loader refuses it must; but for
what no schema can know, which is listed (and in `tests/manifest/bad.py` case by case).
"""

import copy
import json
import re
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.errors import ManifestError
from reconciler.manifest import json_schema, load
from reconciler.manifest.schema import manifest_schema
from reconciler.model import Diagnostic
from tests.manifest.bad import GOOD, good

EVERYTHING = Path(__file__).parents[1] / "desired" / "everything.yaml"
Steps = tuple[str | int, ...]
JUNK: list[Any] = [
    *(None, True, False, -1, 0, 1, 2**40, 1.5, "", "x", "5m", "1Gi", "auto", "latest", "active"),
    *([], {}, [1], ["x"], {"x": 1}, {"from": "inputs.day"}, {"name": "x"}, "a\0b", [{}]),
]


@cache
def grounds() -> tuple[dict[str, Any], ...]:
    everything = yaml.safe_load_all(EVERYTHING.read_text())
    return (*(good(kind) for kind in GOOD), *json.loads(json.dumps(list(everything), default=str)))


def places(value: Any, path: Steps = ()) -> Iterator[Steps]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


@cache
def all_places() -> tuple[tuple[int, Steps], ...]:
    return tuple((n, path) for n, one in enumerate(grounds()) for path in places(one))


@cache
def schema_of(kind: str) -> Draft202012Validator:
    return Draft202012Validator(json_schema(kind))


@cache
def schema_of_any() -> Draft202012Validator:
    return Draft202012Validator(manifest_schema())


def refusals(document: dict[str, Any]) -> tuple[Diagnostic, ...]:
    try:
        load(["-"], stdin=BytesIO(json.dumps(document).encode()))
    except ManifestError as error:
        return error.diagnostics
    return ()


@st.composite
def manifests(draw: st.DrawFn) -> dict[str, Any]:
    """A good manifest with one value replaced, left out, or joined by another."""
    number, path = draw(st.sampled_from(all_places()))
    document = copy.deepcopy(grounds()[number])
    *parents, last = path
    place: Any = document
    for step in parents:
        place = place[step]
    match draw(st.sampled_from(["replace", "replace", "leave out", "add"])):
        case "leave out":
            del place[last]
        case "add" if isinstance(place, dict):
            place[draw(st.sampled_from(["x", "raw", "version", "name"]))] = draw(
                st.sampled_from(JUNK)
            )
        case _:
            place[last] = draw(st.sampled_from(JUNK))
    return document


# What no schema knows: how parts of a document, or of a text, go together.
BEYOND = re.compile(
    r"there is no (input|node)|the workflow has no input|is neither inputs.NAME nor NODE.OUTPUT"
    r"|a branch (ends|starts) with|only the last case of a branch|Invalid cron expression"
    r"|this LiteralType names no type|cannot come after itself|nested deeper"
    r"|cannot read what comes out of it|there is (already )?a node|must not be before|is declared"
    r"|multiple of 4|more than .* Admin takes|a bundle needs|is fixed and has a default|too deeply"
    r"|is no time zone|is no datetime|for strategy |which backfill started|holds nothing"
    r"|moves would be"
)


@settings(max_examples=600, derandomize=True, deadline=None)
@given(manifests())
def test_loader_and_schema_agree(document: dict[str, Any]) -> None:
    """And whatever is wrong has a code, a place and no word of Python."""
    found = refusals(document)
    kind = document.get("kind")

    if not found:
        schema_of(str(kind)).validate(document)
        schema_of_any().validate(document)
    elif isinstance(kind, str) and kind in GOOD:
        marked = not schema_of(kind).is_valid(document)
        assert marked or all(BEYOND.search(one.message) for one in found), found
        assert marked == (not schema_of_any().is_valid(document))
    for one in found:
        assert one.code
        assert one.origin
        assert "pydantic" not in str(one)
