"""Members of a package: told by suffix, proved by content; protobuf, JSON or YAML alike."""

import json
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from google.protobuf.json_format import MessageToDict, MessageToJson

from reconciler.desired import declare, needs
from reconciler.desired.member import Member
from reconciler.desired.package import PackageError, package_version, read_package, references
from reconciler.desired.package_members import member_of
from reconciler.manifest import Package
from reconciler.model import Kind, identifiers
from tests.desired.archives import a_task_member, an_archive

PACKAGES = Path(__file__).with_name("packages")
NUMBERS = {Kind.TASK: 1, Kind.WORKFLOW: 2, Kind.LAUNCH_PLAN: 3}


def refused(name: str, content: bytes) -> str:
    with pytest.raises(PackageError) as caught:
        member_of(name, content)
    return str(caught.value)


def some_member(kind: Kind, package: str = "conditions") -> Member:
    members = read_package(PACKAGES / f"{package}.tgz").members
    return next(one for one in members if one.kind is kind)


@pytest.mark.parametrize("package", ["alltypes", "conditions", "mapping", "schedules", "dynamics"])
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_the_same_package_as_text_is_the_same_version(
    tmp_path: Path, package: str, form: str
) -> None:
    """Every member written as protobuf JSON, or as YAML of it, and read again."""
    contents = read_package(PACKAGES / f"{package}.tgz")
    for number, member in enumerate(contents):
        file = tmp_path / f"{number}_{NUMBERS[member.kind]}.{form}"
        # JSON is YAML too, but what people write looks like this.
        file.write_text(
            MessageToJson(member.spec)
            if form == "json"
            else as_yaml(MessageToDict(member.spec, preserving_proto_field_name=True))
        )
    assert package_version(read_package(tmp_path)) == package_version(contents)


def as_yaml(value: Any) -> str:
    """Block style, keys plain, every text quoted."""
    return "\n".join(lines(value, 0)) + "\n"


def lines(value: Any, depth: int) -> list[str]:
    indent = "  " * depth
    if isinstance(value, dict) and value:
        found = []
        for key, item in value.items():
            if isinstance(item, dict | list) and item:
                found += [f"{indent}{json.dumps(key)}:", *lines(item, depth + 1)]
            else:
                found.append(f"{indent}{json.dumps(key)}: {json.dumps(item)}")
        return found
    if isinstance(value, list) and value:
        return [f"{indent}- {json.dumps(item, ensure_ascii=False)}" for item in value]
    return [f"{indent}{json.dumps(value)}"]


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("form", ["pb", "json"])
def test_a_file_without_a_number_is_told_by_its_content(kind: Kind, form: str) -> None:
    """As flytectl does; but only where it can be nothing else."""
    member = some_member(kind)
    content = (
        member.spec.SerializeToString() if form == "pb" else MessageToJson(member.spec).encode()
    )
    assert member_of(f"nested/whatever.{form}", content).kind is kind


def test_a_single_file_is_a_package(tmp_path: Path) -> None:
    """One task, exported by somebody."""
    (tmp_path / "x_1.pb").write_bytes(a_task_member("x"))
    (member,) = read_package(tmp_path / "x_1.pb").members
    assert (member.kind, member.name) == (Kind.TASK, "x")


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("x_2.pb", a_task_member("x"), "is no workflow, whatever its suffix says"),
        ("x_3.pb", a_task_member("x"), "is no launch plan"),
        ("x_1.pb", b"", "is no task"),
        ("x_1.pb", b"\xff\xff\xff", "is no task: its bytes are none"),
        ("x.pb", b"", "cannot tell what it is"),
        ("x_1.json", b"[]", "is no task: it is no mapping"),
        ("x_1.json", b"{", "is no task"),
        ("x_1.json", b"\xff", "is no task"),
        ("x_1.json", b"[" * 100_000, "is no task"),
        ("x_1.json", b'{"template": {}, "template": {}}', "it says a key twice"),
        ("x_1.json", b'{"template": {"id": {"name": "x"}, "nonsense": 1}}', "nonsense"),
        ("x_1.json", b'{"template": 1}', "is no task"),
        ("x_1.json", b'{"template": {"id": {"name": 1}}}', "is no task"),
        ("x_1.yaml", b"a: &a [*a]", "is no task"),
        ("x_1.yaml", b"template: {id: {name: x}}\n---\ntemplate: {}", "a file holds one document"),
        ("x_1.yaml", b"template: !!python/object:os.system {}", "manifests have no tags"),
        ("x_1.yaml", b"\ttemplate", "is no task"),
        ("x_1.exe", b"", "is no task, workflow or launch plan; remove it"),
    ],
)
def test_what_is_no_member_is_refused(name: str, content: bytes, problem: str) -> None:
    """With the file's name and what is wrong with it."""
    message = refused(name, content)
    assert message.startswith(f"{name}: ")
    assert problem in message


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("other", NUMBERS)
def test_no_kind_is_taken_for_another(kind: Kind, other: Kind) -> None:
    """proto3 reads almost anything as almost anything."""
    content = some_member(kind).spec.SerializeToString()
    name = f"x_{NUMBERS[other]}.pb"
    if kind is other:
        assert member_of(name, content).kind is kind
    else:
        assert f"{name}: is no {other}" in refused(name, content)


