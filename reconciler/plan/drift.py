"""Tell what was moved by hand from what the manifests have not brought about yet.

Three say how a thing is: the ledger (as we left it), Admin (as it is) and the manifests (as it is
to be). Not as left: somebody moved it. As left, and not as declared: the manifests are ahead.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from flyteidl.admin.common_pb2 import (
    NAMED_ENTITY_ACTIVE,
    NAMED_ENTITY_ARCHIVED,
    NamedEntityMetadata,
)
from flyteidl.admin.project_pb2 import Project

from reconciler.model import (
    Action,
    DesiredState,
    Drift,
    DriftKind,
    Inventory,
    Kind,
    ObservedState,
    Origin,
    Owned,
    Place,
    Plan,
    Resource,
    ResourceId,
    Verb,
    place_of,
)

_ACTIVE, _ARCHIVED = NAMED_ENTITY_ACTIVE, NAMED_ENTITY_ARCHIVED


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that drift is judged by.

    Attributes: `plan` what the manifests would change, None if they were not asked; `inventory`
    None without a ledger; `gone` versions that we registered and Admin does not hold; `running`
    everything active where we manage, by activation; `foreign` what other workspaces own.
    """

    desired: DesiredState
    observed: ObservedState
    plan: Plan | None = None
    inventory: Inventory | None = None
    gone: Collection[ResourceId] = ()
    running: Mapping[ResourceId, Sequence[Resource]] = field(default_factory=dict)
    foreign: Collection[Place] = ()


def find_drift(world: World) -> tuple[Drift, ...]:
    """Return everything that drifted, by id."""
    found = (*_of_plan(world), *_beside_plan(world), *_missing(world), *_orphans(world))
    return tuple(sorted(found, key=lambda drift: (drift.id, drift.kind)))


def mutable(inventory: Inventory) -> list[Owned]:
    """What of ours somebody can change at all: versions never change."""
    return [owned for owned in inventory if not owned.id.kind.versioned]


def _of_plan(world: World) -> Iterator[Drift]:
    """Everything that the manifests would change."""
    for action in world.plan or ():
        if action.id.kind is Kind.BUNDLE or action.verb in (Verb.ADOPT, Verb.FORGET):
            continue
        if action.id in world.gone:
            continue
        owned = world.inventory.find(action.id) if world.inventory is not None else None
        found = world.observed.resources.get(action.id)
        moved = owned is not None and not owned.id.kind.versioned and not owned.is_as_left(found)
        torn = found is not None and len(found.active) > 1
        if torn or (moved and owned is not None):
            yield _moved(action.id, owned, found, world, action)
        else:
            yield _pending(action, owned, found)


def _beside_plan(world: World) -> Iterator[Drift]:
    """What was moved, and no manifest would move back."""
    planned = {action.id for action in world.plan or ()}
    for owned in mutable(world.inventory) if world.inventory is not None else ():
        id = owned.id
        if id in planned or id not in world.observed.asked:
            continue
        found = world.observed.resources.get(id)
        if owned.is_as_left(found):
            continue
        wanted = world.desired.resources.get(id) if world.plan is not None else None
        # What the manifests have followed is as declared: the next apply adopts it.
        if wanted is not None and not ("state" in wanted.unsaid and _turned_by_hand(owned, found)):
            continue
        yield _moved(id, owned, found, world, None)


def _missing(world: World) -> Iterator[Drift]:
    for id in sorted(world.gone):
        message = f"{id} was registered by us, and Admin does not hold it any more"
        yield Drift(DriftKind.MISSING, id, message, origin=_origin(id, world))


def _orphans(world: World) -> Iterator[Drift]:
    names = {id.activation for id in world.desired.resources if id.kind is Kind.LAUNCH_PLAN}
    names |= {id for id in world.desired.resources if id.kind is Kind.ACTIVATION}
    for id, versions in world.running.items():
        ours = world.inventory.find(id) if world.inventory is not None else None
        # What left the manifests is ours still, and is told as that.
        if not versions or id in names or ours is not None or place_of(id) in world.foreign:
            continue
        live = ", ".join(one.id.version for one in versions)
        yield Drift(
            DriftKind.ORPHANED,
            id,
            f"{_name(id)}: {live} is active, and nothing declares it",
            live=live,
            since=_since(versions),
        )


def _pending(action: Action, owned: Owned | None, found: Resource | None) -> Drift:
    if action.id.kind is Kind.ACTIVATION:
        live, wanted = _versions(found), _versions(action.after)
        message = f"{_name(action.id)}: {live or 'none'} is active, declared is {wanted or 'none'}"
    else:
        live = wanted = ""
        message = f"{action.id}: {action.why}"
    return Drift(
        DriftKind.PENDING,
        action.id,
        message,
        left=owned.active if owned is not None else "",
        live=live,
        wanted=wanted,
        changes=action.changes,
        origin=action.after.origin if action.after is not None else None,
    )


