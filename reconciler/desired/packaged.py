"""A Package manifest → the entities that its archive holds."""

from collections.abc import Iterator
from pathlib import Path

from flyteidl.core.identifier_pb2 import Identifier

from reconciler.desired.entity import AUTO, KINDS, Entity, Place, Pointer, RunsFrom
from reconciler.desired.ids import is_own
from reconciler.desired.package import (
    Contents,
    PackageError,
    package_version,
    read_package,
    references,
)
from reconciler.desired.package_members import Member
from reconciler.desired.problems import Problems
from reconciler.manifest import Package
from reconciler.model import Bundle, CodeArchive, Diagnostic, Kind, Origin


def packaged(package: Package, problems: Problems) -> Iterator[Entity]:
    """Yield every entity of a package; of one that cannot be used none, and why."""
    origin = package.origin_of("spec", "source")
    source = Path(package.origin.file).parent / package.spec.source
    try:
        members = read_package(source)
    except PackageError as error:
        problems.found += (
            Diagnostic("bad-package", f"package {package.spec.source}: {problem}", origin)
            for problem in error.problems
        )
        return
    auto = package.spec.version == AUTO
    destination = package.spec.destination
    version = package_version(members, destination=destination) if auto else package.spec.version
    code = _code(package, source, members)
    names = {member.name for member in members if member.kind is Kind.LAUNCH_PLAN}
    problems.found += (
        Diagnostic(
            "unknown-launch-plan",
            f"the package holds no launch plan {name}",
            package.origin_of("spec", "activation", name),
            hint=f"it holds {', '.join(sorted(names)) or 'none'}",
        )
        for name in package.spec.activation
        if name not in names
    )
    for member in members:
        activates = member.kind is Kind.LAUNCH_PLAN
        yield Entity(
            place=Place(
                member.kind, package.metadata.project, package.metadata.domain, member.name
            ),
            version=version,
            content_addressed=auto,
            source=member,
            origin=origin,
            pointers=tuple(_member_pointers(member, package, version, origin)),
            state=package.spec.activation.get(member.name, "unmanaged")
            if activates
            else "unmanaged",
            code=code,
            destination=destination,
        )


def _code(package: Package, source: Path, contents: Contents) -> RunsFrom | None:
    if contents.code is None:
        return None
    project, domain, name = package.place
    archive = CodeArchive(str(source), contents.code.member)
    bundle = Bundle(project, domain, name, contents.code.code, archive)
    return RunsFrom(bundle, package.spec.destination)


def _member_pointers(
    member: Member, package: Package, version: str, origin: Origin
) -> Iterator[Pointer]:
    """What a member refers to: members of its package by blank ids, other things by whole ones."""
    nested = _nested_workflows(member)
    for identifier in references(member):
        kind = KINDS.get(identifier.resource_type)
        # A sub-workflow travels inside its parent and need not be registered.
        if kind is None or (kind is Kind.WORKFLOW and identifier.name in nested):
            continue
        yield Pointer(
            place=Place(
                kind,
                _or(identifier, "project", package.metadata.project),
                _or(identifier, "domain", package.metadata.domain),
                identifier.name,
            ),
            version=version if is_own(identifier) else identifier.version,
            origin=origin,
        )


def _nested_workflows(member: Member) -> set[str]:
    if member.kind is not Kind.WORKFLOW:
        return set()
    return {str(template.id.name) for template in member.spec.sub_workflows}


def _or(identifier: Identifier, part: str, default: str) -> str:
    value = str(getattr(identifier, part))
    return default if not value or value.startswith("{{") else value
