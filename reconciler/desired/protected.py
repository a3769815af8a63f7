"""What the manifests protect: ids of names and places, never of versions."""

from collections.abc import Iterator, Sequence

from reconciler.manifest import (
    Domain,
    LaunchPlan,
    Manifest,
    NamedMetadata,
    Project,
    Task,
    Workflow,
)
from reconciler.model import Kind, ResourceId


def protected(manifests: Sequence[Manifest]) -> frozenset[ResourceId]:
    """Return what is not to change unnoticed. One version of a name protects the whole name."""
    return frozenset(id for manifest in manifests for id in _protected(manifest))


def _protected(manifest: Manifest) -> Iterator[ResourceId]:
    match manifest:
        case Project() if manifest.spec.protect:
            yield ResourceId(Kind.PROJECT, manifest.metadata.name)
        case Domain(metadata=metadata) if manifest.spec.protect:
            yield ResourceId(Kind.DOMAIN, metadata.project, metadata.name)
        case Task(metadata=metadata) if manifest.spec.protect:
            yield _name(Kind.TASK, metadata)
        case Workflow(metadata=metadata) if manifest.spec.protect:
            yield _name(Kind.WORKFLOW, metadata)
        case LaunchPlan(metadata=metadata) if manifest.spec.protect:
            yield _name(Kind.LAUNCH_PLAN, metadata)
            yield ResourceId(Kind.ACTIVATION, metadata.project, metadata.domain, metadata.name)


def _name(kind: Kind, named: NamedMetadata) -> ResourceId:
    return ResourceId(Kind.NAMED_ENTITY, named.project, named.domain, named.name, facet=kind.slug)
