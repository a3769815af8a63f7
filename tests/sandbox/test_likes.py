"""LIKE as PostgreSQL matches, where SQLite's cannot be asked."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.sandbox.likes import PatternEndsError, ends_in_escape, like


def as_regex(pattern: str) -> str:
    """The same pattern for Python's own matcher."""
    out, escaped = "", False
    for char in pattern:
        if escaped:
            out, escaped = out + re.escape(char), False
        elif char == "\\":
            escaped = True
        else:
            out += {"%": ".*", "_": "."}.get(char, re.escape(char))
    return out


@given(st.text("ab%_\\é", max_size=8), st.text("ab%_\\é", max_size=8))
@settings(derandomize=True, max_examples=500)
def test_agrees_with_a_regular_expression(pattern: str, text: str) -> None:
    """For every pattern that does not end in an escape."""
    if ends_in_escape(pattern):
        return
    expected = re.fullmatch(as_regex(pattern), text, re.DOTALL) is not None

    assert like(text.encode(), pattern.encode()) == expected


@pytest.mark.parametrize(
    ("pattern", "ends"), [("a", False), ("a\\", True), ("a\\\\", False), ("\\\\\\", True)]
)
def test_an_odd_number_of_backslashes_ends_in_an_escape(pattern: str, ends: bool) -> None:
    """An even one is made of escaped backslashes."""
    assert ends_in_escape(pattern) == ends


@pytest.mark.parametrize("text", ["abc", "abx"])
def test_an_escape_of_nothing_is_an_error_when_it_is_reached(text: str) -> None:
    """Only a value that gets as far shows it."""
    with pytest.raises(PatternEndsError):
        like(text.encode(), b"ab\\")

    assert not like(b"xbc", b"ab\\")
    assert not like(b"ab", b"ab\\")
