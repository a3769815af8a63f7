"""Fire times before and after a switch, by Admin's own arithmetic."""

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.cron import SECOND, from_rfc3339, to_datetime
from reconciler.model import Effect, Oddity, ScheduleEffect, Slot
from reconciler.plan.effects.starved import starved
from tests.cron.recorded import Case, by_class
from tests.plan.effects.runs import NOW, a_plan_of, the_effect, told


def schedules(before: str, after: str, *, since: datetime | None = None) -> ScheduleEffect:
    """What becomes of the schedule."""
    effect: Effect = the_effect(
        a_plan_of("v1", schedule=before, since=since), a_plan_of("v2", schedule=after)
    )
    assert effect.schedule is not None
    return effect.schedule


def test_the_next_three_times_are_told_of_both_sides() -> None:
    """Counted from the switch, in the zone of the schedule."""
    found = schedules("0 6 * * *", "TZ=Europe/Berlin 30 2 * * *")

    assert found.differs
    assert found.before is not None
    assert found.after is not None
    assert found.before.next == (
        "2026-03-03T06:00:00Z",
        "2026-03-04T06:00:00Z",
        "2026-03-05T06:00:00Z",
    )
    assert (found.before.zone, found.before.assumed) == ("UTC", True)
    assert found.after.next[0] == "2026-03-03T02:30:00+01:00"
    assert (found.after.zone, found.after.assumed) == ("Europe/Berlin", False)


@pytest.mark.parametrize("cases", by_class("next"))
def test_times_are_those_that_admin_was_recorded_with(cases: list[Case]) -> None:
    """Every recorded cron that is read in UTC or names its zone; gaps, overlaps, ends included."""
    for case in cases:
        if case["input"]["location"] != "UTC" or case["answer"].get("ends") == "never_returns":
            continue
        start = from_rfc3339(case["input"]["start"])
        if not 1973 <= to_datetime(start).year < 9000 or start % 1000:
            continue  # offsets were no whole minutes, and no datetime says what is left
        after = a_plan_of("v2", schedule=case["input"]["expression"])

        effect = the_effect(None, after, now=to_datetime(start).astimezone(UTC))

        assert effect.schedule is not None
        assert effect.schedule.after is not None
        found = [from_rfc3339(time) // SECOND for time in effect.schedule.after.next]
        wanted = case["answer"]["unix"][:3]
        assert found[: len(wanted)] == wanted, case["input"]
        assert len(found) == 3 or found == wanted


def test_an_unchanged_cron_is_no_difference() -> None:
    """It keeps to the clock, whoever switches."""
    found = schedules("0 6 * * *", "0 6 * * *")

    assert not found.differs
    assert found.restart is None
    assert found.slots == ()
    assert found.before == found.after


@pytest.mark.parametrize("said", ["every 1 DAY", "@every 24h"])
def test_a_rate_starts_anew_and_what_has_passed_is_lost(said: str) -> None:
    """Nineteen hours of the third day since it was switched on."""
    since = NOW - timedelta(days=2, hours=19)

    found = schedules(said, said, since=since)

    assert found.restart is not None
    assert found.restart.period == 86_400
    assert found.restart.elapsed == 19 * 3600
    assert found.restart.remaining == 5 * 3600
    assert found.before is not None
    assert found.before.next[0] == "2026-03-02T17:00:00Z"
    assert found.after is not None
    assert found.after.next[0] == "2026-03-03T12:00:00Z"


def test_a_rate_whose_start_nobody_knows_says_so() -> None:
    """Nothing is made up."""
    found = schedules("every 1 DAY", "every 1 DAY")

    assert found.restart is not None
    assert found.restart.elapsed is None
    assert found.before is not None
    assert found.before.next == ()
    assert "not known" in found.before.problem


def test_a_slot_between_two_schedules_is_lost() -> None:
    """At noon the old one has yet to run and the new one is over: today nobody does."""
    assert schedules("0 13 * * *", "0 11 * * *").slots == (
        Slot("2026-03-02T13:00:00Z", Oddity.LOST),
    )


def test_a_slot_in_both_schedules_comes_twice() -> None:
    """At noon the old one has run and the new one is still to come."""
    assert schedules("0 11 * * *", "0 13 * * *").slots == (
        Slot("2026-03-02T13:00:00Z", Oddity.DOUBLE),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("0 6 * * *", "0 2 * * *"),  # both are over today, both come tomorrow
        ("0 13 * * *", "0 15 * * *"),
        ("0 * * * *", "0 5 * * *"),  # less often is what was wanted
        ("0 5 * * *", "0 * * * *"),
    ],
)
def test_a_shift_by_some_hours_is_neither(before: str, after: str) -> None:
    """One interval stays about one interval."""
    assert schedules(before, after).slots == ()


