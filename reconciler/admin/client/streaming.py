"""Every row of a list, one by one, the next pages already on their way.

Admin pages by offset and keeps no snapshot, so what comes or goes before the offset shifts the
rest. Each page therefore begins with the last row of the page before: if it begins with one never
seen, the list has shifted towards its start, and reading goes back until it meets what it knows.
What comes twice is given once.

Offsets can be told in advance, so several pages are asked for at once; the longer a list turns
out to be, the more of them.
"""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar

from reconciler.admin.paging import Fetch, Page
from reconciler.errors import ReconcilerError, ResourceExhaustedError

Row = TypeVar("Row")

PAGE = 1000  # rows; Admin has no limit of its own, and what an answer may weigh is the channel's
AHEAD = 4  # pages on their way at once
_BACKS = 100


def rows(
    fetch: Fetch[Row],
    *,
    key: Callable[[Row], Hashable],
    limit: int = PAGE,
    most: int | None = None,
    what: str = "list",
) -> Iterator[Row]:
    """Yield the rows of a list in its order, each once; closing it early asks for no more.

    A row that is there all the time is never missed if the order never changes. While the caller
    is busy with one page, threads fetch the next ones.

    Args:
        fetch: Asks for up to so many rows from a token on.
        key: Tells rows apart.
        limit: Rows a page; halved as often as an answer exceeds what the channel receives.
        most: How many rows are wanted; None for all. No page is asked for beyond them.
        what: What is listed, for the error.

    Raises:
        ReconcilerError: The list went on shifting.
        AdminError: As `fetch` raises it.
    """
    if most is not None:
        if most < 1:
            return
        limit = min(limit, most)
    reading = _Reading(fetch, limit)
    ahead = _Ahead(reading)
    seen: set[Hashable] = set()
    backs = 0
    # Every page but the first begins with a row that is known.
    page, offset = reading.page(""), 0
    while True:
        if offset and (not page.rows or key(page.rows[0]) not in seen):
            backs += 1
            if backs > _BACKS:
                raise ReconcilerError(f"the {what} keep changing while they are read; try again")
            offset = max(offset - reading.limit, 0)
            page = reading.page(str(offset or ""))
            continue
        token, offset = page.token, 0
        if token.isdecimal() and page.rows:
            offset = int(token) - 1
            token = str(offset)
        # At the least: some of these rows may have come before.
        missing = None if most is None else most - len(seen) - len(page.rows)
        is_begun = not token
        for row in page.rows:
            identity = key(row)
            if identity in seen:
                continue
            seen.add(identity)
            yield row
            if len(seen) == most:
                return
            # Of many only the first row is wanted, now and then; whoever goes on may want all.
            if not is_begun and (missing is None or missing > 0):
                ahead.begin(token, missing)
                is_begun = True
        if not token:
            return
        if not is_begun:
            ahead.begin(token, 1 if missing is None else max(missing, 1))
        page = ahead.next()


class _Reading:
    """Pages of one list, smaller ones once an answer was too large."""

    def __init__(self, fetch: Fetch[Any], limit: int) -> None:
        self._fetch = fetch
        self.limit = max(limit, 2)  # one of them is known

    def page(self, token: str) -> Page[Any]:
        while True:
            limit = self.limit
            try:
                return self._fetch(limit, token)
            except ResourceExhaustedError as error:
                if "larger than max" not in error.text or limit <= 2:
                    raise
                # Of several that meet this at once, one is enough to halve it.
                self.limit = min(self.limit, max(limit // 2, 2))


class _Ahead:
    """Pages that are on their way, each in a thread that keeps no process from ending."""

    def __init__(self, reading: _Reading) -> None:
        self._reading = reading
        self._pages: deque[tuple[str, Future[Page[Any]]]] = deque()
        self._most = 0

    def begin(self, token: str, missing: int | None = None) -> None:
        """Have the page at a token on its way, and as many after it as are due.

        Args:
            missing: How many rows are wanted from there on; None for all.
        """
        if self._pages and self._pages[0][0] != token:
            self._pages.clear()  # pages came shorter than foreseen, or the list has shifted
        self._most = min(self._most + 1, AHEAD)
        if not self._pages:
            self._pages.append((token, _begun(self._reading, token)))
        due = self._most
        if missing is not None:
            due = min(due, -(-missing // (self._reading.limit - 1)))
        while len(self._pages) < due and (last := self._pages[-1][0]).isdecimal():
            after = str(int(last) + self._reading.limit - 1)
            self._pages.append((after, _begun(self._reading, after)))

    def next(self) -> Page[Any]:
        """The page at the token that was begun with, once it is there."""
        return self._pages.popleft()[1].result()


def _begun(reading: _Reading, token: str) -> "Future[Page[Any]]":
    future: Future[Page[Any]] = Future()

    def run() -> None:
        try:
            future.set_result(reading.page(token))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name="admin-ahead", daemon=True).start()
    return future
