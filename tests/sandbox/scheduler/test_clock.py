"""Clocks take along what they drive."""

import threading

import pytest

from reconciler.cron import SECOND, from_rfc3339
from reconciler.sandbox.scheduler import RealClock, Scheduler, SimulatedClock
from tests.sandbox.scheduler.fakes import MemoryAdmin, a_row

START = from_rfc3339("2026-03-07T00:00:00Z")
DAY = 86_400 * SECOND


def test_winding_a_clock_fires_everything_on_the_way() -> None:
    """Each at its own time on the clock, within the call."""
    clock = SimulatedClock(START)
    admin = MemoryAdmin(
        [a_row(cron_expression="0 6 * * *")], fault=lambda request, at: shown.append(clock())
    )
    shown: list[int] = []
    scheduler = Scheduler(admin)
    scheduler.start(clock())
    clock.drive(scheduler)

    assert clock.advance(3 * DAY) == START + 3 * DAY

    assert clock() == START + 3 * DAY
    assert shown == [START + DAY // 4 + n * DAY for n in range(3)]
    assert [at for _, at in admin.created.values()] == shown


def test_an_activation_between_two_turns_is_seen_by_the_next_poll() -> None:
    """A rate then counts from that poll."""
    clock = SimulatedClock(START)
    admin = MemoryAdmin()
    scheduler = Scheduler(admin)
    scheduler.start(clock())
    clock.drive(scheduler)

    clock.advance(70 * SECOND)
    admin.change(a_row(fixed_rate_value=1))
    clock.advance(90 * SECOND)

    assert [at - START for _, at in admin.created.values()] == [150 * SECOND]


def test_a_clock_is_not_wound_back() -> None:
    """What happened, happened."""
    with pytest.raises(ValueError, match="wound back"):
        SimulatedClock(START).advance(-1)


class _Once:
    """Something that is due once, and then tells."""

    def __init__(self, error: Exception | None = None) -> None:
        self.due: int | None = 5
        self.ran = threading.Event()
        self._error = error

    def run(self, until: int) -> None:
        if self.due is None or until < self.due:
            return
        self.due = None
        self.ran.set()
        if self._error is not None:
            raise self._error


def test_the_real_clock_drives_in_a_thread() -> None:
    """Until its context ends, or there is nothing to do any more."""
    once = _Once()

    with RealClock(once):
        assert once.ran.wait(10)


def test_an_error_under_the_real_clock_is_not_lost() -> None:
    """It comes out where the context ends."""
    once = _Once(RuntimeError("store closed"))

    with pytest.raises(RuntimeError, match="store closed"), RealClock(once):
        assert once.ran.wait(10)
