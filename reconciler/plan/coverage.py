"""Leave alone what could not be read, and what cannot do without it."""

from collections import Counter, defaultdict
from dataclasses import replace

from reconciler.model import (
    DesiredState,
    Diagnostic,
    Guard,
    ObservedState,
    Plan,
    PlanOptions,
    ResourceId,
    Severity,
    reached,
)


def readable(desired: DesiredState, observed: ObservedState) -> DesiredState:
    """What of a set lies in scopes that could be read, and needs nothing outside of them."""
    if not observed.unread:
        return desired
    users: dict[ResourceId, list[ResourceId]] = defaultdict(list)
    for id, needs in desired.needs.items():
        for need in needs:
            users[need].append(id)
    unread = (id for id in desired.resources if id.scope in observed.unread)
    out = reached(unread, lambda id: users.get(id, ()))
    kept = {id: one for id, one in desired.resources.items() if id not in out}
    return replace(
        desired,
        resources=kept,
        needs={id: needs for id, needs in desired.needs.items() if id in kept},
    )


def with_unread(
    plan: Plan, desired: DesiredState, observed: ObservedState, options: PlanOptions
) -> Plan:
    """Say which scopes could not be read: an obstacle each, or what a flag allowed."""
    if not observed.unread:
        return plan
    counts = Counter(id.scope for id in desired.resources)
    allowed = Guard.UNREADABLE in options.allow
    found = [
        Diagnostic(
            Guard.UNREADABLE,
            f"{'/'.join(part for part in scope if part)} may not be read: {why}; what is declared "
            f"there ({counts[scope]}) and what needs it is left out, and nothing is retired there",
            hint=f"{'allowed by' if allowed else 'to go on with the rest, pass'} "
            f"{Guard.UNREADABLE.flag}",
            severity=Severity.WARNING if allowed else Severity.ERROR,
        )
        for scope, why in observed.unread.items()
    ]
    if allowed:
        return replace(plan, warnings=(*found, *plan.warnings))
    return replace(plan, obstacles=(*plan.obstacles, *found))
