"""Next times, wherever the clocks change."""

from datetime import datetime, timedelta
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.cron import (
    SECOND,
    EndlessSearchError,
    FieldSchedule,
    from_rfc3339,
    load_zone,
    parse,
    to_datetime,
    to_rfc3339,
    upcoming,
)
from tests.cron.recorded import Case, by_class, differences


@pytest.mark.parametrize("cases", by_class("next"))
def test_times_are_as_recorded(cases: list[Case]) -> None:
    """Each time is computed from the one before; the list ends where Admin finds no more."""
    assert differences(cases, [_play(**case["input"]) | _ends(case) for case in cases]) == []


def _play(*, expression: str, start: str, location: str, count: int) -> Case:
    zone = load_zone(location)
    times = upcoming(parse(expression), after=from_rfc3339(start), count=count, zone=zone)
    return {
        "times": [to_rfc3339(time, zone) for time in times],
        "unix": [time // SECOND for time in times],
    }


def _ends(case: Case) -> Case:
    # Why a list ends early is tested below; here it matters that it ends at the same place.
    return {key: value for key, value in case["answer"].items() if key == "ends"}


def test_a_missing_day_is_an_error_and_no_hang() -> None:
    """Samoa had no 30 December 2011; Admin's search steps onto it for ever."""
    zone = load_zone("Pacific/Apia")
    schedule = parse("0 0 30 12 *")

    with pytest.raises(EndlessSearchError, match="does not end"):
        schedule.next(from_rfc3339("2011-12-28T20:00:00Z"), zone)


@pytest.mark.parametrize(
    "text", ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", ", * * * *", "* , * * *", "* * * , *"]
)
def test_a_vain_search_is_quick(text: str) -> None:
    """Five years are not walked minute by minute."""
    schedule = parse(text)
    began = perf_counter()

    assert schedule.next(from_rfc3339("2026-01-01T00:00:00Z"), load_zone("Europe/Berlin")) is None

    assert perf_counter() - began < 0.25


def test_far_years_have_times_too() -> None:
    """Beyond what a datetime holds, the calendar goes on repeating every 400 years."""
    cycle = 146_097 * 86_400 * SECOND
    zone = load_zone("America/New_York")
    schedule = parse("30 2 29 2 *")
    near = from_rfc3339("2399-03-01T00:00:00Z")

    expected = schedule.next(near, zone)

    assert expected is not None
    assert schedule.next(near + 100 * cycle, zone) == expected + 100 * cycle
    assert schedule.next(from_rfc3339("1203-01-01T00:00:00Z") - 9 * cycle) == (
        from_rfc3339("1204-02-29T02:30:00Z") - 9 * cycle
    )


_numbers = st.integers(0, 59)
_schedules = st.builds(
    lambda minutes, hours, day, month, weekday: parse(
        f"{','.join(map(str, minutes))} {hours} {day} {month} {weekday}"
    ),
    st.lists(_numbers, min_size=1, max_size=3),
    st.sampled_from(["*", "*/5", "0", "23", "2-4"]),
    st.sampled_from(["*", "*/9", "1", "13", "31"]),
    st.sampled_from(["*", "*/2", "feb-mar"]),
    st.sampled_from(["*", "?/2", "MON", "0-6"]),
)
_instants = st.integers(from_rfc3339("1965-01-01T00:00:00Z"), from_rfc3339("2090-01-01T00:00:00Z"))


@given(
    _schedules,
    _instants,
    st.sampled_from(["UTC", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"]),
)
@settings(derandomize=True, max_examples=200, deadline=None)
def test_next_is_later_and_no_start_in_between_sees_further(
    schedule: FieldSchedule, after: int, zone_name: str
) -> None:
    """A time is later than the start, and starting just before it gives it as well."""
    zone = load_zone(zone_name)
    found = schedule.next(after, zone)
    assert found is not None  # every combination above comes up within five years

    assert found > after
    assert found % SECOND == 0
    assert schedule.next(found - 1, zone) == found


@given(_schedules, _instants, st.sampled_from(["UTC", "Etc/GMT+5", "Asia/Kathmandu"]))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_without_clock_changes_next_is_the_first_matching_minute(
    schedule: FieldSchedule, after: int, zone_name: str
) -> None:
    """Walking minute by minute, for two days, finds the same or nothing."""
    after = max(after, from_rfc3339("1990-01-01T00:00:00Z"))  # Nepal changed in 1986
    zone = load_zone(zone_name)
    first = to_datetime(after - after % (60 * SECOND), zone) + timedelta(minutes=1)
    minutes = (first + timedelta(minutes=n) for n in range(2 * 24 * 60))
    walked = next((minute for minute in minutes if _matches(schedule, minute)), None)

    found = schedule.next(after, zone)

    assert found is not None
    if walked is None:
        assert to_datetime(found, zone) >= first + timedelta(days=2)
    else:
        assert to_datetime(found, zone) == walked


def _matches(schedule: FieldSchedule, minute: datetime) -> bool:
    return (
        minute.minute in schedule.minute.values
        and minute.hour in schedule.hour.values
        and minute.month in schedule.month.values
        and schedule.matches_day(minute)
    )
