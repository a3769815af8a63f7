"""When what a plan touches fires: two weeks before now and two after, as a timeline draws it.

Before now it is what the schedule that is active now was due to run, and what of it is known to
have run; after now it is what the schedules before and after the plan will fire. A
rate's times are known from one of them; where none is known, neither are the others.
"""

import ast
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from reconciler.cron import (
    SECOND,
    CronError,
    EverySchedule,
    FieldSchedule,
    Rate,
    RateUnit,
    Schedule,
    fire_times,
    from_datetime,
    from_rfc3339,
    load_zone,
    parse,
)
from reconciler.model import End, Firing, Plan, Record, ResourceId, Run

DAYS = 14
_MOST = 24 * DAYS  # times drawn one by one of one schedule; more are drawn as a band
_ROWS = 1_000  # schedules; a plan of more has a list of changes to be searched
_RATE = re.compile(r"every (?:(\d+) )?(minute|hour|day)s?")
_MINUTE = 60 * SECOND


def timeline(
    plan: Plan,
    *,
    now: datetime,
    history: Sequence[Record] = (),
    runs: Mapping[ResourceId, Sequence[Run]] | None = None,
) -> dict[str, Any]:
    """Tell the times of every schedule that a plan's effects and backfills speak of.

    Args:
        runs: What ran of the slots of schedules, by their activations.

    Shape: `start` and `now` RFC 3339, `days` altogether; `rows`, each its address and the two
        sides, `before` and `after`: text, zone, next, problem, and `at`, minutes from the start,
        or `dense`, the first and the last minute of more times than can be drawn; `ran`, the
        minute and the phase of each run, null where nobody looked; `left_out` how many rows are
        not there; `runs` of backfills; `marks` where something was applied.
    """
    start = now - timedelta(days=DAYS)
    end = now + timedelta(days=DAYS)
    first, present, last = map(from_datetime, (start, now, end))
    rows = []
    with_schedule = [effect for effect in plan.effects if effect.schedule is not None]
    for effect in with_schedule[:_ROWS]:
        assert effect.schedule is not None
        before, after = effect.schedule.before, effect.schedule.after
        rows.append(
            {
                "address": effect.id.address,
                "switches": effect.switches,
                "before": before and _side(before, first, last, first),
                "after": after and _side(after, present, last, first),
                "ran": _ran(runs.get(effect.id), first, last) if runs is not None else None,
            }
        )
    return {
        "start": start.astimezone(UTC).isoformat(),
        "now": now.astimezone(UTC).isoformat(),
        "days": 2 * DAYS,
        "rows": rows,
        "left_out": max(0, len(with_schedule) - _ROWS),
        "runs": [
            {
                "address": table.id.address,
                "at": [
                    [(row.at - first) // _MINUTE, row.state.value]
                    for row in table.rows
                    if first <= row.at < last
                ],
            }
            for table in plan.backfills
        ],
        "marks": [
            [(record.created_at - start) // timedelta(minutes=1), record.summary]
            for record in history
            if isinstance(record.body, End)
            and record.created_at is not None
            and start <= record.created_at <= end
        ],
    }


def _side(firing: Firing, start: int, end: int, origin: int) -> dict[str, Any]:
    data: dict[str, Any] = {
        "text": firing.text,
        "zone": firing.zone,
        "assumed": firing.assumed,
        "next": list(firing.next),
        "problem": firing.problem or None,
    }
    anchor = firing.next[0] if firing.next else ""
    times = _times(firing.text, firing.zone, anchor, start, end)
    if len(times) > _MOST:
        data["dense"] = [(start - origin) // _MINUTE, (end - origin) // _MINUTE]
    else:
        data["at"] = [(time - origin) // _MINUTE for time in times]
    return data


def _ran(runs: Sequence[Run] | None, start: int, end: int) -> list[list[Any]] | None:
    if runs is None:
        return None
    return sorted(
        [(run.scheduled_at - start) // _MINUTE, run.phase.value]
        for run in runs
        if run.scheduled_at is not None and start <= run.scheduled_at < end
    )


@lru_cache(maxsize=1024)
def _times(text: str, zone: str, anchor: str, start: int, end: int) -> tuple[int, ...]:
    # Many launch plans share few schedules.
    schedule = _schedule(text)
    if schedule is None:
        return ()
    at = None
    if not isinstance(schedule, FieldSchedule):
        if not anchor:
            return ()
        at, anchor = from_rfc3339(anchor), ""
    try:
        found = fire_times(schedule, start=start, end=end, anchor=at, zone=load_zone(zone))
        return tuple(islice(found, _MOST + 1))
    except (CronError, ValueError):
        return ()


def _schedule(text: str) -> Schedule | None:
    """What `Firing.text` says, or None where it is no schedule that fires."""
    rate = _RATE.fullmatch(text)
    if rate is not None:
        return Rate(int(rate[1] or 1), RateUnit[rate[2].upper()])
    try:
        found: FieldSchedule | EverySchedule = parse(ast.literal_eval(text.removeprefix("cron ")))
    except (CronError, ValueError, SyntaxError):
        return None
    return found
