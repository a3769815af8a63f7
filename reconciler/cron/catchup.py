"""The times that Admin's scheduler makes up for when it starts.

Source: flyteadmin/scheduler/core, `GetCatchUpTimes`.
"""

from collections.abc import Iterator

from reconciler.cron.errors import EndlessSearchError, NeverFiresError
from reconciler.cron.next import FieldSchedule
from reconciler.cron.rate import EverySchedule, Rate
from reconciler.cron.zones import UTC, Zone

Schedule = FieldSchedule | EverySchedule | Rate


def catch_up(schedule: Schedule, *, after: int, until: int, zone: Zone = UTC) -> Iterator[int]:
    """Yield the missed times t, `after` < t <= `until`, one by one.

    Admin sets no limit to their number; neither does this, but it computes no more of them
    than are taken. Admin lists all before it fires the first, so an error means that it would
    have fired none.

    Args:
        schedule: A text is parsed by Admin only if `after` < `until`.
        after: The reference: the last execution, or the activation if that is later.
        until: When the scheduler started.
        zone: In which a schedule without a zone of its own is read.

    Raises:
        NeverFiresError: the schedule has no next time, at the end of its times or at once. Not
            raised if a time beyond `until` comes first, nor if `until` is not after `after`.
        EndlessSearchError: Admin would add times for ever, or search for ever.
        RateUnitError: Admin does not know the unit of the rate.
    """
    reached = after
    while reached < until:
        following = schedule.next(reached, zone)
        if following is None:
            raise NeverFiresError(schedule.text)
        if following > until:
            return
        if following <= reached:
            raise EndlessSearchError(schedule.text, reached)
        yield following
        reached = following
