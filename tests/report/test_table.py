"""Tables for eyes and for awk."""

import pytest

from reconciler.report import table


def test_columns_are_aligned_and_never_empty() -> None:
    """A missing cell is a dash, so that columns can be counted; wide letters count twice."""
    assert table(["NAME", "VERSION"], [["daily", ""], ["日次", "v1"], ["a\nb", "v2"]]) == (
        "NAME    VERSION\ndaily   -\n日次    v1\na b     v2\n"
    )


def test_row_of_another_width_is_a_mistake() -> None:
    """Rather an error than cells under the wrong heading."""
    with pytest.raises(ValueError):
        table(["A", "B"], [["1"]])


def test_no_rows_still_have_headings() -> None:
    """An empty table is a table."""
    assert table(["A", "B"], []) == "A   B\n"
