"""Which time it is in an embedded Admin: the real one, or one that is wound by hand.

A simulated time is kept in the store, so that a restarted Admin goes on where it stood: its
executions would else lie in the future.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.cron import SECOND, from_rfc3339, to_datetime
from reconciler.sandbox.config_file import ConfigError
from reconciler.sandbox.scheduler import SimulatedClock
from reconciler.sandbox.store import Store

Clock = Callable[[], int]

_SETTING = "clock"
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|[dhms])")
_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1, "ms": 0.001}


class ClockError(ConfigError):
    """A text that means no clock, no time or no duration."""


@dataclass(frozen=True)
class Simulated:
    """Asks for a clock that stands still until it is wound.

    Attributes:
        start: What it shows in a new store, in nanoseconds since 1970 UTC; None: the real time.
            In a store that has a simulated time already, it goes on from there.
    """

    start: int | None = None


def parse_clock(text: str) -> "Clock | Simulated":
    """Return the clock that `real`, `simulated` or an RFC 3339 time asks for.

    Raises:
        ClockError: It is none of these.
    """
    if text == "real":
        return time.time_ns
    if text == "simulated":
        return Simulated()
    try:
        return Simulated(from_rfc3339(text))
    except ValueError:
        raise ClockError(
            f"{text!r} is no clock: expected real, simulated, or the time at which a simulated "
            "one starts, for instance 2026-03-01T00:00:00Z"
        ) from None


def parse_duration(text: str) -> timedelta:
    """Return the duration that a text like `3d`, `1h30m` or `90s` means.

    Raises:
        ClockError: It means none.
    """
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ClockError(f"{text!r} is no duration: expected one like 3d, 1h30m or 90s")
    return timedelta(seconds=sum(float(number) * _SECONDS[unit] for number, unit in parts))


def nanoseconds(duration: timedelta) -> int:
    """Return a duration as clocks count it."""
    return (duration.days * 86_400 + duration.seconds) * SECOND + duration.microseconds * 1_000


def open_clock(store: Store, wanted: "Clock | Simulated") -> Clock:
    """Return the clock of an Admin on this store."""
    if isinstance(wanted, Simulated):
        kept = _kept(store)
        start = wanted.start if wanted.start is not None else time.time_ns()
        wanted = SimulatedClock(start if kept is None else kept)
        keep(store, wanted())
    if isinstance(wanted, SimulatedClock):
        wanted.tell(lambda instant: keep(store, instant))
    return wanted


def wind(clock: Clock, duration: timedelta) -> datetime:
    """Wind a simulated clock, and return the time that it then shows.

    Raises:
        ClockError: The clock is not simulated, or would be wound back.
    """
    if not isinstance(clock, SimulatedClock):
        raise ClockError("this embedded Admin goes by the real clock, which cannot be wound")
    if duration < timedelta(0):
        raise ClockError(f"a clock is not wound back ({duration})")
    return to_datetime(clock.advance(nanoseconds(duration)))


def keep(store: Store, instant: int) -> None:
    """Let the store remember the simulated time."""
    with store.write() as session:
        session.run(
            "INSERT INTO settings (name, value) VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (_SETTING, str(instant).encode()),
        )


def _kept(store: Store) -> int | None:
    with store.read() as session:
        row = session.one("SELECT value FROM settings WHERE name = ?", (_SETTING,))
    return None if row is None else int(row["value"])
