"""Go on with backfills until every slot that is due has run: plan, launch, wait, and again.

Each round is a plan of launches alone, made from what has run by then; whoever kills this process
between two rounds, or inside of one, has lost nothing.
"""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flyteidl.core.literals_pb2 import LiteralMap

from reconciler.backfills import with_backfills
from reconciler.errors import NotServedError, ReconcilerError, TooLateError
from reconciler.model import (
    ApplyReport,
    Backfill,
    DesiredState,
    Outcome,
    Phase,
    Plan,
    ResourceId,
    Run,
    SlotState,
    SlotTable,
    Status,
)
from reconciler.ports import ExecutionReader, Reader

# Seconds between two looks: while something happens often, and else ever more seldom.
_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 1.0, 15.0, 1.5
# What others may do meanwhile is looked for this seldom: the names of launches are always.
_AFRESH = 20
# Rounds in a row in which every launch failed: then waiting mends nothing.
_FRUITLESS = 3
# Looks in a row that failed for want of an Admin, which a wait of hours has to survive: beyond
# what each call has tried by itself.
_TROUBLES = 8
# Without a slot in one of these, waiting changes nothing.
_MOVING = (SlotState.RUN, SlotState.RETRY, SlotState.RUNNING)


@dataclass(frozen=True, slots=True)
class Progress:
    """How backfills ended: their tables, and what became of every launch."""

    tables: tuple[SlotTable, ...]
    outcomes: tuple[Outcome, ...] = ()
    interrupted: bool = False


def go_on(
    backfills: Sequence[Backfill],
    *,
    reader: Reader,
    executions: ExecutionReader,
    apply: Callable[[Plan], ApplyReport],
    now: Callable[[], datetime],
    stop: threading.Event | None = None,
    pause: Callable[[float], object] | None = None,
    on_tables: Callable[[Sequence[SlotTable]], None] = lambda tables: None,
    on_trouble: Callable[[ReconcilerError], None] = lambda error: None,
) -> Progress:
    """Launch what is due until nothing is open any more.

    Args:
        apply: Carries out a plan of launches, and of what they need.
        now: Tells the time; what falls due meanwhile is launched too.
        stop: Once set, nothing new is begun.
        pause: Waits so many seconds; None to wait for `stop`, or so long.
        on_tables: Told how all stand, after each round.
        on_trouble: Told that Admin could not be asked; a few times in a row that is waited out.

    Raises: AdminError or UnreachableError if what has run could not be read, ever again.
    """
    stop = stop or threading.Event()
    wait = pause or stop.wait
    seen = _Remembered(executions)
    outcomes: list[Outcome] = []
    before: list[dict[SlotState, int]] = []
    seconds, fruitless, troubles = _FIRST_PAUSE, 0, 0
    tables: tuple[SlotTable, ...] = ()
    while True:
        state = DesiredState({}, backfills=tuple(backfills))
        try:
            plan = with_backfills(Plan(()), state, reader, seen, now=now())
        except (NotServedError, TooLateError) as error:
            troubles += 1
            if stop.is_set() and tables:
                return Progress(tables, tuple(outcomes), interrupted=True)
            if stop.is_set() or troubles > _TROUBLES:
                raise
            on_trouble(error)
            seconds = min(max(seconds, 0.1) * _GROWTH, _LONGEST_PAUSE)
            wait(seconds)
            continue
        troubles = 0
        tables = plan.backfills
        on_tables(tables)
        if stop.is_set():
            return Progress(tables, tuple(outcomes), interrupted=True)
        counts = [dict(table.counts) for table in tables]
        if plan.actions and not plan.obstacles:
            report = apply(plan)
            outcomes += report.outcomes
            seen.forget([action.id for action in plan])
            failed = all(one.status is not Status.DONE for one in report.outcomes)
            running = any(table.count(SlotState.RUNNING) for table in tables)
            fruitless = fruitless + 1 if failed and not running else 0
        if not _is_open(tables) or plan.obstacles or fruitless == _FRUITLESS:
            return Progress(tables, tuple(outcomes))
        seconds = _FIRST_PAUSE if counts != before else min(seconds * _GROWTH, _LONGEST_PAUSE)
        before = counts
        wait(seconds)


def _is_open(tables: Sequence[SlotTable]) -> bool:
    """Whether waiting will change anything."""
    return any(table.count(*_MOVING) for table in tables)


class _Remembered:
    """Reads executions, and remembers what never changes: those that ended.

    Names that were free are taken for free until `forget`, or until some rounds have passed.
    """

    def __init__(self, executions: ExecutionReader) -> None:
        self._executions = executions
        self._ended: dict[ResourceId, Run] = {}
        self._free: set[ResourceId] = set()
        self._lists: dict[ResourceId, Sequence[Run]] = {}
        self._rounds = 0

    def forget(self, ids: Collection[ResourceId]) -> None:
        """Look again for these names, which were launched; the end of a round."""
        self._free -= set(ids)

    def runs(self, ids: Collection[ResourceId]) -> Mapping[ResourceId, Run]:
        asked = [id for id in ids if id not in self._ended and id not in self._free]
        found = self._executions.runs(asked) if asked else {}
        self._ended |= {id: run for id, run in found.items() if run.phase is not Phase.RUNNING}
        self._free |= set(asked) - found.keys()
        ended = {id: self._ended[id] for id in ids if id in self._ended}
        return {**ended, **found}

    def runs_of(self, launch_plan: ResourceId, *, since: int) -> Sequence[Run]:
        self._rounds += 1
        if self._rounds % _AFRESH == 0:
            self._free.clear()
            self._lists.clear()
        known = self._lists.get(launch_plan)
        if known is None or any(run.phase is Phase.RUNNING for run in known):
            known = self._lists[launch_plan] = self._executions.runs_of(launch_plan, since=since)
        return known

    def under_way(self, backfill: ResourceId) -> Sequence[Run]:
        return self._executions.under_way(backfill)

    def last_scheduled(self, launch_plan: ResourceId) -> Run | None:
        return self._executions.last_scheduled(launch_plan)

    def given(self, execution: ResourceId) -> LiteralMap:
        return self._executions.given(execution)