def test_a_launch_plan_of_no_workflow_is_refused() -> None:
    """flytectl crashes on it."""
    message = LaunchPlan()
    message.id.name = "x"
    message.spec.SetInParent()
    assert "is no launch plan" in refused("x_3.pb", message.SerializeToString())


def test_a_name_that_admin_cannot_store_is_refused() -> None:
    """Postgres has no NUL."""
    assert "is no task" in refused("x_1.pb", a_task_member("x\0y"))


@pytest.mark.parametrize("message", [TaskSpec, WorkflowSpec])
def test_fields_of_newer_releases_are_kept(message: Any) -> None:
    """A field that nobody here knows yet is sent as it came, and counts for the version."""
    spec = message()
    spec.template.id.name = "x"
    unknown = b"\xfa\x3f\x03new"  # field 1023, a text
    number = 1 if message is TaskSpec else 2
    plain = member_of(f"x_{number}.pb", spec.SerializeToString())
    newer = member_of(f"x_{number}.pb", spec.SerializeToString() + unknown)
    assert unknown in newer.spec.SerializeToString()
    assert plain.spec != newer.spec


def test_order_and_names_of_members_mean_nothing(tmp_path: Path) -> None:
    """Only suffixes do."""
    contents = read_package(PACKAGES / "subflows.tgz")
    files = {
        f"{'z' * (9 - number % 9)}{number}_{NUMBERS[one.kind]}.pb": one.spec.SerializeToString()
        for number, one in enumerate(reversed(contents.members))
    }
    again = read_package(an_archive(tmp_path / "x.tgz", files))
    assert package_version(again) == package_version(contents)


def test_references_by_hand_need_not_say_what_they_refer_to() -> None:
    """Where they stand says it; flytekit writes it down all the same."""
    spec = some_member(Kind.WORKFLOW, "subflows").spec
    bare = type(spec)()
    bare.CopyFrom(spec)
    for id in identifiers(bare):
        id.resource_type = 0
    assert member_of("x_2.pb", bare.SerializeToString()).spec == spec


@pytest.mark.parametrize("kind", [Kind.TASK, Kind.WORKFLOW])
@pytest.mark.parametrize("name", ["other", ""])
def test_the_id_of_a_description_is_no_reference(kind: Kind, name: str) -> None:
    """Admin puts the entity's own in its place, and so do we not look for it."""
    member = some_member(kind)
    before = list(references(member))
    spec = type(member.spec)()
    spec.CopyFrom(member.spec)
    spec.description.short_description = "what it does"
    spec.description.id.name, spec.description.id.version = name, "zz"
    again = member_of(member.file, spec.SerializeToString())
    assert list(references(again)) == before
    assert again.spec.description.short_description == "what it does"


def test_a_reference_without_a_name_is_refused() -> None:
    """There is nothing that it could mean."""
    spec = some_member(Kind.WORKFLOW, "subflows").spec
    next(iter(spec.template.nodes)).task_node.reference_id.name = ""
    assert "refers to something that has no name" in refused("x_2.pb", spec.SerializeToString())


@pytest.mark.parametrize("version", ["latest", "active", "auto"])
def test_a_version_that_looks_like_a_word_is_a_version(tmp_path: Path, version: str) -> None:
    """Some register with `--version latest`; a package that refers to that means just that."""
    spec = some_member(Kind.LAUNCH_PLAN).spec
    spec.spec.workflow_id.version = version
    (tmp_path / "x_3.pb").write_bytes(spec.SerializeToString())
    package = Package.model_validate(
        {
            "apiVersion": "reconciler/v1",
            "kind": "Package",
            "metadata": {"project": "p", "domain": "d", "name": "x"},
            "spec": {"source": str(tmp_path)},
        }
    )
    wanted = needs(declare([package]))
    assert [id.version for id in wanted.versions] == [version]
    assert not wanted.latest
    assert not wanted.active
