"""Unquoted scalars by YAML 1.2's core schema."""

import math
from typing import Any

import pytest

from reconciler.manifest.scalars import plain_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(text, None) for text in ("", "~", "null", "Null", "NULL")],
        *[(text, True) for text in ("true", "True", "TRUE")],
        *[(text, False) for text in ("false", "False", "FALSE")],
        ("0", 0),
        ("-0", 0),
        ("+12", 12),
        ("-12", -12),
        ("0o17", 15),
        ("0x1F", 31),
        ("0xff", 255),
        ("9223372036854775808", 2**63),
        ("1.5", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("+1.5", 1.5),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("+.Inf", math.inf),
    ],
)
def test_null_booleans_and_numbers(text: str, value: Any) -> None:
    """The value and its Python type."""
    found = plain_value(text)

    assert found == value
    assert type(found) is type(value)


def test_not_a_number_is_a_float() -> None:
    """In its three spellings."""
    assert all(math.isnan(plain_value(text)) for text in (".nan", ".NaN", ".NAN"))


@pytest.mark.parametrize(
    "text",
    [
        *("yes", "no", "on", "off", "y", "n", "Yes", "NO", "nULL", "tRUE", "none"),
        *("1:30", "12:30:45", "2024-01-31", "2024-01-31T06:00:00Z", "2001-12-14 21:59:43.10"),
        *("017", "00", "-017", "+09", "0b101", "0o8", "0xg", "0X1F", "0O17", "-0x1F", "+0o7"),
        *("1_000", "1,000", "1e", "e3", ".", "-", "+", "..", "1.2.3", "--1", "inf", "nan", ".Nan"),
        *("1.4.0", "v1", "5m", "500m", "1Gi", "<<", "=", "٣"),
    ],
)
def test_everything_else_is_text(text: str) -> None:
    """What YAML 1.1 took for booleans, sexagesimals, octals and dates among it."""
    assert plain_value(text) == text


@pytest.mark.parametrize("text", ["9" * 401, "0x" + "f" * 401, "0o" + "7" * 401, "1." + "0" * 400])
def test_numbers_of_absurd_length_are_refused(text: str) -> None:
    """Reading them takes time that grows with the square of their length."""
    with pytest.raises(ValueError, match=r"a number of 40[0-9] digits"):
        plain_value(text)
