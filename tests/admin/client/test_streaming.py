"""Every row once, whatever the list does meanwhile, and no more calls than it takes."""

import threading
from collections.abc import Callable
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.admin.client.streaming import AHEAD, rows
from reconciler.admin.paging import Page
from reconciler.errors import ReconcilerError, ResourceExhaustedError


class Moving:
    """A list that pages as Admin does, and may change before each page."""

    def __init__(self, size: int, before: Callable[["Moving", int], None] | None = None) -> None:
        self.held = list(range(size))
        self.asked: list[tuple[int, str]] = []
        self.before = before
        self.largest = 10**9
        self._lock = threading.Lock()

    def fetch(self, limit: int, token: str) -> Page[int]:
        with self._lock:
            if self.before:
                self.before(self, len(self.asked))
            self.asked.append((limit, token))
            if limit > self.largest:
                raise ResourceExhaustedError("CLIENT: Received message larger than max (5 vs. 4)")
            offset = int(token or 0)
            page = self.held[offset : offset + limit]
            return Page(page, str(offset + len(page)) if len(page) == limit else "")

    def all(self, limit: int) -> list[int]:
        return list(rows(self.fetch, key=lambda row: row, limit=limit))


@given(size=st.integers(0, 60), limit=st.integers(1, 20))
@settings(derandomize=True, max_examples=100, deadline=None)
def test_a_list_at_rest_is_read_whole(size: int, limit: int) -> None:
    """In its order, whatever the pages; exact multiples of a page too."""
    assert Moving(size).all(limit) == list(range(size))


def test_a_short_list_is_one_call() -> None:
    """What does not fill a page has no next one; what has two costs no third."""
    short = Moving(5)
    assert short.all(10) == list(range(5))
    assert len(short.asked) == 1
    two = Moving(15)
    two.all(10)
    assert len(two.asked) == 2


@given(
    size=st.integers(0, 60),
    limit=st.integers(2, 20),
    most=st.one_of(st.none(), st.integers(0, 70)),
)
@settings(derandomize=True, max_examples=100, deadline=None)
def test_no_more_is_asked_for_than_is_wanted(size: int, limit: int, most: int | None) -> None:
    """Not by the pages on their way either; and a page that holds it all is one call."""
    moving = Moving(size)

    found = list(rows(moving.fetch, key=lambda row: row, limit=limit, most=most))

    assert found == list(range(size))[:most]
    if most is not None:
        first, step = max(min(limit, most), 2), max(min(limit, most), 2) - 1
        assert len(moving.asked) <= (most > 0) + max(0, -(-(most - first) // step))


def test_a_long_list_has_several_pages_on_their_way() -> None:
    """While the first answers are awaited: all of them must be under way to come at all."""
    met = threading.Barrier(AHEAD, timeout=10)
    listed = Moving(100)

    def fetch(limit: int, token: str) -> Page[int]:
        if 36 <= int(token or 0) <= 63:  # the fifth page to the eighth
            met.wait()  # breaks unless so many are here at once
        return listed.fetch(limit, token)

    assert len(list(rows(fetch, key=lambda row: row, limit=10))) == 100
    assert len(listed.asked) <= 12 + AHEAD


def test_whoever_stops_early_asks_for_no_more() -> None:
    """One page is on its way when the first is looked at, and stays the last."""
    listed = Moving(1000)
    stream = rows(listed.fetch, key=lambda row: row, limit=10)
    assert list(islice(stream, 3)) == [0, 1, 2]
    stream.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.name == "admin-ahead":
            thread.join(10)
    assert len(listed.asked) == 2


def test_nothing_is_asked_before_a_row_is_wanted() -> None:
    """An iterator that nobody uses costs nothing."""
    listed = Moving(10)
    rows(listed.fetch, key=lambda row: row, limit=10)
    assert listed.asked == []


@given(
    removals=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 49)), max_size=20),
    limit=st.integers(2, 12),
)
@settings(derandomize=True, max_examples=100, deadline=None)
def test_what_is_there_all_the_time_is_never_missed(
    removals: list[tuple[int, int]], limit: int
) -> None:
    """Rows leave a filtered list while it is read; the others come, each once."""

    def before(moving: Moving, call: int) -> None:
        for when, row in removals:
            if when <= call and row in moving.held:
                moving.held.remove(row)

    listed = Moving(50, before)
    found = listed.all(limit)
    assert len(found) == len(set(found))
    assert set(found) >= set(range(50)) - {row for _, row in removals}


@given(comers=st.lists(st.integers(0, 12), max_size=30), limit=st.integers(2, 12))
@settings(derandomize=True, max_examples=100, deadline=None)
def test_what_comes_before_the_rest_repeats_nothing(comers: list[int], limit: int) -> None:
    """Newest first is an order in which everything moves: rows repeat, and are given once."""
    pending = list(comers)

    def before(moving: Moving, call: int) -> None:
        while pending and pending[-1] <= call:
            pending.pop()
            moving.held.insert(0, -len(moving.held))

    pending.sort(reverse=True)
    found = Moving(50, before).all(limit)
    assert len(found) == len(set(found))
    assert set(found) >= set(range(50))


def test_a_list_that_shrinks_for_ever_is_told() -> None:
    """Rather than read for ever."""

    def before(moving: Moving, call: int) -> None:
        moving.held = [call * 1000 + row for row in range(50)]

    with pytest.raises(ReconcilerError, match="keep changing while they are read"):
        Moving(0, before).all(5)


def test_pages_that_weigh_too_much_get_smaller() -> None:
    """The channel has a limit; an answer above it says nothing about the next half."""
    listed = Moving(100)
    listed.largest = 12
    assert listed.all(50) == list(range(100))
    assert min(limit for limit, _ in listed.asked) == 12


def test_an_error_of_a_page_ahead_comes_when_its_row_is_due() -> None:
    """What was read before it is not lost."""
    listed = Moving(30)

    def fetch(limit: int, token: str) -> Page[int]:
        if int(token or 0) >= 10:
            raise ResourceExhaustedError("no more")
        return listed.fetch(limit, token)

    stream = rows(fetch, key=lambda row: row, limit=10)
    assert list(islice(stream, 10)) == list(range(10))
    with pytest.raises(ResourceExhaustedError):
        list(islice(stream, 20))


def test_a_foreign_token_is_followed() -> None:
    """Another Admin may page otherwise than by numbers."""
    pages = {"": Page([1, 2], "x"), "x": Page([2, 3], "y"), "y": Page([4], "")}
    assert list(rows(lambda _, token: pages[token], key=lambda row: row)) == [1, 2, 3, 4]
