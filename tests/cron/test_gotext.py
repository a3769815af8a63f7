"""Texts are split, quoted and converted as in Go."""

import pytest

from reconciler.cron.gotext import atoi, lower, quote, quote_bytes, split_space, trim_space


def test_white_space_is_gos() -> None:
    """The information separators, which Python splits at, are ordinary characters."""
    assert split_space("\u3000a\x1cb\x85c\u2009 d\u200b\n") == ["a\x1cb", "c", "d\u200b"]
    assert trim_space("\u00a0\x1f a\t") == "\x1f a"


def test_lower_case_goes_letter_by_letter() -> None:
    """A dotted capital I becomes one plain i, not two characters."""
    assert lower("FR\u0130 \u212a") == "fri k"


def test_quotes_escape_what_does_not_print() -> None:
    """Printable characters stay in `quote`; `quote_bytes` leaves ASCII only."""
    text = 'a"\\\t\x00\x7f\u00ad\u6771\U000e0001'

    assert quote(text) == '"a\\"\\\\\\t\\x00\\x7f\\u00ad\u6771\\U000e0001"'
    assert quote_bytes('\tµ\x7f"') == '"\\x09\\xc2\\xb5\x7f\\""'


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+007", 7),
        ("-0", 0),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
    ],
)
def test_numbers_may_have_a_sign_and_leading_zeros(text: str, number: int) -> None:
    """Up to 64 bits."""
    assert atoi(text) == number


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "invalid syntax"),
        ("+", "invalid syntax"),
        ("1_0", "invalid syntax"),
        ("\u0661", "invalid syntax"),
        ("9223372036854775808", "value out of range"),
        ("18446744073709551616x", "value out of range"),
        ("18446744073709551615x", "invalid syntax"),
    ],
)
def test_other_texts_are_no_numbers(text: str, what: str) -> None:
    """A number beyond 64 unsigned bits is told before a wrong character behind it."""
    with pytest.raises(ValueError) as caught:
        atoi(text)

    assert str(caught.value) == f'strconv.Atoi: parsing "{text}": {what}'
