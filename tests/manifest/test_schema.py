"""The schemas in `schemas/`: fresh, valid, and at one with the examples."""

from pathlib import Path

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
from reconciler.manifest.reader import read
from reconciler.manifest.schema import manifest_schema
from reconciler.model import Diagnostic
from reconciler.report import document_schemas

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

    # Those of documents are `report`'s.
    assert {name: on_disk.pop(name, None) for name in schema_files()} == schema_files()
    assert on_disk.keys() == document_schemas().keys()


def test_schemas_are_written_where_one_likes(tmp_path: Path) -> None:
    """The folder is made; one file a kind, and one for all."""
    write_schemas(tmp_path / "new/schemas")

    names = {path.name for path in (tmp_path / "new/schemas").iterdir()}
    kinds = [*KINDS, "Workspace", "Workspaces", "Policy", "PolicyTest"]
    assert names == {*(f"{kind}.json" for kind in kinds), "manifest.json"}


@pytest.mark.parametrize("kind", ALL)
def test_schemas_are_schemas(kind: str) -> None:
    """By the rules of their own dialect; each stands by itself and names its kind."""
    schema = json_schema(kind)

    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["kind"]["const"] == kind
    with pytest.raises(KeyError):
        json_schema("Nothing")


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
