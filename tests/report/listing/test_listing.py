"""Tables that are written while their rows come."""

from collections.abc import Iterator

from reconciler.report.listing.listing import Column, Listing

LISTING = Listing(
    "things",
    (
        Column("NAME", lambda row, now: str(row)),
        Column("AGE", lambda row, now: f"{now}s"),
        Column("MORE", lambda row, now: "", wide=True),
    ),
    lambda row: {"name": row},
    str,
)


def test_a_table_has_its_headings_without_a_row() -> None:
    """So that whoever counts lines can count on them."""
    assert list(LISTING.table([], now=0)) == ["NAME   AGE\n"]


def test_wide_tables_have_more_columns_at_the_end() -> None:
    """An empty cell is a dash, so that columns can be counted."""
    assert list(LISTING.table(["a"], now=3, wide=True))[1].split() == ["a", "3s", "-"]


def test_rows_are_written_before_the_last_has_come() -> None:
    """A long list is not held back; a later cell that is wider shifts only its own line."""
    read = 0

    def rows() -> Iterator[str]:
        nonlocal read
        for number in range(2000):
            read += 1
            yield "wide" * 5 if number == 1500 else "n"

    lines = LISTING.table(rows(), now=0)
    next(lines)
    next(lines)

    assert read == 500
    rest = list(lines)
    assert rest[-1] == "n      0s\n"
    assert any(line.startswith("wide" * 5) for line in rest)


def test_a_document_is_named_after_its_rows() -> None:
    """The type is the key."""
    assert LISTING.document(["a"]) == {
        "format_version": "1.0",
        "type": "things",
        "things": [{"name": "a"}],
    }
