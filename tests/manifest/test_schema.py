"""The schemas in `schemas/`: fresh, valid, and at one with the examples."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconciler.manifest import (
    KINDS,
    Workspace,
    Workspaces,
    json_schema,
    load,
    schema_files,
    write_schemas,
)
from reconciler.manifest.hover import HOVER
from reconciler.manifest.reader import read
from reconciler.manifest.schema import manifest_schema
from reconciler.model import Diagnostic

ROOT = Path(__file__).parent.parent.parent
ALL = [*KINDS, Workspace.KIND, Workspaces.KIND]
EXAMPLES = sorted(
    path
    for path in (ROOT / "examples/manifests").rglob("*.yaml")
    # What is included by others says only a part; attributes/ is flytectl's.
    if path.parent.name not in ("common", "attributes")
)


def test_no_schema_is_stale() -> None:
    """`python -m reconciler.manifest` writes them anew."""
    on_disk = {
        path.name: path.read_text(encoding="utf-8") for path in (ROOT / "schemas").iterdir()
    }

    assert on_disk == schema_files()


def test_schemas_are_written_where_one_likes(tmp_path: Path) -> None:
    """The folder is made; one file a kind, and one for all."""
    write_schemas(tmp_path / "new/schemas")

    names = {path.name for path in (tmp_path / "new/schemas").iterdir()}
    kinds = [*KINDS, "Workspace", "Workspaces"]
    assert names == {*(f"{kind}.json" for kind in kinds), "manifest.json"}


@pytest.mark.parametrize("kind", ALL)
def test_schemas_are_schemas(kind: str) -> None:
    """By the rules of their own dialect; each stands by itself and names its kind."""
    schema = json_schema(kind)

    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["kind"]["const"] == kind
    with pytest.raises(KeyError):
        json_schema("Nothing")


@pytest.mark.parametrize("kind", ALL)
def test_every_key_says_what_it_means(kind: str) -> None:
    """Hovering over it, and in the list that completes it."""
    schema = json_schema(kind)
    definitions = schema.get("$defs", {})

    silent = [
        f"{name}.{key}"
        for name, definition in {kind: schema, **definitions}.items()
        for choice in (definition, *definition.get("anyOf", ()))
        for key, value in choice.get("properties", {}).items()
        if choice.get("type") == "object" and not says_something(value, definitions)
    ]

    assert silent == []


def says_something(schema: dict[str, Any], definitions: dict[str, Any]) -> bool:
    if "$ref" in schema and "description" not in schema:
        return says_something(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return "description" in schema or any(
        says_something(choice, definitions) for choice in schema.get("anyOf", ())
    )


def test_no_hover_is_for_a_key_that_is_gone() -> None:
    """Each belongs to some schema."""
    known = {
        f"{name}.{key}"
        for kind in ALL
        for name, definition in {
            kind: json_schema(kind),
            **json_schema(kind).get("$defs", {}),
        }.items()
        for choice in (definition, *definition.get("anyOf", ()))
        for key in choice.get("properties", {})
    }

    assert [key for key in HOVER if not key.startswith("*.") and key not in known] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_are_taken_by_the_schema_they_name(path: Path) -> None:
    """The first line tells an editor which one."""
    first, content = path.read_text(encoding="utf-8").split("\n", 1)
    schema = (path.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()
    assert schema.parent == ROOT / "schemas"
    named = schema.stem
    validator = Draft202012Validator(
        manifest_schema() if named == "manifest" else json_schema(named)
    )

    problems: list[Diagnostic] = []
    documents = list(read(content.encode(), path.name, problems))

    assert documents
    for _, value in documents:
        validator.validate(value)


def test_examples_load() -> None:
    """As one set."""
    kinds = {manifest.KIND for manifest in load([ROOT / "examples/manifests"])}

    assert kinds >= {"Project", "Domain", "Task", "Workflow", "LaunchPlan"}
