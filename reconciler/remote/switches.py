"""Names and versions of what a ledger knows, for whoever types them at night."""

from collections.abc import Sequence

from reconciler.errors import LedgerError
from reconciler.model import Action, End, Head, Kind, Owned, Plan, Reason, Record, Resource, Verb


def find_switch(head: Head, name: str) -> Owned:
    """The activation that somebody means by `name` or `project/domain/name`.

    Raises: LedgerError if nothing of that name is ours, or several things are.
    """
    switches = [owned for owned in head.inventory if owned.id.kind is Kind.ACTIVATION]
    found = [owned for owned in switches if name in (owned.id.path, owned.id.name)]
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(sorted(owned.id.path for owned in found))
        raise LedgerError(f"{name} may be any of {places}; say which")
    some = ", ".join(sorted(owned.id.path for owned in switches)[:5]) or "nothing"
    raise LedgerError(f"the ledger owns no launch plan {name}; it owns the switches of {some}")


def version_before(records: Sequence[Record], switch: Owned) -> str:
    """The version that was active before the one that is now.

    Raises: LedgerError if the ledger knows of none.
    """
    for record in reversed(records):
        gained = record.body.gained if isinstance(record.body, End) else ()
        for owned in gained:
            if owned.id == switch.id and owned.active not in ("", switch.active):
                return owned.active
    raise LedgerError(f"the ledger knows of no version of {switch.id.path} before this one")


def switching(switch: Owned, active: Sequence[str], version: str) -> Plan:
    """A plan of one step: make this version the active one."""
    if tuple(active) == (version,):
        return Plan(())
    found = ", ".join(active) or "no version"
    step = Action(
        verb=Verb.ACTIVATE,
        id=switch.id,
        reason=Reason.OTHER_ACTIVE if active else Reason.NONE_ACTIVE,
        why=f"back from {found}",
        before=Resource(switch.id, active=tuple(active)),
        after=Resource(switch.id, active=(version,)),
    )
    return Plan((step,))
