"""Two states in, one plan out. No network, no clock: the same states give the same plan."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from reconciler.model import (
    Action,
    Conflict,
    DesiredState,
    Diagnostic,
    Kind,
    ObservedState,
    Plan,
    Resource,
    Severity,
    in_order,
)
from reconciler.plan.decide import decide


def make_plan(desired: DesiredState, observed: ObservedState) -> Plan:
    """Plan what takes Admin from `observed` to `desired`.

    Shape: actions stand after those they need, and what decides who runs (activations) after
        everything else; conflicts are rows of the plan, which then cannot be applied.
    Raises: LookupError if `observed` never looked at something that is desired.
    """
    actions: list[Action] = []
    conflicts: list[Conflict] = []
    unchanged: Counter[Kind] = Counter()
    warnings = list(desired.warnings)
    for resource in desired:
        found = observed.find(resource.id)
        if found is not None and not found.complete and not resource.content_addressed:
            warnings.append(_unread(resource))
        steps = decide(desired=resource, observed=found)
        actions += (step for step in steps if isinstance(step, Action))
        conflicts += (step for step in steps if isinstance(step, Conflict))
        if not steps:
            unchanged[resource.id.kind] += 1
    return Plan(
        actions=tuple(_sequenced(actions, desired)),
        conflicts=tuple(sorted(conflicts, key=lambda conflict: conflict.id)),
        unchanged=dict(unchanged),
        warnings=tuple(warnings),
    )


def _unread(resource: Resource) -> Diagnostic:
    return Diagnostic(
        "unreadable-content",
        f"Admin holds {resource.id} but cannot give its content, so it was not compared",
        resource.origin,
        "give it a new version to be sure of what runs",
        Severity.WARNING,
    )


def _sequenced(actions: Iterable[Action], desired: DesiredState) -> list[Action]:
    """Keep of each action's needs those that the plan itself brings about, and sort."""
    planned = {action.id: action for action in actions}
    linked = {
        id: replace(
            action,
            needs=tuple(sorted(need for need in desired.needs.get(id, ()) if need in planned)),
        )
        for id, action in planned.items()
    }
    order = in_order(
        linked,
        {id: action.needs for id, action in linked.items()},
        key=lambda id: id.sort_key,
    )
    # A stable sort: activations wait for everything, whatever they need themselves.
    return sorted((linked[id] for id in order), key=lambda action: action.is_switch)
