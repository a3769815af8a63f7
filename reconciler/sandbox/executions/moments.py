"""Moments and spans of time as Admin reckons with them.

Messages have nanoseconds and rows microseconds, cut and not rounded. A span is taken between
the event's own nanoseconds and the row's cut ones.
"""

from typing import Any

from google.protobuf import duration_pb2

from reconciler.compiler import go_text
from reconciler.sandbox.errors import database

_FIRST = -62135596800  # the second in which the year 1 begins
_LAST = 253402300800  # and the year 10000
_SECOND = 1_000_000_000
_LONGEST = 2**63
_EARLIEST = -210_866_803_200_000_000  # microseconds, to when PostgreSQL's calendar begins


class MomentError(ValueError):
    """A Timestamp that is none; the message is Go's."""


def check(moment: Any | None) -> Any:
    """Return `moment` if it is a time in the years 1 to 9999.

    Raises:
        MomentError: It is not there, out of range, or its nanoseconds are.
    """
    if moment is None:
        raise MomentError("timestamp: nil Timestamp")
    if moment.seconds < _FIRST:
        raise MomentError(f"timestamp: {go_text(moment)} before 0001-01-01")
    if moment.seconds >= _LAST:
        raise MomentError(f"timestamp: {go_text(moment)} after 10000-01-01")
    if not 0 <= moment.nanos < _SECOND:
        raise MomentError(f"timestamp: {go_text(moment)}: nanos not in range [0, 1e9)")
    return moment


def given(message: Any, field: str) -> Any | None:
    """Return a message field, None if it is not set."""
    return getattr(message, field) if message.HasField(field) else None


def micros(moment: Any) -> int:
    """Return whole microseconds since 1970.

    Raises:
        Refusal: UNKNOWN: no column can hold that many.
    """
    found = int(moment.seconds) * 1_000_000 + int(moment.nanos) // 1000
    if not _EARLIEST <= found < _LONGEST:
        raise database("timestamp out of range")
    return found


def span(start_micros: int, end: Any) -> int:
    """Return the nanoseconds from a row's time to an event's; no longer than Go can count."""
    nanos = int(end.seconds) * _SECOND + int(end.nanos) - start_micros * 1000
    return max(-_LONGEST, min(_LONGEST - 1, nanos))


def to_duration(nanos: int) -> Any:
    """Return the Duration of so many nanoseconds; seconds and rest have one sign."""
    seconds, rest = divmod(abs(nanos), _SECOND)
    sign = -1 if nanos < 0 else 1
    return duration_pb2.Duration(seconds=sign * seconds, nanos=sign * rest)


def reported(event: Any) -> Any | None:
    """Return when an event was reported; an absent or zero time means when it occurred."""
    at = given(event, "reported_at")
    if at is None or (at.seconds == 0 and at.nanos == 0):
        return given(event, "occurred_at")
    return at
