"""Refuse a plan that was made for a world that is gone.

Only what the plan touches is looked at: what others did elsewhere meanwhile does not matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.model import Action, Kind, ObservedState, Plan, Resource, ResourceId, Verb

_NAMED = 3  # of the fields that differ
_UNCONDITIONAL = (Kind.BUNDLE, Kind.EXECUTION)


@dataclass(frozen=True, slots=True)
class Moved:
    """One object that is no longer what it was when the plan was made."""

    id: ResourceId
    what: str

    def __str__(self) -> str:
        return f"{self.id}: {self.what}"


@dataclass(frozen=True, slots=True)
class Freshness:
    """How the world looks to a plan: what keeps it from being carried out, and what came true.

    `moved` is neither as planned nor as wanted; `reached` are steps whose goal is there already,
    which was not so when they were planned.
    """

    moved: tuple[Moved, ...] = ()
    reached: tuple[ResourceId, ...] = ()


def freshness(plan: Plan, observed: ObservedState) -> Freshness:
    """Compare each object of the plan with what Admin holds now.

    What has already come true is no obstacle: a step that finds its goal reached has nothing to
    do. Uploads have no precondition, for their name is their content; nor have launches, whose
    names are looked for when they are made.

    Args:
        observed: Of every object of the plan but its uploads.
    """
    reached = []
    for action in plan:
        if action.verb.writes and action.id.kind not in _UNCONDITIONAL:
            found = observed.find(action.id)
            if not _difference(action, found) and not _is_as_planned(action, found):
                reached.append(action.id)
    return Freshness(tuple(moved(plan, observed)), tuple(reached))


def moved(plan: Plan, observed: ObservedState) -> Iterator[Moved]:
    """Yield each object of the plan that Admin no longer holds as the plan found it."""
    for action in plan:
        # What is forgotten may be whatever it is by now.
        if action.id.kind in _UNCONDITIONAL or action.verb is Verb.FORGET:
            continue
        what = _difference(action, observed.find(action.id))
        if what:
            yield Moved(action.id, what)


def _difference(action: Action, found: Resource | None) -> str:
    if _is_as_planned(action, found) or _is_reached(action, found):
        return ""
    if action.id.kind is Kind.ACTIVATION:
        was, now = (", ".join(sorted(_active(one))) or "none" for one in (action.before, found))
        return f"active was {was} when planned, and is {now} now"
    if found is None:
        return "was there when planned, and is gone"
    if action.before is None:
        what = "was not there when planned, and has been registered with other content"
        return what + _where(action.after, found)
    return "was changed since it was planned" + _where(action.before, found)


def _is_as_planned(action: Action, found: Resource | None) -> bool:
    planned = action.before
    if action.id.kind is Kind.ACTIVATION:
        return _active(found) == _active(planned)
    if found is None:
        return planned is None
    if planned is None:
        # A name comes with its first version, whoever registers that; nobody has described it yet.
        return action.id.kind is Kind.NAMED_ENTITY and not found.canonical
    return found.digest == planned.digest


def _is_reached(action: Action, found: Resource | None) -> bool:
    wanted = action.after
    if action.id.kind is Kind.ACTIVATION:
        return _active(found) == _active(wanted)
    if found is None or action.verb is Verb.DELETE:
        return found is None and action.verb is Verb.DELETE
    if wanted is None:
        return False
    if not found.complete:
        return wanted.content_addressed
    return wanted.agrees_with(found)


def _where(planned: Resource | None, found: Resource) -> str:
    """The fields that differ, without values, which may be nobody's business; "" if unknown."""
    if planned is None or planned.spec is None or not found.complete:
        return ""
    fields = list(_differing(planned.canonical, found.canonical))
    more = f" and {len(fields) - _NAMED} more" if len(fields) > _NAMED else ""
    return f": {', '.join(fields[:_NAMED])}{more}" if fields else ""


def _differing(one: Any, other: Any, path: str = "") -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            inner = f"{path}.{key}" if path else key
            yield from _differing(one.get(key), other.get(key), inner)
    elif one != other:
        yield path


def _active(resource: Resource | None) -> frozenset[str]:
    return frozenset(resource.active) if resource is not None else frozenset()
