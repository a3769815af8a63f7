"""What other workspaces of the same home claim or own, and whether that stands in our way.

Everybody appends its own claims first and looks at those of the others then. So of two who claim
the same thing at once at least one sees the other, and the later one yields.
"""

from collections.abc import Collection

from reconciler.errors import ForeignOwnerError, LockedError
from reconciler.model import Owned, Record
from reconciler.ports import Ledger


def hindrance(
    ledger: Ledger, claims: Collection[Owned], *, mine: int | None
) -> LockedError | None:
    """Return why these claims have to wait, or None.

    Args:
        mine: Serial of the begin with which we claimed them; None if we have not yet, and then
            whoever claims the same is earlier.

    Cost: a list of the home's ledgers, and the head of each other one.
    Raises: ForeignOwnerError if another workspace owns something of it.
    """
    if not claims:
        return None
    wanted = {owned.place: owned.id for owned in claims}
    for neighbour in ledger.neighbours():
        head = neighbour.head()
        foreign = [wanted[place] for place in head.inventory.entries if place in wanted]
        if foreign:
            raise ForeignOwnerError(neighbour.workspace, sorted(foreign))
        both = sorted(wanted[one.place] for one in head.claims if one.place in wanted)
        if not both or head.holder is None or head.begin is None:
            continue
        if mine is not None and _is_earlier(ledger, mine, neighbour.workspace, head.holder):
            continue
        return LockedError(
            f"{head.begin.author} claims {both[0]} for the workspace {neighbour.workspace} "
            f"(#{head.holder.serial})",
            workspace=neighbour.workspace,
            serial=head.holder.serial,
        )
    return None


def _is_earlier(ledger: Ledger, serial: int, other: str, theirs: Record) -> bool:
    """Tell whether our begin comes before theirs, by the server's clock; names break a tie."""
    holder = ledger.head().holder
    if holder is None or holder.serial != serial:
        return False
    ours = holder.created_at
    if ours is None or theirs.created_at is None:
        return ledger.workspace < other
    return (ours, ledger.workspace) < (theirs.created_at, other)
