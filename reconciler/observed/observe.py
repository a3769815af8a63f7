"""Ask Admin about what is declared, and about nothing else: cost follows the manifests."""

from reconciler.model import DesiredState, Kind, ObservedState, Resource, ResourceId
from reconciler.ports import Reader


def observe(desired: DesiredState, reader: Reader) -> ObservedState:
    """Read what Admin holds under every id of `desired`.

    Cost: lists filtered by name and version, some hundreds an answer; one call more for each
        existing workflow whose version is not its own content's hash, because Admin's lists
        leave a workflow's content out.
    Raises: AdminError or UnreachableError if anything could not be read.
    """
    ids = frozenset(desired.resources)
    found: dict[ResourceId, Resource] = {}
    found.update(reader.versions([id for id in ids if id.kind.versioned]))
    found.update(reader.workflows(_unread_workflows(desired, found)))
    activations = [id for id in ids if id.kind is Kind.ACTIVATION]
    for id, versions in reader.active(activations).items():
        active = tuple(sorted(resource.id.version for resource in versions))
        found[id] = Resource(id=id, active=active)
    projects = {id.project: id for id in ids if id.kind is Kind.PROJECT}
    if projects:
        for name, project in reader.projects(projects).items():
            found[projects[name]] = project
    domains = [id for id in ids if id.kind is Kind.DOMAIN]
    if domains:
        known = set(reader.domains())
        found.update({id: Resource(id=id) for id in domains if id.domain in known})
    return ObservedState(resources=found, asked=ids)


def _unread_workflows(
    desired: DesiredState, found: dict[ResourceId, Resource]
) -> list[ResourceId]:
    return [
        id
        for id, resource in found.items()
        if not resource.complete and not desired.resources[id].content_addressed
    ]
