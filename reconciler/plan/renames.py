"""A launch plan that got another name: the old one off and proven, then the new one on."""

from dataclasses import replace

from reconciler.model import (
    Action,
    DesiredState,
    ObservedState,
    Plan,
    Reason,
    Resource,
    ResourceId,
    Verb,
)


def renamed(desired: DesiredState) -> dict[ResourceId, ResourceId]:
    """The old names to switch off, each with the new one: those whose new one has a state.

    Where the manifests leave the new one as it is, the old one is as any that left them.
    """
    return {old: new for old, new in desired.renames.items() if new in desired.resources}


def with_renamed(plan: Plan, desired: DesiredState, observed: ObservedState) -> Plan:
    """Switch off what is active under old names, before the new ones are switched on.

    It needs no ledger: the manifests say which name it is. Never are both on at once.
    """
    off: dict[ResourceId, Action] = {}
    for old, new in renamed(desired).items():
        found = observed.find(old)
        if found is not None and found.active:
            off[new] = _switch_off(old, new, found, desired.resources[new])
    if not off:
        return plan
    steps = [
        replace(action, needs=(*action.needs, off[action.id].id)) if action.id in off else action
        for action in plan
    ]
    # Before the first switch, and after all that has to succeed first.
    first = next((n for n, action in enumerate(steps) if action.is_switch), len(steps))
    return replace(plan, actions=(*steps[:first], *off.values(), *steps[first:]))


def _switch_off(old: ResourceId, new: ResourceId, found: Resource, wanted: Resource) -> Action:
    return Action(
        verb=Verb.DEACTIVATE,
        id=old,
        reason=Reason.UNWANTED,
        why=f"called {new.name} now",
        before=found,
        after=Resource(old, origin=wanted.origin),
    )
