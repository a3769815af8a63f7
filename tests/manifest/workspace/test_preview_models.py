"""Where requests are tried out, and for how long, as the workspace file says it."""

from pathlib import Path

import pytest

from reconciler.errors import ManifestError
from reconciler.manifest import load_workspace, settle

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: etl}
spec:
  manifests: [manifests]
  preview: {domain: development}
  environments:
    staging: {preview: {domain: previews, project: trials, ttl: 12h}}
    production: {}
"""


def written(folder: Path, text: str = WORKSPACE) -> Path:
    file = folder / "reconciler.yaml"
    file.write_text(text)
    return file


def test_an_environment_may_have_a_place_of_its_own(tmp_path: Path) -> None:
    """In the place of the workspace's, which holds for the others; else for three days."""
    workspace = load_workspace(str(written(tmp_path)))

    staging = settle(workspace, "staging", environ={}).preview
    production = settle(workspace, "production", environ={}).preview

    assert staging is not None
    assert (staging.domain, staging.project, staging.hours) == ("previews", "trials", 12)
    assert production is not None
    assert (production.domain, production.project, production.hours) == ("development", None, 72)


@pytest.mark.parametrize("ttl", ["90m", "0h", "30s", "400d", "-1h", "soon"])
def test_a_time_to_live_is_of_whole_hours(tmp_path: Path, ttl: str) -> None:
    """For it is part of versions; from one to a year."""
    file = written(tmp_path, WORKSPACE.replace("12h", ttl))

    with pytest.raises(ManifestError, match=r"spec\.environments\.staging\.preview\.ttl"):
        load_workspace(str(file))