def test_a_year_of_clock_changes_is_told_of_the_new_schedule() -> None:
    """The gap of March and the overlap of November, as New York has them."""
    gap = schedules("0 6 * * *", "TZ=America/New_York 30 2 * * *").slots
    overlap = schedules("0 6 * * *", "TZ=America/New_York 30 1 * * *").slots

    assert Slot("2026-03-08T02:30:00-05:00", Oddity.GAP) in gap
    assert Slot("2026-11-01T01:30:00-05:00", Oddity.OVERLAP) in overlap


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("0 0 31 2 *", "never fires"),
        ("0 6 * *", "expected exactly 5 fields"),
        ("every 106752 DAY", "64 bits"),
    ],
)
def test_what_never_fires_says_why(said: str, problem: str) -> None:
    """Whether Admin took it or not."""
    found = schedules("0 6 * * *", said)

    assert found.after is not None
    assert found.after.next == ()
    assert problem in found.after.problem


def test_a_value_of_zero_is_no_schedule() -> None:
    """To Admin, and so here."""
    assert the_effect(None, a_plan_of("v1", schedule="every 0 DAY")).schedule is None


def test_switching_faster_than_the_period_starves_a_rate() -> None:
    """It has not fired since the last switch, and this one starts its clock anew."""
    before = a_plan_of("v1", schedule="every 1 DAY", since=NOW - timedelta(hours=5))
    after = a_plan_of("v2", schedule="every 1 DAY")

    (warning,) = told(before, after).warnings

    assert warning.code == "rate-starved"
    assert "5 hours ago and has not fired since" in warning.message


HOURS = 3600 * 10**9


@pytest.mark.parametrize(
    ("flips", "since", "said"),
    [
        ([], 5, "was switched 5 hours ago"),
        ([80, 60, 30], 5, "was switched 5 hours ago"),  # it fired between the last two
        ([52, 30, 10], 5, "was switched 4 times in a row, the last time 5 hours ago"),
        ([52, 30, 10, 5], 5, "was switched 4 times in a row"),  # the ledger's of the last one
        ([30, 10], None, "was switched 2 times in a row, the last time 10 hours ago"),
        ([], None, None),
        ([30, 10], 25, None),
    ],
)
def test_the_ledger_tells_how_often_in_a_row(
    flips: list[int], since: int | None, said: str | None
) -> None:
    """A day's rate; hours ago, and what Admin says of the last switch."""
    effect = the_effect(
        a_plan_of("v1", schedule="every 1 DAY"), a_plan_of("v2", schedule="every 1 DAY")
    )
    now = 1000 * HOURS

    found = starved(
        effect,
        since=now - since * HOURS if since is not None else None,
        flips=[now - flip * HOURS for flip in flips],
        now=now,
    )

    if said is None:
        assert found is None
    else:
        assert found is not None
        assert said in found.message


def test_switching_once_in_a_while_starves_nothing() -> None:
    """It has fired since."""
    before = a_plan_of("v1", schedule="every 1 DAY", since=NOW - timedelta(days=3))

    assert told(before, a_plan_of("v2", schedule="every 1 DAY")).warnings == ()
    # A cron cannot be starved.
    just_now = a_plan_of("v1", schedule="0 6 * * *", since=NOW - timedelta(hours=1))
    assert told(just_now, a_plan_of("v2", schedule="0 6 * * *")).warnings == ()


def test_switching_off_tells_what_will_not_come() -> None:
    """And nothing of a side that is none."""
    effect = the_effect(a_plan_of("v1", schedule="0 6 * * *"), None)

    assert effect.schedule is not None
    assert effect.schedule.after is None
    assert effect.schedule.before is not None
    assert effect.schedule.before.next[0] == "2026-03-03T06:00:00Z"
