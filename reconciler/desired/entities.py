"""Every task, workflow and launch plan that the manifests declare, whichever document says so."""

from collections.abc import Iterator, Sequence
from functools import partial

from reconciler.desired.entity import AUTO, KINDS, Entity, Place, Pointer
from reconciler.desired.findings import excuses, severities
from reconciler.desired.member import Fetched
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
    said,
)
from reconciler.model import Kind

_KEYS = {"task": Kind.TASK, "workflow": Kind.WORKFLOW, "launchPlan": Kind.LAUNCH_PLAN}


def entities(
    manifests: Sequence[Manifest], problems: Problems, fetched: Fetched
) -> tuple[Entity, ...]:
    """Collect what `manifests` declare; what cannot be read becomes a problem."""
    found: list[Entity] = []
    for manifest in manifests:
        match manifest:
            case Task():
                found.append(_declared(manifest, Kind.TASK, ()))
            case Workflow():
                pointers = tuple(_node_pointers(manifest))
                found.append(_declared(manifest, Kind.WORKFLOW, pointers))
            case LaunchPlan():
                pointers = tuple(_launch_plan_pointers(manifest))
                found.append(_declared(manifest, Kind.LAUNCH_PLAN, pointers))
            case Package():
                # All about archives, which most sets have none of.
                from reconciler.desired.packaged import packaged

                found += packaged(manifest, problems, fetched)
    return tuple(found)


def sources(manifests: Sequence[Manifest]) -> tuple[tuple[str, str, str], ...]:
    """What must be fetched before the set can be declared: source, its URL, its SHA-256."""
    return tuple(
        (source, *manifest.spec.location)
        for source, manifest in {
            one.spec.source: one for one in manifests if isinstance(one, Package)
        }.items()
        if manifest.spec.is_remote
    )


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
        excuses=excuses(manifest),
        severities=severities(manifest),
        said_in=manifest.said_in,
    )


def _launch_plan_pointers(manifest: LaunchPlan) -> Iterator[Pointer]:
    """The workflow it launches; of a switch the version that is to be active."""
    if manifest.spec.workflow is not None:
        workflow = manifest.spec.workflow
        yield _pointer(manifest, Kind.WORKFLOW, workflow, ("workflow",), manifest.said_in)
    elif manifest.spec.state == "active":
        metadata = manifest.metadata
        place = Place(Kind.LAUNCH_PLAN, metadata.project, metadata.domain, metadata.name)
        yield Pointer(place, manifest.spec.version, partial(manifest.origin_of, "spec", "version"))


def _node_pointers(workflow: Workflow) -> Iterator[Pointer]:
    """What the nodes of a workflow refer to, in words or raw."""
    within = workflow.said_in
    for path, node in workflow.spec.sites:
        referred = node.reference
        if referred is not None:
            key, reference = referred
            yield _pointer(workflow, _KEYS[key], reference, (*path, key), within)
        if node.raw is not None:
            yield from _raw_pointers(workflow, node.raw, (*path, "raw"))
    if workflow.spec.raw is not None:
        yield from _raw_pointers(workflow, workflow.spec.raw, ("raw",))


def _raw_pointers(workflow: Workflow, raw: Raw, path: Path) -> Iterator[Pointer]:
    """Identifiers in a raw part; what they leave blank is this document's, or in this set."""
    project, domain = workflow.said_in
    for number, identifier in enumerate(raw.references):
        kind = KINDS.get(identifier.resource_type, Kind.TASK)
        place = Place(
            kind,
            identifier.project or workflow.metadata.project,
            identifier.domain or workflow.metadata.domain,
            identifier.name,
        )
        origin = partial(workflow.origin_of, "spec", *path)
        embeds = kind is Kind.WORKFLOW
        yield Pointer(
            place,
            identifier.version or None,
            origin,
            embeds,
            said_in=(identifier.project or project, identifier.domain or domain),
            path=(*path, number),
        )


def _pointer(
    manifest: Workflow | LaunchPlan,
    kind: Kind,
    reference: Reference,
    path: Path,
    within: tuple[str, str],
) -> Pointer:
    project, domain = within
    return Pointer(
        place=Place(
            kind,
            reference.project or manifest.metadata.project,
            reference.domain or manifest.metadata.domain,
            reference.name,
        ),
        version=reference.version,
        locate=partial(manifest.origin_of, "spec", *path),
        embeds=kind is Kind.WORKFLOW and isinstance(manifest, Workflow),
        said_in=(said(reference.project or project), said(reference.domain or domain)),
        path=path,
    )
