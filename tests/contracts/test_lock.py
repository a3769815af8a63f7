"""One lock on every Ledger: who holds it, who waits, who takes it over and when."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from reconciler.admin import connect
from reconciler.apply import Lock, Terms, take_lock
from reconciler.config import Config
from reconciler.errors import ForeignOwnerError, LockedError, PlanRanError
from reconciler.model import Author, End, Kind, Owned, Unlock
from reconciler.ports import Ledger
from reconciler.sandbox import Sandbox
from tests.admin.ledger.estate import owned
from tests.fake_ledger import MemoryHome, MemoryLedger
from tests.fakes import MemoryClock, a_project

_numbers = itertools.count()
TASK = owned(Kind.TASK, "etl.extract")
SWITCH = owned(Kind.ACTIVATION, "etl.daily")


@dataclass(frozen=True)
class Home:
    """Where ledgers are kept, a place of each test's own, and the server's clock there."""

    make: Callable[[str], Ledger]
    server: MemoryClock


@pytest.fixture(scope="module", params=["memory", "sandbox"])
def homes(request: pytest.FixtureRequest) -> Iterator[Callable[[], Home]]:
    server = MemoryClock()

    def in_memory() -> Home:
        there = MemoryHome(server.now)
        return Home(lambda workspace: MemoryLedger(there, workspace), server)

    if request.param == "memory":
        yield in_memory
        return

    def now() -> int:
        return int(server.now().timestamp() * 1e9)

    with Sandbox(data=":memory:", clock=now) as sandbox:
        config = Config(endpoint=sandbox.endpoint, source="the test", insecure=True)
        with connect(config) as connection:

            def in_admin() -> Home:
                project = f"home{next(_numbers)}"
                connection.writer.create(a_project(project))
                place = {"project": project, "domain": "production"}
                return Home(
                    lambda workspace: connection.ledger(**place, workspace=workspace), server
                )

            yield in_admin


@pytest.fixture
def home(homes: Callable[[], Home]) -> Home:
    return homes()


class World:
    """One workspace, and whoever applies it: each with a clock of its own."""

    def __init__(self, home: Home, workspace: str) -> None:
        self.home = home
        self.ledger = home.make(workspace)
        self.said: list[str] = []

    def take(
        self, actor: str, clock: MemoryClock | None = None, *claims: Owned, **terms: object
    ) -> Lock:
        wanted = replace(Terms(claims=claims, author=Author(actor), lease=60), **terms)  # type: ignore[arg-type]
        clock = clock or MemoryClock(self.home.server.now())
        return take_lock(self.ledger, wanted, clock, say=self.said.append, rand=lambda: 1.0)


@pytest.fixture
def world(home: Home) -> World:
    return World(home, "etl")


def ends(lock: Lock, *gained: Owned) -> None:
    lock.end(End(lock.serial, "apply", "alice", gained=gained))


def test_who_comes_second_learns_who_is_first(world: World) -> None:
    """By name, entry and time, with both ways out; and nothing was appended."""
    lock = world.take("alice", None, TASK)

    with pytest.raises(LockedError) as raised:
        world.take("bob")

    message = str(raised.value)
    assert message.startswith(f"alice (#{lock.serial} since 2025-01-01 ")
    assert "apply of 1 object(s)" in message
    assert "--lock-timeout" in message
    assert f"force-unlock {lock.serial}" in message
    assert world.ledger.newest() == lock.serial


def test_after_the_end_the_next_one_takes_it(world: World) -> None:
    """The same or another: the lock is free."""
    ends(world.take("alice", None, TASK), TASK)

    second = world.take("bob")

    assert second.serial == 3
    assert second.head.begin is not None
    assert second.head.begin.takes_over == 0
    assert list(second.head.inventory) == [TASK]


class Releasing(MemoryClock):
    """A clock during whose first sleep somebody else ends."""

    def __init__(self, lock: Lock) -> None:
        super().__init__()
        self.lock: Lock | None = lock

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.lock is not None:
            ends(self.lock)
            self.lock = None


def test_with_a_timeout_it_waits_its_turn(world: World) -> None:
    """And says for whom, once."""
    clock = Releasing(world.take("alice"))

    lock = world.take("bob", clock, wait=30.0)

    assert lock.serial == 3
    assert len(clock.slept) == 1
    (said,) = world.said
    assert said.startswith("Waiting: alice (#1 since ")


def test_a_timeout_is_kept(world: World) -> None:
    """Not a second longer, whatever the lease."""
    world.take("alice")
    clock = MemoryClock(world.home.server.now())

    with pytest.raises(LockedError):
        world.take("bob", clock, wait=7.0)

    assert sum(clock.slept) == pytest.approx(7.0)


def test_silence_for_a_lease_is_death(world: World) -> None:
    """By what the one who waits saw itself: whatever the hosts' and the server's clocks say."""
    world.take("alice", None, TASK)
    wrong = MemoryClock(world.home.server.now().replace(year=2001))

    lock = world.take("bob", wrong, wait=600.0)

    assert sum(wrong.slept) >= 60
    assert lock.head.begin is not None
    assert lock.head.begin.takes_over == 1
    assert lock.head.loose == (TASK,)
    assert world.said[-1].startswith("Took over the lock of alice (#1 since")


class Living(MemoryClock):
    """A clock that takes the holder's along."""

    def __init__(self, holder: MemoryClock, keep: Callable[[], None]) -> None:
        super().__init__()
        self.holder, self.keep = holder, keep

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.holder.sleep(seconds)
        self.keep()


