"""Named entities: what all versions of a name share.

Source: admin-contract 6 (flyteadmin `pkg/manager/impl/named_entity_manager.go`).
"""

from flyteidl.admin.common_pb2 import (
    NamedEntity,
    NamedEntityGetRequest,
    NamedEntityIdentifier,
    NamedEntityMetadata,
    NamedEntityUpdateRequest,
)
from flyteidl.core.identifier_pb2 import ResourceType

from reconciler.model import Kind, Resource, ResourceId

RESOURCE_TYPES: dict[str, int] = {
    Kind.TASK.slug: ResourceType.TASK,
    Kind.WORKFLOW.slug: ResourceType.WORKFLOW,
    Kind.LAUNCH_PLAN.slug: ResourceType.LAUNCH_PLAN,
}


def to_get(id: ResourceId) -> NamedEntityGetRequest:
    return NamedEntityGetRequest(resource_type=RESOURCE_TYPES[id.facet], id=_identifier(id))


def to_update(resource: Resource) -> NamedEntityUpdateRequest:
    """Send both fields: Admin leaves the description if it is empty, but always sets the state.

    Raises: ValueError without metadata.
    """
    id, spec = resource.id, resource.spec
    if not isinstance(spec, NamedEntityMetadata):
        raise ValueError(f"{id} needs a spec of NamedEntityMetadata, not {type(spec).__name__}")
    return NamedEntityUpdateRequest(
        resource_type=RESOURCE_TYPES[id.facet], id=_identifier(id), metadata=spec
    )


def from_named_entity(entity: NamedEntity, facet: str) -> Resource:
    """Read an answer; the place where it came from knows of which kind the name is."""
    place = entity.id
    id = ResourceId(Kind.NAMED_ENTITY, place.project, place.domain, place.name, facet=facet)
    return Resource(id, spec=entity.metadata)


def _identifier(id: ResourceId) -> NamedEntityIdentifier:
    return NamedEntityIdentifier(project=id.project, domain=id.domain, name=id.name)
