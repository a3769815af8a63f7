"""Refuse a plan that was made for a world that is gone.

Only what the plan touches is looked at: what others did elsewhere meanwhile does not matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.model import Action, Kind, ObservedState, Plan, Resource, ResourceId, Verb


@dataclass(frozen=True, slots=True)
class Moved:
    """One object that is no longer what it was when the plan was made."""

    id: ResourceId
    what: str

    def __str__(self) -> str:
        return f"{self.id}: {self.what}"


def moved(plan: Plan, observed: ObservedState) -> Iterator[Moved]:
    """Yield each object of the plan that Admin no longer holds as the plan found it.

    What has already come true is no obstacle: a step that finds its goal reached has nothing to
    do. Uploads have no precondition, for their name is their content.
    """
    for action in plan:
        if action.id.kind is Kind.BUNDLE:
            continue
        found = observed.find(action.id)
        what = _difference(action, found)
        if what:
            yield Moved(action.id, what)


def _difference(action: Action, found: Resource | None) -> str:
    if action.id.kind is Kind.ACTIVATION:
        return _switched(action, found)
    planned = action.before
    if found is None:
        is_goal = planned is None or action.verb is Verb.DELETE
        return "" if is_goal else "was there when planned, and is gone"
    if planned is None:
        if _reached(action, found):
            return ""
        return "was not there when planned, and has been registered with other content"
    if found.digest == planned.digest or _reached(action, found):
        return ""
    return "was changed since it was planned"


def _reached(action: Action, found: Resource) -> bool:
    wanted = action.after
    if wanted is None:
        return False
    if not found.complete:
        return wanted.content_addressed
    return wanted.agrees_with(found)


def _switched(action: Action, found: Resource | None) -> str:
    now = set(found.active) if found else set()
    planned = set(action.before.active) if action.before else set()
    wanted = set(action.after.active) if action.after else set()
    if now in (planned, wanted):
        return ""
    was, is_now = (", ".join(sorted(some)) or "none" for some in (planned, now))
    return f"active was {was} when planned, and is {is_now} now"
