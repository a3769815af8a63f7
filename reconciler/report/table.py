"""Rows under headings, as `get` prints them: for eyes, and for `awk`."""

from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from reconciler.report.style import Style, one_line

_GAP = "   "


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, color: bool = False) -> str:
    """Render rows in aligned columns, never cut; an empty cell is `-`, so columns can be counted.

    Raises: ValueError if a row has not as many cells as there are headings.
    """
    style = Style(color)
    cells = [[one_line(cell) or "-" for cell in row] for row in rows]
    columns = list(zip(headings, *cells, strict=True))
    widths = [max(map(text_width, column)) for column in columns]
    lines = [style.bold(joined(headings, widths)), *(joined(row, widths) for row in cells)]
    return "\n".join(lines) + "\n"


def joined(row: Sequence[str], widths: Sequence[int]) -> str:
    """One line of a table whose columns are so wide."""
    cells = zip(row, widths, strict=True)
    padded = (cell + " " * (width - text_width(cell)) for cell, width in cells)
    return _GAP.join(padded).rstrip()


def text_width(text: str) -> int:
    """Columns on a terminal: wide letters take two, combining marks none."""
    return sum(
        0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text
    )
