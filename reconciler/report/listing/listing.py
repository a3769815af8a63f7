"""Rows of one kind, as a table, as names, or as a document."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from reconciler.report.diagnostics import FORMAT_VERSION
from reconciler.report.style import Style, one_line
from reconciler.report.table import joined, text_width

# Rows that a table is laid out for; further ones are written as they come.
_FIRST = 500


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, and a row's cell at a time (nanoseconds since 1970).

    Only wide tables have those that are `wide`.
    """

    heading: str
    cell: Callable[[Any, int], str]
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """How rows of one kind are shown.

    Attributes:
        type: What a document of them calls itself, and the key that they stand under.
        columns: Of the table.
        row: What a document has of one.
        name: What another command takes to mean one.
    """

    type: str
    columns: Sequence[Column]
    row: Callable[[Any], Mapping[str, Any]]
    name: Callable[[Any], str]

    def table(
        self, rows: Iterable[Any], *, now: int, wide: bool = False, color: bool = False
    ) -> Iterator[str]:
        """Lines of a table, while the rows come: headings first, even without a row.

        Shape: laid out by the first 500 rows; a later cell that is wider shifts its own line.
        """
        columns = [column for column in self.columns if wide or not column.wide]
        lines = ([one_line(column.cell(row, now)) or "-" for column in columns] for row in rows)
        headings = [column.heading for column in columns]
        first = list(islice(lines, _FIRST))
        widths = [max(map(text_width, cells)) for cells in zip(headings, *first, strict=True)]
        yield Style(color).bold(joined(headings, widths)) + "\n"
        for some in (first, lines):
            for line in some:
                yield joined(line, widths) + "\n"

    def document(self, rows: Iterable[Any]) -> dict[str, Any]:
        """All rows as one document."""
        return {
            "format_version": FORMAT_VERSION,
            "type": self.type,
            self.type: [self.row(row) for row in rows],
        }
