"""Hundreds of workspace files, each one change away from a good one: reader and schema agree."""

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.errors import ManifestError
from reconciler.manifest import json_schema, load_workspace
from reconciler.model import Diagnostic
from tests.manifest.test_generated import JUNK, places

EVERYTHING = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: weather-team}
spec:
  manifests: [manifests, "more/*.yaml"]
  admin: {endpoint: "dns:///flyte.example.com", insecure: false}
  ledger: {project: platform, domain: production}
  scopes: ["weather/*", shared]
  ignore: ["**/drafts/**"]
  variables:
    tag: {type: string, default: "1.4", pattern: "[0-9.]+", description: of the image}
    size: {type: int, default: 5, min: 1, max: 9}
    region: {type: string, enum: [eu, us], default: eu, sensitive: false}
  env:
    - GIT_SHA
    - {name: TOKEN, default: none, sensitive: true, description: for the vault}
  images:
    etl: ghcr.io/acme/etl:1.4
    train: {repository: ghcr.io/acme/train, build: {command: [./build.sh], inputs: [src]}}
  defaults:
    - {match: {kind: Task, project: weather}, set: {spec: {retries: 2}}}
  defaultEnvironment: dev
  environments:
    dev:
      description: for everybody
      overrides:
        - {match: {kind: [LaunchPlan], labels: {team: data}}, set: {spec: {state: inactive}}}
    production:
      admin: {endpoint: "dns:///prod.example.com"}
      projects: {weather: weather-prod}
      domains: {development: production}
      variables: {tag: "1.5"}
      scopes: [weather-prod/production]
      ledger: {project: platform, domain: production}
"""
# What no schema knows: names that must be declared, and values of a type that is said elsewhere.
BEYOND = re.compile(
    r"there is no (variable|environment)|no kind that this is about|is (more|less) than"
    r"|default: (expected|must|is too short to be kept secret|.* is (no|not))"
    r"|variables\.\w+\.(min|max|pattern|enum)|is no (pattern|regular expression)"
)


@cache
def ground() -> str:
    return json.dumps(yaml.safe_load(EVERYTHING))


@cache
def schema() -> Draft202012Validator:
    return Draft202012Validator(json_schema("Workspace"))


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspace") / "reconciler.yaml"


def refusals(file: Path, document: Any) -> tuple[Diagnostic, ...]:
    file.write_text(json.dumps(document))
    try:
        load_workspace(file)
    except ManifestError as error:
        return error.diagnostics
    return ()


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A good workspace file with one value replaced, left out, or joined by another."""
    document: dict[str, Any] = json.loads(ground())
    paths: list[Any] = list(places(document))
    *parents, last = draw(st.sampled_from(paths))
    place: Any = document
    for step in parents:
        place = place[step]
    match draw(st.sampled_from(["replace", "replace", "leave out", "add"])):
        case "leave out":
            del place[last]
        case "add" if isinstance(place, dict):
            place[draw(st.sampled_from(["x", "default", "name"]))] = draw(st.sampled_from(JUNK))
        case _:
            place[last] = copy.deepcopy(draw(st.sampled_from(JUNK)))
    return document


def test_the_ground_is_good(file: Path) -> None:
    """For both of them."""
    document = json.loads(ground())

    assert refusals(file, document) == ()
    schema().validate(document)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(document=documents())
def test_reader_and_schema_agree(file: Path, document: dict[str, Any]) -> None:
    """Whatever is read is not marked, and what is refused is, but for what no schema knows."""
    found = refusals(file, document)
    if not found:
        schema().validate(document)
    elif schema().is_valid(document):
        assert all(BEYOND.search(one.message) for one in found), found
