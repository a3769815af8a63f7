"""Lists of executions, nodes, attempts and signals, page by page to the end.

Rows of these are added and never taken away, so in the order of their creation no page shifts;
newest first they do, and a row that comes twice is told once.
"""

from collections.abc import Callable, Iterator
from typing import Any

from flyteidl.admin.common_pb2 import Sort

from reconciler.errors import ResourceExhaustedError

OLDEST_FIRST = Sort(key="id", direction=Sort.ASCENDING)
NEWEST_FIRST = Sort(key="created_at", direction=Sort.DESCENDING)
# Admin sets no bound; this many nodes are about a megabyte.
PAGE = 2000


def pages(
    fetch: Callable[[int, str], Any], rows: str, *, limit: int | None = None, page: int = PAGE
) -> Iterator[Any]:
    """Yield every row, each page asked for when the one before it is used up.

    Args:
        fetch: Asks for up to so many rows from a token on.
        rows: The field of the answer that holds them.
        limit: How many rows are wanted at most; None for all.
        page: Rows an answer; halved as often as an answer exceeds what the channel receives.
    """
    token, seen = "", set[bytes]()
    while limit is None or len(seen) < limit:
        wanted = page if limit is None else min(page, limit - len(seen))
        try:
            answer = fetch(wanted, token)
        except ResourceExhaustedError as error:
            if "larger than max" not in error.text or page < 2:
                raise
            page //= 2
            continue
        for row in getattr(answer, rows):
            key = row.id.SerializeToString(deterministic=True)
            if key not in seen and (limit is None or len(seen) < limit):
                seen.add(key)
                yield row
        token = answer.token
        if not token:
            return
