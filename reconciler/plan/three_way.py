"""Of what others may write as well, say who moved: what we left, what is declared, what is there.

A step that would bring a thing from how it is to how it is declared may undo what somebody did
since our last apply, or write over what never was ours. It does, for that is what the manifests
say; but whoever reads the plan is told.
"""

from collections.abc import Collection
from dataclasses import replace

from reconciler.model import Action, Diagnostic, Head, Kind, Owned, Plan, Severity, Verb

_SHARED = (Kind.ATTRIBUTES, Kind.NAMED_ENTITY, Kind.PROJECT)
_WRITES = (Verb.UPDATE, Verb.DELETE, Verb.ARCHIVE, Verb.UNARCHIVE)


def with_moved(plan: Plan, memory: Head) -> Plan:
    """Say of each step whether somebody else has been there since we were.

    Shape: in the steps' `why`; of attributes, which nobody sees elsewhere, as warnings too.
    """
    # What an apply claimed that never ended may be as it left it: nobody else moved that.
    loose = [*memory.loose, *memory.claims]
    actions: list[Action] = []
    warnings: list[Diagnostic] = []
    for action in plan:
        said = _said(action, memory, loose)
        actions.append(replace(action, why=f"{action.why}; {said}") if said else action)
        if said and action.id.kind is Kind.ATTRIBUTES:
            warnings.append(_warning(action, said))
    if actions == list(plan.actions):
        return plan
    return replace(plan, actions=tuple(actions), warnings=(*plan.warnings, *warnings))


def _said(action: Action, memory: Head, loose: Collection[Owned]) -> str:
    """What is to be said of a step, or ""."""
    id = action.id
    if id.kind not in _SHARED or action.verb not in _WRITES:
        return ""
    owned = memory.inventory.find(id)
    if any(claim.id == id for claim in loose):
        return ""
    if owned is None:
        # A name always has metadata; a row of attributes is there because somebody set it.
        is_set = id.kind is Kind.ATTRIBUTES and action.before is not None
        return "not ours: somebody else set it" if is_set else ""
    if owned.is_as_left(action.before):
        return ""
    did = "deleted" if action.before is None else "changed"
    if action.after is not None and owned.is_as_left(action.after):
        return f"somebody {did} it since our last apply"
    return f"somebody {did} it since our last apply, and the manifests changed too"


def _warning(action: Action, said: str) -> Diagnostic:
    will = "is deleted" if action.verb is Verb.DELETE else "becomes as declared"
    return Diagnostic(
        "moved-by-hand",
        f"{action.id}: {said}; it {will}",
        action.after.origin if action.after is not None else None,
        "declare what is there to keep it",
        Severity.WARNING,
    )
