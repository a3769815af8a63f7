"""Filter values mean what PostgreSQL makes of them, or fail in its words."""

import math
from datetime import UTC, datetime

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.sandbox import Refusal
from reconciler.sandbox.listing.casts import cast
from reconciler.sandbox.listing.columns import Kind

NOW = 1_700_000_000_000_000


def microseconds(*parts: int) -> int:
    """A time in UTC."""
    whole = datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type] # a date and a time
    return round(whole.timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("text", "number"), [("1", 1), (" 1 ", 1), ("01", 1), ("+1", 1), ("-0", 0), ("-5", -5)]
)
def test_integers(text: str, number: int) -> None:
    """Signs, leading zeros and blanks around are fine."""
    assert cast(text, Kind.BIGINT, now=NOW) == number


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("x", Kind.BIGINT, 'invalid input syntax for type bigint: "x"'),
        ("1.0", Kind.INTEGER, 'invalid input syntax for type integer: "1.0"'),
        ("", Kind.INTEGER, 'invalid input syntax for type integer: ""'),
        ("٣", Kind.INTEGER, 'invalid input syntax for type integer: "٣"'),
        ("2147483648", Kind.INTEGER, 'value "2147483648" is out of range for type integer'),
        (
            "9223372036854775808",
            Kind.BIGINT,
            'value "9223372036854775808" is out of range for type bigint',
        ),
        ("9" * 5000, Kind.BIGINT, f'value "{"9" * 5000}" is out of range for type bigint'),
        ("\\xzz", Kind.BYTES, 'invalid hexadecimal digit: "z"'),
        ("a\\", Kind.BYTES, "invalid input syntax for type bytea"),
    ],
)
def test_what_does_not_fit_fails(text: str, kind: Kind, message: str) -> None:
    """Admin has no name for these errors: UNKNOWN."""
    with pytest.raises(Refusal) as refused:
        cast(text, kind, now=NOW)

    assert refused.value.code is grpc.StatusCode.UNKNOWN
    assert refused.value.message == f"failed database operation with {message}"


@pytest.mark.parametrize(
    ("text", "value"),
    [("a", b"a"), ("\\x6162", b"ab"), ("\\\\", b"\\"), ("\\101", b"A"), ("ü", "ü".encode())],
)
def test_bytes(text: str, value: bytes) -> None:
    """Hexadecimal, escaped or plain."""
    assert cast(text, Kind.BYTES, now=NOW) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-01-02", (2020, 1, 2)),
        ("2020-01-02T03:04:05Z", (2020, 1, 2, 3, 4, 5)),
        ("2020-01-02 03:04", (2020, 1, 2, 3, 4)),
        ("2020-01-02 03:04:05.25+00", (2020, 1, 2, 3, 4, 5, 250000)),
        ("2020-01-02T03:04:05-05:30", (2020, 1, 2, 8, 34, 5)),
        ("2020-01-02T03:04:05+0200", (2020, 1, 2, 1, 4, 5)),
        ("2020-01-02 03:04:05 UTC", (2020, 1, 2, 3, 4, 5)),
        ("2020-01-02 24:00", (2020, 1, 3)),
        ("2020-01-02 11:30 PM", (2020, 1, 2, 23, 30)),
        ("20200102", (2020, 1, 2)),
        ("20200102T030405", (2020, 1, 2, 3, 4, 5)),
        ("200102", (2020, 1, 2)),
        ("Jan 2 2020", (2020, 1, 2)),
        ("2 January 2020", (2020, 1, 2)),
        ("January 2, 2020", (2020, 1, 2)),
        ("02-Jan-2020", (2020, 1, 2)),
        ("1/2/2020", (2020, 1, 2)),
        ("1/2/69", (2069, 1, 2)),
        ("1/2/70", (1970, 1, 2)),
        ("epoch", (1970, 1, 1)),
        ("today", (2023, 11, 14)),
        ("yesterday", (2023, 11, 13)),
        ("tomorrow 10:00", (2023, 11, 15, 10)),
        ("Thu Jan 02 03:04:05 2020 PST", (2020, 1, 2, 11, 4, 5)),
        ("2020-01-02 0304", (2020, 1, 2, 3, 4)),
        ("2020-061", (2020, 3, 1)),
        ("Jan-2-2020", (2020, 1, 2)),
        ("2020-01-02 03:04 GMT+3", (2020, 1, 2, 6, 4)),
        ("2020-07-02 03:04 Europe/Berlin", (2020, 7, 2, 1, 4)),
        ("2020-01-02 03:04 Europe/Berlin", (2020, 1, 2, 2, 4)),
    ],
)
def test_times_in_many_spellings(text: str, expected: tuple[int, ...]) -> None:
    """PostgreSQL reads nearly anything; a time without a zone is UTC's."""
    padded = (*expected, 0, 0, 0, 0)[: max(len(expected), 6)]

    assert cast(text, Kind.TIMESTAMP, now=NOW) == microseconds(*padded)


def test_times_that_are_words() -> None:
    """Now, and the two that lie beyond all others."""
    assert cast("now", Kind.TIMESTAMP, now=NOW) == NOW
    assert cast("infinity", Kind.TIMESTAMP, now=NOW) == math.inf
    assert cast(" -Infinity ", Kind.TIMESTAMP, now=NOW) == -math.inf


def test_what_is_finer_than_a_microsecond_is_rounded() -> None:
    """To the nearest."""
    exact = microseconds(2020, 1, 1, 0, 0, 0, 123457)

    assert cast("2020-01-01T00:00:00.123456789Z", Kind.TIMESTAMP, now=NOW) == exact


@pytest.mark.parametrize(
    "text",
    [
        "13:00 PM 20200101",
        "2020-02-30",
        "2020-13-01",
        "2020-01-01T25:00:00Z",
        "1577836800",
        "99-12-31",
    ],
)
def test_times_out_of_range(text: str) -> None:
    """A date and a time in shape, but none there is."""
    with pytest.raises(Refusal) as refused:
        cast(text, Kind.TIMESTAMP, now=NOW)

    assert refused.value.message == (
        f'failed database operation with date/time field value out of range: "{text}"'
    )


@pytest.mark.parametrize("text", ["x", "", "2020", "12:00", "2020-01-01 nowhere", "2020-01-01 é"])
def test_times_that_are_none(text: str) -> None:
    """Nothing that PostgreSQL knows."""
    with pytest.raises(Refusal) as refused:
        cast(text, Kind.TIMESTAMP, now=NOW)

    assert refused.value.message == (
        "failed database operation with invalid input syntax for type timestamp with time zone: "
        f'"{text}"'
    )


def test_a_zone_that_is_nowhere() -> None:
    """Has a text of its own."""
    with pytest.raises(Refusal, match='time zone "no/where" not recognized'):
        cast("2020-01-02 No/Where", Kind.TIMESTAMP, now=NOW)


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))
@settings(derandomize=True, max_examples=200)
def test_the_times_that_admin_shows_are_read_back(moment: datetime) -> None:
    """`created_at` of an answer finds its row."""
    text = moment.isoformat() + "Z"
    exact = (moment - datetime(1970, 1, 1)) // (datetime.resolution)

    assert cast(text, Kind.TIMESTAMP, now=NOW) == exact


@given(st.text(max_size=20))
@settings(derandomize=True, max_examples=300)
def test_any_text_is_a_time_or_refused(text: str) -> None:
    """Never anything worse."""
    try:
        outcome: object = cast(text, Kind.TIMESTAMP, now=NOW)
    except Refusal as refusal:
        outcome = refusal.code

    assert isinstance(outcome, int | float) or outcome is grpc.StatusCode.UNKNOWN
