"""The slots of a window, for backfills and for showing what is ahead."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.cron import (
    SECOND,
    AnchorRequiredError,
    EndlessSearchError,
    Rate,
    RateUnit,
    Schedule,
    Zone,
    fire_times,
    from_rfc3339,
    load_zone,
    never_fires,
    parse,
    to_rfc3339,
)


def _slots(
    schedule: Schedule, start: str, end: str, *, zone: str = "UTC", anchor: str | None = None
) -> list[str]:
    times = fire_times(
        schedule,
        start=from_rfc3339(start),
        end=from_rfc3339(end),
        zone=load_zone(zone),
        anchor=None if anchor is None else from_rfc3339(anchor),
    )
    return [to_rfc3339(time, load_zone(zone)) for time in times]


def test_the_window_includes_its_start_and_not_its_end() -> None:
    """So windows that touch share no slot."""
    slots = _slots(parse("0 * * * *"), "2026-01-01T00:00:00Z", "2026-01-01T02:00:00Z")

    assert slots == ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"]


def test_a_start_within_a_second_does_not_include_that_second() -> None:
    """A slot just before the start is not in the window."""
    assert _slots(parse("0 * * * *"), "2026-01-01T00:00:00.001Z", "2026-01-01T01:00:00Z") == []


def test_a_time_in_a_gap_is_no_slot() -> None:
    """Half past two does not exist when New York's clocks go forward."""
    slots = _slots(
        parse("30 2 * * *"),
        "2026-03-07T12:00:00Z",
        "2026-03-10T00:00:00Z",
        zone="America/New_York",
    )

    assert slots == ["2026-03-09T02:30:00-04:00"]


def test_a_time_in_an_overlap_is_two_slots() -> None:
    """Half past one comes twice when they go back."""
    slots = _slots(
        parse("TZ=America/New_York 30 1 * * *"),
        "2026-11-01T00:00:00Z",
        "2026-11-02T00:00:00Z",
        zone="America/New_York",
    )

    assert slots == ["2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"]


def test_a_schedule_that_never_fires_has_no_slots() -> None:
    """Nothing is wrong with an empty answer."""
    assert _slots(parse("0 0 30 2 *"), "2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    "anchor", ["2026-01-01T00:10:30.75Z", "2025-01-01T00:10:30Z", "2026-06-01T00:10:30Z"]
)
def test_a_rate_counts_from_its_anchor_both_ways(anchor: str) -> None:
    """The anchor may lie before, in or behind the window; its fraction is cut off."""
    rate = Rate(20, RateUnit.MINUTE)

    slots = _slots(rate, "2026-01-01T00:10:30Z", "2026-01-01T00:50:30Z", anchor=anchor)

    assert slots == ["2026-01-01T00:10:30Z", "2026-01-01T00:30:30Z"]


@pytest.mark.parametrize("schedule", [Rate(1, RateUnit.HOUR), parse("@every 1h")])
def test_a_delay_without_an_anchor_is_refused(schedule: Schedule) -> None:
    """It has no grid of its own."""
    with pytest.raises(AnchorRequiredError, match="give an anchor"):
        _slots(schedule, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")


@pytest.mark.parametrize("rate", [Rate(0, RateUnit.DAY), Rate(153_722_868, RateUnit.MINUTE)])
def test_a_rate_that_does_not_advance_is_refused(rate: Rate) -> None:
    """Zero, or wrapped around to a negative delay."""
    with pytest.raises(EndlessSearchError):
        _slots(rate, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", anchor="2026-01-01T00:00:00Z")


@given(
    st.integers(1, 4_294_967_295),
    st.sampled_from(RateUnit),
    st.integers(-(10**18), 10**18),
    st.integers(-(10**12), 10**12),
)
@settings(derandomize=True, max_examples=100, deadline=None)
def test_slots_of_a_rate_follow_each_other_as_in_admin(
    value: int, unit: RateUnit, anchor: int, lead: int
) -> None:
    """Also when the delay has wrapped around and carries a fraction of a second."""
    rate = Rate(value, unit)
    if rate.delay < SECOND:
        return
    start = anchor + lead
    slots = list(fire_times(rate, start=start, end=start + 3 * rate.delay, anchor=anchor))

    assert 2 <= len(slots) <= 4
    assert all(rate.next(one) == other for one, other in pairwise(slots))


@pytest.mark.parametrize(
    ("schedule", "never"),
    [
        (parse("0 0 30 2 *"), True),
        (parse("0 0 30 2 MON"), False),
        (parse("0 0 29 2 *"), False),
        (parse(", * * * *"), True),
        (parse("@every 1s"), False),
        (Rate(1, 9), True),
    ],
    ids=lambda value: getattr(value, "text", str(value)),
)
def test_a_schedule_that_never_fires_is_known(schedule: Schedule, never: bool) -> None:
    """As a lint asks, before anything is registered."""
    assert never_fires(schedule, after=from_rfc3339("2026-01-01T00:00:00Z")) is never


_HALF_HOURS = "Australia/Lord_Howe"  # whose clocks change by half an hour
_MIDNIGHT = "America/Havana"  # whose clocks change at midnight


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    text=st.sampled_from(
        ("*/7 * * * *", "30 2 * * *", "0,30 0-3 * * *", "15 */5 * * 1", "0 0 * * *", "59 23 1 * *")
    ),
    zone=st.sampled_from(("UTC", "Europe/Rome", _HALF_HOURS, _MIDNIGHT, "Africa/Monrovia")),
    start=st.integers(min_value=-3_000_000_000, max_value=2_500_000_000),
    days=st.integers(min_value=1, max_value=12),
)
def test_a_day_at_a_time_is_the_same_as_one_by_one(
    text: str, zone: str, start: int, days: int
) -> None:
    """Whatever the clocks do, a backfill has the slots that Admin finds one after the other."""
    schedule, place = parse(text), load_zone(zone)
    end = (start + days * 86_400) * SECOND

    found = list(fire_times(schedule, start=start * SECOND, end=end, zone=place))

    assert found == _singly(schedule, start * SECOND, end, place)


def _singly(schedule: Schedule, start: int, end: int, zone: Zone) -> list[int]:
    """The slots as Admin finds them, each from the one before."""
    found: list[int] = []
    following = schedule.next(start - 1, zone)
    while following is not None and following < end:
        found.append(following)
        following = schedule.next(following, zone)
    return found


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Rome", "2026-03-29"),
        ("Europe/Rome", "2026-10-25"),
        (_HALF_HOURS, "2026-04-05"),
        (_HALF_HOURS, "2026-10-04"),
        (_MIDNIGHT, "2026-03-08"),
        (_MIDNIGHT, "2026-11-01"),
        ("Pacific/Apia", "2011-12-30"),
    ],
)
def test_the_days_on_which_clocks_change_are_gone_through_one_by_one(zone: str, day: str) -> None:
    """From two days before to two days after, every ten minutes and at every hour's half."""
    place = load_zone(zone)
    middle = from_rfc3339(f"{day}T00:00:00Z")
    start, end = middle - 2 * 86_400 * SECOND, middle + 3 * 86_400 * SECOND
    for text in ("*/10 * * * *", "30 * * * *", "30 0,2 * * *"):
        schedule = parse(text)
        found = list(fire_times(schedule, start=start, end=end, zone=place))

        assert found == _singly(schedule, start, end, place)
