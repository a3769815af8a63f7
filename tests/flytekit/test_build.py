"""`pyflyte package`, run by a build: the same sources give the same archive in any folder."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from reconciler.manifest import load
from reconciler.remote import build_packages, validate

PROJECT = Path(__file__).with_name("project")
PACKAGE = """
apiVersion: reconciler/v1
kind: Package
metadata: {{project: flytesnacks, domain: development, name: crew}}
spec:
  source: dist/crew.tgz
  build:
    command:
      - {pyflyte}
      - --pkgs
      - crew
      - package
      - --image=ghcr.io/acme/crew:1
      - --copy=all
      - --output={{output}}
    cwd: code
    env: {{FLYTE_INTERNAL_IMAGE: "ghcr.io/acme/crew:1"}}
"""


def built(folder: Path) -> bytes:
    """What the build of the project's copy in a folder of its own writes."""
    folder.mkdir()
    shutil.copytree(PROJECT / "crew", folder / "code" / "crew")
    pyflyte = Path(sys.executable).with_name("pyflyte")
    (folder / "crew.yaml").write_text(PACKAGE.format(pyflyte=pyflyte))
    (one,) = build_packages(
        load([folder / "crew.yaml"]),
        environ={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        log=print,
        cache=folder / "cache",
    )
    assert one.file is not None
    return one.file.read_bytes()


def test_the_folder_it_was_built_in_does_not_count(tmp_path: Path) -> None:
    """flytekit writes that folder into dynamic and eager tasks; its times and order vary too."""
    here, there = built(tmp_path / "here"), built(tmp_path / "there")
    assert here == there
    versions = {
        one.id.version
        for folder in ("here", "there")
        for one in validate(load([tmp_path / folder / "crew.yaml"]))
        if one.id.kind.versioned
    }
    assert len(versions) == 1


def test_an_umask_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor who may read the files: what may be executed is all that is kept of a mode."""
    here = built(tmp_path / "here")
    before = os.umask(0o077)
    try:
        there = built(tmp_path / "there")
    finally:
        os.umask(before)
    assert here == there
