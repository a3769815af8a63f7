"""Retire previews: switch off what somebody switched on, put names away that only they made.

Nothing in Admin can be deleted, and names are shared: so a name is archived once every version of
it is a preview's that is over. One version of anybody else's, or of a request that is still open,
and the name stays as it is. What bears no mark (`deploy_mark`) is never touched.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flyteidl.admin.common_pb2 import (
    NAMED_ENTITY_ACTIVE,
    NAMED_ENTITY_ARCHIVED,
    NamedEntityMetadata,
)
from flyteidl.core.identifier_pb2 import ResourceType

from reconciler.ci.deploy_mark import Mark, read_mark, repository_digest
from reconciler.errors import NotFoundError
from reconciler.model import Action, Change, Kind, Plan, Reason, Resource, ResourceId, Scope, Verb
from reconciler.remote import Asked

if TYPE_CHECKING:
    from reconciler.remote import Remote

_TYPES = {
    Kind.TASK: ResourceType.TASK,
    Kind.WORKFLOW: ResourceType.WORKFLOW,
    Kind.LAUNCH_PLAN: ResourceType.LAUNCH_PLAN,
}
_ACTIVE = 1  # LaunchPlanState.ACTIVE

IsOver = Callable[[Mark, datetime], bool]
"""Whether a preview that was registered at some time is to be retired."""


def of_request(number: int, repository: str) -> IsOver:
    """What a request left, however old."""
    digest = repository_digest(repository)
    return lambda mark, at: mark.is_of(number, digest)


def expired(repository: str, *, now: datetime) -> IsOver:
    """What has outlived its time: of one repository, or with "" of all."""
    digest = repository_digest(repository) if repository else ""
    return lambda mark, at: mark.has_expired(at, now) and (not digest or mark.repository == digest)


def retiring(remote: "Remote", places: Sequence[Scope], is_over: IsOver, *, now: datetime) -> Plan:
    """What has to be done in these places so that no preview is left that is over.

    Args:
        now: What had expired by then does not keep a name that it shares.

    Cost: three lists a place, of versions that may bear a mark; of the names found, one each.
    Raises: AdminError or UnreachableError if something could not be read.
    """
    actions: list[Action] = []
    for place in places:
        for kind in (Kind.LAUNCH_PLAN, Kind.WORKFLOW, Kind.TASK):
            rows = remote.browser.versions(kind, place, "", Asked(filters=("version~-pr",)))
            names = {row.id.name for row in rows if _is(row, is_over)}
            for name in sorted(names):
                actions += _retire(remote, kind, place, name, is_over, now)
    return Plan(tuple(actions))


def _retire(
    remote: "Remote", kind: Kind, place: Scope, name: str, is_over: IsOver, now: datetime
) -> Iterator[Action]:
    project, domain = place
    versions = list(remote.browser.versions(kind, place, name, Asked()))
    switch = ResourceId(Kind.ACTIVATION, project, domain, name)
    needs: tuple[ResourceId, ...] = ()
    on = [
        row.id.version
        for row in versions
        if kind is Kind.LAUNCH_PLAN and row.closure.state == _ACTIVE and _is(row, is_over)
    ]
    if on:
        needs = (switch,)
        yield Action(
            Verb.DEACTIVATE,
            switch,
            Reason.UNWANTED,
            f"{' and '.join(on)} of a preview that is over",
            before=Resource(switch, active=tuple(on)),
            after=Resource(switch),
        )
    past = expired("", now=now)
    if not all(_is(row, is_over) or _is(row, past) for row in versions):
        return  # somebody else's as well, or still under review
    entity = ResourceId(Kind.NAMED_ENTITY, project, domain, name, facet=kind.slug)
    found = _metadata(remote, entity)
    if found is not None and found.state == NAMED_ENTITY_ACTIVE:
        why = "only previews made it, and all are over"
        yield _with_state(entity, found, NAMED_ENTITY_ARCHIVED, Verb.ARCHIVE, why, needs=needs)


def _is(row: Any, is_over: IsOver) -> bool:
    mark = read_mark(row.id.version)
    return mark is not None and is_over(mark, row.closure.created_at.ToDatetime(tzinfo=UTC))


def unarchiving(remote: "Remote", names: Collection[ResourceId]) -> Plan:
    """Take names out of the archive that previews put there, for another preview uses them.

    Args:
        names: Named entities.
    """
    return Plan(tuple(_unarchive(remote, names)))


def _unarchive(remote: "Remote", names: Collection[ResourceId]) -> Iterator[Action]:
    kinds = {kind.slug: kind for kind in _TYPES}
    for entity in sorted(names):
        found = _metadata(remote, entity)
        if found is None or found.state != NAMED_ENTITY_ARCHIVED:
            continue
        rows = remote.browser.versions(kinds[entity.facet], entity.scope, entity.name, Asked())
        if all(read_mark(row.id.version) for row in rows):
            why = "previewed again"
            yield _with_state(entity, found, NAMED_ENTITY_ACTIVE, Verb.UNARCHIVE, why)


def _metadata(remote: "Remote", entity: ResourceId) -> Any:
    type = next(type for kind, type in _TYPES.items() if kind.slug == entity.facet)
    try:
        return remote.client.get_named_entity(type, entity).metadata
    except NotFoundError:
        return None


def _with_state(
    entity: ResourceId,
    found: Any,
    state: Any,
    verb: Verb,
    why: str,
    *,
    needs: tuple[ResourceId, ...] = (),
) -> Action:
    metadata = NamedEntityMetadata()
    metadata.CopyFrom(found)
    metadata.state = state
    words = {NAMED_ENTITY_ACTIVE: "active", NAMED_ENTITY_ARCHIVED: "archived"}
    return Action(
        verb,
        entity,
        Reason.UNWANTED if verb is Verb.ARCHIVE else Reason.ARCHIVED,
        why,
        changes=(Change("state", words[found.state], words[state]),),
        before=Resource(entity, spec=found),
        after=Resource(entity, spec=metadata),
        needs=needs,
    )
