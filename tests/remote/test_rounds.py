"""Going on until every slot has run: what is waited for, what is not, and what is remembered."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from reconciler.apply import execute
from reconciler.errors import InternalError, UnavailableError
from reconciler.model import ApplyReport, Phase, Plan, SlotState
from reconciler.remote.backfill import Progress, go_on
from tests.fake_executions import MemoryExecutions
from tests.fakes import MemoryAdmin, MemoryClock, MemoryReader, MemoryWriter
from tests.plan.test_backfill import a_backfill


class World:
    """An Admin whose executions end while somebody waits."""

    def __init__(self, **more: Any) -> None:
        self.executions = MemoryExecutions()
        self.backfill = a_backfill(**more)
        self.pauses: list[float] = []
        self.while_waiting: Callable[[], None] = self.end_all
        self.stop = threading.Event()
        self._admin = MemoryAdmin()

    def end_all(self, phase: Phase = Phase.SUCCEEDED) -> None:
        for id, run in self.executions.there.items():
            if run.phase is Phase.RUNNING:
                self.executions.end(id, phase)

    def wait(self, seconds: float) -> None:
        self.pauses.append(seconds)
        assert len(self.pauses) < 100, "it waits for ever"
        self.while_waiting()

    def apply(self, plan: Plan) -> ApplyReport:
        return execute(
            plan,
            reader=MemoryReader(self._admin),
            writer=MemoryWriter(self._admin),
            clock=MemoryClock(),
            executions=self.executions,
            launcher=self.executions,
        )

    def go_on(self, **more: Any) -> Progress:
        return go_on(
            [self.backfill],
            reader=MemoryReader(self._admin),
            executions=self.executions,
            apply=self.apply,
            now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
            stop=self.stop,
            pause=self.wait,
            **more,
        )


def test_it_launches_what_there_is_room_for_until_all_is_done() -> None:
    """And tells of every launch."""
    world = World(days=7, concurrency=3)

    found = world.go_on()

    assert found.tables[0].counts == {SlotState.DONE: 7}
    assert len(found.outcomes) == len(world.executions.launched) == 7
    assert not found.interrupted


def test_while_nothing_changes_it_looks_ever_more_seldom() -> None:
    """Executions may take hours."""
    world = World(days=1)
    rounds = 0

    def idle() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 12:
            world.end_all()

    world.while_waiting = idle
    world.go_on()

    assert world.pauses[2:] == sorted(world.pauses[2:])
    assert world.pauses[-1] == 15.0


def test_what_has_ended_is_not_asked_for_again() -> None:
    """Nor what was free: its name is looked for when it is launched."""
    world = World(days=300, concurrency=300)
    world.go_on()
    asked = world.executions.asked

    assert world.executions.there
    assert asked < 12


def test_a_slot_that_fails_is_retried_as_often_as_said() -> None:
    """And then it is over, whatever failed."""
    world = World(days=2, retries=1)
    world.while_waiting = lambda: world.end_all(Phase.FAILED)

    found = world.go_on()

    assert found.tables[0].counts == {SlotState.FAILED: 2}
    assert len(world.executions.launched) == 4


def test_it_does_not_wait_for_what_nobody_will_launch() -> None:
    """After a failure nothing new begins, if it is so said."""
    world = World(days=3, concurrency=1, stops=True)
    world.while_waiting = lambda: world.end_all(Phase.FAILED)

    found = world.go_on()

    assert found.tables[0].counts == {SlotState.FAILED: 1, SlotState.WAITING: 2}


def test_launches_that_all_fail_again_and_again_end_it() -> None:
    """A project that was archived meanwhile takes none, however long one waits."""
    world = World(days=2)
    world.executions.refuse = [InternalError("no")] * 100

    found = world.go_on()

    assert found.tables[0].count(SlotState.RUN) == 2
    assert len(found.outcomes) == 6


def test_an_admin_that_is_away_for_a_while_is_waited_out() -> None:
    """But not for ever."""

    class Away(MemoryExecutions):
        troubles = 3

        def runs(self, ids: Any) -> Any:
            if self.troubles:
                self.troubles -= 1
                raise UnavailableError("gone")
            return super().runs(ids)

    world = World(days=2)
    told: list[Exception] = []
    world.executions = Away()
    found = world.go_on(on_trouble=told.append)

    assert found.tables[0].counts == {SlotState.DONE: 2}
    assert len(told) == 3
    world.executions = gone = Away()
    gone.troubles = 1000
    with pytest.raises(UnavailableError):
        world.go_on()


def test_an_interrupt_ends_it_between_two_launches() -> None:
    """What runs goes on by itself."""
    world = World(days=4, concurrency=1)

    def interrupt() -> None:
        world.end_all()
        world.stop.set()

    world.while_waiting = interrupt
    found = world.go_on()

    assert found.interrupted
    assert found.tables[0].counts[SlotState.DONE] == 1
    assert len(world.executions.launched) == 1
