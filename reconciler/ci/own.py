"""Which steps of a plan are a request's own doing, and which an apply would do anyway.

Planning the merge base as well would tell it exactly, and would read and bind everything twice.
Two things that are known already tell it as well: the ledger knows how things were left, so that
whatever is only brought back to that was moved by somebody; and git knows which files the request
touches, so that a step which neither comes from one of them nor builds upon a step that does was
merged before, and not applied yet.
"""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from reconciler.model import Action, CodeFolder, Head, Kind, Plan, ResourceId

MOVED = "somebody moved it since the last apply, which brings it back"
PENDING = "merged before, and not applied yet"


@dataclass(frozen=True, slots=True)
class Shares:
    """A plan, divided: `own` is the request's, `moved` and `pending` were there before it."""

    own: Plan
    moved: tuple[Action, ...] = ()
    pending: tuple[Action, ...] = ()


def divide(plan: Plan, head: Head, changed: Collection[str] | None) -> Shares:
    """Tell a request's own steps from others.

    Args:
        head: Of the ledger; an empty one where there is none, which tells of no step that
            somebody moved it.
        changed: The files that the request touches, as manifests name them and as real paths;
            None if that is not known, or if what it touches may be behind any step.
    """
    moved = {one.id for one in plan if _was_moved(one, head)}
    own: set[ResourceId] = set()
    for action in plan:  # each after those it needs
        if action.id in moved:
            continue
        if (
            changed is None
            or _is_touched(action, changed)
            or any(need in own for need in action.needs)
        ):
            own.add(action.id)
    # What is made only for a step of ours is ours as well: code that is uploaded for a task.
    for action in reversed(plan.actions):
        if action.id in own:
            own.update(need for need in action.needs if need.kind is Kind.BUNDLE)
    # An effect belongs to a switch, or to a version that nobody switches.
    switched = own | {one.activation for one in own if one.kind is Kind.LAUNCH_PLAN}
    return Shares(
        replace(
            plan,
            actions=tuple(one for one in plan if one.id in own),
            effects=tuple(one for one in plan.effects if one.id in switched),
        ),
        tuple(one for one in plan if one.id in moved),
        tuple(one for one in plan if one.id not in moved and one.id not in own),
    )


def _was_moved(action: Action, head: Head) -> bool:
    """Whether the step only makes it what the last apply had left."""
    owned = head.inventory.find(action.id)
    if owned is None or action.after is None or action.is_record:
        return False
    if action.id.kind is Kind.ACTIVATION:
        return owned.is_as_left(action.after)
    return owned.id == action.id and owned.is_as_left(action.after)


def _is_touched(action: Action, changed: Collection[str]) -> bool:
    if action.after is None or action.after.origin is None:
        # What left the manifests did so by some change, and no file is left to say by which.
        return True
    if any(one in changed for one in _names(action.after.origin.file)):
        return True
    return any(
        _holds(bundle.source.root, changed)
        for bundle in (*action.after.bundles, *([action.bundle] if action.bundle else []))
        if isinstance(bundle.source, CodeFolder)
    )


def _holds(folder: str, changed: Collection[str]) -> bool:
    root = os.path.realpath(folder)
    return any(os.path.realpath(one).startswith(f"{root}{os.sep}") for one in changed)


def _names(file: str) -> Iterator[str]:
    yield file
    yield os.path.realpath(file)
