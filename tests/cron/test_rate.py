"""Fixed rates, in 64 bits that wrap around."""

import pytest

from reconciler.cron import (
    SECOND,
    Rate,
    RateUnit,
    RateUnitError,
    from_rfc3339,
    load_zone,
    to_rfc3339,
    upcoming,
)
from tests.cron.recorded import Case, by_class, differences


@pytest.mark.parametrize("cases", by_class("rate"))
def test_rates_are_as_recorded(cases: list[Case]) -> None:
    """Delay, times and the refusal of an unknown unit."""
    assert differences(cases, [_play(case["input"]) for case in cases]) == []


def _play(given: Case) -> Case:
    rate = Rate(given["value"], given["unit"])
    zone = load_zone(given["location"])
    try:
        delay = rate.delay
    except RateUnitError as exc:
        return {"error": str(exc)}
    times = upcoming(rate, after=from_rfc3339(given["from"]), count=given["count"], zone=zone)
    return {
        "delay_ns": delay,
        "times": [to_rfc3339(time, zone) for time in times],
        "unix": [time // SECOND for time in times],
    }


def test_a_rate_says_what_it_is() -> None:
    """For messages, also with a unit that nobody knows."""
    assert Rate(5, RateUnit.HOUR).text == "rate(5 HOUR)"
    assert Rate(5, 9).text == "rate(5 9)"
