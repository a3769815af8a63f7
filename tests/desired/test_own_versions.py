"""A package whose members keep the versions that they say themselves."""

from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.task_pb2 import TaskSpec

from reconciler.desired import bind, declare
from reconciler.errors import ManifestError
from reconciler.manifest import Package
from tests.desired.archives import a_task_member, an_archive


def a_package(source: Path, **spec: Any) -> Package:
    return Package.model_validate(
        {
            "apiVersion": "reconciler/v1",
            "kind": "Package",
            "metadata": {"project": "flytesnacks", "domain": "development", "name": "estate"},
            "spec": {"source": str(source), "versions": "own", **spec},
        }
    )


def a_member(name: str, version: str) -> bytes:
    spec = TaskSpec.FromString(a_task_member(name))
    spec.template.id.version = version
    spec.template.type = "shell"
    content: bytes = spec.SerializeToString()
    return content


def test_each_member_keeps_its_version(tmp_path: Path) -> None:
    """Fixed, not the hash of any content: existing under it does not mean being the same."""
    members = {"0_1.pb": a_member("a", "v1"), "1_1.pb": a_member("b", "2026-01-01")}
    state = bind(declare([a_package(an_archive(tmp_path / "a.tgz", members))]), None)

    assert {(one.id.name, one.id.version) for one in state} == {("a", "v1"), ("b", "2026-01-01")}
    assert not any(one.content_addressed for one in state)


def test_a_member_without_a_version_is_told(tmp_path: Path) -> None:
    """As packages of flytekit's have them: these have one version together."""
    members = {"0_1.pb": a_member("a", "v1"), "1_1.pb": a_member("b", "")}

    with pytest.raises(ManifestError, match="say no version of their own: b"):
        bind(declare([a_package(an_archive(tmp_path / "a.tgz", members))]), None)


def test_one_version_beside_all_their_own_is_refused(tmp_path: Path) -> None:
    """It is one or the other."""
    with pytest.raises(ValueError, match="several"):
        a_package(tmp_path / "a.tgz", version="v1")
