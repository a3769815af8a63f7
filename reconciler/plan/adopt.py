"""Adopt what is as declared already and not ours yet: nothing is written to it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.model import (
    Action,
    DesiredState,
    Diagnostic,
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

    Args:
        owners: The workspace that owns a place, for all places that others own.
    """
    foreign = {
        action.id: owner
        for action in plan
        if action.verb is Verb.ADOPT and (owner := owners.get(place_of(action.id)))
    }
    if not foreign:
        return plan
    unchanged = dict(plan.unchanged)
    for id in foreign:
        unchanged[id.kind] = unchanged.get(id.kind, 0) + 1
    return replace(
        plan,
        actions=tuple(action for action in plan if action.id not in foreign),
        unchanged=unchanged,
        warnings=(*plan.warnings, *_told(foreign)),
    )


def _adoptions(
    plan: Plan, desired: DesiredState, observed: ObservedState, inventory: Inventory
) -> Iterator[Action]:
    touched = {action.id for action in plan} | {conflict.id for conflict in plan.conflicts}
    for resource in desired:
        if resource.id.kind is Kind.DOMAIN or resource.id in touched:
            continue
        found = observed.find(resource.id)
        owned = inventory.find(resource.id)
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
    by_owner: dict[str, list[str]] = {}
    for id, owner in foreign.items():
        by_owner.setdefault(owner, []).append(str(id))
    for owner, ids in sorted(by_owner.items()):
        more = f" and {len(ids) - 1} more" if len(ids) > 1 else ""
        yield Diagnostic(
            "owned-by-another",
            f"{ids[0]}{more}: as declared, and owned by the workspace {owner}; it stays theirs",
            hint=f"reconciler transfer, run by {owner}, would make it ours",
            severity=Severity.WARNING,
        )
