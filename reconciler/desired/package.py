"""What `pyflyte package` and `pyflyte serialize` write: an archive or folder of protobuf members.

The archive is read as a stream and never unpacked to disk. Kinds are told by the suffix and
proved by parsing, since proto3 reads almost anything as almost anything; order and names of the
members mean nothing, the identifiers inside do.

Source: flytekit `tools/repo.py`, `tools/serialize_extras.py`; flytectl `cmd/register`.
"""

import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.identifier_pb2 import Identifier, ResourceType
from flyteidl.core.workflow_pb2 import Node, WorkflowTemplate
from google.protobuf.message import DecodeError, Message

from reconciler.model import Kind, content_hash, identifiers

# One of TaskSpec, WorkflowSpec, LaunchPlan (flyteidl ships no types to say so).
Spec = Any

_SUFFIXES: dict[str, tuple[Kind, Any]] = {
    "_1.pb": (Kind.TASK, TaskSpec),
    "_2.pb": (Kind.WORKFLOW, WorkflowSpec),
    "_3.pb": (Kind.LAUNCH_PLAN, LaunchPlan),
}
_TYPES = {
    Kind.TASK: ResourceType.TASK,
    Kind.WORKFLOW: ResourceType.WORKFLOW,
    Kind.LAUNCH_PLAN: ResourceType.LAUNCH_PLAN,
}
# No package of protobufs comes near; an archive that inflates beyond is a bomb.
MAX_MEMBER_BYTES = 64 << 20
MAX_TOTAL_BYTES = 512 << 20
MAX_MEMBERS = 100_000


