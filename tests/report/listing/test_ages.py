"""Ages and lengths, as narrow as a column."""

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from reconciler.report.listing.ages import age, duration, seconds, span, when


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (0, "0s"),
        (59, "59s"),
        (60, "1m"),
        (200, "3m20s"),
        (660, "11m"),
        (3600, "1h"),
        (3 * 3600 + 59 * 60, "3h59m"),
        (36 * 3600, "1d12h"),
        (12 * 86400 + 5, "12d"),
        (-90, "-1m30s"),
    ],
)
def test_spans(length: int, text: str) -> None:
    """The largest unit, and the next one while that is below ten."""
    assert span(length) == text


@given(st.integers(0, 10**10))
def test_spans_are_short_and_roughly_right(length: int) -> None:
    """Never off by more than a tenth, whatever the length."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    found, number = 0, ""
    for letter in span(length):
        if letter in units:
            found, number = found + int(number) * units[letter], ""
        else:
            number += letter

    assert found <= length <= found * 1.1 + 1


def test_what_never_happened_has_no_age() -> None:
    """An empty cell, and null in documents."""
    assert age(Timestamp(), 10**18) == ""
    assert when(Timestamp()) is None
    assert seconds(Duration()) is None
    assert age(Timestamp(seconds=100), 95 * 10**9) == "0s"  # a clock that is behind
    assert duration(Duration(seconds=3, nanos=240_000_000)) == "3.2s"
    assert duration(Duration(seconds=75)) == "1m15s"
