"""Switch off what is ours and has left the manifests, so that no deleted schedule goes on firing.

Only a launch plan whose name the manifests no longer declare in any way, that an apply of ours
left active, and that still is exactly as we left it. Whatever else is active is somebody else's.
"""

from collections.abc import Collection
from dataclasses import replace

from reconciler.model import (
    Action,
    DesiredState,
    Diagnostic,
    Inventory,
    Kind,
    ObservedState,
    Owned,
    Plan,
    PlanOptions,
    Reason,
    Resource,
    Severity,
    Verb,
)


def left_behind(desired: DesiredState, inventory: Inventory) -> tuple[Owned, ...]:
    """What we left active under names that the manifests no longer declare."""
    declared = {
        id.activation if id.kind is Kind.LAUNCH_PLAN else id
        for id in desired.resources
        if id.kind in (Kind.LAUNCH_PLAN, Kind.ACTIVATION)
    }
    found = (owned for owned in inventory if owned.active and owned.id not in declared)
    return tuple(sorted(found, key=lambda owned: owned.id))


def with_pruned(
    plan: Plan,
    observed: ObservedState,
    left: Collection[Owned],
    inventory: Inventory,
    options: PlanOptions,
) -> Plan:
    """Add the steps that switch off what was left behind, or without `options.prune` name it."""
    actions: list[Action] = []
    warnings: list[Diagnostic] = []
    for owned in left:
        found = observed.find(owned.id)
        if found is None or not found.active:
            continue
        if not owned.is_as_left(found):
            warnings.append(_moved(owned, found))
        elif options.prune:
            actions.append(_switch_off(owned, found))
        else:
            warnings.append(_still_firing(owned))
    return replace(
        plan,
        # Last: what takes its place is on by then.
        actions=(*plan.actions, *actions),
        warnings=(*plan.warnings, *warnings),
    )


def _switch_off(owned: Owned, found: Resource) -> Action:
    return Action(
        verb=Verb.DEACTIVATE,
        id=owned.id,
        reason=Reason.UNWANTED,
        why="no longer in the manifests",
        before=found,
        after=Resource(owned.id),
    )


def _moved(owned: Owned, found: Resource) -> Diagnostic:
    return Diagnostic(
        "moved-by-hand",
        f"{owned.id} is no longer in the manifests and stays as it is: we left {owned.active} "
        f"active, and now {', '.join(found.active)} is",
        hint="switch it off by hand, or declare it",
        severity=Severity.WARNING,
    )


def _still_firing(owned: Owned) -> Diagnostic:
    return Diagnostic(
        "left-active",
        f"{owned.id} is no longer in the manifests, and {owned.active} stays active",
        hint="leave out --no-prune to switch it off",
        severity=Severity.WARNING,
    )
