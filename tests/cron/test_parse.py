"""Schedule texts are taken, and refused, in Admin's own words."""

from typing import Any

import pytest

from reconciler.cron import (
    CronPanicError,
    CronSyntaxError,
    EverySchedule,
    FieldSchedule,
    from_rfc3339,
    load_zone,
    parse,
    to_rfc3339,
    upcoming,
)
from tests.cron.recorded import Case, by_class, differences

_AFTER = from_rfc3339("2025-12-31T23:59:30.25Z")


@pytest.mark.parametrize("cases", by_class("parse"))
def test_texts_are_judged_as_recorded(cases: list[Case]) -> None:
    """Verdict, wording and the first three times are those of the recordings."""
    assert differences(cases, [_play(case["input"]["expression"]) for case in cases]) == []


def _play(text: str) -> dict[str, Any]:
    if not text:
        return {"create": {"ok": True}}  # never parsed
    try:
        schedule = parse(text)
    except CronPanicError:
        panic = {"panic": True}
        return {
            "create": {"code": "INTERNAL", "message": ""},
            "scheduler": panic,
            "catchup": panic,
        }
    except CronSyntaxError as exc:
        message = f"Invalid cron expression: {exc}"
        return {
            "create": {"code": "INVALID_ARGUMENT", "message": message},
            "scheduler": {"error": str(exc)},
            "catchup": {"error": str(exc), "times": None},
        }
    times = [to_rfc3339(time) for time in upcoming(schedule, after=_AFTER, count=3)]
    never = {"error": f"invalid crontab string configuration: {text}", "times": None}
    return {
        "create": {"ok": True},
        "scheduler": {"ok": True},
        "catchup": {"times": times} if times else never,
    }


def test_an_empty_text_is_refused() -> None:
    """Admin never parses an empty text; the parser itself does not take it."""
    with pytest.raises(CronSyntaxError, match="empty spec string"):
        parse("")


def test_a_parsed_schedule_shows_its_fields_and_zone() -> None:
    """What was parsed can be looked at, Sunday being 0."""
    schedule = parse("CRON_TZ=Europe/Berlin */20 0 ? JAN,3 fri-SAT")

    assert isinstance(schedule, FieldSchedule)
    assert schedule.zone == load_zone("Europe/Berlin")
    assert schedule.minute.values == {0, 20, 40}
    assert not schedule.minute.star
    assert schedule.day_of_month.star
    assert schedule.month.values == {1, 3}
    assert schedule.day_of_week.values == {5, 6}


def test_every_counts_in_whole_seconds() -> None:
    """A duration below a second, or none at all, counts as one second; else it is cut."""
    assert parse("@every 1m1.9s") == EverySchedule("@every 1m1.9s", 61_000_000_000)
    assert parse("@every -1h") == EverySchedule("@every -1h", 1_000_000_000)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1-x-3 * * * *", "too many hyphens: 1-x-3"),
        ("*/-0 * * * *", "step of range should be a positive number: */-0"),
        (
            "99999999999999999999x * * * *",
            'failed to parse int from 99999999999999999999x: strconv.Atoi: parsing "99999999999'
            '999999999x": value out of range',
        ),
        ("TZ=America 0 0 * * *", "provided bad location America: is a directory"),
        ("TZ=UTC/x 0 0 * * *", "provided bad location UTC/x: not a directory"),
    ],
)
def test_rare_mistakes_are_refused_as_go_would(text: str, message: str) -> None:
    """The first mistake from the left is the one that is told."""
    with pytest.raises(CronSyntaxError) as caught:
        parse(text)

    assert str(caught.value) == message
