"""Tokens are offsets, read as Go reads integers."""

import pytest

from reconciler.sandbox import Refusal
from reconciler.sandbox.listing import next_token, parse_token


@pytest.mark.parametrize(
    ("token", "offset"), [("", 0), ("0", 0), ("7", 7), ("+1", 1), ("01", 1), ("-0", 0)]
)
def test_numbers(token: str, offset: int) -> None:
    """The empty token is the first page."""
    assert parse_token(token, "ListTasks") == offset


@pytest.mark.parametrize(
    "token", ["x", "-1", " 1", "1 ", "1.0", "0x1", "1_0", str(1 << 63), "9" * 5000, "٣"]
)
def test_anything_else_is_refused(token: str) -> None:
    """With the name that Admin gives the list."""
    with pytest.raises(Refusal) as refused:
        parse_token(token, "ListTasks")

    assert refused.value.message == f"invalid pagination token {token} for ListTasks"


def test_one_list_has_no_name() -> None:
    """The message ends with the token then."""
    with pytest.raises(Refusal, match=r"invalid pagination token x$"):
        parse_token("x", "")


@pytest.mark.parametrize(
    ("offset", "limit", "count", "token"),
    [(0, 2, 2, "2"), (2, 2, 1, ""), (2, 2, 0, ""), (0, 0, 0, "0"), (100, 0, 0, "100")],
)
def test_a_full_page_has_a_successor(offset: int, limit: int, count: int, token: str) -> None:
    """Even if nothing is on it; a page without a limit is full when it is empty."""
    assert next_token(offset=offset, limit=limit, count=count) == token
