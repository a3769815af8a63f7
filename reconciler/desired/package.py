"""What `pyflyte package` and `pyflyte serialize` write: an archive or folder of entities.

All of it is used or nothing: a package is read whole before any of it counts.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from flyteidl.core.identifier_pb2 import Identifier

from reconciler.desired.member import Member
from reconciler.desired.package_files import MAX_PROBLEMS, PackageError, is_bundle, package_files
from reconciler.desired.package_members import member_of
from reconciler.desired.placeholders import ADDRESS, DESTINATION, uses
from reconciler.desired.stable import deterministic
from reconciler.model import (
    Code,
    CodeTar,
    code_digest,
    content_hash,
    identifiers,
)

__all__ = ["Contents", "PackageError", "package_version", "read_package", "references"]


@dataclass(frozen=True, slots=True)
class PackagedCode:
    """The code bundle of a package: its member's name, what it holds, how others name it."""

    member: str
    code: Code
    known_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything in a package: its entities by kind and name, and the code they run, if any."""

    members: tuple[Member, ...]
    code: PackagedCode | None = None

    def __iter__(self) -> Iterator[Member]:
        return iter(self.members)


def read_package(path: Path) -> Contents:
    """Read the package at `path`: a folder, a `.tgz`, `.tar.gz` or `.tar`, or a single file.

    Raises: PackageError with all that is wrong: nothing of a bad package is ever used.
    """
    problems: list[str] = []
    members: list[Member] = []
    bundles: list[PackagedCode] = []
    try:
        for name, content in package_files(path):
            try:
                if is_bundle(name):
                    bundles.append(_code(name, content))
                else:
                    members.append(member_of(name, content))
            except PackageError as error:
                problems += error.problems
            if len(problems) >= MAX_PROBLEMS:
                raise PackageError([*problems, "and perhaps more; reading stopped here"])
    except PackageError as error:
        problems += (one for one in error.problems if one not in problems)
    problems += _doubled(members)
    if len(bundles) > 1:
        names = ", ".join(bundle.member for bundle in bundles)
        problems.append(f"holds several code bundles, and its tasks run one: {names}")
    if not members and not problems:
        problems.append("holds no task, workflow or launch plan (`*_1.pb`, `*_2.pb`, `*_3.pb`)")
    if problems:
        raise PackageError(problems)
    by_name = sorted(members, key=lambda member: (member.kind.rank, member.name))
    return Contents(tuple(by_name), bundles[0] if bundles else None)


def package_version(contents: Contents, *, destination: str = ".") -> str:
    """Name a package by what its members say and the code they run.

    Order and names of files, how the code is archived and where it is uploaded do not count;
    `destination` does, where a member leaves open where its code is unpacked.
    """
    parts = sorted(
        (member.kind.slug.encode(), member.name.encode(), deterministic(member.spec))
        for member in contents
    )
    pieces = [piece for part in parts for piece in part]
    if contents.code is not None and any(uses(member.spec, ADDRESS) for member in contents):
        pieces += [b"code", contents.code.code.digest.encode()]
    if any(uses(member.spec, DESTINATION) for member in contents):
        pieces += [b"destination", destination.encode()]
    return content_hash(pieces)


def _code(name: str, content: bytes) -> PackagedCode:
    try:
        tar = CodeTar(content)
    except ValueError as error:
        raise PackageError([f"{name}: {error}"]) from error
    if not tar.files:
        raise PackageError([f"{name}: holds no code"])
    size = sum(file.size for file in tar.files)
    # flytectl uploads the tar, pyflyte the archive, each to the MD5 of what it uploads.
    compressed = hashlib.md5(content, usedforsecurity=False).digest()
    known_as = tuple(
        f"{base64.b32encode(md5).decode()}/{PurePosixPath(name).name}"
        for md5 in (tar.md5, compressed)
    )
    return PackagedCode(name, Code(code_digest(tar.files), len(tar.files), size), known_as)


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
