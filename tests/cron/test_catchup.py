"""What a starting scheduler makes up for."""

from itertools import islice

import pytest

from reconciler.cron import (
    CronError,
    CronPanicError,
    EndlessSearchError,
    Rate,
    catch_up,
    from_rfc3339,
    load_zone,
    parse,
    to_rfc3339,
)
from tests.cron.recorded import Case, by_class, differences


@pytest.mark.parametrize("cases", by_class("catchup"))
def test_missed_times_are_as_recorded(cases: list[Case]) -> None:
    """Their number, the times, or why there are none."""
    assert differences(cases, [_play(case["input"]) for case in cases]) == []


def _play(given: Case) -> Case:
    after, until = from_rfc3339(given["from"]), from_rfc3339(given["to"])
    zone = load_zone(given["location"])
    if after >= until:
        return {"count": 0, "times": []}  # nothing is evaluated, so nothing can be wrong
    try:
        if given.get("cron"):
            missed = catch_up(parse(given["cron"]), after=after, until=until, zone=zone)
        else:
            rate = Rate(given["value"], given["unit"])
            missed = catch_up(rate, after=after, until=until, zone=zone)
        times = [to_rfc3339(time, zone) for time in missed]
    except EndlessSearchError:
        return {"never_returns": True}
    except CronPanicError:
        return {"panic": True}
    except CronError as exc:
        return {"error": str(exc), "times_given": 0}
    if len(times) <= 60:
        return {"count": len(times), "times": times}
    return {"count": len(times), "first": times[:30], "last": times[-30:]}


def test_times_come_one_by_one() -> None:
    """A thousand years of minutes cost nothing until someone takes them."""
    missed = catch_up(
        parse("* * * * *"),
        after=from_rfc3339("1000-01-01T00:00:00Z"),
        until=from_rfc3339("2000-01-01T00:00:00Z"),
    )

    assert [to_rfc3339(time) for time in islice(missed, 2)] == [
        "1000-01-01T00:01:00Z",
        "1000-01-01T00:02:00Z",
    ]
