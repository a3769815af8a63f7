"""Find the next time of a five-field schedule, by the same walk that Admin's library takes.

Away from clock changes the walk finds what anyone would expect: the first minute whose wall
clock time matches. Around them its steps decide what is lost and what comes twice, so they are
retraced one by one, only several at once where the offset from UTC stays the same:

    month ──▶ day ──▶ hour ──▶ minute ──▶ second        from the left, each until it matches
      ▲________│________│________│__________│           back to the year check on reaching
                                                        January, day 1, hour 0, minute 0

Source: robfig/cron v3, `SpecSchedule.Next`, in the version Admin pins.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from reconciler.cron.errors import EndlessSearchError
from reconciler.cron.instants import SECOND
from reconciler.cron.zones import DAY_SECONDS, UTC, Zone

HORIZON_YEARS = 5
# The Gregorian calendar, days of the week included, repeats after this many years.
_CYCLE_YEARS = 400
_CYCLE_SECONDS = 146_097 * DAY_SECONDS
_EPOCH_DAY = date(1970, 1, 1).toordinal()
# The centuries that are searched as they are; others are searched as their like in here. No
# zone has a change before 1800, and after 2100 every one goes by a yearly rule.
_FIRST_SECOND = (date(1200, 1, 1).toordinal() - _EPOCH_DAY) * DAY_SECONDS
_LAST_SECOND = (date(9000, 1, 1).toordinal() - _EPOCH_DAY) * DAY_SECONDS


@dataclass(frozen=True)
class Field:
    """The values at which one field matches.

    Attributes:
        values: Within the bounds of the field; none for a field of commas only.
        star: Whether the field bears the mark of `*` or `?`, without a step or with step 1.
    """

    values: frozenset[int]
    star: bool = False


@dataclass(frozen=True)
class FieldSchedule:
    """A schedule of five fields, or a descriptor that stands for five.

    Attributes:
        text: What was parsed.
        zone: That of the prefix. None without one: then the wall clock is that of whoever asks.
        minute, hour, day_of_month, month, day_of_week: When it matches; Sunday is 0.
    """

    text: str
    zone: Zone | None
    minute: Field
    hour: Field
    day_of_month: Field
    month: Field
    day_of_week: Field

    def next(self, after: int, zone: Zone = UTC) -> int | None:
        """Return the first time after `after`, or None if there is none within five years.

        Args:
            after: An instant. A time of the schedule itself gives the one that follows.
            zone: Whose wall clock counts if the schedule names no zone: in Admin, the zone in
                which its process runs, or UTC if it is so configured.

        Raises:
            EndlessSearchError: Admin's search would not end.
        """
        second = after // SECOND + 1
        cycles = 0
        if second < _FIRST_SECOND:
            cycles = (second - _FIRST_SECOND) // _CYCLE_SECONDS
        elif second >= _LAST_SECOND:
            cycles = (second - _LAST_SECOND) // _CYCLE_SECONDS + 1
        shift = cycles * _CYCLE_SECONDS
        try:
            found = _Walk(self, self.zone or zone, second - shift).run()
        except _EndlessError:
            raise EndlessSearchError(self.text, after) from None
        return None if found is None else (found + shift) * SECOND

    def later_that_day(self, time: int, zone: Zone = UTC) -> list[int]:
        """Return the times that follow one of the schedule's own on the same day.

        They are those that `next` finds one by one, at once: only on a day after which the clock
        is as it was at `time`. Else there are none, and `next` has to find them.
        """
        second, zone = time // SECOND, self.zone or zone
        if not _FIRST_SECOND <= second < _LAST_SECOND:
            return []
        wall = zone.wall(second)
        midnight = second - wall.hour * 3600 - wall.minute * 60
        if zone.wall(midnight + DAY_SECONDS).utcoffset() != wall.utcoffset():
            return []
        return [(midnight + one) * SECOND for one in self._of_day if midnight + one > second]

    @cached_property
    def _of_day(self) -> tuple[int, ...]:
        """Seconds of a day without a change of clocks at which it fires."""
        return tuple(
            hour * 3600 + minute * 60
            for hour in sorted(self.hour.values)
            for minute in sorted(self.minute.values)
        )

    def matches_day(self, day: date) -> bool:
        """Return whether `day` is one of the schedule's, by its two day fields.

        Both must match if one of them bears the mark of a star, else either suffices.
        """
        of_month = day.day in self.day_of_month.values
        of_week = day.isoweekday() % 7 in self.day_of_week.values
        if self.day_of_month.star or self.day_of_week.star:
            return of_month and of_week
        return of_month or of_week


class _EndlessError(Exception):
    """The walk stands where it stood before."""


class _Walk:
    """One search. Stands at a second, known as an instant and as wall clock time.

    Each step from `_month` to `_second` moves on until its field matches, and says whether it
    came to a point from which everything must be looked at again.
    """

    def __init__(self, schedule: FieldSchedule, zone: Zone, second: int) -> None:
        self._schedule = schedule
        self._zone = zone
        self._second = second
        self._wall = zone.wall(second)
        # Whether the lower fields were set back to their start; this happens once a search.
        self._cut = False
        self._last_year = self._wall.year + HORIZON_YEARS

    def run(self) -> int | None:
        # Both would be searched minute by minute through all the years.
        if not self._schedule.hour.values or not self._schedule.minute.values:
            return None
        steps = (self._month, self._day, self._hour, self._minute, self._full_minute)
        seen: set[int] = set()
        while self._wall.year <= self._last_year:
            if self._cut:
                self._watch(seen)
            if not any(step() for step in steps):
                return self._second
        return None

    def _month(self) -> bool:
        while self._wall.month not in self._schedule.month.values:
            if not self._cut:
                self._stand_at(self._wall.replace(day=1).toordinal(), 0)
                self._cut = True
            years, month = divmod(self._wall.month, 12)
            first = date(self._wall.year + years, month + 1, 1).toordinal()
            self._stand_at(first + self._wall.day - 1, self._second_of_day())
            if self._wall.month == 1:
                return True
        return False

    def _day(self) -> bool:
        seen: set[int] = set()
        while not self._schedule.matches_day(self._wall):
            if not self._cut:
                self._stand_at(self._wall.toordinal(), 0)
                self._cut = True
            self._watch(seen)
            self._stand_at(self._wall.toordinal() + 1, self._second_of_day())
            hour = self._wall.hour
            if hour:
                # A day without midnight, or a midnight that came twice.
                self._stand(self._second + (24 - hour if hour > 12 else -hour) * 3600)
            if self._wall.day == 1:
                return True
        return False

    def _hour(self) -> bool:
        while self._wall.hour not in self._schedule.hour.values:
            if not self._cut:
                self._stand_at(self._wall.toordinal(), self._wall.hour * 3600)
                self._cut = True
            self._advance(3600, 24, self._wall.hour, self._schedule.hour.values)
            if self._wall.hour == 0:
                return True
        return False

    def _minute(self) -> bool:
        while self._wall.minute not in self._schedule.minute.values:
            if not self._cut:
                # Cut on the line of instants, not on the wall clock: where the offset is not
                # whole minutes, these differ.
                self._stand(self._second // 60 * 60)
                self._cut = True
            self._advance(60, 60, self._wall.minute, self._schedule.minute.values)
            if self._wall.minute == 0:
                return True
        return False

    def _full_minute(self) -> bool:
        if self._wall.second == 0:
            return False
        self._cut = True
        while self._wall.second != 0:
            self._advance(1, 60, self._wall.second, frozenset())
        return True

    def _advance(self, unit: int, size: int, value: int, values: Set[int]) -> None:
        """Add `unit` seconds until the value matches or is 0, or just once at a clock change."""
        count = 1
        while (value + count) % size and value + count not in values:
            count += 1
        before = self._wall.utcoffset()
        ahead = self._zone.wall(self._second + count * unit)
        if ahead.utcoffset() != before:
            self._stand(self._second + unit)
            return
        self._second += count * unit
        self._wall = ahead

    def _watch(self, seen: set[int]) -> None:
        # From one instant the same steps follow always, so being there twice is for ever.
        if self._second in seen:
            raise _EndlessError
        seen.add(self._second)

    def _stand(self, second: int) -> None:
        self._second = second
        self._wall = self._zone.wall(second)

    def _stand_at(self, day: int, second_of_day: int) -> None:
        self._stand(self._zone.seconds(day, second_of_day))

    def _second_of_day(self) -> int:
        return self._wall.hour * 3600 + self._wall.minute * 60 + self._wall.second
