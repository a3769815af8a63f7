"""Versions that are kept: what Admin holds of the very content that `auto` would name anew.

Others registered it, under versions of their own. On first contact the version that is active is
kept where its content is equal, with all that it launches; later on the ledger remembers it. It
is tried by binding under those versions and comparing; whatever then differs, and whatever
refers to that, gets the version that its content says.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from reconciler.desired.bind import Declaration
from reconciler.desired.entity import AUTO, KINDS, Entity, Place
from reconciler.model import (
    DesiredState,
    Inventory,
    Kind,
    Resource,
    ResourceId,
    identifiers,
    is_content_hash,
    object_hash,
    to_canonical,
)

# Which version of a name is kept.
Kept = Mapping[Place, str]


def keeping(declaration: Declaration, kept: Kept) -> Declaration:
    """The same declaration, with these versions in the place of those of its content."""
    if not kept:
        return declaration
    return replace(
        declaration,
        entities=tuple(
            replace(entity, kept=kept[entity.place])
            if _is_free(entity) and entity.place in kept
            else entity
            for entity in declaration.entities
        ),
    )


def remembered(declaration: Declaration, inventory: Inventory) -> Kept:
    """The versions of others that the ledger says we own, of what has no version of its own."""
    found: dict[Place, str] = {}
    for entity in _free(declaration):
        place = entity.place
        owned = inventory.entries.get((place.kind, place.project, place.domain, place.name, ""))
        if owned is not None and not is_content_hash(owned.id.version):
            found[place] = owned.id.version
    return _whole_packages(declaration, found)


def newcomers(declaration: Declaration, inventory: Inventory) -> list[ResourceId]:
    """The activations of launch plans that the ledger has never seen, and whose version is free.

    That one was switched says nothing of what it is: it may have been declared as a switch alone.
    """
    found = (
        ResourceId(Kind.ACTIVATION, place.project, place.domain, place.name)
        for entity in _free(declaration)
        if (place := entity.place).kind is Kind.LAUNCH_PLAN and entity.state == "active"
    )
    return sorted(id for id in found if inventory.find(id.at("-")) is None)


def alike(desired: DesiredState, active: Mapping[ResourceId, Collection[Resource]]) -> list[Any]:
    """The active launch plans (`LaunchPlan`) that are as desired, but for versions."""
    found = []
    for id, plans in active.items():
        wanted = desired.resources.get(id)
        if wanted is None or len(wanted.active) != 1 or len(plans) != 1:
            continue
        (plan,) = plans
        mine = desired.resources.get(id.at(wanted.active[0]))
        if mine is not None and mine.id != plan.id and _unversioned(mine) == _unversioned(plan):
            found.append(plan.spec)
    return found


def launched(plans: Iterable[Any]) -> set[ResourceId]:
    """The workflows that these launch plans launch."""
    return {ResourceId.from_identifier(plan.spec.workflow_id, Kind.WORKFLOW) for plan in plans}


def candidates(
    declaration: Declaration, plans: Iterable[Any], closures: Mapping[ResourceId, Resource]
) -> Kept:
    """The versions of all that these launch plans run, as far as it is declared without one.

    Args:
        closures: The workflows that they launch.
    """
    free = {entity.place for entity in _free(declaration)}
    fixed = {(one.place, one.version) for one in declaration.entities if not _is_free(one)}
    package = {place: places for places in _packages(declaration).values() for place in places}
    found: dict[Place, str] = {}
    for plan in plans:
        workflow = ResourceId.from_identifier(plan.spec.workflow_id, Kind.WORKFLOW)
        closure = closures.get(workflow)
        inside = identifiers(closure.spec) if closure and closure.spec else ()
        for identifier in (plan.id, plan.spec.workflow_id, *inside):
            place = _place(identifier)
            if place in free and (place, identifier.version) not in fixed:
                found.setdefault(place, identifier.version)
        own = _place(plan.id)
        for place in package.get(own, ()) if own else ():
            found.setdefault(place, plan.id.version)
    return _whole_packages(declaration, found)


def confirmed(
    declaration: Declaration,
    desired: DesiredState,
    kept: Kept,
    is_same: Callable[[Resource], bool],
) -> Kept:
    """Those of the kept versions that can be: equal themselves, with all that they refer to.

    Args:
        desired: What was bound with `kept`.
        is_same: Whether a version that is there, or was, has this very content.
    """
    ids = {place.at(version): place for place, version in kept.items()}
    bad = {
        place
        for id, place in ids.items()
        if (one := desired.resources.get(id)) is None or not is_same(one)
    }
    users: defaultdict[Place, set[Place]] = defaultdict(set)
    for id, place in ids.items():
        for need in desired.needs.get(id, ()):
            if need in ids:
                users[ids[need]].add(place)
    for places in _packages(declaration).values():
        for place in places:
            users[place] |= places
    queue = list(bad)
    while queue:
        for user in users[queue.pop()] - bad:
            bad.add(user)
            queue.append(user)
    return {place: version for place, version in kept.items() if place not in bad}


def known(desired: DesiredState, kept: Kept) -> DesiredState:
    """Mark what is kept as known to be equal if it is there, so that nothing is read again."""
    if not kept:
        return desired
    resources = dict(desired.resources)
    for place, version in kept.items():
        id = place.at(version)
        if id in resources:
            resources[id] = replace(resources[id], content_addressed=True)
    return replace(desired, resources=resources)


def _is_free(entity: Entity) -> bool:
    return entity.content_addressed and not entity.is_switch


def _free(declaration: Declaration) -> Iterable[Entity]:
    return (entity for entity in declaration.entities if _is_free(entity))


def _packages(declaration: Declaration) -> Mapping[object, set[Place]]:
    """The places of each package whose entities share one version."""
    found: defaultdict[object, set[Place]] = defaultdict(set)
    for entity in _free(declaration):
        if entity.version != AUTO:
            found[entity.place.project, entity.place.domain, entity.version].add(entity.place)
    return found


def _whole_packages(declaration: Declaration, kept: Kept) -> Kept:
    """Without those of packages that would not keep one version for everything in them."""
    torn = {
        place
        for places in _packages(declaration).values()
        if len({kept.get(place, "") for place in places}) > 1
        for place in places
    }
    return {place: version for place, version in kept.items() if place not in torn}


def _place(identifier: Any) -> Place | None:
    kind = KINDS.get(identifier.resource_type)
    if kind is None:
        return None
    return Place(kind, identifier.project, identifier.domain, identifier.name)


def _unversioned(launch_plan: Resource) -> bytes:
    spec: Any = launch_plan.spec
    plain = type(spec)()
    plain.CopyFrom(spec)
    plain.id.version = plain.spec.workflow_id.version = ""
    return object_hash(to_canonical(plain))
