"""Lists whose rows move while they are read, page by page.

Pages are addressed by the offset of their first row. When rows are written before that offset
between two pages, the next page repeats as many; when rows go away, it leaves as many out. Both
are done here as they would be seen: by what the token means from then on. A list that is begun
again begins with the rows as they are.
"""

import hashlib
import threading
from collections import OrderedDict
from typing import Any

MOST_ROWS = 3  # that come or go at once
_LISTS = 1000  # under way at a time; older ones are taken for finished


class Pages:
    """Which lists are under way, and by how many rows each has moved."""

    def __init__(self) -> None:
        self._moved: OrderedDict[bytes, int] = OrderedDict()
        self._lock = threading.Lock()

    @staticmethod
    def is_list(request: Any) -> bool:
        """Tell whether a request asks for a page of a list."""
        fields = request.DESCRIPTOR.fields_by_name
        return "limit" in fields and "token" in fields

    def move(self, request: Any, method: str, rows: int) -> int:
        """Change the request's token as the rows have moved; return by how much, altogether.

        Args:
            rows: How many have just come (or, below 0, gone) before the page; 0: none.
        """
        key = _key(request, method)
        offset = int(request.token) if request.token.isdecimal() else 0
        with self._lock:
            if not offset:
                self._moved.pop(key, None)
                return 0
            # No more rows can repeat than there were.
            moved = min(self._moved.pop(key, 0) + rows, offset)
            self._moved[key] = moved
            while len(self._moved) > _LISTS:
                self._moved.popitem(last=False)
        request.token = str(offset - moved)
        return moved

    @staticmethod
    def rename(answer: Any, moved: int) -> None:
        """Make the answer's token what it would be had the rows really moved."""
        if answer.token.isdecimal():
            answer.token = str(int(answer.token) + moved)


def rows_moved(fraction: float) -> int:
    """Return how many rows come or go, from a random fraction in [0, 1): never none."""
    step = int(fraction * 2 * MOST_ROWS) - MOST_ROWS
    return step if step < 0 else step + 1


def _key(request: Any, method: str) -> bytes:
    first = type(request)()
    first.CopyFrom(request)
    first.ClearField("token")
    text = method.encode() + b"\0" + first.SerializeToString(deterministic=True)
    return hashlib.blake2b(text, digest_size=16).digest()
