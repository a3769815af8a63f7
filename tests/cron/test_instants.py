"""Instants to and from text and datetimes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.cron import (
    from_datetime,
    from_rfc3339,
    load_zone,
    to_datetime,
    to_rfc3339,
    zone_names,
)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("1970-01-01T05:45:00.5+05:45", 500_000_000),
        ("1969-12-31t19:00:00-05:00", 0),
    ],
)
def test_text_becomes_nanoseconds(text: str, instant: int) -> None:
    """With any offset and up to nine digits of a second."""
    assert from_rfc3339(text) == instant


@pytest.mark.parametrize("text", ["2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z"])
def test_text_that_is_no_instant_is_refused(text: str) -> None:
    """A time without a zone is none."""
    with pytest.raises(ValueError):
        from_rfc3339(text)


@given(
    st.integers(-60_000_000_000 * 10**9, 250_000_000_000 * 10**9),
    st.sampled_from(sorted(name for name in zone_names() if name.startswith("A"))),
)
@settings(derandomize=True, max_examples=200, deadline=None)
def test_text_and_back_is_the_same(instant: int, name: str) -> None:
    """In whole minutes of an offset; local mean time loses its odd seconds in RFC 3339."""
    zone = load_zone(name)
    if zone.offset(instant // 10**9) % 60:
        return

    assert from_rfc3339(to_rfc3339(instant, zone)) == instant


def test_datetimes_have_microseconds() -> None:
    """Finer digits are cut off, in either direction of time."""
    moment = datetime(2026, 3, 8, 3, 30, 0, 250_000, tzinfo=timezone(timedelta(hours=-4)))
    zone = load_zone("America/New_York")

    assert to_datetime(from_datetime(moment) + 999, zone) == moment
    assert from_datetime(to_datetime(-1)) == -1000
    assert to_datetime(-1).tzinfo is not None
    assert to_datetime(0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_datetime_without_a_zone_is_refused() -> None:
    """It names no instant."""
    with pytest.raises(ValueError, match="has no zone"):
        from_datetime(datetime(2026, 1, 1))
