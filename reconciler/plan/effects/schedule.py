"""What a switch does to when a launch plan fires: by Admin's own schedule arithmetic.

A cron keeps to the clock, whoever switches. A rate counts from the poll of Flyte's scheduler that
saw it switched on, so a switch starts it anew, and switching more often than its period keeps it
from ever firing. Nothing of the scheduler's state can be read: where the time of the last switch
is known, a rate's times are known within the half minute between two polls.

Source: admin-contract 5.6; conformance/cron (flyteadmin `scheduler/`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.schedule_pb2 import FixedRateUnit

from reconciler.cron import (
    SECOND,
    UTC,
    CronError,
    EverySchedule,
    FieldSchedule,
    Rate,
    Schedule,
    Zone,
    parse,
    to_rfc3339,
    upcoming,
)
from reconciler.model import Firing, Oddity, Restart, ScheduleEffect, Slot, enum_word
from reconciler.plan.effects.clock import clock_changes, following, latest

_SHOWN = 3
_DAY = 86_400 * SECOND


def schedule_effect(
    before: LaunchPlan | None, after: LaunchPlan | None, *, since: int | None, now: int
) -> ScheduleEffect | None:
    """Tell when it fires now and will; None where neither side has a schedule.

    Args:
        since: When the active version was switched on, if that is known.
        now: The instant of the switch, as far as planning can know it.
    """
    old = _clockwork(before) if before is not None else None
    new = _clockwork(after) if after is not None else None
    if old is None and new is None:
        return None
    return ScheduleEffect(
        before=_firing(old, _times(old, _first(old, since, now), now)) if old else None,
        after=_firing(new, _times(new, now, now)) if new else None,
        restart=_restart(old, new, since=since, now=now),
        slots=tuple(_oddities(old, new, since=since, now=now)),
    )


@dataclass(frozen=True, slots=True)
class _Clockwork:
    """One side's schedule: its text, and what computes it or why nothing does."""

    text: str
    schedule: Schedule | None
    problem: str = ""

    @property
    def delay(self) -> int | None:
        """Nanoseconds between two times of what counts from a start; None of a cron."""
        if isinstance(self.schedule, EverySchedule | Rate):
            return self.schedule.delay
        return None

    @property
    def zone(self) -> Zone:
        named = self.schedule.zone if isinstance(self.schedule, FieldSchedule) else None
        return named or UTC


def _clockwork(launch_plan: LaunchPlan) -> _Clockwork | None:
    found = launch_plan.spec.entity_metadata.schedule
    text = found.cron_expression or found.cron_schedule.schedule
    if text:
        try:
            return _Clockwork(f"cron {text!r}", parse(text))
        except CronError as error:
            return _Clockwork(f"cron {text!r}", None, str(error))
    if not found.rate.value:
        return None
    unit = enum_word(FixedRateUnit, found.rate.unit)
    value = found.rate.value
    words = f"every {unit}" if value == 1 else f"every {value} {unit}s"
    rate = Rate(value, found.rate.unit)
    try:
        if rate.delay < SECOND:
            return _Clockwork(
                words, None, "too long for Flyte's scheduler, which counts in 64 bits"
            )
    except CronError as error:
        return _Clockwork(words, None, str(error).strip())
    return _Clockwork(words, rate)


def _first(clockwork: _Clockwork | None, since: int | None, now: int) -> int | None:
    """From where to compute: of a rate its last time up to now, if anything tells it."""
    if clockwork is None or clockwork.delay is None:
        return now
    return None if since is None else _last_of_rate(clockwork.delay, since, now)


def _last_of_rate(delay: int, since: int, now: int) -> int:
    start = since - since % SECOND
    return start + max(0, now - start) // delay * delay


def _times(clockwork: _Clockwork, after: int | None, now: int) -> tuple[int, ...] | None:
    """The next times; None where nobody can know from when to count."""
    if clockwork.schedule is None:
        return ()
    if after is None:
        return None
    try:
        found = _upcoming(clockwork.schedule, after)
    except CronError:
        return ()
    return tuple(time for time in found if time > now)


@lru_cache(maxsize=4096)
def _upcoming(schedule: Schedule, after: int) -> tuple[int, ...]:
    # Many launch plans share few schedules.
    return tuple(upcoming(schedule, after=after, count=_SHOWN))


def _firing(clockwork: _Clockwork, times: tuple[int, ...] | None) -> Firing:
    zone = clockwork.zone
    is_cron = isinstance(clockwork.schedule, FieldSchedule)
    problem = clockwork.problem
    if times is None:
        problem = "counts from when it was switched on, which is not known"
    elif not times and not problem:
        problem = "never fires"
    return Firing(
        text=clockwork.text,
        zone=zone.name,
        assumed=isinstance(clockwork.schedule, FieldSchedule) and clockwork.schedule.zone is None,
        next=tuple(_said(time, zone if is_cron else UTC) for time in times or ()),
        problem=problem,
    )


def _restart(
    old: _Clockwork | None, new: _Clockwork | None, *, since: int | None, now: int
) -> Restart | None:
    if old is None or new is None or old.delay is None or new.delay is None:
        return None
    period = old.delay // SECOND
    if since is None or since > now:
        return Restart(period)
    elapsed = (now - _last_of_rate(old.delay, since, now)) // SECOND
    return Restart(period, elapsed=elapsed, remaining=period - elapsed)


def _oddities(
    old: _Clockwork | None, new: _Clockwork | None, *, since: int | None, now: int
) -> Iterator[Slot]:
    if old is not None and new is not None and old.text != new.text:
        yield from _at_switch(old, new, since=since, now=now)
    if new is not None and isinstance(new.schedule, FieldSchedule) and new.schedule.zone:
        # A day's answer will do, and a plan has many launch plans of few schedules.
        for odd in clock_changes(new.schedule, now - now % _DAY):
            yield Slot(str(odd), odd.oddity)


def _at_switch(old: _Clockwork, new: _Clockwork, *, since: int | None, now: int) -> Iterator[Slot]:
    """The slot that falls between two schedules, or is in both.

    Between the last run of the old schedule and the first of the new one there is one interval, as
    there always is. A slot is missed if that is nearer to two intervals than to one, of either
    schedule: then the old one's next slot has no run. One comes twice if it is nearer to none.
    """
    last, due = _around(old, since, now)
    recent, coming = _around(new, now, now)
    if last is None or due is None or recent is None or coming is None:
        return
    between, intervals = coming - last, (due - last, coming - recent)
    if due < coming and between > max(intervals) * 3 // 2:
        yield Slot(_said(due, old.zone), Oddity.LOST)
    elif coming < due and between < min(intervals) // 2:
        yield Slot(_said(coming, new.zone), Oddity.DOUBLE)


def _around(clockwork: _Clockwork, since: int | None, now: int) -> tuple[int | None, int | None]:
    """The last time up to now and the next one, None where there is none or nobody knows."""
    delay = clockwork.delay
    if delay is not None:
        if since is None:
            return None, None
        last = _last_of_rate(delay, since, now)
        return last, last + delay
    if not isinstance(clockwork.schedule, FieldSchedule):
        return None, None
    return latest(clockwork.schedule, now), following(clockwork.schedule, now)


def _said(time: int, zone: Zone) -> str:
    return to_rfc3339(time - time % SECOND, zone)
