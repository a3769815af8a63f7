"""The fire times of a schedule in a window, as a backfill needs them."""

from collections.abc import Iterator
from itertools import islice

from reconciler.cron.catchup import Schedule
from reconciler.cron.errors import CronError, EndlessSearchError
from reconciler.cron.instants import SECOND
from reconciler.cron.next import FieldSchedule
from reconciler.cron.zones import UTC, Zone


class AnchorRequiredError(CronError):
    """A rate or an `@every` was asked for its slots without saying where to count from."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"{text} has no grid of its own: Admin counts from when its scheduler saw it; give "
            "an anchor, one instant at which it fires"
        )


def fire_times(
    schedule: Schedule, *, start: int, end: int, anchor: int | None = None, zone: Zone = UTC
) -> Iterator[int]:
    """Yield the slots t of `schedule`, `start` <= t < `end`, in order and one by one.

    They are what Admin's scheduler would fire: a time inside a clock gap does not exist, one
    in an overlap comes twice. A schedule that never fires, or no more, has no slots.

    Args:
        anchor: One instant on the grid of a rate or an `@every`, in the window or not; its
            fraction of a second is cut off. Not looked at for other schedules.
        zone: In which a schedule without a zone of its own is read.

    Raises:
        AnchorRequiredError: a rate or an `@every` needs the anchor.
        EndlessSearchError: Admin would not get beyond the last slot, or the delay of the rate
            is below a second (it was zero, or wrapped around).
        RateUnitError: Admin does not know the unit of the rate.
    """
    if isinstance(schedule, FieldSchedule):
        yield from _matching(schedule, start, end, zone)
        return
    if anchor is None:
        raise AnchorRequiredError(schedule.text)
    # The fraction that a wrapped-around delay may have is cut off and added again each time.
    step, fraction = divmod(schedule.delay, SECOND)
    if step < 1:
        raise EndlessSearchError(schedule.text, anchor)
    step *= SECOND
    origin = anchor - anchor % SECOND + fraction
    first = origin - (origin - start) // step * step
    yield from range(first, end, step)


def _matching(schedule: FieldSchedule, start: int, end: int, zone: Zone) -> Iterator[int]:
    reached = start - 1
    while True:
        following = schedule.next(reached, zone)
        if following is None or following >= end:
            return
        if following <= reached:
            raise EndlessSearchError(schedule.text, reached)
        yield following
        reached = following
        for later in schedule.later_that_day(following, zone):
            if later >= end:
                return
            yield later
            reached = later


def upcoming(schedule: Schedule, *, after: int, count: int, zone: Zone = UTC) -> list[int]:
    """Return up to `count` times after `after`, each computed from the one before.

    For a rate or an `@every` that is the delay counted from `after`. The list ends early where
    there is no further time, or where Admin would not find it.

    Raises:
        RateUnitError: Admin does not know the unit of the rate.
    """
    return list(islice(_following(schedule, after, zone), count))


def _following(schedule: Schedule, after: int, zone: Zone) -> Iterator[int]:
    reached: int | None = after
    while reached is not None:
        try:
            reached = schedule.next(reached, zone)
        except EndlessSearchError:
            return
        if reached is not None:
            yield reached


def never_fires(schedule: Schedule, *, after: int, zone: Zone = UTC) -> bool:
    """Return whether Admin would find no time after `after`.

    True for a date that does not come up within five years (30 February, or 29 February from
    March 2096 on), for a field of commas only, for a search that does not end, and for a rate
    in an unknown unit.
    """
    try:
        return schedule.next(after, zone) is None
    except CronError:
        return True
