"""Schedules that go by a delay: fixed rates, and `@every`.

Neither has a grid of its own. The next time is the given one plus the delay with the given
one's fraction of a second cut off, so everything depends on where one starts counting.
"""

from dataclasses import dataclass
from enum import IntEnum

from reconciler.cron.errors import RateUnitError
from reconciler.cron.instants import DAY, HOUR, MINUTE, SECOND
from reconciler.cron.zones import UTC, Zone


class RateUnit(IntEnum):
    """`flyteidl.admin.FixedRateUnit`, by its numbers."""

    MINUTE = 0
    HOUR = 1
    DAY = 2


_NANOSECONDS = {RateUnit.MINUTE: MINUTE, RateUnit.HOUR: HOUR, RateUnit.DAY: DAY}


@dataclass(frozen=True)
class EverySchedule:
    """An `@every` schedule. Its zone prefix, if any, means nothing.

    Attributes:
        text: What was parsed.
        delay: Nanoseconds; whole seconds, at least one.
    """

    text: str
    delay: int

    def next(self, after: int, zone: Zone = UTC) -> int:
        """Return the first time after `after`; `zone` is there for symmetry only."""
        return _later(after, self.delay)


@dataclass(frozen=True)
class Rate:
    """A fixed rate, `value` times `unit`, as Admin computes it.

    Attributes:
        value: Any unsigned 32-bit number; Admin checks nothing.
        unit: A `RateUnit`, or any other number that a message may carry.
    """

    value: int
    unit: int

    @property
    def text(self) -> str:
        """The rate in words, for messages."""
        try:
            return f"rate({self.value} {RateUnit(self.unit).name})"
        except ValueError:
            return f"rate({self.value} {self.unit})"

    @property
    def delay(self) -> int:
        """The delay in nanoseconds, in 64 bits that wrap around: it may be zero or negative.

        Raises:
            RateUnitError: Admin does not know the unit.
        """
        try:
            unit = _NANOSECONDS[RateUnit(self.unit)]
        except ValueError:
            raise RateUnitError(self.unit) from None
        return (self.value * unit + (1 << 63)) % (1 << 64) - (1 << 63)

    def next(self, after: int, zone: Zone = UTC) -> int:
        """Return the time that follows `after`; `zone` is there for symmetry only.

        With a delay below a second, which only zero and a wrap-around give, that need not be
        a later one.

        Raises:
            RateUnitError: Admin does not know the unit.
        """
        return _later(after, self.delay)


def _later(after: int, delay: int) -> int:
    return after + delay - after % SECOND
