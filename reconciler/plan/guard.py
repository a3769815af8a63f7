"""Refuse what is lawful and still rather a mistake, until somebody says that it is meant.

Looked at once the whole plan is known. A roll, which is a new version of a declared name and the
flip to it, never counts: an everyday merge needs no flag however many launch plans it moves.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from fnmatch import translate

from reconciler.model import (
    Action,
    DesiredState,
    Diagnostic,
    Guard,
    Kind,
    ObservedState,
    Plan,
    PlanOptions,
    Resource,
    ResourceId,
    Severity,
    Verb,
)

_RETIRING = {
    Verb.DEACTIVATE: (Guard.MANY_DEACTIVATED, "switched off"),
    Verb.ARCHIVE: (Guard.MANY_ARCHIVED, "archived"),
    Verb.DELETE: (Guard.MANY_DELETED, "deleted"),
}
_REVERTED = (Guard.MANY_REVERTED, "changed back, though nothing here changed since the last apply")


def with_guards(
    plan: Plan, desired: DesiredState, observed: ObservedState, options: PlanOptions
) -> Plan:
    """Add an obstacle for each thing that somebody should have said is meant.

    Shape: what is meant by a flag is a warning instead, so that whoever reads the plan sees it.
    """
    found = (
        *_many(plan, desired, observed, options),
        *_empty(desired, options),
        *_protected(plan, desired, options),
        *_moved(plan, options),
    )
    if not found:
        return plan
    found = tuple(meant(one) if one.code in options.allow else one for one in found)
    return replace(
        plan,
        obstacles=(*plan.obstacles, *(one for one in found if one.severity is Severity.ERROR)),
        warnings=(*(one for one in found if one.severity is Severity.WARNING), *plan.warnings),
    )


def meant(obstacle: Diagnostic) -> Diagnostic:
    """The same as a warning: a flag says that it is meant."""
    flag = Guard(obstacle.code).flag
    return replace(obstacle, hint=f"allowed by {flag}", severity=Severity.WARNING)


def _many(
    plan: Plan, desired: DesiredState, observed: ObservedState, options: PlanOptions
) -> Iterator[Diagnostic]:
    counts: Counter[tuple[Guard, str, Kind, str, str]] = Counter()
    for action in plan:
        guard, done = _RETIRING.get(action.verb) or (
            _REVERTED if _reverts(action, options) else (None, "")
        )
        if guard is not None:
            counts[guard, done, action.id.kind, action.id.project, action.id.domain] += 1
    if not counts:
        return
    all_of = _all(desired, observed, options)
    ordered = sorted(counts.items(), key=lambda one: (one[0][0], one[0][2].rank, *one[0][3:]))
    for (guard, done, kind, project, domain), count in ordered:
        there = max(len(all_of[kind, project, domain]), count)
        if there < options.guards.fewest or count <= options.guards.share * there:
            continue
        place = f"{project}/{domain}" if domain else project
        yield _obstacle(guard, f"{count} of {there} {_plural(kind)} in {place} would be {done}")


def _reverts(action: Action, options: PlanOptions) -> bool:
    """Whether it only brings back what we left, and somebody else has changed."""
    if options.memory is None or action.verb is not Verb.UPDATE or action.after is None:
        return False
    owned = options.memory.inventory.find(action.id)
    return owned is not None and owned.is_as_left(action.after)


def _all(
    desired: DesiredState, observed: ObservedState, options: PlanOptions
) -> Mapping[tuple[Kind, str, str], set[ResourceId]]:
    """What is declared or ours, by kind and place; of launch plans' states those that are on."""
    ids = set(desired.resources)
    if options.memory is not None:
        inventory = options.memory.inventory
        ids |= {owned.id for owned in inventory if not owned.id.kind.versioned}
        if options.prune_names:
            ids |= {owned.id.named_entity for owned in inventory if owned.id.kind.versioned}
        ids -= {
            owned.id
            for owned in inventory
            if owned.id.kind is Kind.ACTIVATION and not owned.active
        }
    found: dict[tuple[Kind, str, str], set[ResourceId]] = defaultdict(set)
    for id in ids:
        looked_at = id in observed.asked
        now = observed.resources.get(id)
        if id.kind is Kind.ACTIVATION and looked_at and not (now and now.active):
            continue
        found[id.kind, id.project, id.domain].add(id)
    return found


