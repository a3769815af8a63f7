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
    ResourceId,
    Severity,
    in_order,
)
from reconciler.plan.attributes import cascaded
from reconciler.plan.decide import decide
from reconciler.plan.uploads import with_uploads


def make_plan(
    desired: DesiredState, observed: ObservedState, *, deletes: Iterable[Action] = ()
) -> Plan:
    """Plan what takes Admin from `observed` to `desired`.

    Args:
        deletes: Steps that delete attributes that nothing declares any more.

    Shape: actions stand after those they need, and what decides who runs (activations) after
        everything else; conflicts are rows of the plan, which then cannot be applied.
    Raises: LookupError if `observed` never looked at something that is desired.
    """
    actions: list[Action] = list(deletes)
    conflicts: list[Conflict] = []
    unchanged: Counter[Kind] = Counter()
    warnings = list(desired.warnings)
    for resource in desired:
        found = observed.find(resource.id)
        if found is not None and not found.complete and not resource.content_addressed:
            warnings.append(_unread(resource))
        steps = decide(
            desired=resource, observed=found, is_created=_brings_about(resource.id, desired)
        )
        actions += (step for step in steps if isinstance(step, Action))
        conflicts += (step for step in steps if isinstance(step, Conflict))
        warnings += (step for step in steps if isinstance(step, Diagnostic))
        if not any(isinstance(step, Action | Conflict) for step in steps):
            unchanged[resource.id.kind] += 1
    rows = {
        id: row
        for id, row in (*observed.resources.items(), *observed.beside.items())
        if id.kind is Kind.ATTRIBUTES
    }
    return Plan(
        actions=tuple(_sequenced(cascaded(actions, rows), desired, observed)),
        conflicts=tuple(sorted(conflicts, key=lambda conflict: conflict.id)),
        unchanged=dict(unchanged),
        warnings=tuple(warnings),
    )


def _brings_about(id: ResourceId, desired: DesiredState) -> bool:
    """Tell whether the set declares a version of this name."""
    return id.kind is Kind.NAMED_ENTITY and any(
        need.kind.versioned for need in desired.needs.get(id, ())
    )


def _unread(resource: Resource) -> Diagnostic:
    return Diagnostic(
        "unreadable-content",
        f"Admin holds {resource.id} but cannot give its content, so it was not compared",
        resource.origin,
        "give it a new version to be sure of what runs",
        Severity.WARNING,
    )


def _sequenced(
    actions: Iterable[Action], desired: DesiredState, observed: ObservedState
) -> list[Action]:
    """Keep of each action's needs those that the plan itself brings about, and sort."""
    planned = {action.id: action for action in actions}
    linked = {
        id: replace(
            action,
            needs=tuple(
                sorted(
                    need
                    for need in {*action.needs, *desired.needs.get(id, ())}
                    if need in planned and not _needless(need, action, observed)
                )
            ),
        )
        for id, action in planned.items()
    }
    order = in_order(
        linked,
        {id: action.needs for id, action in linked.items()},
        key=lambda id: id.sort_key,
    )
    # A stable sort: activations wait for everything, whatever they need themselves.
    last = sorted((linked[id] for id in order), key=lambda action: action.is_switch)
    return with_uploads(last)


def _needless(need: ResourceId, action: Action, observed: ObservedState) -> bool:
    """A name that has versions already does not wait for another one."""
    return (
        action.id.kind is Kind.NAMED_ENTITY
        and need.kind.versioned
        and observed.find(action.id) is not None
    )
