"""Leave alone what somebody holds: what was decided at night is not undone by the next merge."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from reconciler.model import (
    Action,
    DesiredState,
    Diagnostic,
    Hold,
    Kind,
    Plan,
    ResourceId,
    Severity,
)


def with_holds(
    plan: Plan,
    holds: Collection[Hold],
    *,
    now: datetime,
    desired: DesiredState | None = None,
) -> Plan:
    """Take the switches of held names out of a plan, and say of each hold that it stands, first.

    A hold is over once it has expired, or the manifests want another version than the bad one.

    Args:
        desired: What they want, of what needs no step as well; None if only the plan is known.
    """
    wanted = {action.id: _version(action) for action in plan if action.is_switch}
    if desired is not None and holds:
        states = (one for one in desired if one.id.kind is Kind.ACTIVATION and one.active)
        wanted |= {one.id: one.active[0] for one in states}
    standing = [
        hold
        for hold in holds
        if not (hold.until and hold.until <= now.timestamp())
        and not hold.is_over(wanted.get(hold.id, ""))
    ]
    held = {hold.id for hold in standing}
    kept_off = set(held)
    for action in plan:  # each stands after those it needs
        if kept_off.intersection(action.needs):
            kept_off.add(action.id)
    # What takes over from a held name waits with it: both on at once would be worse.
    waiting = [one for one in plan if one.is_switch and held.intersection(one.needs)]
    return replace(
        plan,
        actions=tuple(action for action in plan if action.id not in kept_off),
        warnings=(
            *(_told(hold) for hold in standing),
            *(_told_of_waiting(action, held) for action in waiting),
            *plan.warnings,
        ),
    )


def _version(action: Action) -> str:
    return action.after.active[0] if action.after is not None and action.after.active else ""


def _told_of_waiting(action: Action, held: set[ResourceId]) -> Diagnostic:
    (old,) = held.intersection(action.needs)
    return Diagnostic(
        "held",
        f"{action.id} stays as it is too: it takes over from {old.name}, which is held",
        severity=Severity.WARNING,
    )


def _told(hold: Hold) -> Diagnostic:
    when = datetime.fromtimestamp(hold.until, UTC)
    until = f" until {when:%Y-%m-%d %H:%M} UTC" if hold.until else ""
    over = f", or as soon as the manifests want another version than {hold.version}"
    return Diagnostic(
        "held",
        f"{hold}{until}; it stays as it is",
        hint=f"reconciler release {hold.id.path}" + (over if hold.version else ""),
        severity=Severity.WARNING,
    )
