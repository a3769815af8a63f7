"""Zones by name, and wall clock time as Go resolves it."""

from datetime import date

import pytest

from reconciler.cron import UTC, load_zone, zone_names
from reconciler.cron.instants import SECOND, from_rfc3339


@pytest.mark.parametrize("name", sorted(zone_names()))
def test_every_zone_loads(name: str) -> None:
    """Under its exact name."""
    assert load_zone(name).name == name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("europe/berlin", "unknown time zone europe/berlin"),
        ("Europe/../UTC", "time: invalid location name"),
        ("/etc/localtime", "time: invalid location name"),
        ("Europe", "is a directory"),
        ("./", "is a directory"),
        ("UTC/", "not a directory"),
        ("zone.tab", "malformed time zone information"),
        ("a\0b", "invalid argument"),
    ],
)
def test_other_names_are_refused_as_go_would(name: str, message: str) -> None:
    """What is no zone file does not load."""
    with pytest.raises(ValueError) as caught:
        load_zone(name)

    assert str(caught.value) == message


def test_an_untidy_path_is_found() -> None:
    """As an operating system finds it; the name stays as written."""
    zone = load_zone("./Europe//Berlin")

    assert zone.offset(0) == 3600
    assert zone != load_zone("Europe/Berlin")
    assert load_zone("") == UTC


@pytest.mark.parametrize(
    ("zone", "day", "time", "instant"),
    [
        ("America/New_York", (2026, 3, 8), (2, 30), "2026-03-08T06:30:00Z"),
        ("Europe/Berlin", (2026, 3, 29), (2, 30), "2026-03-29T01:30:00Z"),
        ("America/New_York", (2026, 11, 1), (1, 30), "2026-11-01T05:30:00Z"),
        ("Europe/Berlin", (2026, 10, 25), (2, 30), "2026-10-25T01:30:00Z"),
    ],
    ids=["gap west", "gap east", "overlap west", "overlap east"],
)
def test_wall_clock_time_in_gaps_and_overlaps_is_gos(
    zone: str, day: tuple[int, int, int], time: tuple[int, int], instant: str
) -> None:
    """East and west of Greenwich differ, and neither fold of Python's does it."""
    seconds = load_zone(zone).seconds(date(*day).toordinal(), time[0] * 3600 + time[1] * 60)

    assert seconds == from_rfc3339(instant) // SECOND


def test_clocks_before_1970_are_known() -> None:
    """Amsterdam's own time was 19 minutes and 32 seconds ahead until 1937."""
    assert load_zone("Europe/Amsterdam").offset(-1_262_304_000) == 1172
