"""What changes of the clocks do to a schedule within a year: times that are not, or come twice.

What is expected is what the fields say of the wall clock; what happens is what Admin's scheduler
finds, going from one time to the next. Where it starts from matters, so it is followed from the
last time before a change.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from reconciler.cron import SECOND, CronError, FieldSchedule, Zone
from reconciler.model import Oddity

_DAY = 86_400
_YEAR = 366 * _DAY
# How long after a change Admin's search may still miss times: it enters the next days at odd
# hours where the clocks change by half an hour, or at midnight.
_AFTERMATH = 36 * 3600
_MINUTE = 60
_FURTHEST = 6 * 366 * _DAY * SECOND  # back in time; beyond it Admin's own search gives up, too
_MOST = 50  # slots told of one schedule


@dataclass(frozen=True, slots=True, order=True)
class Odd:
    """A slot: its second, the offset from UTC in which it is said, and what befalls it."""

    second: int
    offset: int
    oddity: Oddity

    def __str__(self) -> str:
        """In RFC 3339; a time that does not exist as it would have read before the change."""
        zone = timezone(timedelta(seconds=self.offset))
        return datetime.fromtimestamp(self.second, zone).isoformat()


@lru_cache(maxsize=4096)
def clock_changes(schedule: FieldSchedule, since: int) -> tuple[Odd, ...]:
    """Return the slots of a year that the clocks take or give, in order, the first fifty.

    What runs at every hour of the day has no slot that anybody would miss in the hour that is
    not, so of such schedules only what is lost beyond that hour is told.

    Args:
        schedule: One that names its zone.
        since: An instant; the year begins there.
    """
    zone = schedule.zone
    if zone is None:
        return ()
    start = since // SECOND
    found = [
        slot
        for change in _transitions(zone, start, start + _YEAR)
        for slot in _around(schedule, zone, change)
    ]
    return tuple(sorted(set(found))[:_MOST])


@lru_cache(maxsize=4096)
def latest(schedule: FieldSchedule, now: int) -> int | None:
    """The last time up to and with `now`, None if there is none: found by looking ahead."""
    span = 60 * SECOND
    while (found := following(schedule, now - span)) is None or found > now:
        span *= 2
        if span > _FURTHEST:
            return None
    early, late = now - span, now
    # From `early` a time up to now is seen, from `late` none: between them lies the last one.
    while late - early > SECOND:
        middle = (early + late) // 2
        found = following(schedule, middle)
        early, late = (middle, late) if found is not None and found <= now else (early, middle)
    return following(schedule, early)


def following(schedule: FieldSchedule, after: int) -> int | None:
    """The next time, None where there is none or Admin would not find it."""
    try:
        return schedule.next(after)
    except CronError:
        return None


@lru_cache(maxsize=512)
def _transitions(zone: Zone, start: int, end: int) -> tuple[int, ...]:
    """The first seconds of new offsets."""
    found = []
    for day in range(start, end, _DAY):
        early, late = day, min(day + _DAY, end)
        if zone.offset(early) == zone.offset(late):
            continue
        former = zone.offset(early)
        while late - early > 1:
            middle = (early + late) // 2
            early, late = (middle, late) if zone.offset(middle) == former else (early, middle)
        found.append(late)
    return tuple(found)


def _around(schedule: FieldSchedule, zone: Zone, change: int) -> Iterator[Odd]:
    """What is odd about one change of the clocks."""
    former, latter = zone.offset(change - 1), zone.offset(change)
    hourly = len(schedule.hour.values) == 24
    fired = set(_fired(schedule, change, change + _AFTERMATH))
    # Wall clock, counted as if it were UTC.
    if latter > former and not hourly:
        for wall in _matching(schedule, change + former, change + latter):
            yield Odd(wall - former, former, Oddity.GAP)
    if latter < former and not hourly:
        for wall in _matching(schedule, change + latter, change + former):
            if {wall - former, wall - latter} <= fired:
                yield Odd(wall - latter, latter, Oddity.OVERLAP)
    for wall in _matching(schedule, change + max(former, latter), change + latter + _AFTERMATH):
        if wall - latter not in fired:
            yield Odd(wall - latter, latter, Oddity.GAP)


def _fired(schedule: FieldSchedule, change: int, end: int) -> Iterator[int]:
    """The seconds at which it really fires around a change, up to `end`."""
    before = (change - 2 * 3600) * SECOND
    start = latest(schedule, before)
    reached = before if start is None else start
    while (found := following(schedule, reached)) is not None:
        if found >= end * SECOND or found <= reached:
            return
        yield found // SECOND
        reached = found


def _matching(schedule: FieldSchedule, start: int, end: int) -> Iterator[int]:
    """The minutes of the wall clock that the fields name, as seconds."""
    for wall in range(start - start % _MINUTE, end, _MINUTE):
        if wall < start:
            continue
        at = datetime(1970, 1, 1) + timedelta(seconds=wall)
        if (
            at.minute in schedule.minute.values
            and at.hour in schedule.hour.values
            and at.month in schedule.month.values
            and schedule.matches_day(at)
        ):
            yield wall
