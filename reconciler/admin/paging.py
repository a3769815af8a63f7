"""Reading a list in full although it moves while it is read.

Admin pages by offset and keeps no snapshot: whatever comes, goes or changes its state before the
offset shifts the rest, so that rows repeat or are skipped. Two things make that harmless. The
list is sorted by a key that never changes, so that a row which is there all the time keeps its
place among the others. And every page begins with the last row of the page before: if it does
not, the list has shifted, and is read again from the start.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flyteidl.admin.common_pb2 import Sort

from reconciler.errors import ReconcilerError, ResourceExhaustedError

Row = TypeVar("Row")

# The automatic number of a row: unique, ascending, never changed (admin-contract 4.5).
BY_ID = Sort(key="id", direction=Sort.ASCENDING)
_PASSES = 5


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One answer: its rows, and the token of the next, empty if there is none."""

    rows: Sequence[Row]
    token: str


Fetch = Callable[[int, str], Page[Row]]


def read_all(
    fetch: Fetch[Row], *, limit: int, key: Callable[[Row], Hashable], what: str = "list"
) -> list[Row]:
    """Return every row of a list, each once, in the list's order.

    A row that is there during the whole reading is never missed; one that comes or goes meanwhile
    may be in or out.

    Args:
        fetch: Asks for up to so many rows from a token on, in an order that never changes.
        limit: Rows a page; halved as often as an answer exceeds what the channel receives.
        key: Tells rows apart.
        what: What is listed, for the error.

    Raises:
        ReconcilerError: The list shifted under every one of several readings.
        AdminError: As `fetch` raises it.
    """
    reading = _Reading(fetch, max(limit, 2), key)
    for _ in range(_PASSES):
        rows = reading.one_pass()
        if rows is not None:
            return rows
    raise ReconcilerError(f"the {what} keeps changing while it is read; try again when it rests")


class _Reading(Generic[Row]):
    def __init__(self, fetch: Fetch[Row], limit: int, key: Callable[[Row], Hashable]) -> None:
        self._fetch = fetch
        self._limit = limit
        self._key = key

    def one_pass(self) -> list[Row] | None:
        """Read from the first row to the last; None if the list shifted meanwhile."""
        found: dict[Hashable, Row] = {}
        token = ""
        last: Hashable = None
        while True:
            page = self._page(token)
            rows = list(page.rows)
            if last is not None:
                if not rows or self._key(rows[0]) != last:
                    return None
                del rows[0]
            for row in rows:
                found.setdefault(self._key(row), row)
            if not page.token:
                return list(found.values())
            token, last = _step_back(page, self._key)

    def _page(self, token: str) -> Page[Row]:
        while True:
            try:
                return self._fetch(self._limit, token)
            except ResourceExhaustedError as error:
                if "larger than max" not in error.text or self._limit <= 2:
                    raise
                self._limit = max(self._limit // 2, 2)


def _step_back(page: Page[Row], key: Callable[[Row], Hashable]) -> tuple[str, Hashable]:
    """The token of the page's own last row, and that row's key; a foreign token stays as it is."""
    if not page.token.isdecimal() or not page.rows:
        return page.token, None
    return str(int(page.token) - 1), key(page.rows[-1])
