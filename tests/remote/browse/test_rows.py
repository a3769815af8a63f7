"""A list that is read while it changes."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.remote.browse.rows import rows


class Moving:
    """A list, newest first, that grows by one row with every page that is read of it."""

    def __init__(self, size: int) -> None:
        self.items = list(range(size, 0, -1))
        self.asked: list[int] = []

    def fetch(self, limit: int, token: str) -> tuple[Sequence[int], str]:
        start = int(token or 0)
        page = self.items[start : start + limit]
        self.asked.append(limit)
        self.items.insert(0, self.items[0] + 1 if self.items else 1)
        return page, str(start + limit) if len(page) == limit else ""


@settings(derandomize=True, max_examples=50, deadline=None)
@given(size=st.integers(0, 30), page=st.integers(2, 7))
def test_each_row_comes_once_though_the_list_shifts(size: int, page: int) -> None:
    """What was there at the beginning is not missed, and nothing repeats."""
    found = list(rows(Moving(size).fetch, limit=None, key=lambda row: row, page=page))

    assert found == list(range(size, 0, -1))


def test_no_more_is_read_than_is_wanted() -> None:
    """The first page asks for as many as are wanted, and it is the only one."""
    moving = Moving(20)

    assert list(rows(moving.fetch, limit=3, key=lambda row: row)) == [20, 19, 18]
    assert moving.asked == [3]


def test_pages_are_read_as_they_are_looked_at() -> None:
    """Whoever stops after the first row pays for one page."""
    moving = Moving(20)

    assert next(rows(moving.fetch, limit=None, key=lambda row: row, page=5)) == 20
    assert moving.asked == [5]


def test_a_list_that_shifts_does_not_hold_us_up() -> None:
    """Where one row is still wanted, a page of one could show the same row for ever."""
    moving = Moving(200)

    found = list(rows(moving.fetch, limit=120, key=lambda row: row, page=100))

    assert found == list(range(200, 80, -1))
    assert moving.asked == [100, 50]
