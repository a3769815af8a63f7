"""Moments and spans, at the edges of what can be counted."""

import pytest
from google.protobuf import timestamp_pb2

from reconciler.sandbox import Refusal
from reconciler.sandbox.executions import moments


@pytest.mark.parametrize(
    ("nanos", "seconds", "rest"),
    [
        (1_500_000_000, 1, 500_000_000),
        (-1, 0, -1),
        (-1_500_000_000, -1, -500_000_000),
        (-(2**63), -9_223_372_036, -854_775_808),
    ],
)
def test_parts_of_a_duration_have_one_sign(nanos: int, seconds: int, rest: int) -> None:
    """As protobuf asks for."""
    duration = moments.to_duration(nanos)
    assert (duration.seconds, duration.nanos) == (seconds, rest)


def test_span_is_no_longer_than_go_counts() -> None:
    """Beyond 292 years it stops growing."""
    end = timestamp_pb2.Timestamp(seconds=253402300799)
    assert moments.span(0, end) == 2**63 - 1
    assert moments.span(moments.micros(end), timestamp_pb2.Timestamp()) == -(2**63)


@pytest.mark.parametrize(
    ("seconds", "nanos", "text"),
    [
        (-62135596801, 0, "before 0001-01-01"),
        (253402300800, 0, "after 10000-01-01"),
        (0, -1, "nanos not in range"),
        (0, 10**9, "nanos not in range"),
    ],
)
def test_moment_is_of_the_years_1_to_9999(seconds: int, nanos: int, text: str) -> None:
    """With nanoseconds of one second."""
    with pytest.raises(moments.MomentError, match=text):
        moments.check(timestamp_pb2.Timestamp(seconds=seconds, nanos=nanos))


def test_microseconds_are_cut_towards_the_past() -> None:
    """Before 1970 too; what PostgreSQL has no calendar for is refused."""
    assert moments.micros(timestamp_pb2.Timestamp(seconds=-1, nanos=999_999_999)) == -1
    for seconds in (2**63 - 1, -(2**63)):
        with pytest.raises(Refusal, match="timestamp out of range"):
            moments.micros(timestamp_pb2.Timestamp(seconds=seconds))
