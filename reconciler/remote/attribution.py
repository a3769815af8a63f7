"""Say of what drifted which entry of the ledger left it as it was."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from reconciler.model import (
    Begin,
    Drift,
    DriftKind,
    DriftReport,
    End,
    Left,
    Place,
    Record,
    place_of,
)
from reconciler.ports import LedgerReader


def attributed(report: DriftReport, ledger: LedgerReader) -> DriftReport:
    """Add the entry that left each drifted thing, and whose it was.

    Cost: nothing if nothing drifted, else the whole log.
    """
    wanted = {place_of(drift.id) for drift in report.drifts if not _is_new(drift)}
    if not wanted:
        return report
    entries = _entries(ledger.records(), wanted)
    drifts = (
        one if _is_new(one) else replace(one, entry=entries.get(place_of(one.id)))
        for one in report.drifts
    )
    return replace(report, drifts=tuple(drifts))


def _is_new(drift: Drift) -> bool:
    """A version that is only not registered yet, which nothing left in any way."""
    return drift.kind is DriftKind.PENDING and drift.id.kind.versioned


def _entries(records: Sequence[Record], wanted: Collection[Place]) -> dict[Place, Left]:
    """The last entry that gained each of these places."""
    begins: dict[int, Begin] = {}
    found: dict[Place, Left] = {}
    for record in records:
        if isinstance(record.body, Begin):
            begins[record.serial] = record.body
        elif isinstance(record.body, End):
            begin = begins.get(record.body.begins)
            commit = begin.author.commit if begin is not None else ""
            left = Left(record.serial, record.created_at, record.body.actor, commit)
            for owned in record.body.gained:
                if owned.place in wanted:
                    found[owned.place] = left
    return found
