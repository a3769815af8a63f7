"""Look whether things are in Admin as they were left, or as they were to become."""

from collections.abc import Collection

from reconciler.model import Kind, Owned, Resource, ResourceId, is_content_hash
from reconciler.ports import Reader


def as_left(claims: Collection[Owned], reader: Reader) -> list[Owned]:
    """Return those of the claims that Admin holds exactly as they say.

    A version that is its content's hash is that content, also where the claim was made before it
    was known where its code would lie.

    Cost: some lists for all of them together.
    Raises: AdminError or UnreachableError.
    """
    found: dict[ResourceId, Resource] = {}
    ids = [owned.id for owned in claims]
    of = {kind: [id for id in ids if id.kind is kind] for kind in {id.kind for id in ids}}
    versioned = [id for id in ids if id.kind.versioned]
    if versioned:
        found |= reader.versions(versioned)
    if Kind.ACTIVATION in of:
        for id, plans in reader.active(of[Kind.ACTIVATION]).items():
            found[id] = Resource(id, active=tuple(plan.id.version for plan in plans))
    if Kind.ATTRIBUTES in of:
        found |= reader.attributes({id.facet for id in of[Kind.ATTRIBUTES]})
    if Kind.NAMED_ENTITY in of:
        found |= reader.named_entities(of[Kind.NAMED_ENTITY])
    if Kind.PROJECT in of:
        projects = reader.projects([id.project for id in of[Kind.PROJECT]])
        found |= {project.id: project for project in projects.values()}
    return [owned for owned in claims if _is_as_left(owned, found.get(owned.id))]


def _is_as_left(owned: Owned, found: Resource | None) -> bool:
    if found is not None and owned.id.kind.versioned and is_content_hash(owned.id.version):
        return True
    return owned.is_as_left(found)
