"""What every Ledger promises, asked of the fake and of the one in Admin alike."""

import itertools
import threading
from collections.abc import Callable, Iterator

import pytest

from reconciler.admin import connect
from reconciler.config import Config
from reconciler.errors import LedgerMovedError
from reconciler.model import (
    Author,
    Begin,
    Body,
    End,
    Head,
    Hold,
    Kind,
    Knock,
    Release,
    Renewal,
    Unlock,
)
from reconciler.ports import Ledger
from reconciler.sandbox import Sandbox
from tests.admin.ledger.estate import begin, end, owned
from tests.fake_ledger import MemoryHome, MemoryLedger

_numbers = itertools.count()

MakeLedger = Callable[[str], Ledger]


@pytest.fixture(scope="module", params=["memory", "sandbox"])
def make(request: pytest.FixtureRequest) -> Iterator[MakeLedger]:
    """A ledger of any workspace, all in one home."""
    if request.param == "memory":
        home = MemoryHome()
        yield lambda workspace: MemoryLedger(home, workspace)
        return
    with Sandbox(data=":memory:") as sandbox:
        config = Config(endpoint=sandbox.endpoint, source="the test", insecure=True)
        with connect(config) as connection:
            yield lambda workspace: connection.ledger(
                project="flytesnacks", domain="production", workspace=workspace
            )


@pytest.fixture
def ledger(make: MakeLedger) -> Ledger:
    return make(f"workspace{next(_numbers)}")


TASK = owned(Kind.TASK, "etl.extract")
PLAN = owned(Kind.LAUNCH_PLAN, "etl.daily")
SWITCH = owned(Kind.ACTIVATION, "etl.daily")


def test_a_new_ledger_knows_nothing(ledger: Ledger) -> None:
    """Not there is as good as empty: it is made by the first entry."""
    assert ledger.head() == Head()
    assert ledger.newest() == 0
    assert ledger.records() == []


def test_what_is_appended_is_read_back(ledger: Ledger) -> None:
    """Begin takes the lock, end releases it and says what is ours."""
    begun = ledger.append(begin(TASK, PLAN, SWITCH), ledger.head())
    assert begun.holder is not None
    assert begun.begin is not None
    assert begun.begin.author.actor == "alice"

    ended = ledger.append(end(1, TASK, PLAN, SWITCH), begun)
    again = ledger.head()

    assert (again.serial, again.digest) == (ended.serial, ended.digest) == (2, ended.digest)
    assert again.holder is None
    assert set(again.inventory) == {TASK, PLAN, SWITCH}
    assert again.has_run(begin(TASK, PLAN, SWITCH).plan)
    assert ledger.newest() == 2


def test_the_server_says_when(ledger: Ledger) -> None:
    """Each entry has the server's time, and they do not run backwards."""
    ledger.append(end(1), ledger.append(begin(), ledger.head()))

    first, second = ledger.records()

    assert first.created_at is not None
    assert second.created_at is not None
    assert first.created_at <= second.created_at


def test_only_one_can_follow_a_head(ledger: Ledger) -> None:
    """Whoever comes second learns it, and has changed nothing."""
    head = ledger.head()
    ledger.append(begin(TASK, actor="alice"), head)

    with pytest.raises(LedgerMovedError):
        ledger.append(begin(PLAN, actor="bob"), head)

    assert ledger.newest() == 1
    held = ledger.head().begin
    assert held is not None
    assert held.author.actor == "alice"


def test_of_all_who_append_at_once_one_wins(ledger: Ledger) -> None:
    """A compare-and-swap: eight rounds of six, one winner each."""
    for _ in range(8):
        head = ledger.head()
        start = threading.Barrier(6)
        results: list[bool] = []

        def attempt(
            number: int,
            head: Head = head,
            start: threading.Barrier = start,
            results: list[bool] = results,
        ) -> None:
            start.wait()
            try:
                ledger.append(begin(TASK, actor=f"racer {number}"), head)
            except LedgerMovedError:
                results.append(False)
            else:
                results.append(True)

        threads = [threading.Thread(target=attempt, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results) == [False] * 5 + [True]


def test_every_kind_of_entry_survives(ledger: Ledger) -> None:
    """Whatever is said is read back as it was said."""
    bodies: list[Body] = [
        begin(TASK, SWITCH),
        Renewal(1),
        Renewal(1, (PLAN,)),
        Unlock(1, "bob", "the runner died"),
        Begin("apply", b"p" * 12, (), Author(process="p"), 60, takes_over=1),
        Knock("carol"),
        Hold(SWITCH.id, "dave", "bad rows", "v7", 1_800_000_000),
        Hold(owned(Kind.ACTIVATION, "etl.other").id, "dave"),
        Release(owned(Kind.ACTIVATION, "etl.other").id, "dave"),
        End(5, "apply", "bob", {"activated": 3, "failed": 1}, False, (TASK,), (PLAN.id,)),
    ]
    head = ledger.head()
    for body in bodies:
        head = ledger.append(body, head)

    said = [record.body for record in ledger.records()]

    assert said[1:] == bodies[1:]
    first = said[0]
    assert isinstance(first, Begin)
    assert set(first.claims) == {TASK, SWITCH}
    assert ledger.head().inventory == head.inventory
    assert ledger.head().holds == (Hold(SWITCH.id, "dave", "bad rows", "v7", 1_800_000_000),)


def test_the_chain_holds(ledger: Ledger) -> None:
    """Each entry names the digest of the one before."""
    head = ledger.head()
    for number in range(4):
        head = ledger.append(begin(TASK) if number % 2 == 0 else end(number), head)

    records = ledger.records()

    assert [record.serial for record in records] == [1, 2, 3, 4]
    assert [record.previous for record in records[1:]] == [one.digest for one in records[:-1]]
    assert records[-1].digest == ledger.head().digest


def test_what_a_dead_apply_claimed_is_not_forgotten(ledger: Ledger) -> None:
    """It may be ours: the next one to hold the lock finds out."""
    head = ledger.append(begin(TASK), ledger.head())
    head = ledger.append(Unlock(1, "bob"), head)
    assert ledger.head().loose == (TASK,)

    ledger.append(end(3), ledger.append(begin(PLAN), head))

    assert ledger.head().loose == ()


def test_who_tries_nothing_settles_nothing(ledger: Ledger) -> None:
    """An end of an apply that yielded leaves open what was open."""
    head = ledger.append(Unlock(1, "bob"), ledger.append(begin(TASK), ledger.head()))
    head = ledger.append(begin(PLAN), head)
    ledger.append(End(3, "apply", "bob", idle=True), head)

    again = ledger.head()

    assert again.holder is None
    assert again.loose == (TASK,)


def test_ledgers_of_one_home_see_each_other(make: MakeLedger, ledger: Ledger) -> None:
    """By name, and each as it is."""
    other = make(f"{ledger.workspace}-other")
    ledger.append(begin(TASK), ledger.head())
    other.append(begin(PLAN), other.head())

    seen = {one.workspace: one for one in ledger.neighbours()}

    assert ledger.workspace not in seen
    assert seen[other.workspace].head() == other.head()


def test_one_entry_can_be_looked_up(ledger: Ledger) -> None:
    """By its number, as the whole log has it; beyond the log there is none."""
    head = ledger.append(begin(TASK), ledger.head())
    head = ledger.append(end(1, TASK), head)

    assert ledger.entry(2) == ledger.records()[1]
    assert (ledger.entry(2) or head).digest == head.digest
    assert ledger.entry(0) is None
    assert ledger.entry(3) is None
