"""Plans that write nothing but what is ours: to adopt some of what is declared, or to forget."""

from collections.abc import Sequence
from dataclasses import replace

from reconciler.errors import LedgerError
from reconciler.model import Action, Head, Kind, Plan, Reason, Resource, Verb
from reconciler.plan import named, only


def adopting(plan: Plan, head: Head, names: Sequence[str]) -> Plan:
    """Keep of a plan what it adopts under these names.

    Raises: LedgerError for a name that is not declared, or that an apply would have to change
        first; ConfigError for what is no name.
    """
    adopted = {action.id for action in plan if action.verb is Verb.ADOPT}
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