def test_a_holder_that_shows_itself_keeps_the_lock(world: World) -> None:
    """However long it works, and however often others look."""
    clock = MemoryClock(world.home.server.now())
    lock = world.take("alice", clock)

    with pytest.raises(LockedError):
        world.take("bob", Living(clock, lock.keep), wait=300.0)

    assert lock.fence() == ""
    assert world.ledger.head().serial > 5


def test_the_servers_times_tell_an_old_lock_at_once(world: World) -> None:
    """Nobody has to wait for a runner that died last night."""
    world.take("alice", None, TASK)
    world.home.server.sleep(3600)

    lock = world.take("bob")

    assert lock.head.begin is not None
    assert lock.head.begin.takes_over == 1


def test_a_fast_host_clock_takes_nothing_over(world: World) -> None:
    """It may ask the server, once; the server's times decide."""
    world.take("alice")
    fast = MemoryClock(world.home.server.now().replace(year=2030))

    for _ in range(2):
        with pytest.raises(LockedError):
            world.take("bob", fast)

    assert world.ledger.newest() <= 3


def test_a_dead_process_of_this_machine_is_taken_over(world: World) -> None:
    """Whoever knows it for dead need not wait."""
    world.take("alice")

    lock = world.take("alice", None, is_dead=lambda author: author.actor == "alice")

    assert lock.serial == 2


def test_a_holder_that_dies_while_it_is_waited_for_is_taken_over(world: World) -> None:
    """At the next look, and not only once its lease has run out."""
    world.take("alice")
    clock = MemoryClock(world.home.server.now())

    lock = world.take(
        "bob",
        clock,
        wait=50.0,
        is_dead=lambda author: author.actor == "alice" and clock.seconds > 9,
    )

    assert lock.serial == 2
    assert clock.seconds < 15


def test_who_was_taken_over_stops(world: World) -> None:
    """It sees so at its next look, and what it did until then is not forgotten."""
    clock = MemoryClock(world.home.server.now())
    slow = world.take("alice", clock, TASK)
    quick = world.take("bob", None, SWITCH, is_dead=lambda author: True)

    assert slow.fence() == ""  # it looked a moment ago
    clock.sleep(1.5)
    assert slow.fence().startswith("the lock was taken over by bob (#2")
    slow.end(End(slow.serial, "apply", "alice", gained=(TASK,)))

    head = world.ledger.head()
    assert head.holder is not None
    assert head.holder.serial == quick.serial
    assert list(head.inventory) == [TASK]


def test_a_broken_lock_is_lost(world: World) -> None:
    """`force-unlock` is an entry like any other."""
    clock = MemoryClock(world.home.server.now())
    lock = world.take("alice", clock, TASK)
    world.ledger.append(Unlock(lock.serial, "bob"), world.ledger.head())
    clock.sleep(2)

    assert lock.fence() == "the lock was broken by someone else"
    assert world.take("carol").head.loose == (TASK,)


def test_a_saved_plan_runs_once(world: World) -> None:
    """Whatever came of it, the first of all plans included."""
    plan = b"digest of a plan that was saved"
    world.take("alice", None, plan=plan, saved=True).abandon("alice")

    with pytest.raises(PlanRanError):
        world.take("alice", None, plan=plan, saved=True)
    world.take("alice", None, plan=b"another", saved=True)


def test_a_saved_plan_of_which_nothing_was_tried_may_run(world: World) -> None:
    """It was found stale, or had to yield, after it had got the lock."""
    plan = b"digest of a plan that was saved"
    world.take("alice", None, plan=plan, saved=True).release("apply", "alice")

    world.take("alice", None, plan=plan, saved=True).end(End(3, "apply", "alice"))

    with pytest.raises(PlanRanError):
        world.take("alice", None, plan=plan, saved=True)


def test_what_was_tried_is_not_released_as_if_nothing_was(world: World) -> None:
    """Its end could not be written: whoever is next finds out what came of it."""
    lock = world.take("alice", None, TASK, plan=b"a plan that was saved", saved=True)
    lock.tried = True
    lock.release("apply", "alice")

    head = world.ledger.head()
    assert head.holder is None
    assert head.loose == (TASK,)
    assert head.has_run(b"a plan that was saved")


def test_what_another_workspace_owns_is_foreign(world: World) -> None:
    """Waiting does not help."""
    other = World(world.home, "other")
    ends(other.take("bob", None, TASK), TASK)

    with pytest.raises(ForeignOwnerError, match="other owns task shop/production/"):
        world.take("alice", None, TASK, wait=60.0)

    assert world.ledger.newest() == 0


def test_what_another_workspace_claims_has_to_be_waited_for(world: World) -> None:
    """Other claims do not matter."""
    other = World(world.home, "other")
    lock = other.take("bob", None, TASK)

    with pytest.raises(LockedError, match="bob claims task shop/production/"):
        world.take("alice", None, TASK)
    ends(world.take("alice", None, SWITCH))
    ends(lock)

    world.take("alice", None, TASK)