def _empty(desired: DesiredState, options: PlanOptions) -> Iterator[Diagnostic]:
    memory = options.memory
    if len(desired) or not options.whole or memory is None or not len(memory.inventory):
        return
    yield _obstacle(
        Guard.EMPTY_SET,
        f"nothing is declared, and {len(memory.inventory)} things are ours: a wrong folder or a "
        "glob that matches nothing looks like this",
    )


def _protected(plan: Plan, desired: DesiredState, options: PlanOptions) -> Iterator[Diagnostic]:
    is_named = _names(options.guards.protect)
    for action in plan:
        if action.verb not in _RETIRING:
            continue
        id = action.id
        if is_named(id) or _places(id) & desired.protected:
            _, done = _RETIRING[action.verb]
            yield _obstacle(Guard.PROTECTED, f"{id} is protected, and would be {done}")


def _places(id: ResourceId) -> set[ResourceId]:
    """By which ids it can be protected: its own, and for attributes those of where they lie."""
    found = {id}
    if id.kind is Kind.ATTRIBUTES:
        found.add(ResourceId(Kind.PROJECT, id.project))
        if id.domain:
            found.add(ResourceId(Kind.DOMAIN, id.project, id.domain))
        if id.name:
            facet = Kind.WORKFLOW.slug
            found.add(ResourceId(Kind.NAMED_ENTITY, id.project, id.domain, id.name, facet=facet))
    return found


def _moved(plan: Plan, options: PlanOptions) -> Iterator[Diagnostic]:
    """Activations that somebody moved since our last apply, and that the plan would move back."""
    memory = options.memory
    if memory is None:
        return
    loose = {(owned.id, owned.active) for owned in (*memory.loose, *memory.claims)}
    overwritten = _names(options.overwrite)
    for action in plan:
        owned = memory.inventory.find(action.id) if action.is_switch else None
        if owned is None:
            continue
        now = action.before.active if action.before is not None else ()
        # Several are a torn flip, which is mended; what an apply claimed that never ended is ours.
        if len(now) > 1 or (action.id, now[0] if now else "") in loose:
            continue
        if now == ((owned.active,) if owned.active else ()):
            continue
        id = action.id
        obstacle = Diagnostic(
            Guard.MOVED_BY_HAND,
            f"{id}: we left {owned.active or 'none'} active, somebody made it "
            f"{now[0] if now else 'none'}, and the plan wants {_wanted(action)}",
            action.after.origin if action.after is not None else None,
            f"pass --overwrite-moved {id.name} if that is meant; `reconciler hold {id.path}` to "
            "leave it; or declare what is active",
        )
        yield meant(obstacle) if overwritten(id) else obstacle


def _names(globs: Collection[str]) -> Callable[[ResourceId], bool]:
    """What tells whether one of `globs` means a name, alone or with its project and domain."""
    patterns = [re.compile(translate(glob)) for glob in globs]

    def is_named(id: ResourceId) -> bool:
        place = "/".join(part for part in (id.project, id.domain, id.name) if part)
        return any(one.match(place) or (id.name and one.match(id.name)) for one in patterns)

    return is_named


def _wanted(action: Action) -> str:
    after: Resource | None = action.after
    return after.active[0] if after is not None and after.active else "none"


def _obstacle(guard: Guard, message: str) -> Diagnostic:
    hint = f"pass {guard.flag} if that is meant"
    return Diagnostic(guard, message, hint=hint, severity=Severity.ERROR)


def _plural(kind: Kind) -> str:
    if kind is Kind.ACTIVATION:
        return "active launch plans"
    if kind is Kind.NAMED_ENTITY:
        return "names"
    return f"{kind}s"
