"""Every task, workflow and launch plan that the manifests declare, whichever document says so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from flyteidl.core.identifier_pb2 import Identifier, ResourceType

from reconciler.desired.ids import is_own
from reconciler.desired.package import (
    Member,
    PackageError,
    package_version,
    read_package,
    references,
)
from reconciler.desired.problems import Problems
from reconciler.manifest import (
    LaunchPlan,
    Manifest,
    Package,
    Path,
    Raw,
    Reference,
    Task,
    Workflow,
)
from reconciler.model import Diagnostic, Kind, Origin

AUTO = "auto"
_KINDS = {
    ResourceType.TASK: Kind.TASK,
    ResourceType.WORKFLOW: Kind.WORKFLOW,
    ResourceType.LAUNCH_PLAN: Kind.LAUNCH_PLAN,
}
_KEYS = {"task": Kind.TASK, "workflow": Kind.WORKFLOW, "launchPlan": Kind.LAUNCH_PLAN}


@dataclass(frozen=True, slots=True)
class Place:
    """What a name means: its kind and where it lives, without a version."""

    kind: Kind
    project: str
    domain: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.project}/{self.domain}/{self.name}"


@dataclass(frozen=True, slots=True)
class Pointer:
    """A reference with its defaults filled in, not yet bound.

    `version` is None for what the set itself declares, else a version, `latest` or `active`.
    `embeds`: a workflow node takes the content of the workflow it names into its own.
    """

    place: Place
    version: str | None
    origin: Origin
    embeds: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Entity:
    """One declared version of a task, workflow or launch plan.

    `version` is `auto` or fixed; members of a package share the package's, known from the
    start, and `content_addressed` tells whether that one is a hash. `source` is the manifest or
    the package's member that says what it is. `is_switch`: others register it, and only which
    version is active is declared; its one pointer is that version.
    """

    place: Place
    version: str
    content_addressed: bool
    source: Task | Workflow | LaunchPlan | Member
    origin: Origin
    pointers: tuple[Pointer, ...]
    state: str = "unmanaged"
    is_switch: bool = False


def entities(manifests: Sequence[Manifest], problems: Problems) -> tuple[Entity, ...]:
    """Collect what `manifests` declare; what cannot be read becomes a problem."""
    found: list[Entity] = []
    for manifest in manifests:
        match manifest:
            case Task():
                found.append(_declared(manifest, Kind.TASK, ()))
            case Workflow():
                pointers = tuple(pointer for _, pointer in node_references(manifest))
                found.append(_declared(manifest, Kind.WORKFLOW, pointers))
            case LaunchPlan():
                pointers = tuple(_launch_plan_pointers(manifest))
                found.append(_declared(manifest, Kind.LAUNCH_PLAN, pointers))
            case Package():
                found += _packaged(manifest, problems)
    return tuple(found)


def _declared(
    manifest: Task | Workflow | LaunchPlan, kind: Kind, pointers: tuple[Pointer, ...]
) -> Entity:
    metadata, version = manifest.metadata, manifest.spec.version
    return Entity(
        place=Place(kind, metadata.project, metadata.domain, metadata.name),
        version=version,
        content_addressed=version == AUTO,
        source=manifest,
        origin=manifest.origin,
        pointers=pointers,
        state=manifest.spec.state if isinstance(manifest, LaunchPlan) else "unmanaged",
        is_switch=isinstance(manifest, LaunchPlan) and manifest.spec.is_switch,
    )


def _launch_plan_pointers(manifest: LaunchPlan) -> Iterator[Pointer]:
    """The workflow it launches; of a switch the version that is to be active."""
    if manifest.spec.workflow is not None:
        yield _pointer(manifest, Kind.WORKFLOW, manifest.spec.workflow, "spec", "workflow")
    elif manifest.spec.state == "active":
        metadata = manifest.metadata
        place = Place(Kind.LAUNCH_PLAN, metadata.project, metadata.domain, metadata.name)
        yield Pointer(place, manifest.spec.version, manifest.origin_of("spec", "version"))


def node_references(workflow: Workflow) -> Iterator[tuple[Path, Pointer]]:
    """What the nodes of a workflow refer to, in words or raw, each with its path in the spec."""
    for path, node in workflow.spec.sites:
        if node.reference is not None:
            key, reference = node.reference
            yield (*path, key), _pointer(workflow, _KEYS[key], reference, "spec", *path, key)
        yield from _raw_references(workflow, node.raw, (*path, "raw"))
    yield from _raw_references(workflow, workflow.spec.raw, ("raw",))


def _raw_references(
    workflow: Workflow, raw: Raw | None, path: Path
) -> Iterator[tuple[Path, Pointer]]:
    """Identifiers in a raw part; what they leave blank is this document's, or in this set."""
    for number, identifier in enumerate(raw.references if raw is not None else ()):
        kind = _KINDS.get(identifier.resource_type, Kind.TASK)
        place = Place(
            kind,
            identifier.project or workflow.metadata.project,
            identifier.domain or workflow.metadata.domain,
            identifier.name,
        )
        origin = workflow.origin_of("spec", *path)
        embeds = kind is Kind.WORKFLOW
        yield (*path, number), Pointer(place, identifier.version or None, origin, embeds)


def _pointer(
    manifest: Workflow | LaunchPlan, kind: Kind, reference: Reference, *path: str | int
) -> Pointer:
    return Pointer(
        place=Place(
            kind,
            reference.project or manifest.metadata.project,
            reference.domain or manifest.metadata.domain,
            reference.name,
        ),
        version=reference.version,
        origin=manifest.origin_of(*path),
        embeds=kind is Kind.WORKFLOW and isinstance(manifest, Workflow),
    )


def _packaged(package: Package, problems: Problems) -> Iterator[Entity]:
    origin = package.origin_of("spec", "source")
    source = FilePath(package.origin.file).parent / package.spec.source
    try:
        members = read_package(source)
    except PackageError as error:
        problems.found += (
            Diagnostic("bad-package", f"package {package.spec.source}: {problem}", origin)
            for problem in error.problems
        )
        return
    auto = package.spec.version == AUTO
    version = package_version(members) if auto else package.spec.version
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
        )


def _member_pointers(
    member: Member, package: Package, version: str, origin: Origin
) -> Iterator[Pointer]:
    """What a member refers to: members of its package by blank ids, other things by whole ones."""
    nested = _nested_workflows(member)
    for identifier in references(member):
        kind = _KINDS.get(identifier.resource_type)
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
