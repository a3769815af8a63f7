"""Packages with code, as a real Admin v1.16.8 held them after flytectl had registered them.

Each archive is one that `pyflyte package --copy all` wrote; `recorded.json` has the digest that
the server stored for every entity, and the address at which flytectl had put the bundle.
"""

import base64
import gzip
import io
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.task_pb2 import TaskSpec
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct

from reconciler.desired import bind, declare
from reconciler.desired.package import package_version, read_package
from reconciler.errors import ManifestError
from reconciler.manifest import Package
from reconciler.model import (
    CodeArchive,
    DesiredState,
    Kind,
    Resource,
    object_hash,
    to_canonical,
    with_addresses,
)
from reconciler.plan import compare

PACKAGES = Path(__file__).with_name("fast_packages")
RECORDED: dict[str, dict[str, Any]] = json.loads((PACKAGES / "recorded.json").read_text())
# flytectl writes pod specs anew, and so with other bytes than the package has; these are sent as
# the package says, which is what pyflyte registers. A workflow is named for the pod inside it.
PODS_WRITTEN_ANEW = {
    "overrides-fast": {"workflow:flytesnacks/development/overrides.nodes.everything@v1"},
    "settings-fast": {
        "task:flytesnacks/development/settings.tuned.podded@v1",
        "workflow:flytesnacks/development/settings.tuned.chain@v1",
    },
}
PODS_WRITTEN_ANEW["settings-fast-dest"] = PODS_WRITTEN_ANEW["settings-fast"]
ADDRESS = "{{ .remote_package_path }}"
DESTINATION = "{{ .dest_dir }}"


def bound(source: Path, *, version: str = "v1", destination: str = ".") -> DesiredState:
    manifest = Package.model_validate(
        {
            "apiVersion": "reconciler/v1",
            "kind": "Package",
            "metadata": {"project": "flytesnacks", "domain": "development", "name": "code"},
            "spec": {"source": str(source), "version": version, "destination": destination},
        }
    )
    return bind(declare([manifest]), None)


def recorded(name: str, *, version: str = "v1") -> DesiredState:
    case = RECORDED[name]
    return bound(PACKAGES / case["package"], version=version, destination=case["destination"])


def digest(resource: Resource, address: str, pods: Callable[[Struct], None]) -> str:
    """Admin's digest of a resource with its code at an address, pods changed by `pods`."""
    spec: Any = type(resource.spec)()  # type: ignore[misc]
    spec.CopyFrom(resource.spec)
    with_addresses(spec, {bundle.token: address for bundle in resource.bundles})
    for pod in pod_specs(spec):
        pods(pod)
    return object_hash(to_canonical(spec)).hex()


def pod_specs(message: Message) -> Iterator[Struct]:
    """Every pod spec at any depth of a message."""
    for field, value in message.ListFields():
        if field.name == "pod_spec":
            yield value
        elif field.message_type and not field.message_type.GetOptions().map_entry:
            for item in value if field.is_repeated else (value,):
                yield from pod_specs(item)


def as_kubernetes_writes(pod: Struct) -> None:
    """What becomes of a pod spec that goes through Kubernetes' own types. Works in place."""
    written = without_empty(MessageToDict(pod))
    for container in (*written.get("containers", ()), *written.get("initContainers", ())):
        container.setdefault("resources", {})
    pod.Clear()
    ParseDict(written, pod)


