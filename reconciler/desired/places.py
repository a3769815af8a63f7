"""Projects and domains: those that are declared, and those that are merely lived in."""

from collections.abc import Iterator, Sequence

from flyteidl.admin.project_pb2 import Project as ProjectMessage

from reconciler.desired.entity import Entity
from reconciler.desired.problems import Problems
from reconciler.manifest import Backfill, CodeBundle, Domain, Manifest, Project
from reconciler.model import Found, Kind, Origin, Resource, ResourceId


def places(manifests: Sequence[Manifest]) -> tuple[Resource, ...]:
    """The declared projects and domains as resources."""
    return tuple(_places(manifests))


def _places(manifests: Sequence[Manifest]) -> Iterator[Resource]:
    for manifest in manifests:
        match manifest:
            case Project():
                yield _project(manifest)
            case Domain(metadata=metadata):
                id = ResourceId(Kind.DOMAIN, metadata.project, metadata.name)
                yield Resource(id, origin=manifest.origin)


def _project(manifest: Project) -> Resource:
    declared = manifest.spec
    archived = declared.state == "archived"
    spec = ProjectMessage(
        id=manifest.metadata.name,
        name=declared.title or "",
        description=declared.description,
        state=ProjectMessage.ARCHIVED if archived else ProjectMessage.ACTIVE,
    )
    # Labels, where given, are replaced whole; where not, left alone.
    if "labels" in declared.model_fields_set:
        spec.labels.SetInParent()
        spec.labels.values.update(declared.labels)
    # A title is optional in the manifest but not in Admin, when the project is registered.
    request = ProjectMessage()
    request.CopyFrom(spec)
    request.name = declared.title or manifest.metadata.name
    id = ResourceId(Kind.PROJECT, manifest.metadata.name)
    return Resource(id, spec=spec, request=request, origin=manifest.origin)


def check_places(
    manifests: Sequence[Manifest], entities: Sequence[Entity], found: Found, problems: Problems
) -> None:
    """Add a problem for each project or domain in which nothing can be registered."""
    declared = {
        manifest.metadata.name: manifest for manifest in manifests if isinstance(manifest, Project)
    }
    lived_in = [
        *((entity.place.project, entity.place.domain, entity.origin) for entity in entities),
        *(
            (manifest.metadata.project, manifest.metadata.name, manifest.origin)
            for manifest in manifests
            if isinstance(manifest, Domain)
        ),
        *(
            (manifest.metadata.project, manifest.metadata.domain, manifest.origin)
            for manifest in manifests
            if isinstance(manifest, CodeBundle | Backfill)
        ),
        *(
            (manifest.metadata.name, "", manifest.origin_of("spec", "attributes"))
            for manifest in declared.values()
            if manifest.spec.attributes is not None
        ),
    ]
    first: dict[tuple[str, str], Origin] = {}
    for project, domain, origin in lived_in:
        first.setdefault((project, ""), origin)
        if domain:
            first.setdefault(("", domain), origin)
    for (project, domain), origin in first.items():
        if domain and domain not in found.domains:
            problems.error(
                "unknown-domain",
                f"there is no domain {domain}",
                origin,
                hint=f"Admin is configured with {', '.join(found.domains)}",
            )
        elif project:
            _check_project(project, declared.get(project), found, origin, problems)


def _check_project(
    project: str, manifest: Project | None, found: Found, origin: Origin, problems: Problems
) -> None:
    if manifest is not None:
        if manifest.spec.state == "archived":
            problems.error(
                "archived-project",
                f"project {project} is declared archived, and nothing can be registered there",
                origin,
                hint=f"it is declared at {manifest.origin}",
            )
        return
    existing = found.projects.get(project)
    if existing is None:
        problems.error(
            "unknown-project",
            f"there is no project {project}",
            origin,
            hint="declare it: a document of kind Project registers it",
        )
    elif isinstance(existing.spec, ProjectMessage) and existing.spec.state:
        problems.error(
            "archived-project",
            f"project {project} is archived, and nothing can be registered there",
            origin,
            hint="declare it with kind Project to make it active again",
        )
