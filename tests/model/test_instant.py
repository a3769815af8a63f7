"""Datetimes in every spelling that is taken."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from reconciler.model import parse_datetime

MIDNIGHT = 1_706_659_200  # 2024-01-31T00:00:00Z


@pytest.mark.parametrize(
    ("value", "seconds", "nanos"),
    [
        ("2024-01-31", MIDNIGHT, 0),
        ("2024-01-31T06:00", MIDNIGHT + 21_600, 0),
        ("2024-01-31 06:00:00", MIDNIGHT + 21_600, 0),
        ("2024-01-31t06:00:00z", MIDNIGHT + 21_600, 0),
        ("2024-01-31T06:00:00+02:00", MIDNIGHT + 14_400, 0),
        ("2024-01-31T06:00:00 -0530", MIDNIGHT + 41_400, 0),
        ("2024-01-31T00:00:00.000000001Z", MIDNIGHT, 1),
        ("2024-01-31T00:00:00.5", MIDNIGHT, 500_000_000),
        ("1969-12-31T23:59:59.75Z", -1, 750_000_000),
        ("0001-01-01", -62_135_596_800, 0),
        ("9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999),
        (date(2024, 1, 31), MIDNIGHT, 0),
        (datetime(2024, 1, 31), MIDNIGHT, 0),
        (datetime(2024, 1, 31, 0, 0, 0, 250, tzinfo=UTC), MIDNIGHT, 250_000),
        (datetime(2024, 1, 31, tzinfo=timezone(timedelta(hours=1))), MIDNIGHT - 3600, 0),
    ],
    ids=str,
)
def test_the_instant_is_exact(value: str | date, seconds: int, nanos: int) -> None:
    """In UTC where no zone is said, to the nanosecond."""
    assert parse_datetime(value) == Timestamp(seconds=seconds, nanos=nanos)


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2024", "2024-1-31", "20240131", "31-01-2024", "2024-02-30"),
        *("2024-01-31T", "2024-01-31T25:00", "2024-01-31T06:00.5", "٢٠٢٤-01-31"),
        "2024-01-31T06:00:00.1234567890Z",
    ],
)
def test_what_is_no_datetime_is_refused(text: str) -> None:
    """Words that mean another time with each run among it."""
    with pytest.raises(ValueError, match="is no datetime"):
        parse_datetime(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-00:01"])
def test_a_zone_may_push_it_out_of_range(text: str) -> None:
    """A timestamp holds the years 1 to 9999 of UTC."""
    with pytest.raises(ValueError, match="outside the years 1 to 9999"):
        parse_datetime(text)
