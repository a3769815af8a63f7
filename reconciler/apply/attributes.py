"""Set or delete one row of attributes so that no other row is the worse for it.

Admin has no delete of one row alone: it drops the rows below too. So whatever is below is read
right before, written again right after, and all of it read back. In between there is a moment
without those rows, and no transaction; whoever is killed in it leaves them missing, which is why
the plan names them.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from reconciler.errors import AdminError, ReconcilerError
from reconciler.model import (
    PLUGIN_OVERRIDES,
    Action,
    Outcome,
    Resource,
    ResourceId,
    Status,
    Verb,
    is_below,
    must_drop,
)
from reconciler.ports import Reader, Writer

# Each round writes what is not as it should be. Losing this often means that someone else keeps
# writing the same rows.
ROUNDS = 3

Rows = Mapping[ResourceId, Resource]
T = TypeVar("T")


def set_attributes(action: Action, *, reader: Reader, writer: Writer) -> Outcome:
    """Bring one row to what `action` wants, all rows below left as they are.

    Cost: the one write, where it cannot touch another row; else two lists, and a write for each
        row that a delete drops.
    Raises: ReconcilerError as the ports do, as long as nothing was dropped.
    """
    assert action.after is not None, f"{action.verb} of {action.id} without a goal"
    if action.verb is not Verb.DELETE and action.id.facet != PLUGIN_OVERRIDES:
        writer.update(action.after)
        return Outcome(action, Status.DONE, applied=True, settled=True)
    wanted = None if action.verb is Verb.DELETE else action.after
    rows = _family(action.id, reader)
    if _is_right(rows.get(action.id), wanted):
        return Outcome(action, Status.DONE, settled=True, existed=True)
    kept = _below(action.id, rows)
    drops = must_drop(action.id, wanted, rows)
    tries = _Tries(writer)
    for _ in range(ROUNDS):
        error = _write(action.id, wanted, rows, kept, tries, drops=drops)
        try:
            rows = _family(action.id, reader)
        except ReconcilerError as unread:
            return _failed(action, kept if tries.may_have_acted else {}, error or unread, tries)
        missing = {id: row for id, row in kept.items() if id not in rows}
        if _is_right(rows.get(action.id), wanted) and not missing:
            return Outcome(action, Status.DONE, applied=True, settled=True)
        if isinstance(error, AdminError) and not error.in_doubt and not missing:
            # Refused for good: repeating the call would change nothing.
            return Outcome(
                action, Status.FAILED, applied=tries.taken, message=_text(error), error=error
            )
        if error is None and not drops and not missing:
            # Taken, and yet not there: it was merged into a row below, which was `kept` before.
            drops = True
            continue
        # A row that is there is as its owners want it, even if they wrote it just now.
        kept = {**_below(action.id, rows), **missing}
        drops = must_drop(action.id, wanted, rows)
    return _failed(action, missing, error, tries)


class _Tries:
    """Writes, and remembers what became of them.

    Attributes: `taken` whether Admin took any; `in_doubt` whether it may have taken one of which
    the answer was lost.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.taken = False
        self.in_doubt = False

    @property
    def may_have_acted(self) -> bool:
        return self.taken or self.in_doubt

    def update(self, row: Resource) -> ReconcilerError | None:
        return self._try(self._writer.update, row)

    def delete(self, id: ResourceId) -> ReconcilerError | None:
        return self._try(self._writer.delete, id)

    def _try(self, write: Callable[[T], None], what: T) -> ReconcilerError | None:
        try:
            write(what)
        except ReconcilerError as error:
            self.in_doubt |= isinstance(error, AdminError) and error.in_doubt
            return error
        self.taken = True
        return None


def _write(
    id: ResourceId,
    wanted: Resource | None,
    rows: Rows,
    kept: Rows,
    tries: _Tries,
    *,
    drops: bool,
) -> ReconcilerError | None:
    """Write the row and what has to be written with it; return the first refusal, if any.

    Wider levels first: of a domain's overrides and its workflows' the older row is the one that
    Admin finds later. A refusal of one row keeps no other from being written again.
    """
    errors: list[ReconcilerError | None] = []
    present = set(rows)
    if drops:
        error = tries.delete(id)
        if error is not None:
            return error
        present.clear()
    if wanted is not None and not (id in present and _is_right(rows[id], wanted)):
        errors.append(tries.update(wanted))
    for below in sorted(kept):
        if below not in present:
            errors.append(tries.update(kept[below]))
    return next(filter(None, errors), None)


def _is_right(found: Resource | None, wanted: Resource | None) -> bool:
    if found is None or wanted is None:
        return found is wanted
    return found.digest == wanted.digest


def _family(id: ResourceId, reader: Reader) -> Rows:
    """The row itself and those below it, as Admin holds them now."""
    found = reader.attributes([id.facet])
    return {one: row for one, row in found.items() if one == id or is_below(one, id)}


def _below(id: ResourceId, rows: Rows) -> Rows:
    return {one: row for one, row in rows.items() if one != id}


def _failed(
    action: Action, missing: Rows, error: ReconcilerError | None, tries: _Tries
) -> Outcome:
    reason = _text(error) if error else f"not as wanted after {ROUNDS} rounds"
    message = f"{reason}; run apply again"
    if tries.in_doubt and not tries.taken:
        message = f"{reason}; it may have been written: run apply again"
    if missing:
        # Perhaps nobody else knows what they said.
        lost = "; ".join(f"{id}: {missing[id].canonical}" for id in sorted(missing))
        message = f"{message}; dropped with it, and perhaps not written again: {lost}"
    return Outcome(action, Status.FAILED, applied=tries.taken, message=message, error=error)


def _text(error: ReconcilerError) -> str:
    return f"{error.status}: {error.text}" if isinstance(error, AdminError) else str(error)