def _moved(
    id: ResourceId,
    owned: Owned | None,
    found: Resource | None,
    world: World,
    action: Action | None,
) -> Drift:
    drift = _switched(id, owned, found, world) if id.kind is Kind.ACTIVATION else None
    if drift is None:
        kind = _kind(id, owned, found, action)
        drift = Drift(kind, id, f"{id}: {_WORDS[kind]}")
    wanted = _versions(action.after) if action is not None else ""
    if action is not None and id.kind is Kind.ACTIVATION:
        drift = replace(drift, message=f"{drift.message}; declared is {wanted or 'none'}")
    return replace(
        drift,
        wanted=wanted,
        changes=action.changes if action is not None else (),
        origin=_origin(id, world),
        found=found,
    )


def _switched(id: ResourceId, owned: Owned | None, found: Resource | None, world: World) -> Drift:
    left, live = owned.active if owned is not None else "", _versions(found)
    active = found.active if found is not None else ()
    left_words = f"we left {left or 'none'} active" if owned is not None else "nobody's"
    if len(active) > 1:
        kind, now = DriftKind.SEVERAL_ACTIVE, f"{len(active)} versions are active at once: {live}"
    elif active:
        kind, now = DriftKind.ACTIVATED, f"somebody made {live} active"
    else:
        kind, now = DriftKind.DEACTIVATED, "somebody switched it off"
    running = world.running.get(id) or world.observed.running.get(id, ())
    return Drift(
        kind,
        id,
        f"{_name(id)}: {left_words}, {now}",
        left=left,
        live=live,
        since=_since(running),
    )


def _kind(
    id: ResourceId, owned: Owned | None, found: Resource | None, action: Action | None
) -> DriftKind:
    if id.kind is Kind.ATTRIBUTES:
        return DriftKind.ATTRIBUTES_CHANGED
    if found is None:
        return DriftKind.MISSING
    match action.verb if action is not None else None:
        case Verb.UNARCHIVE:
            return DriftKind.ARCHIVED
        case Verb.ARCHIVE:
            return DriftKind.UNARCHIVED
        case Verb.UPDATE:
            return DriftKind.DESCRIBED
    # Where no manifest says it only a digest tells: was it this, but for its state?
    if owned is not None and _turned_by_hand(owned, found):
        return DriftKind.ARCHIVED if _is_archived(found) else DriftKind.UNARCHIVED
    return DriftKind.DESCRIBED


def _turned_by_hand(owned: Owned, found: Resource | None) -> bool:
    """Whether nothing but its state, of which manifests need say nothing, is not as we left it."""
    if found is None or found.id.kind not in (Kind.NAMED_ENTITY, Kind.PROJECT):
        return False
    return _turned(found).digest[: len(owned.digest)] == owned.digest


def _turned(found: Resource) -> Resource:
    """The same, archived if it is not, and the other way round."""
    spec = found.spec
    if isinstance(spec, NamedEntityMetadata):
        turned = NamedEntityMetadata(
            description=spec.description, state=_ACTIVE if _is_archived(found) else _ARCHIVED
        )
        return Resource(found.id, spec=turned)
    if isinstance(spec, Project):
        project = Project()
        project.CopyFrom(spec)
        project.state = Project.ACTIVE if _is_archived(found) else Project.ARCHIVED
        return Resource(found.id, spec=project)
    return found


def _is_archived(found: Resource) -> bool:
    spec = found.spec
    if isinstance(spec, Project):
        return bool(spec.state == Project.ARCHIVED)
    return isinstance(spec, NamedEntityMetadata) and bool(spec.state == _ARCHIVED)


_WORDS = {
    DriftKind.ATTRIBUTES_CHANGED: "somebody changed the attributes",
    DriftKind.ARCHIVED: "somebody archived it",
    DriftKind.UNARCHIVED: "somebody took it out of the archive",
    DriftKind.DESCRIBED: "somebody described it otherwise",
    DriftKind.MISSING: "it is gone from Admin",
}


def _versions(resource: Resource | None) -> str:
    return ", ".join(resource.active) if resource is not None else ""


def _name(id: ResourceId) -> str:
    return f"launch plan {id.path}"


def _origin(id: ResourceId, world: World) -> Origin | None:
    wanted = world.desired.resources.get(id)
    return wanted.origin if wanted is not None else None


def _since(versions: Sequence[Resource]) -> datetime | None:
    times = [one.since for one in versions if one.since is not None]
    return datetime.fromtimestamp(max(times) / 1e9, UTC) if times else None
