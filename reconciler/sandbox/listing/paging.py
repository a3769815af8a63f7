"""Page tokens: the offset of the next row, in decimal."""

import re

from reconciler.sandbox.errors import invalid

_GO_INT = re.compile(r"[+-]?[0-9]+")


def parse_token(token: str, method: str) -> int:
    """Return the offset that `token` means; the empty one is the first page.

    Args:
        method: As Admin's message names the list, which is not always the RPC's name; empty
            where the message ends with the token.

    Raises:
        Refusal: It is no whole number from 0 to 2**63 - 1.
    """
    if not token:
        return 0
    offset = int(token) if _GO_INT.fullmatch(token) and len(token) < 100 else -1
    if not 0 <= offset < 1 << 63:
        raise invalid(f"invalid pagination token {token}" + (f" for {method}" if method else ""))
    return offset


def next_token(*, offset: int, limit: int, count: int) -> str:
    """Return the token after a page of `count` rows: none unless the page is full.

    A list whose last page is full therefore ends with one more, empty page.
    """
    return str(offset + count) if count == limit else ""
