"""The workspace file."""

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reconciler.errors import ManifestError
from reconciler.manifest import json_schema, load, load_workspace
from reconciler.manifest.reader import read

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: weather-team}
spec:
  manifests: [manifests, "more/*.yaml"]
  admin: {endpoint: "dns:///flyte.example.com", insecure: false}
"""


def refused(path: Path) -> str:
    with pytest.raises(ManifestError) as caught:
        load_workspace(path)
    return str(caught.value)


def test_a_workspace_names_manifests_and_admin(tmp_path: Path) -> None:
    """Its paths are relative to its own folder, and `load` takes them."""
    (tmp_path / "reconciler.yaml").write_text(WORKSPACE)
    (tmp_path / "more").mkdir()
    (tmp_path / "manifests").mkdir()
    (tmp_path / "more/a.yaml").write_text(
        "{apiVersion: reconciler/v1, kind: Project, metadata: {name: weather}}"
    )

    workspace = load_workspace(tmp_path)

    assert workspace.metadata.name == "weather-team"
    assert workspace.spec.admin is not None
    assert workspace.spec.admin.endpoint == "dns:///flyte.example.com"
    assert workspace.paths == (f"{tmp_path}/manifests", f"{tmp_path}/more/*.yaml")
    assert len(load(workspace.paths)) == 1
    assert str(workspace.origin_of("spec", "admin")) == f"{tmp_path}/reconciler.yaml:6:3"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (WORKSPACE.replace("manifests:", "manifest:"), "did you mean manifests?"),
        (WORKSPACE.replace("[manifests, ", "[").replace('"more/*.yaml"', ""), "must not be empty"),
        (WORKSPACE.replace("endpoint", "endpiont"), "6:11: error: unknown field endpiont"),
        (WORKSPACE.replace("false", "maybe"), "expected true or false, found the text 'maybe'"),
        (
            WORKSPACE.replace("Workspace", "Project"),
            "unknown kind Project (there is only Workspace)",
        ),
        (WORKSPACE + "---\n" + WORKSPACE, "a workspace file holds one document"),
        ("", "a workspace file holds one document"),
        ("a: [", "2:1: error: expected a value here (is a bracket left open?)"),
    ],
)
def test_what_is_wrong_is_told_as_in_manifests(tmp_path: Path, content: str, message: str) -> None:
    """With file, line and column."""
    (tmp_path / "reconciler.yaml").write_text(content)

    assert message in refused(tmp_path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """By its name, a folder's too."""
    assert refused(tmp_path) == (
        f"{tmp_path}/reconciler.yaml: error: there is no such file [missing-file]"
    )
    assert "cannot be read" in refused(_file(tmp_path) / "reconciler.yaml")


def test_the_schema_takes_it() -> None:
    """Editors check the workspace file as well."""
    ((_, value),) = read(WORKSPACE.encode(), "reconciler.yaml", [])

    Draft202012Validator(json_schema("Workspace")).validate(value)


def _file(folder: Path) -> Path:
    path = folder / "file"
    path.touch()
    return path
