"""Each entity of a package named by its own content: what changes, and what keeps its version."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.desired import bind, declare
from reconciler.desired.member import Member
from reconciler.desired.package import read_package
from reconciler.errors import ManifestError
from reconciler.manifest import Package
from reconciler.model import DesiredState, Kind, identifiers

PACKAGES = Path(__file__).with_name("packages")
NUMBERS = {Kind.TASK: 1, Kind.WORKFLOW: 2, Kind.LAUNCH_PLAN: 3}


def a_package(source: Path, *, domain: str = "development", **spec: Any) -> Package:
    return Package.model_validate(
        {
            "apiVersion": "reconciler/v1",
            "kind": "Package",
            "metadata": {"project": "flytesnacks", "domain": domain, "name": "code"},
            "spec": {"source": str(source), "versions": "perEntity", **spec},
        }
    )


def bound(source: Path, **spec: Any) -> DesiredState:
    return bind(declare([a_package(source, **spec)]), None)


def versions(state: DesiredState) -> dict[tuple[Kind, str], str]:
    return {(one.id.kind, one.id.name): one.id.version for one in state if one.id.kind.versioned}


def changed_package(folder: Path, source: Path, change: Callable[[Member], None]) -> Path:
    """The same package, with something about it changed."""
    for number, member in enumerate(read_package(source)):
        change(member)
        file = folder / f"{number:03}_{NUMBERS[member.kind]}.pb"
        file.write_bytes(member.spec.SerializeToString())
    return folder


@pytest.mark.parametrize("name", ["subflows", "mapping", "references", "schedules", "conditions"])
def test_references_name_the_versions_that_are_there(name: str) -> None:
    """Every identifier of every request is one of the set, or of something else's own version."""
    state = bound(PACKAGES / f"{name}.tgz")
    known = {
        (one.id.to_identifier().resource_type, one.id.name, one.id.version)
        for one in state
        if one.id.kind.versioned
    }
    for one in state:
        for id in identifiers(one.request) if one.request else ():
            if id.project == "flytesnacks" and id.name.startswith(name):
                assert (id.resource_type, id.name, id.version) in known
            assert id.version not in ("", "-")


def test_what_did_not_change_keeps_its_version(tmp_path: Path) -> None:
    """A changed task takes along what refers to it, at any depth, and nothing else."""

    def change(member: Member) -> None:
        if member.kind is Kind.TASK and member.name == "subflows.inner.inc":
            member.spec.template.metadata.retries.retries += 1

    before = versions(bound(PACKAGES / "subflows.tgz"))
    after = versions(bound(changed_package(tmp_path, PACKAGES / "subflows.tgz", change)))
    moved = {key for key in before if before[key] != after[key]}
    users = users_of("subflows.inner.inc", PACKAGES / "subflows.tgz")
    assert moved == users
    assert (Kind.TASK, "subflows.inner.add") not in moved


def users_of(task: str, source: Path) -> set[tuple[Kind, str]]:
    """The task and everything that refers to it through anything else."""
    users = {(Kind.TASK, task)}
    kinds = {1: Kind.TASK, 2: Kind.WORKFLOW, 3: Kind.LAUNCH_PLAN}
    while True:
        more = {
            (member.kind, member.name)
            for member in read_package(source)
            for id in identifiers(member.spec)
            if (kinds[id.resource_type], id.name) in users
        }
        if more <= users:
            return users
        users |= more


def test_the_same_content_has_the_same_versions_everywhere() -> None:
    """Whatever project and domain it is registered in."""
    here = versions(bound(PACKAGES / "subflows.tgz"))
    assert versions(bound(PACKAGES / "subflows.tgz", domain="production")) == here
    assert len(set(here.values())) == len(here)


def test_a_sub_workflow_that_is_not_registered_shares_its_parents_version(
    tmp_path: Path,
) -> None:
    """It has no other; flytekit leaves it out of packages where nobody names it."""
    parent, nested = "conditions.choose.in_sub", "conditions.choose.nested"
    for number, member in enumerate(read_package(PACKAGES / "conditions.tgz")):
        if member.kind is Kind.TASK or (member.kind, member.name) == (Kind.WORKFLOW, parent):
            file = tmp_path / f"{number:03}_{NUMBERS[member.kind]}.pb"
            file.write_bytes(member.spec.SerializeToString())
    (found,) = (one for one in bound(tmp_path) if one.id.name == parent)
    request: Any = found.request
    inside = {template.id.name: template.id.version for template in request.sub_workflows}
    assert inside[nested] == found.id.version
    assert found.id.version != versions(bound(PACKAGES / "conditions.tgz"))[found.id.kind, parent]


@pytest.mark.parametrize("source", ["packages/dynamics", "fast_packages/dynamics-fast"])
def test_packages_whose_tasks_look_their_children_up_are_refused(source: str) -> None:
    """All such tasks are named: dynamic ones, eager ones, and what cleans up after these."""
    with pytest.raises(ManifestError) as caught:
        bound(PACKAGES.parent / f"{source}.tgz")
    message = str(caught.value)
    assert "under their own version" in message
    for name in ("hinted", "run_eagerly", "run_eagerly-cleanup", "spread"):
        assert f"dynamics.dyn.{name}" in message
    assert "dynamics.dyn.one," not in message


def test_a_fixed_version_is_no_version_per_entity() -> None:
    """One of both must be meant."""
    with pytest.raises(ValueError, match="several"):
        a_package(PACKAGES / "subflows.tgz", version="v1")


def test_the_version_of_an_entity_is_the_same_in_a_smaller_package(tmp_path: Path) -> None:
    """It depends on what is in it alone, not on what it was packaged with."""
    whole = versions(bound(PACKAGES / "subflows.tgz"))
    for number, member in enumerate(read_package(PACKAGES / "subflows.tgz")):
        if member.name.startswith("subflows.inner."):
            file = tmp_path / f"{number:03}_{NUMBERS[member.kind]}.pb"
            file.write_bytes(member.spec.SerializeToString())
    part = versions(bound(tmp_path))
    assert part == {key: whole[key] for key in part}


def test_the_code_is_part_of_what_runs_it(tmp_path: Path) -> None:
    """Other code, other versions of the tasks that run it, and of what refers to them."""
    source = PACKAGES.parent / "fast_packages" / "chained-fast.tgz"
    before = versions(bound(source))
    with tarfile.open(source) as tar:
        tar.extractall(tmp_path, filter="data")
    (bundle,) = tmp_path.glob("fast*.tar.gz")
    assert versions(bound(tmp_path)) == before
    with tarfile.open(bundle, "w:gz") as tar:
        info = tarfile.TarInfo("chained.py")
        info.size = 3
        tar.addfile(info, io.BytesIO(b"x=1"))
    after = versions(bound(tmp_path))
    assert {key for key in before if before[key] == after[key]} == set()
