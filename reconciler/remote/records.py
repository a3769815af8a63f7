"""Plans that write nothing but what is ours: to adopt some of what is declared, or to forget."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from reconciler.errors import LedgerError
from reconciler.model import (
    Action,
    Head,
    Kind,
    Owned,
    Plan,
    Reason,
    Resource,
    Verb,
    owned_by,
    place_of,
)
from reconciler.plan import named, only


def adopting(plan: Plan, head: Head, names: Sequence[str]) -> Plan:
    """Keep of a plan what it adopts under these names.

    Raises: LedgerError for a name that is not declared, or that an apply would have to change
        first; ConfigError for what is no name.
    """
    # What waits for another step is not there yet.
    adopted = {a.id for a in plan if a.verb is Verb.ADOPT and not a.needs}
    ours = {owned.id for owned in head.inventory}
    others = {a.id: a for a in plan if not a.is_record and a.id.kind is not Kind.BUNDLE}
    conflicts = {conflict.id for conflict in plan.conflicts}
    known = adopted | ours | set(others) | conflicts
    found = named(
        names,
        known,
        what="declared and in Flyte Admin; `reconciler import live` writes "
        "manifests of what is active",
    )
    for id in found:
        if id in conflicts:
            raise LedgerError(f"{id} cannot be adopted: it is not as declared; `reconciler plan`")
        if id in others:
            raise LedgerError(
                f"{id} cannot be adopted as it is: {others[id].why}; apply makes it as declared, "
                "and ours"
            )
    return replace(only(plan, set(found) & adopted), warnings=plan.warnings)


def forgetting(head: Head, names: Sequence[str]) -> Plan:
    """What drops these names out of what is ours.

    Raises: LedgerError for a name that is not ours; ConfigError for what is no name.
    """
    owned = {one.id: one for one in head.inventory}
    return Plan(
        tuple(
            Action(
                verb=Verb.FORGET,
                id=id,
                reason=Reason.ASKED,
                why="asked for",
                before=Resource(id, active=(owned[id].active,) if owned[id].active else ()),
            )
            for id in named(names, owned, what="ours")
        )
    )


def rebuilding(plan: Plan, head: Head, as_left: Collection[Owned]) -> Plan:
    """What makes the ledger say what is there, after Admin was restored or the log damaged.

    Args:
        plan: Made without any memory, so that all that is as declared is adopted in it.
        as_left: Those of what the ledger says is ours that Admin holds as we left it.

    Shape: adopts what is as declared and not ours already, and forgets what is not there as the
        ledger says; what nothing declares and is as we left it stays ours.
    """
    steps = [
        action
        for action in plan
        if action.verb is Verb.ADOPT
        and action.after is not None
        and head.inventory.find(action.id) != owned_by(action.after)
    ]
    places = {place_of(action.id) for action in plan if action.verb is Verb.ADOPT}
    left = {owned.id for owned in as_left}
    for owned in head.inventory:
        if owned.id not in left and owned.place not in places:
            active = (owned.active,) if owned.active else ()
            steps.append(
                Action(
                    verb=Verb.FORGET,
                    id=owned.id,
                    reason=Reason.ASKED,
                    why="not there as the ledger says",
                    before=Resource(owned.id, active=active),
                )
            )
    return Plan(tuple(steps), warnings=plan.warnings)
