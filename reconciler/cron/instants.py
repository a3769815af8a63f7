"""Instants: nanoseconds since 1970-01-01T00:00:00Z, as a plain `int` of any size.

An integer, and not a `datetime`, because Admin's times carry nanoseconds and its rates reach
years that a `datetime` cannot hold. An instant has no zone; who needs wall clock time passes
a `Zone` beside it.
"""

import re
from datetime import UTC as _UTC
from datetime import datetime, timedelta

from reconciler.cron.zones import UTC, Zone

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=_UTC)
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))",
    re.ASCII,
)


def from_datetime(moment: datetime) -> int:
    """Return the instant of an aware `moment`.

    Raises:
        ValueError: `moment` has no zone.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no zone; give it one")
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def to_datetime(instant: int, zone: Zone = UTC) -> datetime:
    """Return `instant` as an aware datetime in `zone`, cut to the microsecond.

    Raises:
        OverflowError: the year is not one of 1 to 9999.
    """
    seconds, nanos = divmod(instant, SECOND)
    wall = zone.wall(seconds)
    return wall + timedelta(microseconds=nanos // 1000)


def from_rfc3339(text: str) -> int:
    """Return the instant that `text` names, for instance `2026-03-08T02:30:00.5-05:00`.

    Raises:
        ValueError: `text` is not RFC 3339, with at most nine digits of a second.
    """
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise ValueError(
            f"{text!r} is not a time; write it like 2026-03-08T02:30:00Z, with a zone"
        )
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    moment = datetime(year, month, day, hour, minute, second, tzinfo=_UTC)
    nanos = int((found[7] or "").ljust(9, "0"))
    offset = 0
    if found[8]:
        offset = (int(found[9]) * 60 + int(found[10])) * MINUTE
        offset = -offset if found[8] == "-" else offset
    return from_datetime(moment) + nanos - offset


def to_rfc3339(instant: int, zone: Zone = UTC) -> str:
    """Write `instant` as wall clock time of `zone`, for instance `2026-03-08T03:30:00-04:00`.

    As many digits of a second as are needed, none for a whole one; `Z` for an offset of zero.

    Raises:
        OverflowError: the year is not one of 1 to 9999.
    """
    seconds, nanos = divmod(instant, SECOND)
    wall = zone.wall(seconds)
    fraction = f".{nanos:09}".rstrip("0") if nanos else ""
    offset = zone.offset(seconds)
    if offset == 0:
        suffix = "Z"
    else:
        # RFC 3339 has no seconds in an offset; the odd ones of local mean time are cut off.
        hours, minutes = divmod(abs(offset) // 60, 60)
        suffix = f"{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}"
    return wall.replace(tzinfo=None).isoformat() + fraction + suffix
