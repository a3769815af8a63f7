"""Adopt what is as declared already and not ours yet: nothing is written to it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from flyteidl.admin.common_pb2 import NamedEntityMetadata

from reconciler.model import (
    Action,
    DesiredState,
    Diagnostic,
    Guard,
    Inventory,
    Kind,
    ObservedState,
    Place,
    Plan,
    Reason,
    Resource,
    ResourceId,
    Severity,
    Verb,
    place_of,
)


def with_adopted(
    plan: Plan, desired: DesiredState, observed: ObservedState, inventory: Inventory
) -> Plan:
    """Add a step for each declared thing that needs nothing else, and that we do not own.

    What we own and left otherwise (somebody moved it, and the manifests followed) is adopted
    anew; of a version the name is enough, for the rest of its versions is history.
    """
    adopted = tuple(_adoptions(plan, desired, observed, inventory))
    if not adopted:
        return plan
    unchanged = dict(plan.unchanged)
    for action in adopted:
        unchanged[action.id.kind] -= 1
    return replace(plan, actions=(*plan.actions, *adopted), unchanged=unchanged)


def without_foreign(plan: Plan, owners: Mapping[Place, str]) -> Plan:
    """Leave out what another workspace owns and says the same of, and name it.

    Shape: what the plan would change of theirs is an obstacle.

    Args:
        owners: The workspace that owns a place, for all places that others own.
    """
    theirs = {
        action.id: owners[place] for action in plan if (place := place_of(action.id)) in owners
    }
    if not theirs:
        return plan
    adopted = {action.id for action in plan if action.verb is Verb.ADOPT and action.id in theirs}
    unchanged = dict(plan.unchanged)
    for id in adopted:
        unchanged[id.kind] = unchanged.get(id.kind, 0) + 1
    same = {id: owner for id, owner in theirs.items() if id in adopted}
    changed = {id: owner for id, owner in theirs.items() if id not in adopted}
    return replace(
        plan,
        actions=tuple(action for action in plan if action.id not in adopted),
        unchanged=unchanged,
        warnings=(*plan.warnings, *_told(same)),
        obstacles=(*plan.obstacles, *_refused(changed)),
    )


def _adoptions(
    plan: Plan, desired: DesiredState, observed: ObservedState, inventory: Inventory
) -> Iterator[Action]:
    touched = {action.id for action in plan} | {conflict.id for conflict in plan.conflicts}
    made = {
        action.id.named_entity: action.id
        for action in plan
        if action.verb is Verb.CREATE and action.id.kind.versioned
    }
    for resource in desired:
        if resource.id.kind is Kind.DOMAIN or resource.id in touched:
            continue
        found = observed.find(resource.id)
        owned = inventory.find(resource.id)
        if found is None and owned is None and resource.id in made:
            # A name that comes with its first version, and is at once what is declared of it.
            yield Action(
                verb=Verb.ADOPT,
                id=resource.id,
                reason=Reason.NOT_OURS,
                why="as declared, once it is there",
                after=Resource(resource.id, spec=NamedEntityMetadata(), origin=resource.origin),
                needs=(made[resource.id],),
            )
        if found is None or (owned and (resource.id.kind.versioned or owned.is_as_left(found))):
            continue
        yield Action(
            verb=Verb.ADOPT,
            id=resource.id,
            reason=Reason.NOT_OURS,
            why="moved by someone, and declared so now" if owned else "as declared, not ours yet",
            before=found,
            after=_as_it_is(resource, found),
        )


def _as_it_is(resource: Resource, found: Resource) -> Resource:
    """What the ledger is to remember: of what can change, how Admin holds it."""
    if resource.id.kind.versioned:
        return resource
    return replace(found, origin=resource.origin)


def _told(foreign: Mapping[ResourceId, str]) -> Iterator[Diagnostic]:
    for owner, ids in _by_owner(foreign):
        yield Diagnostic(
            "owned-by-another",
            f"{ids}: as declared, and owned by the workspace {owner}; it stays theirs",
            hint=f"reconciler transfer, run by {owner}, would make it ours",
            severity=Severity.WARNING,
        )


def _refused(foreign: Mapping[ResourceId, str]) -> Iterator[Diagnostic]:
    for owner, ids in _by_owner(foreign):
        yield Diagnostic(
            Guard.FOREIGN,
            f"{ids}: owned by the workspace {owner}, and would be changed",
            hint=f"take it out of these manifests; or reconciler transfer, run by {owner}",
        )


def _by_owner(foreign: Mapping[ResourceId, str]) -> Iterator[tuple[str, str]]:
    """Each owner, and what is theirs in a few words."""
    by_owner: dict[str, list[str]] = {}
    for id, owner in foreign.items():
        by_owner.setdefault(owner, []).append(str(id))
    for owner, ids in sorted(by_owner.items()):
        yield owner, ids[0] + (f" and {len(ids) - 1} more" if len(ids) > 1 else "")
