"""How backfills stand, in every form: counts of all their slots, and the slots worth showing."""

from collections.abc import Iterator

from reconciler.cron import UTC, Zone, load_zone, to_rfc3339
from reconciler.model import Plan, SlotRow, SlotState, SlotTable, Strategy
from reconciler.report import documents
from reconciler.report.view import Line, Section
from reconciler.report.words import Symbol

# How people speak of slots in a state: `3 done`.
WORDS = {
    SlotState.RUN: "to run now",
    SlotState.RETRY: "to run again now",
    SlotState.WAITING: "waiting for others to end",
    SlotState.RUNNING: "running",
    SlotState.DONE: "done",
    SlotState.FAILED: "failed",
    SlotState.CONFLICT: "in conflict",
    SlotState.FUTURE: "not due yet",
}
_SHORT = {
    SlotState.RUN: "run",
    SlotState.RETRY: "will retry",
    SlotState.FUTURE: "not due",
}
_SYMBOLS = {SlotState.RUN: Symbol.LAUNCH, SlotState.RETRY: Symbol.LAUNCH}
_WHO = {
    Strategy.EXECUTIONS: "an execution a slot",
    Strategy.WORKFLOW: "generated workflows of launch plans",
}


def backfill_sections(plan: Plan) -> Iterator[Section]:
    """Yield a section for each backfill of a plan."""
    return map(_section, plan.backfills)


def standing(table: SlotTable) -> str:
    """Sum a table up: `31 slots, 10 to run now, 21 waiting for others to end`."""
    total = table.total
    counts = (f"{table.count(one):,} {WORDS[one]}" for one in SlotState if table.count(one))
    said = ", ".join(counts)
    return f"{total:,} slot{'' if total == 1 else 's'}" + (f", {said}" if said else "")


def slots_line(table: SlotTable) -> str:
    """A table on one line: `backfill p/d/january: 31 slots, 10 running, …`."""
    return f"backfill {table.id.path}: {standing(table)}"


def in_progress(plan: Plan) -> int:
    """Slots of a plan to which something is still to happen, now or once others have ended."""
    return sum(table.open for table in plan.backfills)


def _section(table: SlotTable) -> Section:
    zone = _zone(table.zone)
    runs = table.launch_plan
    window = _zone(table.window_zone)
    notes = [
        f"runs launch plan {runs.name}@{runs.version}, {table.chosen}; {_WHO[table.strategy]}, "
        f"{table.concurrency} at once",
        f"{table.schedule} in {table.zone}, from {to_rfc3339(table.start, window)} "
        f"up to {to_rfc3339(table.end, window)}",
    ]
    if table.anchor is not None:
        said = f", {table.anchored}" if table.anchored else ""
        notes.append(f"counted from {to_rfc3339(table.anchor, zone)}{said}")
    return Section(
        title=slots_line(table),
        notes=tuple(notes),
        lines=tuple(_lines(table, zone)),
    )


def _lines(table: SlotTable, zone: Zone) -> Iterator[Line]:
    hidden = table.executions - len(table.rows)
    width = max((len(_word(row)) for row in table.rows), default=0)
    for row in table.rows:
        text = f"{to_rfc3339(row.at, zone)}  {_word(row):{width}}  {row.execution}"
        if row.note:
            text += f"  ({row.note})"
        yield Line(_SYMBOLS.get(row.state, Symbol.NONE), text)
    if hidden:
        yield Line(Symbol.NONE, f"… and {hidden:,} more, counted above")


def _zone(name: str) -> Zone:
    # Of a saved plan, which an older program than the zone may read.
    try:
        return load_zone(name)
    except ValueError:
        return UTC


def _word(row: SlotRow) -> str:
    return _SHORT.get(row.state, str(row.state))


def backfill_as_data(table: SlotTable) -> documents.Backfill:
    """A table, as data."""
    zone = _zone(table.zone)
    return {
        "address": table.id.address,
        "launch_plan": table.launch_plan.address,
        "chosen": table.chosen,
        "strategy": table.strategy.value,
        "schedule": table.schedule,
        "zone": table.zone,
        "start": to_rfc3339(table.start),
        "end": to_rfc3339(table.end),
        "anchor": None if table.anchor is None else to_rfc3339(table.anchor),
        "anchored": table.anchored or None,
        "concurrency": table.concurrency,
        "executions": table.executions,
        "slots": table.total,
        "open": table.open,
        "counts": {state.value: table.count(state) for state in SlotState},
        "rows": [
            {
                "at": to_rfc3339(row.at, zone),
                "state": SlotState(row.state).value,
                "execution": row.execution,
                "attempt": row.attempt,
                "note": row.note or None,
            }
            for row in table.rows
        ],
    }
