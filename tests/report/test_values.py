"""One changed field on a screen: whole where it fits, and never two equal halves."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import Change
from reconciler.report.values import BLOCK, MASK, WIDE, change_lines, fields, inline
from reconciler.report.words import Symbol


def rendered(before: Any, after: Any, *, verbose: bool = False) -> list[tuple[int, Symbol, str]]:
    return list(change_lines(Change("a.b", before, after), verbose=verbose))


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("x", "y", (0, Symbol.CHANGE, 'a.b: "x" → "y"')),
        (1, 2.5, (0, Symbol.CHANGE, "a.b: 1 → 2.5")),
        (None, True, (0, Symbol.ADD, "a.b: true")),
        ({"k": 1}, None, (0, Symbol.REMOVE, 'a.b: {"k": 1}')),
        ("", "é", (0, Symbol.CHANGE, 'a.b: "" → "é"')),
    ],
)
def test_short_values_stand_on_one_line(
    before: Any, after: Any, line: tuple[int, Symbol, str]
) -> None:
    """Both values on one line; an absent side is told by the symbol alone."""
    assert rendered(before, after) == [line]


def test_lines_are_diffed() -> None:
    """Values of several lines show the lines that differ, with their neighbours."""
    before = "\n".join("abcdefghij")
    after = before.replace("f", "F")

    assert rendered(before, after) == [
        (0, Symbol.CHANGE, "a.b:"),
        (1, Symbol.NONE, "…"),
        (1, Symbol.NONE, "d"),
        (1, Symbol.NONE, "e"),
        (1, Symbol.REMOVE, "f"),
        (1, Symbol.ADD, "F"),
        (1, Symbol.NONE, "g"),
        (1, Symbol.NONE, "h"),
    ]


def test_long_blocks_are_cut_and_say_by_how_much() -> None:
    """A new value of a hundred lines shows its beginning; verbose shows all of it."""
    value = "\n".join(map(str, range(100)))

    assert rendered(None, value)[-1] == (1, Symbol.NONE, f"… {100 - BLOCK} more lines")
    assert len(rendered(None, value, verbose=True)) == 101


@settings(derandomize=True, max_examples=50, deadline=None)
@given(prefix=st.text("ab", max_size=400), suffix=st.text("ab", max_size=400))
def test_what_differs_is_never_cut_away(prefix: str, suffix: str) -> None:
    """However long two strings are, the place where they part is on the screen."""
    lines = rendered(f"{prefix}X{suffix}", f"{prefix}Y{suffix}")
    text = [line for _, _, line in lines]

    assert any("X" in line for line in text)
    assert any("Y" in line for line in text)
    assert all(len(line) <= WIDE + 40 for line in text)


def test_sensitive_values_are_masked_and_absence_is_not() -> None:
    """That a secret appeared or changed is told; what it is, never."""
    assert list(change_lines(Change("k", "s3cret", "s4cret", sensitive=True))) == [
        (0, Symbol.CHANGE, f"k: {MASK} → {MASK}")
    ]
    assert list(change_lines(Change("k", None, "s4cret", sensitive=True))) == [
        (0, Symbol.ADD, f"k: {MASK}")
    ]


def test_a_long_value_keeps_both_ends() -> None:
    """One long value alone on a line loses its middle."""
    text = inline("start" + "x" * 500 + "end")

    assert text.startswith('"start')
    assert text.endswith('end"')
    assert inline("x" * 500, verbose=True) == f'"{"x" * 500}"'


def test_fields_leave_out_wrappers_and_the_own_id() -> None:
    """Paths are those that a change of the same field would have."""
    spec = {"template": {"id": {"name": "x"}, "type": "t", "list": [{"a": 1}, {}]}}

    assert list(fields(spec)) == [("type", "t"), ("list[0].a", 1)]
