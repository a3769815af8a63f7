"""Which slots a backfill has, and which execution runs each: from the schedule and the window."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from reconciler.cron import (
    CronError,
    FieldSchedule,
    Rate,
    Schedule,
    execution_names,
    fire_times,
    load_zone,
    parse,
)
from reconciler.model import Backfill, Diagnostic, Layout, Severity, Strategy, Unit

# More slots than this are rather a slip of the pen, and nobody would wait for them.
MOST_SLOTS = 1_000_000


def needs_anchor(backfill: Backfill) -> bool:
    """Whether somebody must tell from when its slots are counted."""
    return backfill.anchor is None and not isinstance(_schedule(backfill), FieldSchedule)


def lay_out(
    backfill: Backfill, *, now: int, anchor: int | None = None, anchored: str = ""
) -> Layout:
    """Find the slots of a backfill.

    Args:
        now: In nanoseconds since 1970, for a window that moves with it.
        anchor: Of a rate for which `needs_anchor` is true: when it fired; `anchored` says in words
            how that is known.
    """
    schedule = _schedule(backfill)
    start, end = backfill.window.bounds(now)
    zone = load_zone(backfill.scheduler_zone)
    own = schedule.zone if isinstance(schedule, FieldSchedule) else None
    is_cron = isinstance(schedule, FieldSchedule)
    if backfill.anchor is not None:
        anchor, anchored = backfill.anchor, "as the manifest says"
    fault = None
    slots: list[int] = []
    if not is_cron and anchor is None:
        fault = _anchorless(backfill, schedule)
    else:
        try:
            found = fire_times(schedule, start=start, end=end, anchor=anchor, zone=zone)
            slots = list(islice(found, MOST_SLOTS + 1))
        except CronError as error:
            fault = _fault(backfill, "no-slots", str(error))
        if len(slots) > MOST_SLOTS:
            slots, fault = (
                [],
                _fault(
                    backfill,
                    "too-many-slots",
                    f"it has more than {MOST_SLOTS:,} slots",
                    "shorten it",
                ),
            )
    return Layout(
        schedule=schedule.text,
        zone=(own or zone).name,
        start=start,
        end=end,
        anchor=None if is_cron else anchor,
        anchored="" if is_cron else anchored,
        units=tuple(_units(backfill, slots)),
        fault=fault,
    )


def _schedule(backfill: Backfill) -> Schedule:
    spec: Any = backfill.launch_plan.spec
    schedule = spec.spec.entity_metadata.schedule
    match schedule.WhichOneof("ScheduleExpression"):
        case "rate":
            return Rate(schedule.rate.value, schedule.rate.unit)
        case "cron_schedule":
            return parse(schedule.cron_schedule.schedule)
        case _:
            return parse(schedule.cron_expression)


def _units(backfill: Backfill, slots: Sequence[int]) -> Iterator[Unit]:
    id = backfill.launch_plan.id
    if backfill.strategy is Strategy.EXECUTIONS:
        names = execution_names(
            project=id.project,
            domain=id.domain,
            name=id.name,
            version=id.version,
            instants=slots,
        )
        yield from (Unit(name, (slot,)) for name, slot in zip(names, slots, strict=True))
        return
    for at in range(0, len(slots), backfill.chunk):
        chunk = tuple(slots[at : at + backfill.chunk])
        yield Unit(_chunk_name(backfill, chunk), chunk)


def _chunk_name(backfill: Backfill, chunk: Sequence[int]) -> str:
    """The same for the same slots of the same launch plan, given the same, whichever backfill
    asks for them."""
    id = backfill.launch_plan.id
    version = "" if backfill.any_version else id.version
    parts = (id.project, id.domain, id.name, version, backfill.inputs, *map(str, chunk))
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f"b{digest[:19]}"


def _anchorless(backfill: Backfill, schedule: Schedule) -> Diagnostic:
    return _fault(
        backfill,
        "no-anchor",
        f"{schedule.text} has no grid of its own, and no scheduled execution of "
        f"{backfill.launch_plan.id.path} tells when it fired",
        "say under spec.anchor one time at which it fires",
    )


def _fault(backfill: Backfill, code: str, message: str, hint: str = "") -> Diagnostic:
    text = f"{backfill.id}: {message}"
    return Diagnostic(code, text, backfill.origin, hint, Severity.ERROR)
