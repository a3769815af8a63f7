"""Lists, page by page: to the end, each row once, in pages that fit."""

from dataclasses import dataclass
from typing import Any

import pytest
from flyteidl.core.identifier_pb2 import WorkflowExecutionIdentifier

from reconciler.errors import ReconcilerError, ResourceExhaustedError
from reconciler.remote.executions.filtering import filter_text
from reconciler.remote.executions.pages import pages


@dataclass
class Row:
    id: WorkflowExecutionIdentifier


@dataclass
class Answer:
    rows: list[Row]
    token: str


class Shelf:
    """Answers pages of its names, and remembers how many rows each was asked for."""

    def __init__(self, *names: str, most: int = 100) -> None:
        self.names = names
        self.most = most
        self.asked: list[int] = []

    def fetch(self, limit: int, token: str) -> Any:
        self.asked.append(limit)
        if limit > self.most:
            raise ResourceExhaustedError("Received message larger than max (9 vs. 8)")
        start = int(token or 0)
        names = self.names[start : start + limit]
        rows = [Row(WorkflowExecutionIdentifier(name=name)) for name in names]
        return Answer(rows, str(start + limit) if len(names) == limit else "")

    def read(self, **said: Any) -> str:
        return "".join(row.id.name for row in pages(self.fetch, "rows", **said))


def test_all_pages_are_read() -> None:
    """Each after the first begins with the last row of the one before."""
    shelf = Shelf(*"abcd")

    assert shelf.read(page=2) == "abcd"
    assert shelf.asked == [2, 3, 3]


def test_no_more_is_asked_for_than_is_wanted() -> None:
    shelf = Shelf(*"abcde")

    assert shelf.read(page=2, limit=3) == "abc"
    assert shelf.asked == [2, 2]
    assert shelf.read(limit=0) == ""


def test_a_row_that_comes_again_is_told_once() -> None:
    """Where one came before it meanwhile."""
    shelf = Shelf(*"abcd")
    rows = pages(shelf.fetch, "rows", page=2)
    first = next(rows).id.name
    shelf.names = ("new", *shelf.names)

    assert first + "".join(row.id.name for row in rows) == "abcd"


def test_a_row_that_is_skipped_is_gone_back_for() -> None:
    """Where one before it went meanwhile; what keeps going away is an error."""
    shelf = Shelf(*"abcdef")
    rows = pages(shelf.fetch, "rows", page=2)
    first = next(rows).id.name
    shelf.names = tuple("bcdef")

    assert first + "".join(row.id.name for row in rows) == "abcdef"

    def ever_new(limit: int, token: str) -> Any:
        names = [f"{len(shelf.asked)}-{index}" for index in range(limit)]
        shelf.asked.append(limit)
        rows = [Row(WorkflowExecutionIdentifier(name=name)) for name in names]
        return Answer(rows, str(int(token or 0) + limit))

    with pytest.raises(ReconcilerError, match="keeps changing"):
        list(pages(ever_new, "rows", page=2))


def test_tokens_of_another_make_are_followed_as_they_are() -> None:
    """Nothing is known about what they point at."""
    answers = {"": ("ab", "next"), "next": ("cd", "")}

    def fetch(limit: int, token: str) -> Any:
        names, following = answers[token]
        return Answer([Row(WorkflowExecutionIdentifier(name=name)) for name in names], following)

    assert "".join(row.id.name for row in pages(fetch, "rows", page=2)) == "abcd"


def test_pages_that_are_too_large_are_halved() -> None:
    """As often as it takes; where one row is too large, that is the error."""
    shelf = Shelf(*"abcd", most=2)

    assert shelf.read(page=8) == "abcd"
    assert shelf.asked[:4] == [8, 4, 2, 3]
    with pytest.raises(ResourceExhaustedError):
        Shelf("a", most=0).read(page=4)


def test_filters_come_in_many_forms() -> None:
    """Joined so that all must hold."""
    from flytekit.models.filters import Equal, ValueIn

    assert filter_text(None) == ""
    assert filter_text("eq(a,b)") == "eq(a,b)"
    assert filter_text(Equal("a", "b")) == "eq(a,b)"
    assert filter_text([Equal("a", "b"), "", "ne(c,d)"]) == "eq(a,b)+ne(c,d)"
    assert filter_text([ValueIn("a", ["b", "c"])]) == "value_in(a,b;c)"
