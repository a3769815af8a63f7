"""Durations in both spellings."""

import pytest
from google.protobuf.duration_pb2 import Duration
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds", "nanos"),
    [
        ("90s", 90, 0),
        ("1h30m", 5400, 0),
        ("1.5d", 129_600, 0),
        ("1w2d", 777_600, 0),
        ("1ms", 0, 1_000_000),
        ("1us", 0, 1_000),
        ("1µs", 0, 1_000),
        ("1.5ns", 0, 1),
        ("-1.5s", -1, -500_000_000),
        ("0", 0, 0),
        ("PT1H30M", 5400, 0),
        ("P1DT2.5S", 86_402, 500_000_000),
        ("PT0,5S", 0, 500_000_000),
        ("P1W", 604_800, 0),
        ("-PT1S", -1, 0),
        (" 1h ", 3600, 0),
    ],
)
def test_both_spellings_are_read_exactly(text: str, seconds: int, nanos: int) -> None:
    """To the nanosecond, of which finer digits are cut off."""
    assert parse_duration(text) == Duration(seconds=seconds, nanos=nanos)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "90",
        "1h30",
        "h",
        "1x",
        "1 h",
        "P",
        "PT",
        "P1Y",
        "P1M",
        "1M",
        "PT1D",
        "٣s",
        "1e3s",
        "--1s",
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """Months and years have no length, and a number alone no unit."""
    with pytest.raises(ValueError, match="is no duration; write for instance 90s, 1h30m"):
        parse_duration(text)


def test_ten_thousand_years_are_the_most() -> None:
    """What a protobuf duration holds."""
    with pytest.raises(ValueError, match=r"longer than 10,000 years"):
        parse_duration("4000000d")


@given(st.integers(0, 10**18))
@settings(max_examples=100, derandomize=True, deadline=None)
def test_nanoseconds_come_back(nanoseconds: int) -> None:
    """No rounding on the way."""
    duration = parse_duration(f"{nanoseconds}ns")

    assert duration.seconds * 10**9 + duration.nanos == nanoseconds
