"""Ownership from one log to another, whenever it is cut short."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from reconciler.apply import Terms, hand_over, take_lock
from reconciler.errors import LockedError, UnavailableError
from reconciler.model import Author, Body, End, Head, Hold, Kind, Owned, Record, Unlock
from reconciler.ports import Ledger
from tests.admin.ledger.estate import owned
from tests.contracts.test_lock import Home, home, homes
from tests.fakes import MemoryAdmin, MemoryClock, MemoryReader

__all__ = ["home", "homes"]  # fixtures

TASK, OTHER = owned(Kind.TASK, "etl.extract"), owned(Kind.TASK, "etl.load")
SWITCH = owned(Kind.ACTIVATION, "etl.daily")


class Killed(BaseException):
    """What no `except` for errors catches, as a kill is caught by none."""


@dataclass
class Dying:
    """A ledger whose process dies before or after its n-th append, or when it is unreachable."""

    ledger: Ledger
    left: list[int]
    after: bool = False
    error: Callable[[], BaseException] = Killed

    @property
    def workspace(self) -> str:
        return self.ledger.workspace

    def head(self) -> Head:
        return self.ledger.head()

    def newest(self) -> int:
        return self.ledger.newest()

    def entry(self, serial: int) -> Record | None:
        return self.ledger.entry(serial)

    def records(self):  # type: ignore[no-untyped-def]
        return self.ledger.records()

    def neighbours(self):  # type: ignore[no-untyped-def]
        return self.ledger.neighbours()

    def append(self, body: Body, after: Head) -> Head:
        if self.left[0] < 0:
            raise self.error()
        self.left[0] -= 1
        if self.left[0] < 0 and not self.after:
            raise self.error()
        head = self.ledger.append(body, after)
        if self.left[0] < 0:
            raise self.error()
        return head


class World:
    """A giver that owns two tasks and a held switch, and a taker that owns nothing."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.giver, self.taker = home.make("shop"), home.make("billing")
        for ledger, gained in ((self.giver, (TASK, OTHER, SWITCH)), (self.taker, ())):
            lock = take_lock(ledger, Terms(author=Author("alice")), MemoryClock())
            lock.end(End(lock.serial, "apply", "alice", gained=gained))
        self.giver.append(Hold(SWITCH.id, "alice", "bad"), self.giver.head())

    def hand_over(
        self,
        *names: str,
        giver: Ledger | None = None,
        taker: Ledger | None = None,
        gone: bool = False,
    ) -> set[str]:
        def choose(head: Head, late: Sequence[Owned]) -> Sequence[Owned]:
            return [one for one in (*late, *head.inventory) if one.id.name in names]

        moved = hand_over(
            giver or self.giver,
            taker or self.taker,
            choose,
            Terms(author=Author("alice"), is_dead=lambda author: gone),
            MemoryClock(self.home.server.now()),
            reader=MemoryReader(MemoryAdmin()),
        )
        return {one.id.name for one in moved}

    def owners(self) -> tuple[set[str], set[str]]:
        giver, taker = (
            {one.id.name for one in ledger.head().inventory} for ledger in (self.giver, self.taker)
        )
        return giver, taker


@pytest.fixture
def world(home: Home) -> World:
    return World(home)


def test_what_is_handed_over_is_the_others(world: World) -> None:
    """With the digest that it was left with; the rest stays; both logs say it."""
    moved = world.hand_over("etl.extract")

    assert moved == {"etl.extract"}
    assert world.owners() == ({"etl.load", "etl.daily"}, {"etl.extract"})
    assert world.taker.head().inventory.find(TASK.id) == TASK
    assert "transfer to billing by alice: 1 transferred" in world.giver.records()[-1].summary
    assert "transfer from shop by alice: 1 transferred" in world.taker.records()[-1].summary
    assert world.giver.head().holder is None
    assert world.taker.head().holder is None


def test_a_hold_goes_along(world: World) -> None:
    """Nobody's next merge undoes what was decided at night."""
    world.hand_over("etl.daily")

    assert world.giver.head().holds == ()
    assert [hold.reason for hold in world.taker.head().holds] == ["bad"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(7))
def test_killed_anywhere_it_converges(home: Home, step: int, after: bool) -> None:
    """Never do both own it; the same again hands it over, once."""
    world = World(home)
    left = [step]
    giver = Dying(world.giver, left, after)
    taker = Dying(world.taker, left, after)

    try:
        world.hand_over("etl.extract", "etl.daily", giver=giver, taker=taker)
    except Killed:
        mine, theirs = world.owners()
        assert not mine & theirs
    for _ in range(2):
        world.hand_over("etl.extract", "etl.daily", gone=True)

    assert world.owners() == ({"etl.load"}, {"etl.extract", "etl.daily"})
    assert world.taker.head().inventory.find(TASK.id) == TASK
    assert [hold.id for hold in world.taker.head().holds] == [SWITCH.id]


def test_an_admin_that_stops_answering_leaves_it_to_the_next_attempt(world: World) -> None:
    """Between both appends: it is nobody's, and the same again goes on."""
    left = [3]
    error = UnavailableError

    def failing() -> BaseException:
        return error("gone")

    dying = [Dying(one, left, error=failing) for one in (world.giver, world.taker)]
    with pytest.raises(UnavailableError):
        world.hand_over("etl.extract", giver=dying[0], taker=dying[1])
    assert world.owners() == ({"etl.load", "etl.daily"}, set())

    assert world.hand_over("etl.extract", gone=True) == {"etl.extract"}
    assert world.owners()[1] == {"etl.extract"}


@pytest.mark.parametrize("busy", ["giver", "taker"])
def test_while_either_is_applied_nothing_moves(world: World, busy: str) -> None:
    """Both locks are taken before either log says anything."""
    lock = take_lock(getattr(world, busy), Terms(author=Author("bob")), MemoryClock())

    with pytest.raises(LockedError):
        world.hand_over("etl.extract")
    assert world.owners() == ({"etl.extract", "etl.load", "etl.daily"}, set())
    assert lock.fence() == ""
    getattr(world, busy).append(Unlock(lock.serial, "bob"), getattr(world, busy).head())


def test_two_that_give_to_each_other_do_not_wait_forever(world: World) -> None:
    """Locks are taken in one order."""
    world.hand_over("etl.extract")

    back = hand_over(
        world.taker,
        world.giver,
        lambda head, late: [one for one in head.inventory if one.id == TASK.id],
        Terms(author=Author("bob")),
        MemoryClock(),
        reader=MemoryReader(MemoryAdmin()),
    )

    assert back == (TASK,)
    assert world.owners() == ({"etl.extract", "etl.load", "etl.daily"}, set())
