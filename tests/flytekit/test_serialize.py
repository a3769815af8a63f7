"""Folders of `pyflyte serialize` are packages too: the same entities, whichever way they came."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reconciler.manifest import load
from reconciler.model import Kind
from reconciler.remote import validate

PROJECT = Path(__file__).with_name("project")
IMAGE = "ghcr.io/acme/shop:1"
MODULES = ("--pkgs", "shop", "--pkgs", "crew")
PACKAGE = """
apiVersion: reconciler/v1
kind: Package
metadata: {{project: flytesnacks, domain: development, name: all}}
spec: {{source: {source}, version: v1, destination: /root}}
"""


def pyflyte(*arguments: str) -> None:
    program = str(Path(sys.executable).with_name("pyflyte"))
    env = os.environ | {"FLYTE_INTERNAL_IMAGE": IMAGE}
    subprocess.run(
        [program, *MODULES, *arguments], cwd=PROJECT, env=env, check=True, capture_output=True
    )


def sent(folder: Path, source: str) -> dict[tuple[Kind, str], Any]:
    """What would be sent, by kind and name; settings, which say where they were made, aside."""
    file = folder / "all.yaml"
    file.write_text(PACKAGE.format(source=source))
    found: dict[tuple[Kind, str], Any] = {}
    for one in validate(load([file])):
        request: Any = one.request
        if request is None:
            continue
        if one.id.kind is Kind.TASK:
            for variable in request.template.container.env:
                variable.value = "" if variable.key == "_F_SS_C" else variable.value
        found[one.id.kind, one.id.name] = request
    return found


@pytest.mark.parametrize(
    ("serialize", "copy"), [((), "none"), (("fast",), "all")], ids=["plain", "fast"]
)
def test_a_folder_of_serialize_is_what_package_archives(
    tmp_path: Path, serialize: tuple[str, ...], copy: str
) -> None:
    """With the code and without; where it is unpacked, the manifest says."""
    (tmp_path / "folder").mkdir()
    folder = str(tmp_path / "folder")
    pyflyte("serialize", "--image", IMAGE, *serialize, "workflows", "--folder", folder)
    archive = str(tmp_path / "all.tgz")
    pyflyte("package", "--image", IMAGE, "--copy", copy, "--output", archive)

    serialised = sent(tmp_path, "folder")

    assert len(serialised) == 23
    assert serialised == sent(tmp_path, "all.tgz")