def without_empty(value: Any) -> Any:
    if isinstance(value, list):
        return [without_empty(item) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {key: without_empty(item) for key, item in value.items()}
    return {key: item for key, item in inner.items() if item not in ([], {})}


def unchanged(pod: Struct) -> None:
    pass


@pytest.mark.parametrize("name", RECORDED)
def test_every_entity_has_the_digest_that_the_server_stored(name: str) -> None:
    """All but those listed, with the bundle's address as flytectl had it; no field is left out."""
    case = RECORDED[name]
    found = {
        one.id.address: digest(one, case["address"], unchanged)
        for one in recorded(name)
        if one.id.kind.versioned
    }

    differing = {address for address in found if found[address] != case["digests"][address]}
    assert found.keys() == case["digests"].keys()
    assert differing == PODS_WRITTEN_ANEW.get(name, set())


@pytest.mark.parametrize("name", PODS_WRITTEN_ANEW)
def test_pods_differ_in_how_kubernetes_writes_them_alone(name: str) -> None:
    """Written anew as flytectl does, the listed ones have the server's digests as well."""
    case = RECORDED[name]
    for one in recorded(name):
        if one.id.address in PODS_WRITTEN_ANEW[name]:
            written = digest(one, case["address"], as_kubernetes_writes)
            assert written == case["digests"][one.id.address], one.id


@pytest.mark.parametrize("name", RECORDED)
def test_whatever_needs_an_address_asks_for_it(name: str) -> None:
    """Nothing is sent with what flytectl would have filled in, or without an address."""
    for one in recorded(name):
        if one.request is None:
            continue
        sent = type(one.request)()
        sent.CopyFrom(one.request)
        with_addresses(sent, {bundle.token: "s3://here" for bundle in one.bundles})
        text = str(sent)
        assert ADDRESS not in text
        assert "known after upload" not in text


@pytest.mark.parametrize("name", sorted(RECORDED.keys() - PODS_WRITTEN_ANEW.keys()))
def test_what_other_tools_registered_is_known_again(name: str) -> None:
    """From the same archive, at the address that flytectl gave it: no conflict, no upload."""
    for one in recorded(name):
        if not one.bundles:
            continue
        found: Any = type(one.spec)()  # type: ignore[misc]
        found.CopyFrom(one.spec)
        tokens = {bundle.token: RECORDED[name]["address"] for bundle in one.bundles}
        with_addresses(found, tokens)
        held = Resource(one.id, spec=found)
        assert held.digest != one.digest
        assert compare(held, one) == ()


def test_pyflytes_own_address_is_known_as_well() -> None:
    """It uploads the archive as it is, and names it by what it uploads."""
    (bundle,) = {bundle for one in recorded("dynamics-fast") for bundle in one.bundles}
    place, file = "s3://my-s3-bucket/flytesnacks/development", "d805066898f0b6da9109486c4c78f9a7"
    assert bundle.is_address(f"{place}/EGMW3HPIE7RUJQECRVA5KJOR24======/fast{file}.tar.gz")
    assert not bundle.is_address(f"{place}/EGMW3HPIE7RUJQECRVA5KJOR25======/fast{file}.tar.gz")


def test_a_placeholder_where_flytectl_leaves_it_is_told() -> None:
    """It reaches the container as it is: in this package, an init container's argument."""
    warnings = recorded("settings-fast").warnings
    (warning,) = [one for one in warnings if one.code == "unfilled-placeholder"]
    assert "k8sPod.podSpec.initContainers[0].args[0]" in warning.message
    assert DESTINATION in warning.message


# Versions


def repacked(source: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The package again, each member changed."""
    with tarfile.open(source) as package, tarfile.open(target, "w:gz") as out:
        for member in package:
            file = package.extractfile(member)
            assert file is not None
            add(out, member.name, change(member.name, file.read()))
    return target


def add(archive: tarfile.TarFile, name: str, content: bytes, mode: int = 0o644) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), mode
    archive.addfile(info, io.BytesIO(content))


def version_of(source: Path, *, destination: str = ".") -> str:
    state = bound(source, version="auto", destination=destination)
    (version,) = {one.id.version for one in state if one.id.kind.versioned}
    return version


def in_another_folder(name: str, content: bytes) -> bytes:
    """A task as if packaged elsewhere: flytekit writes the folder into its settings."""
    if not name.endswith("_1.pb"):
        return content
    spec = TaskSpec.FromString(content)
    for variable in spec.template.container.env:
        if variable.key == "_F_SS_C":
            settings = json.loads(gzip.decompress(base64.b64decode(variable.value)))
            assert settings["source_root"] == "/srv/app"
            settings["source_root"] = "/home/alice/app"
            # Another machine may compress in another way, too.
            data = gzip.compress(json.dumps(settings).encode(), compresslevel=1, mtime=7)
            variable.value = base64.b64encode(data).decode()
    changed: bytes = spec.SerializeToString()
    return changed


def test_one_commit_packaged_in_two_folders_is_one_version(tmp_path: Path) -> None:
    """The folder stands in dynamic and eager tasks; it is sent, and counts for nothing."""
    here = PACKAGES / "dynamics-fast.tgz"
    there = repacked(here, tmp_path / "there.tgz", in_another_folder)

    assert here.read_bytes() != there.read_bytes()
    assert version_of(here) == version_of(there)
    ours, theirs = bound(here), bound(there)
    for one, other in zip(ours, theirs, strict=True):
        assert compare(one, other) == (), f"a plan would see {one.id} differ"
        assert one.agrees_with(other)
    assert {one.digest for one in ours} != {other.digest for other in theirs}


def test_any_other_setting_of_a_dynamic_task_counts(tmp_path: Path) -> None:
    """Only the folder is left out."""

    def with_image(name: str, content: bytes) -> bytes:
        if not name.endswith("_1.pb"):
            return content
        spec = TaskSpec.FromString(content)
        for variable in spec.template.container.env:
            if variable.key == "_F_SS_C":
                settings = json.loads(gzip.decompress(base64.b64decode(variable.value)))
                settings["image_config"]["default_image"]["tag"] = "2"
                data = gzip.compress(json.dumps(settings).encode())
                variable.value = base64.b64encode(data).decode()
        changed: bytes = spec.SerializeToString()
        return changed

    here = PACKAGES / "dynamics-fast.tgz"
    assert version_of(here) != version_of(repacked(here, tmp_path / "2.tgz", with_image))


def code_changed(change: Callable[[tarfile.TarFile], None]) -> Callable[[str, bytes], bytes]:
    """A change of the bundle inside a package."""

    def changed(name: str, content: bytes) -> bytes:
        if not name.startswith("fast"):
            return content
        out = io.BytesIO()
        with (
            tarfile.open(fileobj=io.BytesIO(content)) as old,
            tarfile.open(fileobj=out, mode="w") as new,
        ):
            for member in reversed(old.getmembers()):
                file = old.extractfile(member)
                assert file is not None
                member.mtime, member.uname = 12345, "alice"
                new.addfile(member, file)
            change(new)
        return out.getvalue()

    return changed


def test_how_code_is_archived_makes_no_version(tmp_path: Path) -> None:
    """Order, times, owners, compression: none of it is code."""
    here = PACKAGES / "chained-fast.tgz"
    again = repacked(here, tmp_path / "again.tgz", code_changed(lambda archive: None))
    assert version_of(here) == version_of(again)


def test_code_makes_a_version(tmp_path: Path) -> None:
    """One more file, and all of the package has a new one."""
    here = PACKAGES / "chained-fast.tgz"
    more = repacked(here, tmp_path / "a.tgz", code_changed(lambda new: add(new, "a.sql", b"x")))
    executable = repacked(
        here, tmp_path / "b.tgz", code_changed(lambda new: add(new, "a.sql", b"x", 0o755))
    )
    assert len({version_of(path) for path in (here, more, executable)}) == 3


def test_where_code_is_unpacked_counts_where_it_is_left_open() -> None:
    """`serialize` leaves it open; what `package` wrote down cannot be changed from outside."""
    left_open = PACKAGES / "settings-fast.tgz"
    settled = PACKAGES / "chained-fast.tgz"
    assert version_of(left_open) != version_of(left_open, destination="/opt/code")
    assert version_of(settled) == version_of(settled, destination="/opt/code")


def test_the_bundle_of_a_package_is_found_again() -> None:
    """By the package and the member's name; its digest and size are in the plan."""
    bundles = {bundle for one in recorded("chained-fast") for bundle in one.bundles}
    (bundle,) = bundles
    assert bundle.name == "code"
    assert isinstance(bundle.source, CodeArchive)
    assert bundle.source.package == str(PACKAGES / "chained-fast.tgz")
    assert bundle.source.member == "fast9c71d8cb332b8b2a3029fdefe6419778.tar.gz"
    assert bundle.code.files == 2
    contents = read_package(PACKAGES / "chained-fast.tgz")
    assert contents.code is not None
    assert contents.code.code == bundle.code
    assert package_version(contents) == version_of(PACKAGES / "chained-fast.tgz")


# What cannot be


def a_task(*args: str) -> bytes:
    spec = TaskSpec()
    spec.template.id.name = "t"
    spec.template.id.resource_type = 1
    spec.template.type = "python-task"
    spec.template.metadata.SetInParent()
    spec.template.interface.SetInParent()
    spec.template.container.image = "i"
    spec.template.container.args.extend(args)
    content: bytes = spec.SerializeToString()
    return content


def a_package(path: Path, members: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            add(archive, name, content)
    return path


def a_bundle(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in members:
            add(archive, name, content)
    return out.getvalue()


@pytest.mark.parametrize("text", [ADDRESS, "{{.remote_package_path}}", f"--from={ADDRESS}"])
def test_code_that_a_package_lacks_is_missed(tmp_path: Path, text: str) -> None:
    """flytectl would put nothing there, and the task would fail to start."""
    package = a_package(tmp_path / "p.tgz", {"t_1.pb": a_task("pyflyte-fast-execute", text)})
    with pytest.raises(ManifestError, match=r"container\.args\[1\].*holds no code bundle"):
        bound(package)


def test_without_code_a_destination_is_still_filled_in(tmp_path: Path) -> None:
    """It resolves to something, code or none."""
    package = a_package(tmp_path / "p.tgz", {"t_1.pb": a_task("ls", DESTINATION)})
    (task,) = bound(package, destination="/data")
    spec: Any = task.request
    assert list(spec.template.container.args) == ["ls", "/data"]
    assert task.bundles == ()


def test_a_task_that_runs_no_code_has_no_bundle(tmp_path: Path) -> None:
    """So a change of the code does not register it anew under a version of its own."""
    members = {"t_1.pb": a_task("ls"), "fast1.tar.gz": a_bundle(("a.py", b"1"))}
    (task,) = bound(a_package(tmp_path / "p.tgz", members))
    assert task.bundles == ()
    other = members | {"fast1.tar.gz": a_bundle(("a.py", b"2"))}
    assert version_of(tmp_path / "p.tgz") == version_of(a_package(tmp_path / "q.tgz", other))


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ({"fast1.tar.gz": a_bundle(("../a.py", b""))}, "points outside"),
        ({"fast1.tar.gz": a_bundle(("a", b""), ("a", b""))}, "is there twice"),
        ({"fast1.tar.gz": a_bundle()}, "holds no code"),
        ({"fast1.tar.gz": a_bundle(("a", b"")), "fast2.tar.gz": a_bundle(("a", b""))}, "several"),
        ({"fast1.tar.gz": a_bundle(("a", b"x" * 5000))[:60]}, "cut off"),
    ],
)
def test_a_bad_bundle_spoils_its_package(
    tmp_path: Path, members: Mapping[str, bytes], problem: str
) -> None:
    """Nothing of it is used."""
    package = a_package(tmp_path / "p.tgz", {"t_1.pb": a_task("ls"), **members})
    with pytest.raises(ManifestError, match=problem):
        bound(package)


def test_pods_of_nodes_are_filled_in_as_well() -> None:
    """A node may put another pod in its task's place."""
    (workflow,) = (
        one
        for one in recorded("overrides-fast")
        if one.id.name == "overrides.nodes.everything" and one.id.kind is Kind.WORKFLOW
    )
    (bundle,) = workflow.bundles
    assert bundle.token in str(workflow.request)
