"""What `pyflyte package` and `pyflyte serialize` write: an archive or folder of entities.

All of it is used or nothing: a package is read whole before any of it counts.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from flyteidl.admin.workflow_pb2 import WorkflowSpec
from flyteidl.core.identifier_pb2 import Identifier
from flyteidl.core.workflow_pb2 import Node, WorkflowTemplate
from google.protobuf.message import Message

from reconciler.desired.package_files import MAX_PROBLEMS, PackageError, is_bundle, package_files
from reconciler.desired.package_members import Member, member_of
from reconciler.model import content_hash, identifiers

__all__ = [
    "Member",
    "PackageError",
    "deterministic",
    "package_version",
    "read_package",
    "references",
]


def read_package(path: Path) -> tuple[Member, ...]:
    """Read every entity of the package at `path`: a folder, a `.tgz`, `.tar.gz` or `.tar`, a file.

    Raises: PackageError with all that is wrong: nothing of a bad package is ever used.
    """
    problems: list[str] = []
    members: list[Member] = []
    try:
        for name, content in package_files(path):
            if is_bundle(name):
                problems.append(
                    f"{name}: code bundles cannot be uploaded yet; package with `--copy none`"
                )
                continue
            try:
                member = member_of(name, content)
                _check_placeholders(member, content)
                members.append(member)
            except PackageError as error:
                problems += error.problems
            if len(problems) >= MAX_PROBLEMS:
                raise PackageError([*problems, "and perhaps more; reading stopped here"])
    except PackageError as error:
        problems += (one for one in error.problems if one not in problems)
    problems += _doubled(members)
    if not members and not problems:
        problems.append("holds no task, workflow or launch plan (`*_1.pb`, `*_2.pb`, `*_3.pb`)")
    if problems:
        raise PackageError(problems)
    return tuple(sorted(members, key=lambda member: (member.kind.rank, member.name)))


def _check_placeholders(member: Member, content: bytes) -> None:
    if b"{{ .remote_package_path }}" in content or b"{{ .dest_dir }}" in content:
        raise PackageError([f"{member.file}: runs code from a bundle that the package lacks"])


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
