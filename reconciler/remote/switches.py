"""Names and versions of what a ledger knows, for whoever types them at night."""

from collections.abc import Sequence

from reconciler.errors import AmbiguousNameError, LedgerError
from reconciler.model import (
    Action,
    End,
    Head,
    Kind,
    Owned,
    Reason,
    Record,
    Resource,
    Verb,
)
from reconciler.plan import named

_WILD = set("*?[")


def find_switches(head: Head, names: Sequence[str]) -> tuple[Owned, ...]:
    """The activations that somebody means by names, `project/domain/name`s or globs of them.

    Raises: LedgerError if nothing of such a name is ours; AmbiguousNameError if a name that is
        no glob means several.
    """
    switches = {one.id: one for one in head.inventory if one.id.kind is Kind.ACTIVATION}
    found = {
        id: switches[id]
        for name in names
        for id in (
            named([name], switches, what="a launch plan that an apply of ours switched")
            if _WILD & set(name)
            else [find_switch(head, name).id]
        )
    }
    return tuple(found[id] for id in sorted(found))


def find_switch(head: Head, name: str) -> Owned:
    """The activation that somebody means by `name` or `project/domain/name`.

    Raises: LedgerError if nothing of that name is ours; AmbiguousNameError if several things are.
    """
    switches = [owned for owned in head.inventory if owned.id.kind is Kind.ACTIVATION]
    found = [owned for owned in switches if name in (owned.id.path, owned.id.name)]
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(sorted(owned.id.path for owned in found))
        raise AmbiguousNameError(f"{name} may be any of {places}; say which")
    some = ", ".join(sorted(owned.id.path for owned in switches)[:5]) or "nothing"
    raise LedgerError(f"the ledger owns no launch plan {name}; it owns the switches of {some}")


def version_then(records: Sequence[Record], switch: Owned, to: str) -> str:
    """The version that was active at a time, "" for none.

    Args:
        to: "previous", or the number of an entry: what was active after it.

    Raises: LedgerError for what is neither, and if the ledger knows of none.
    """
    if to == "previous":
        return _before(records, switch)
    serial = int(to) if to.isdecimal() else 0
    if not 1 <= serial <= len(records):
        entry = f", and the ledger ends with entry {len(records)}" if to.isdecimal() else ""
        raise LedgerError(f"Flyte Admin holds no {switch.id.at(to)}{entry}")
    then = Head().after(*records[:serial]).inventory.find(switch.id)
    if then is None:
        raise LedgerError(f"{switch.id.path} was not ours yet after entry {serial}")
    return then.active


def _before(records: Sequence[Record], switch: Owned) -> str:
    for record in reversed(records):
        gained = record.body.gained if isinstance(record.body, End) else ()
        for owned in gained:
            if owned.id == switch.id and owned.active not in ("", switch.active):
                return owned.active
    raise LedgerError(f"the ledger knows of no version of {switch.id.path} before this one")


def switching(switch: Owned, active: Sequence[str], version: str) -> Action | None:
    """The step that makes this version the active one, or none; None if it is so already."""
    wanted = (version,) if version else ()
    if tuple(active) == wanted:
        return None
    found = ", ".join(active) or "no version"
    reason = Reason.OTHER_ACTIVE if active else Reason.NONE_ACTIVE
    return Action(
        verb=Verb.ACTIVATE if version else Verb.DEACTIVATE,
        id=switch.id,
        reason=reason if version else Reason.STILL_ACTIVE,
        why=f"back from {found}",
        before=Resource(switch.id, active=tuple(active)),
        after=Resource(switch.id, active=wanted),
    )
