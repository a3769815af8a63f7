"""Lists that move while they are read, as a client that pages sees them."""

from collections.abc import Iterator

import pytest

from reconciler.sandbox import Fault, Faults, Sandbox, parse_faults
from reconciler.sandbox.faults.pages import MOST_ROWS, rows_moved
from tests.sandbox.calls import PD, Client

ALL = [f"v{n:02}" for n in range(20)]


class World:
    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.sandbox = Sandbox(faults=faults)
        self.client = Client.of(self.sandbox)
        with faults.calm():
            for version in ALL:
                self.client.task("t", version)

    def pages(self, limit: int = 5) -> list[list[str]]:
        """Every page of all versions, by their tokens."""
        request = {"id": {**PD, "name": "t"}, "limit": limit, "token": ""}
        request["sort_by"] = {"key": "id", "direction": "ASCENDING"}
        pages = []
        while True:
            answer = self.client("ListTasks", request)
            pages.append([task.id.version for task in answer.tasks])
            if not answer.token:
                return pages
            request["token"] = answer.token


def rows(pages: list[list[str]]) -> list[str]:
    """The rows of all pages, one after the other."""
    return [row for page in pages for row in page]


@pytest.fixture
def world() -> Iterator[World]:
    world = World(Faults())
    yield world
    world.sandbox.stop()


def test_rows_that_come_are_repeated(world: World) -> None:
    """The page begins with rows of the one before; the list goes on from there."""
    world.faults.next("ListTasks", Fault.SHIFT_PAGES, skip=1, rows=2)

    pages = world.pages()

    assert pages[0] == ALL[:5]
    assert rows(pages[1:]) == ALL[3:]
    assert [len(page) for page in pages] == [5, 5, 5, 5, 2]


def test_rows_that_go_are_left_out(world: World) -> None:
    """The rows that moved up into the page before are never seen."""
    world.faults.next("ListTasks", Fault.SHIFT_PAGES, skip=2, rows=-3)

    assert rows(world.pages()) == ALL[:10] + ALL[13:]


def test_a_list_read_again_is_whole(world: World) -> None:
    """Who notices and begins again sees everything, once."""
    world.faults.next("ListTasks", Fault.SHIFT_PAGES, skip=1, rows=2)
    world.pages()

    assert rows(world.pages()) == ALL


def test_no_more_rows_repeat_than_there_were(world: World) -> None:
    """A page begins with the first row at the earliest."""
    world.faults.next("ListTasks", Fault.SHIFT_PAGES, skip=1, rows=3)

    assert world.pages(limit=2)[:3] == [ALL[:2], ALL[:2], ALL[2:4]]


def test_first_pages_do_not_move(world: World) -> None:
    """There is nothing yet that they could have moved against."""
    world.faults.next("ListTasks", Fault.SHIFT_PAGES)

    assert rows(world.pages()) == ALL
    assert not world.faults.happened


def test_by_chance_pages_repeat_and_leave_out() -> None:
    """Both happen; each list is still an honest walk over the rows."""
    world = World(parse_faults("seed=1,shift_pages=0.5"))

    walks = [rows(world.pages()) for _ in range(20)]
    world.sandbox.stop()

    assert any(len(walk) > len(set(walk)) for walk in walks)
    assert any(set(walk) < set(ALL) for walk in walks)
    assert all(set(walk) <= set(ALL) for walk in walks)


def test_rows_come_and_go_alike() -> None:
    """Up to three at once, and never none."""
    steps = [rows_moved(n / 600) for n in range(600)]

    assert {step: steps.count(step) for step in set(steps)} == {
        step: 100 for step in range(-MOST_ROWS, MOST_ROWS + 1) if step
    }
