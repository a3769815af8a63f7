"""Packages: read safely, registered as the real server held them, named by their content."""

import gzip
import json
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict

from reconciler.desired import bind, declare
from reconciler.desired.package import PackageError, package_version, read_package
from reconciler.errors import ManifestError
from reconciler.manifest import Package
from reconciler.model import DesiredState, Kind, identifiers
from tests.desired.archives import a_task_member, an_archive

PACKAGES = Path(__file__).with_name("packages")
DIGESTS: dict[str, dict[str, str]] = json.loads((PACKAGES / "digests.json").read_text())


def a_package(source: Path, *, version: str = "v1", **spec: object) -> Package:
    return Package.model_validate(
        {
            "apiVersion": "reconciler/v1",
            "kind": "Package",
            "metadata": {"project": "flytesnacks", "domain": "development", "name": "code"},
            "spec": {"source": str(source), "version": version, **spec},
        }
    )


def bound(source: Path, *, version: str = "v1", **spec: object) -> DesiredState:
    return bind(declare([a_package(source, version=version, **spec)]), None)


def members_of(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member)
            assert file is not None
            yield member.name, file.read()


@pytest.mark.parametrize("name", DIGESTS)
def test_a_package_becomes_what_the_server_held(name: str) -> None:
    """Closures and launch plans have the very digests that a real Admin stored for them."""
    state = bound(PACKAGES / f"{name}.tgz")
    digests = {one.id.address: one.digest.hex() for one in state if one.id.kind.versioned}
    assert digests == DIGESTS[name]


def test_the_version_is_the_content_whatever_the_archive(tmp_path: Path) -> None:
    """Order, suffix, compression, a folder instead of an archive: one package, one version."""
    members = dict(members_of(PACKAGES / "chained.tgz"))
    shuffled = an_archive(tmp_path / "shuffled.tgz", dict(reversed(members.items())))
    folder = tmp_path / "folder" / "nested"
    folder.mkdir(parents=True)
    for file, content in members.items():
        (folder / file).write_bytes(content)
    packed = (PACKAGES / "chained.tgz").read_bytes()
    (tmp_path / "whole.tar.gz").write_bytes(packed)
    (tmp_path / "plain.tar").write_bytes(gzip.decompress(packed))
    (tmp_path / "zipped-after-all.tar").write_bytes(packed)
    names = ("whole.tar.gz", "plain.tar", "zipped-after-all.tar", "folder")
    versions = {
        package_version(read_package(path))
        for path in (shuffled, *(tmp_path / name for name in names))
    }
    assert versions == {package_version(read_package(PACKAGES / "chained.tgz"))}


def test_an_auto_version_is_shared_by_all_members() -> None:
    """Dynamic tasks look their children up under their own version."""
    state = bound(PACKAGES / "dynamics.tgz", version="auto")
    versions = {one.id.version for one in state if one.id.kind.versioned}
    assert versions == {package_version(read_package(PACKAGES / "dynamics.tgz"))}
    assert all(one.content_addressed for one in state if one.id.kind.versioned)


def test_only_listed_launch_plans_are_switched() -> None:
    """A package's launch plans are left as they are, unless activation names them."""
    state = bound(PACKAGES / "schedules.tgz", activation={"etl_daily": "active"})
    switches = [one for one in state if one.id.kind is Kind.ACTIVATION]
    assert [(one.id.name, one.active) for one in switches] == [("etl_daily", ("v1",))]


def test_activating_what_is_not_there_is_an_error() -> None:
    """The launch plans that the package does hold are told."""
    with pytest.raises(ManifestError, match=r"no launch plan nope.*etl_daily"):
        bound(PACKAGES / "schedules.tgz", activation={"nope": "active"})


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"../x_1.pb": a_task_member("x")}, "outside"),
        ({"/x_1.pb": a_task_member("x")}, "outside"),
        ({"README.md": b"hello"}, "no task, workflow or launch plan"),
        ({"x_2.pb": a_task_member("x")}, "is no workflow"),
        ({"x_1.pb": b"\xff\xff\xff"}, "is no task"),
        ({"x_1.pb": b""}, "is no task"),
        ({"fast123.tar.gz": b"no tar", "x_1.pb": a_task_member("x")}, "no readable tar"),
        ({"a_1.pb": a_task_member("x"), "b_1.pb": a_task_member("x")}, "2 times"),
        ({}, "holds no task"),
    ],
)
def test_a_bad_package_is_refused_whole(
    tmp_path: Path, members: Mapping[str, bytes], problem: str
) -> None:
    """Nothing of it is used, and each member at fault is named."""
    path = an_archive(tmp_path / "bad.tgz", {"good_1.pb": a_task_member("good")} | dict(members))
    if not members:
        path = an_archive(tmp_path / "empty.tgz", {})
    with pytest.raises(PackageError, match=problem):
        read_package(path)


def test_what_desktops_leave_behind_is_ignored(tmp_path: Path) -> None:
    """A `.DS_Store` does not make a package bad, nor another version."""
    plain = an_archive(tmp_path / "a.tgz", {"x_1.pb": a_task_member("x")})
    messy = an_archive(
        tmp_path / "b.tgz", {".DS_Store": b"?", "._x_1.pb": b"?", "x_1.pb": a_task_member("x")}
    )
    assert read_package(plain) == read_package(messy)


def test_a_missing_package_says_how_to_make_one(tmp_path: Path) -> None:
    """The most frequent mistake, in words that help."""
    with pytest.raises(PackageError, match="pyflyte package"):
        read_package(tmp_path / "none.tgz")


def test_older_placeholders_are_blanks_too(tmp_path: Path) -> None:
    """Releases before 1.0 wrote `{{ registration.version }}` and its like instead of nothing."""
    numbers = {Kind.TASK: 1, Kind.WORKFLOW: 2, Kind.LAUNCH_PLAN: 3}
    for number, member in enumerate(read_package(PACKAGES / "subflows.tgz")):
        for id in identifiers(member.spec):
            id.project = id.project or "{{ registration.project }}"
            id.domain = id.domain or "{{ registration.domain }}"
            id.version = id.version or "{{ registration.version }}"
        file = tmp_path / f"{number}_{numbers[member.kind]}.pb"
        file.write_bytes(member.spec.SerializeToString())
    old, new = bound(tmp_path), bound(PACKAGES / "subflows.tgz")
    assert {one.id: one.digest for one in old} == {one.id: one.digest for one in new}


def test_pod_specs_are_sent_as_they_are_packaged() -> None:
    """flytectl writes them anew, so that what `pyflyte register` had registered differs."""
    archive = PACKAGES.parent / "fast_packages" / "settings-fast.tgz"
    (packaged,) = (one.spec for one in read_package(archive) if one.name.endswith(".podded"))
    (sent,) = (one.request for one in bound(archive) if one.id.name.endswith(".podded"))
    wanted = MessageToDict(packaged.template.k8s_pod.pod_spec)
    found = MessageToDict(sent.template.k8s_pod.pod_spec)  # type: ignore[union-attr]
    for container in (*wanted["containers"], *found["containers"]):
        container.pop("args", None)  # where the code's address is filled in
    assert found == wanted
    assert any(container.get("resources") is None for container in found["containers"])
