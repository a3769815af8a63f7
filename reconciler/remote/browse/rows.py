"""A list of Admin's as it comes: page after page, every row once."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

Row = TypeVar("Row")

_LEAST = 50  # rows of a second page, however few are still wanted
PAGE = 1000  # rows asked for at once; less, where fewer are wanted


def rows(
    fetch: Callable[[int, str], tuple[Sequence[Row], str]],
    *,
    limit: int | None,
    key: Callable[[Row], Hashable],
    page: int = PAGE,
) -> Iterator[Row]:
    """Yield the rows of a list while they are read.

    New rows come first in a list that is read newest first, and shift the others: what was seen
    on the page before is seen again, and left out. A row that comes while the list is read may be
    missing; for a person who looks that is as good as having looked a moment earlier.

    Args:
        fetch: Asks for a page, so many rows from a token on; gives them and the next token.
        limit: At most so many; None for all.
        key: Tells rows apart.
        page: How many are asked for at once.
    """
    if limit is not None and limit <= 0:
        return
    seen: set[Hashable] = set()
    token, least = "", 1
    while True:
        size = page if limit is None else min(page, max(limit - len(seen), least))
        found, token = fetch(size, token)
        for row in found:
            if key(row) not in seen:
                seen.add(key(row))
                yield row
                if len(seen) == limit:
                    return
        if not token:
            return
        # A list that shifts by as much as is read of it would never end.
        least = _LEAST
