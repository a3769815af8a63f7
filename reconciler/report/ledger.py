"""The ledger's log, for people and machines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reconciler.model import (
    Author,
    Begin,
    End,
    Head,
    Hold,
    Knock,
    Owned,
    Record,
    Release,
    Renewal,
    Unlock,
)
from reconciler.report.diagnostics import FORMAT_VERSION, to_json
from reconciler.report.table import table

_HEADINGS = ("TIME", "COMMIT", "ENTRY")


def history_as_text(records: Sequence[Record], *, color: bool = False) -> str:
    """Render entries, a row each, in the order given; times are UTC, of the server."""
    begins = ((one.serial, one.body) for one in records)
    commits = {n: body.author.commit for n, body in begins if isinstance(body, Begin)}
    rows = [(_when(one.created_at), _commit(one, commits)[:12], one.summary) for one in records]
    return table(_HEADINGS, rows, color=color)


def history_as_json(records: Sequence[Record]) -> str:
    """Render entries as a document: `type` "history", `entries` in the order given."""
    entries = [_entry(record) for record in records]
    return to_json({"format_version": FORMAT_VERSION, "type": "history", "entries": entries})


def ledger_as_json(records: Sequence[Record], head: Head) -> str:
    """Render all that a ledger holds: `type` "ledger", `entries`, and what is `owned` now."""
    return to_json(
        {
            "format_version": FORMAT_VERSION,
            "type": "ledger",
            "entries": [_entry(record) for record in records],
            "owned": _owned(sorted(head.inventory, key=lambda one: one.id)),
        }
    )


def _entry(record: Record) -> dict[str, Any]:
    return {
        "serial": record.serial,
        "time": record.created_at.isoformat() if record.created_at else None,
        "digest": record.digest.hex(),
        "previous": record.previous.hex(),
        "summary": record.summary,
        **_body(record),
    }


def _body(record: Record) -> dict[str, Any]:
    match record.body:
        case Begin() as body:
            return {
                "entry": "begin",
                "operation": body.operation,
                **_author(body.author),
                "plan": body.plan.hex(),
                "saved": body.saved,
                "lease_seconds": body.lease,
                "takes_over": body.takes_over or None,
                "claims": _owned(body.claims),
            }
        case Renewal() as body:
            claims = _owned(body.claims) if body.claims is not None else None
            return {"entry": "renewal", "begins": body.begins, "claims": claims}
        case End() as body:
            return {
                "entry": "end",
                "operation": body.operation,
                "actor": body.actor,
                "begins": body.begins,
                "counts": dict(sorted(body.counts.items())),
                "complete": body.complete,
                "gained": _owned(body.gained),
                "lost": [id.address for id in body.lost],
            }
        case Unlock() as body:
            return {
                "entry": "unlock",
                "actor": body.actor,
                "begins": body.begins,
                "reason": body.reason,
            }
        case Knock() as body:
            return {"entry": "knock", "actor": body.actor}
        case Hold() as body:
            return {
                "entry": "hold",
                "address": body.id.address,
                "actor": body.actor,
                "reason": body.reason,
                "version": body.version or None,
                "until": body.until or None,
            }
        case Release() as body:
            return {"entry": "release", "address": body.id.address, "actor": body.actor}


def _author(author: Author) -> dict[str, str]:
    return {"actor": author.actor, "commit": author.commit, "run": author.run}


def _owned(many: Sequence[Owned]) -> list[dict[str, str]]:
    return [
        {"address": one.id.address, "digest": one.digest.hex(), "active": one.active}
        for one in many
    ]


def _commit(record: Record, commits: dict[int, str]) -> str:
    if isinstance(record.body, End):
        return commits.get(record.body.begins, "")
    return commits.get(record.serial, "")


def _when(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S}" if time else ""
