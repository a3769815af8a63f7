"""What the manifests say of names, whichever document says it, as resources."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flyteidl.admin.common_pb2 import (
    NAMED_ENTITY_ACTIVE,
    NAMED_ENTITY_ARCHIVED,
    NamedEntityMetadata,
)

from reconciler.desired.problems import Problems
from reconciler.manifest import Domain, LaunchPlan, Manifest, Named, Task, Workflow
from reconciler.model import Kind, Origin, Resource, ResourceId

_KINDS: Mapping[type[Manifest], Kind] = {
    Task: Kind.TASK,
    Workflow: Kind.WORKFLOW,
    LaunchPlan: Kind.LAUNCH_PLAN,
}


@dataclass(frozen=True, slots=True)
class _Said:
    """One value said of a name, and where."""

    value: Any
    origin: Origin


def named_entities(manifests: Sequence[Manifest], problems: Problems) -> tuple[Resource, ...]:
    """Return what is declared of names. What is not said is `unsaid`, and stays as it is.

    Every version of a name and the domain may speak of it; where they contradict each other is
    a problem.
    """
    found: dict[ResourceId, dict[str, _Said]] = {}
    for id, named, manifest, path in _said(manifests):
        for field in ("description", "archived"):
            value = getattr(named, field)
            if value is None:
                continue
            said = _Said(value, manifest.origin_of(*path, field))
            other = found.setdefault(id, {}).setdefault(field, said)
            if other.value != value:
                problems.error(
                    "contradictory-name",
                    f"{field} of the {id} is said twice, not the same",
                    said.origin,
                    hint=f"first: {other.origin}; all versions of a name share it",
                )
    return tuple(_resource(id, fields) for id, fields in found.items())


def _said(
    manifests: Sequence[Manifest],
) -> Iterator[tuple[ResourceId, Named, Manifest, tuple[str, ...]]]:
    for manifest in manifests:
        match manifest:
            case Task() | Workflow() | LaunchPlan():
                if manifest.metadata.description is None and manifest.metadata.archived is None:
                    continue
                id = _id(_KINDS[type(manifest)], *manifest.metadata.place)
                yield id, manifest.metadata, manifest, ("metadata",)
            case Domain():
                place = manifest.metadata.project, manifest.metadata.name
                groups: tuple[tuple[Kind, str, Mapping[str, Named]], ...] = (
                    (Kind.TASK, "tasks", manifest.spec.tasks),
                    (Kind.WORKFLOW, "workflows", manifest.spec.workflows),
                    (Kind.LAUNCH_PLAN, "launchPlans", manifest.spec.launch_plans),
                )
                for kind, key, names in groups:
                    for name, named in names.items():
                        yield _id(kind, *place, name), named, manifest, ("spec", key, name)


def _id(kind: Kind, project: str, domain: str, name: str) -> ResourceId:
    return ResourceId(Kind.NAMED_ENTITY, project, domain, name, facet=kind.slug)


def _resource(id: ResourceId, fields: Mapping[str, _Said]) -> Resource:
    archived = "archived" in fields and fields["archived"].value
    spec = NamedEntityMetadata(
        description=fields["description"].value if "description" in fields else "",
        state=NAMED_ENTITY_ARCHIVED if archived else NAMED_ENTITY_ACTIVE,
    )
    unsaid = {
        message_field
        for field, message_field in (("description", "description"), ("archived", "state"))
        if field not in fields
    }
    origin = next(iter(fields.values())).origin
    return Resource(id, spec=spec, origin=origin, unsaid=frozenset(unsaid))
