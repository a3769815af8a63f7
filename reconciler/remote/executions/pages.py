"""Lists of executions, nodes, attempts and signals, page by page to the end.

Admin pages by offset and keeps no snapshot: a row that comes before the offset makes others
repeat, one that goes (an execution that is archived) makes others be skipped. So each row is told
once, and each page begins with the last row of the page before it: if that is another, unknown
one, rows went, and the list is read again from the start for what was left out.
"""

from collections.abc import Callable, Iterator
from typing import Any

from flyteidl.admin.common_pb2 import Sort

from reconciler.errors import ReconcilerError, ResourceExhaustedError

OLDEST_FIRST = Sort(key="id", direction=Sort.ASCENDING)
NEWEST_FIRST = Sort(key="created_at", direction=Sort.DESCENDING)
# Admin sets no bound; this many nodes are about a megabyte.
PAGE = 2000
_STARTS = 10


def pages(
    fetch: Callable[[int, str], Any], rows: str, *, limit: int | None = None, page: int = PAGE
) -> Iterator[Any]:
    """Yield every row, each page asked for when the one before it is used up.

    Args:
        fetch: Asks for up to so many rows from a token on.
        rows: The field of the answer that holds them.
        limit: How many rows are wanted at most; None for all.
        page: New rows an answer; halved as often as an answer exceeds what the channel receives.

    Raises: ReconcilerError if rows go time and again while they are read.
    """
    token, seen, starts = "", set[bytes](), 0
    while limit is None or len(seen) < limit:
        overlaps = token.isdecimal()
        wanted = page if limit is None else min(page, limit - len(seen))
        try:
            answer = fetch(wanted + overlaps, token)
        except ResourceExhaustedError as error:
            if "larger than max" not in error.text or page < 2:
                raise
            page //= 2
            continue
        found = {
            row.id.SerializeToString(deterministic=True): row for row in getattr(answer, rows)
        }
        if overlaps and next(iter(found), None) not in seen:
            starts += 1
            if starts == _STARTS:
                raise ReconcilerError("the list keeps changing while it is read; try again")
            token = ""
            continue
        for key, row in found.items():
            if key not in seen and (limit is None or len(seen) < limit):
                seen.add(key)
                yield row
        if not answer.token:
            return
        token = _last_row(answer.token)


def _last_row(token: str) -> str:
    """The token of the last row of the page that `token` follows; a foreign one as it is."""
    return str(int(token) - 1) if token.isdecimal() else token
