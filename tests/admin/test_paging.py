"""Lists read in full while they move."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.admin.paging import Page, read_all
from reconciler.errors import ReconcilerError, ResourceExhaustedError


class Moving:
    """A sorted list served by offset; `moves` change it, one after each answered page."""

    def __init__(
        self, rows: Sequence[int], moves: Sequence[Callable[[set[int]], None]] = ()
    ) -> None:
        self.rows = set(rows)
        self.always = set(rows)
        self.ever = set(rows)
        self.moves = list(moves)
        self.pages = 0
        self.largest = 10_000

    def fetch(self, limit: int, token: str) -> Page[int]:
        if limit > self.largest:
            raise ResourceExhaustedError("CLIENT: Received message larger than max (5 vs. 4)")
        self.pages += 1
        offset = int(token or "0")
        page = sorted(self.rows)[offset : offset + limit]
        if self.moves:
            self.moves.pop(0)(self.rows)
            self.always &= self.rows
            self.ever |= self.rows
        return Page(page, str(offset + len(page)) if len(page) == limit else "")

    def read(self, limit: int) -> list[int]:
        return read_all(self.fetch, limit=limit, key=lambda row: row)


@pytest.mark.parametrize("size", range(9))
@pytest.mark.parametrize("limit", [1, 2, 3, 4, 100])
def test_reads_every_page(size: int, limit: int) -> None:
    """Any length, exact multiples of a page included."""
    assert Moving(range(size)).read(limit) == list(range(size))


def test_one_page_is_one_call() -> None:
    """With room for one more than there is, the first answer is known to be all."""
    admin = Moving(range(10))
    assert len(admin.read(11)) == 10
    assert admin.pages == 1


def test_a_row_that_leaves_hides_none() -> None:
    """Without a look back, 3 would move into the page already read."""
    admin = Moving(range(6), [lambda rows: rows.discard(0)])
    assert admin.read(3) == [1, 2, 3, 4, 5]


def test_a_row_that_comes_repeats_none() -> None:
    """Without a look back, 2 would be read twice."""
    admin = Moving(range(0, 12, 2), [lambda rows: rows.add(-1)])
    assert admin.read(3) == [-1, 0, 2, 4, 6, 8, 10]


def test_a_list_that_never_rests_is_told() -> None:
    """Better no answer than a wrong one."""
    admin = Moving(range(6), [lambda rows: rows.remove(min(rows)) or rows.add(max(rows) + 1)] * 99)  # type: ignore[func-returns-value]
    with pytest.raises(ReconcilerError, match="the list keeps changing"):
        admin.read(3)


def test_an_answer_too_large_is_asked_for_in_parts() -> None:
    """The page shrinks until it fits what the channel receives."""
    admin = Moving(range(100))
    admin.largest = 9
    assert admin.read(64) == list(range(100))


def test_a_row_too_large_is_an_error() -> None:
    """There is an end to shrinking."""
    admin = Moving(range(100))
    admin.largest = 0
    with pytest.raises(ResourceExhaustedError):
        admin.read(64)


def test_tokens_may_be_anything() -> None:
    """Another server's tokens are handed back as they came, and repeats are dropped."""
    pages = {"": Page(["a", "b"], "next"), "next": Page(["b", "c"], "")}
    assert read_all(lambda _, token: pages[token], limit=2, key=str) == ["a", "b", "c"]


MOVES = st.lists(st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=4), max_size=12)


@given(rows=st.sets(st.integers(0, 30)), limit=st.integers(1, 6), moves=MOVES)
@settings(derandomize=True, max_examples=300, deadline=None)
def test_what_is_there_throughout_is_read_once(
    rows: set[int], limit: int, moves: list[list[tuple[bool, int]]]
) -> None:
    """Whatever comes and goes between the pages, the rest is complete and in order."""

    def move(changes: list[tuple[bool, int]]) -> Callable[[set[int]], None]:
        def apply(rows: set[int]) -> None:
            for added, row in changes:
                (rows.add if added else rows.discard)(row)

        return apply

    admin = Moving(sorted(rows), [move(changes) for changes in moves])
    try:
        found = admin.read(limit)
    except ReconcilerError:
        return
    assert found == sorted(set(found))
    assert admin.always <= set(found) <= admin.ever