class PackageError(ValueError):
    """The package cannot be used; `problems` says everything that is wrong with it."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problems))


@dataclass(frozen=True, slots=True)
class Member:
    """One entity of a package, its own identifiers still blank."""

    file: str
    kind: Kind
    spec: Spec

    @property
    def id(self) -> Identifier:
        return self.spec.id if self.kind is Kind.LAUNCH_PLAN else self.spec.template.id

    @property
    def name(self) -> str:
        return str(self.id.name)


def read_package(path: Path) -> tuple[Member, ...]:
    """Read every entity of the package at `path`, a folder or a `.tgz`, `.tar.gz` or `.tar`.

    Raises: PackageError with all that is wrong: nothing of a bad package is ever used.
    """
    try:
        files = list(_folder(path) if path.is_dir() else _archive(path))
    except FileNotFoundError:
        raise PackageError(["no such file or folder; build it with `pyflyte package`"]) from None
    except (OSError, EOFError, tarfile.TarError) as error:
        raise PackageError([f"is no readable archive: {error}"]) from error
    bundles = [name for name, _ in files if _is_bundle(name)]
    if bundles:
        raise PackageError(
            [
                f"{name}: code bundles cannot be uploaded yet; package with `--copy none`"
                for name in bundles
            ]
        )
    problems: list[str] = []
    members: list[Member] = []
    for name, content in files:
        try:
            members.append(_member(name, content))
        except PackageError as error:
            problems += error.problems
    problems += _doubled(members)
    if not members and not problems:
        problems.append("holds no task, workflow or launch plan (`*_1.pb`, `*_2.pb`, `*_3.pb`)")
    if problems:
        raise PackageError(problems)
    return tuple(sorted(members, key=lambda member: (member.kind.rank, member.name)))


def package_version(members: Sequence[Member]) -> str:
    """Name a package by what its members say, whatever their order and file names."""
    parts = sorted(
        (member.kind.slug.encode(), member.name.encode(), deterministic(member.spec))
        for member in members
    )
    return content_hash(piece for part in parts for piece in part)


def deterministic(spec: Message) -> bytes:
    """The bytes of a spec, the same on every run: maps sorted, and upstream ids too.

    flytekit writes `upstream_node_ids` from a set, so their order changes from run to run;
    Admin sorts them before it compares.
    """
    copy = type(spec)()
    copy.CopyFrom(spec)
    if isinstance(copy, WorkflowSpec):
        for template in (copy.template, *copy.sub_workflows):
            _sort_upstream(template)
    return bytes(copy.SerializeToString(deterministic=True))


def _sort_upstream(template: WorkflowTemplate) -> None:
    for node in template.nodes:
        _sort_node(node)
    if template.HasField("failure_node"):
        _sort_node(template.failure_node)


def _sort_node(node: Node) -> None:
    ids = sorted(node.upstream_node_ids)
    del node.upstream_node_ids[:]
    node.upstream_node_ids.extend(ids)
    if node.HasField("branch_node"):
        block = node.branch_node.if_else
        for case in (block.case, *block.other):
            _sort_node(case.then_node)
        if block.HasField("else_node"):
            _sort_node(block.else_node)


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    for file in sorted(path.rglob("*")):
        name = str(PurePosixPath(file.relative_to(path)))
        if _is_junk(name) or file.is_dir():
            continue
        if file.is_symlink():
            raise PackageError([f"{name}: is a link, which a package must not hold"])
        yield name, file.read_bytes()


def _archive(path: Path) -> Iterator[tuple[str, bytes]]:
    total = 0
    problems = []
    with tarfile.open(path, mode="r|*") as archive:
        for count, member in enumerate(archive):
            name = member.name
            parts = PurePosixPath(name).parts
            if count >= MAX_MEMBERS:
                raise PackageError([f"holds more than {MAX_MEMBERS} members"])
            if name.startswith("/") or ".." in parts or "\\" in name:
                problems.append(f"{name}: points outside the archive")
            elif member.isdir() or _is_junk(name):
                continue
            elif not member.isfile():
                problems.append(f"{name}: is a link or device, which a package must not hold")
            elif member.size > MAX_MEMBER_BYTES or total + member.size > MAX_TOTAL_BYTES:
                raise PackageError([f"{name}: inflates beyond any sensible size; refused"])
            else:
                total += member.size
                content = archive.extractfile(member)
                assert content is not None, "a regular file has content"
                yield name, content.read()
    if problems:
        raise PackageError(problems)


def _is_junk(name: str) -> bool:
    """What desktops and editors leave behind: no entity, and no reason to refuse a package."""
    base = PurePosixPath(name).name
    return base == ".DS_Store" or base.startswith("._")


def _is_bundle(name: str) -> bool:
    base = PurePosixPath(name).name
    return base.startswith("fast") and base.endswith(".tar.gz")


def _member(name: str, content: bytes) -> Member:
    base = PurePosixPath(name).name
    known = _SUFFIXES.get(base[-len("_1.pb") :])
    if known is None:
        raise PackageError([f"{name}: is no task, workflow or launch plan; remove it"])
    kind, message_type = known
    spec = message_type()
    try:
        spec.ParseFromString(content)
    except DecodeError as error:
        raise PackageError([f"{name}: is no {kind}: {error}"]) from error
    member = Member(name, kind, spec)
    # Unknown fields are no sign of the wrong kind: newer SDKs add some. The id's own type is.
    if not member.name or member.id.resource_type not in (_TYPES[kind], 0):
        raise PackageError([f"{name}: is no {kind}, whatever its suffix says"])
    if b"{{ .remote_package_path }}" in content or b"{{ .dest_dir }}" in content:
        raise PackageError(
            [f"{name}: runs code from a bundle, and the package holds none; package it anew"]
        )
    return member


def _doubled(members: Sequence[Member]) -> Iterator[str]:
    counts = Counter((member.kind, member.name) for member in members)
    for (kind, name), count in counts.items():
        if count > 1:
            files = ", ".join(m.file for m in members if (m.kind, m.name) == (kind, name))
            yield f"{kind} {name} is there {count} times: {files}"


def references(member: Member) -> Iterator[Identifier]:
    """Yield the identifiers of everything a member refers to, its own left out."""
    own = member.id
    for identifier in identifiers(member.spec):
        if identifier is not own and not (
            identifier.name == own.name and identifier.resource_type == own.resource_type
        ):
            yield identifier
