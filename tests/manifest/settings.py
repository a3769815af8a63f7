"""A workspace written, settled and loaded: what tests of several files start from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent, indent

import pytest

from reconciler.errors import ManifestError
from reconciler.manifest import (
    Assignment,
    Manifest,
    Settled,
    image_states,
    load,
    load_workspace,
    settle,
)

HEAD = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: weather-team}
spec:
  manifests: [m.yaml]
"""
TASK = """\
apiVersion: reconciler/v1
kind: Task
metadata: {project: weather, domain: development, name: fetch}
spec:
  container: {image: "acme/etl:1"}
"""


def workspace(folder: Path, spec: str = "", manifests: str = TASK) -> Path:
    """Write a workspace whose spec goes on with `spec`, and its one file of manifests."""
    path = folder / "reconciler.yaml"
    path.write_text(HEAD + indent(dedent(spec), "  "))
    (folder / "m.yaml").write_text(manifests)
    return path


def settled(
    path: Path,
    environment: str = "",
    *,
    environ: Mapping[str, str] | None = None,
    assignments: Sequence[Assignment] = (),
) -> Settled:
    """Settle what `workspace` wrote."""
    found = load_workspace(path)
    return settle(
        found,
        environment,
        environ=environ or {},
        assignments=assignments,
        images=image_states(found),
    )


def loaded(
    path: Path,
    environment: str = "",
    *,
    environ: Mapping[str, str] | None = None,
    assignments: Sequence[Assignment] = (),
) -> tuple[Manifest, ...]:
    """Load the manifests of what `workspace` wrote."""
    found = settled(path, environment, environ=environ, assignments=assignments)
    workspace = found.workspace
    return load(workspace.paths, setting=found.setting, ignore=workspace.ignored)


def refused(
    path: Path,
    environment: str = "",
    *,
    environ: Mapping[str, str] | None = None,
    assignments: Sequence[Assignment] = (),
) -> list[str]:
    """Every problem that loading tells, files named as they are below the workspace's folder."""
    with pytest.raises(ManifestError) as caught:
        loaded(path, environment, environ=environ, assignments=assignments)
    return [str(one).replace(f"{path.parent}/", "") for one in caught.value.diagnostics]
