"""Datetimes as people write them, to protobuf's timestamps.

A date alone is its midnight; without a zone UTC is meant, as flytekit takes it.
"""

import re
from datetime import UTC, date, datetime

from google.protobuf.timestamp_pb2 import Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The years 1 to 9999, which is what google.protobuf.Timestamp may hold.
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799
_DATETIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[Tt ](?P<time>\d\d:\d\d(?::\d\d)?)(?:\.(?P<fraction>\d{1,9}))?"
    r" ?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)


def parse_datetime(value: str | date) -> Timestamp:
    """Read ISO 8601 text to the nanosecond, or take Python's datetime or date.

    Raises: ValueError saying how it is written, or that it is outside the years 1 to 9999.
    """
    nanos = 0
    if isinstance(value, str):
        value, nanos = _read(value)
    elif not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    since = value - _EPOCH
    seconds = since.days * 86_400 + since.seconds
    if not _FIRST_SECOND <= seconds <= _LAST_SECOND:
        raise ValueError(f"{value.isoformat()} is outside the years 1 to 9999 in UTC")
    return Timestamp(seconds=seconds, nanos=nanos or since.microseconds * 1000)


def _read(text: str) -> tuple[datetime, int]:
    found = _DATETIME.fullmatch(text.strip())
    if found is None or (found["fraction"] and found["time"].count(":") < 2):
        raise ValueError(
            f"{text!r} is no datetime; write for instance 2024-01-31 or 2024-01-31T06:00:00Z"
        )
    iso = f"{found['date']}T{found['time'] or '00:00'}{(found['zone'] or 'Z').upper()}"
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError as error:
        raise ValueError(f"{text!r} is no datetime: {error}") from None
    return moment, int((found["fraction"] or "").ljust(9, "0"))
