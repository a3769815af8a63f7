"""A ledger whose log is damaged, to be appended to all the same.

What can be read from its end backwards counts, and what is before the damage does not. The next
end sums up, so that nobody reads beyond it any more.
"""

import hashlib
from dataclasses import replace

from flyteidl.admin.task_pb2 import Task

from reconciler.admin.ledger.codec import Stored, content_of, decode
from reconciler.admin.ledger.log import DOWN, SPACING, WINDOW, AdminLedger
from reconciler.errors import LedgerError
from reconciler.model import Head


class SalvagedLedger(AdminLedger):
    """Reads as far back as the log is whole (see `ports.Ledger`)."""

    def head(self) -> Head:
        try:
            return super().head()
        except LedgerError:
            return self._salvaged()

    def newest(self) -> int:
        rows = self._list(1, DOWN)
        return int(rows[0].id.version) if rows else 0

    def _salvaged(self) -> Head:
        rows = self._list(WINDOW, DOWN)
        whole: list[Stored] = []
        for row in rows:
            try:
                stored = decode(row)
            except LedgerError:
                break
            if whole and whole[-1].record.previous != stored.record.digest:
                break
            whole.append(stored)
            if stored.checkpoint is not None:
                break
        if not whole:
            serial = int(rows[0].id.version)
            return Head(serial, _digest(rows[0]), checkpoint=_due(serial))
        first, *rest = [one.record for one in reversed(whole)]
        start = whole[-1].checkpoint
        if start is not None:
            head = replace(start.head, digest=first.digest, at=first.created_at)
            return head.after(*rest)
        before = Head(first.serial - 1, first.previous)
        head = before.after(first, *rest)
        return replace(head, checkpoint=_due(head.serial))


def _due(serial: int) -> int:
    """As if the last entry that summed up were so long ago that the next end has to."""
    return serial + 1 - SPACING


def _digest(row: Task) -> bytes:
    try:
        return hashlib.sha256(content_of(row)).digest()
    except LedgerError:
        return b""
