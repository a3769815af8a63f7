"""What clock changes take from a schedule or give it, told before it happens."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.cron import (
    SECOND,
    CronError,
    FieldSchedule,
    from_rfc3339,
    parse,
    to_datetime,
)
from reconciler.model import Oddity
from reconciler.plan.effects.clock import clock_changes, latest

START = "2026-01-01T00:00:00Z"
ZONES = (
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Tokyo",
)


def a_cron(text: str) -> FieldSchedule:
    schedule = parse(text)
    assert isinstance(schedule, FieldSchedule)
    return schedule


def changes(text: str, start: str = START) -> list[tuple[str, Oddity]]:
    return [(str(one), one.oddity) for one in clock_changes(a_cron(text), from_rfc3339(start))]


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        (
            "TZ=America/New_York 30 2 * * *",
            START,
            [("2026-03-08T02:30:00-05:00", Oddity.GAP)],
        ),
        (
            "TZ=America/New_York 30 1 * * *",
            START,
            [("2026-11-01T01:30:00-05:00", Oddity.OVERLAP)],
        ),
        (
            "TZ=America/Sao_Paulo 0 0 * * *",
            "2018-06-01T00:00:00Z",
            # In the autumn 23:00 comes twice, and midnight once.
            [("2018-11-04T00:00:00-03:00", Oddity.GAP)],
        ),
        (
            "TZ=America/Sao_Paulo 30 23 * * *",
            "2018-12-01T00:00:00Z",
            [("2019-02-16T23:30:00-03:00", Oddity.OVERLAP)],
        ),
        ("TZ=Europe/Berlin 0 * * * *", START, []),  # the hour that is not is missed by nobody
        ("TZ=Europe/London 0 9 * * MON-FRI", START, []),
        ("TZ=Asia/Tokyo 30 2 * * *", START, []),
        ("30 2 * * *", START, []),
    ],
)
def test_gaps_and_overlaps(text: str, start: str, expected: list[tuple[str, Oddity]]) -> None:
    """As the wall clock would have read; an overlap by its second time."""
    assert changes(text, start) == expected


def test_half_an_hour_takes_more_than_its_own_slots() -> None:
    """Lord Howe: a midnight after the autumn's change, and 03:00 on the day of the spring's."""
    assert ("2026-04-06T00:00:00+10:30", Oddity.GAP) in changes("TZ=Australia/Lord_Howe 0 0 * * *")
    assert ("2026-10-04T03:00:00+11:00", Oddity.GAP) in changes("TZ=Australia/Lord_Howe 0 3 * * *")


def test_a_day_that_begins_at_one_may_be_lost_whole() -> None:
    """Asunción, 2017: a first of October without a midnight takes the year's only day."""
    found = changes("TZ=America/Asuncion * * 1 10 *", "2017-06-01T00:00:00Z")

    assert ("2017-10-01T01:00:00-03:00", Oddity.GAP) in found
    assert len(found) == 50


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    zone=st.sampled_from(ZONES),
    minute=st.sampled_from(["0", "30", "15,45", "*/20"]),
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=6),
    days=st.sampled_from(["* * *", "* * 0", "* * MON-FRI", "1-7 * *"]),
)
def test_what_is_told_is_what_the_scheduler_does(
    zone: str, minute: str, hours: set[int], days: str
) -> None:
    """Followed through a whole year: what is lost never fires, what comes twice fires twice."""
    schedule = a_cron(f"TZ={zone} {minute} {','.join(map(str, sorted(hours)))} {days}")
    start = from_rfc3339(START)
    fired = _year(schedule, start)
    moments = set(fired)
    assert schedule.zone is not None
    walls = Counter(to_datetime(time, schedule.zone).replace(tzinfo=None) for time in fired)

    found = clock_changes(schedule, start)

    for one in found:
        if one.oddity is Oddity.GAP:
            assert one.second * SECOND not in moments
        else:
            wall = to_datetime(one.second * SECOND, schedule.zone).replace(tzinfo=None)
            assert walls[wall] == 2
    twice = {wall for wall, times in walls.items() if times > 1}
    assert len(twice) == sum(one.oddity is Oddity.OVERLAP for one in found)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    text=st.sampled_from(["0 6 * * *", "*/5 * * * *", "0 0 1 * *", "TZ=Europe/Berlin 30 2 * * 1"]),
    offset=st.integers(0, 400 * 86_400),
)
def test_latest_is_the_one_before_the_next(text: str, offset: int) -> None:
    """None lies between it and now."""
    schedule, now = a_cron(text), from_rfc3339(START) + offset * SECOND

    found = latest(schedule, now)

    assert found is not None
    assert found <= now
    following = schedule.next(found)
    assert following is not None
    assert following > now


def test_latest_of_what_never_fires_is_none() -> None:
    """No search without an end."""
    assert latest(a_cron("0 0 31 2 *"), from_rfc3339(START)) is None


def _year(schedule: FieldSchedule, start: int) -> list[int]:
    found, reached = [], latest(schedule, start) or start
    while reached < start + 366 * 86_400 * SECOND:
        try:
            following = schedule.next(reached)
        except CronError:
            break
        if following is None:
            break
        found.append(following)
        reached = following
    return found
