"""A plan carried out under the lock, and what the ledger knows afterwards."""

import pytest

from reconciler.apply import Lock, Terms, execute, run_locked, take_lock
from reconciler.errors import InternalError, UnavailableError
from reconciler.model import ApplyReport, Author, Kind, Plan, Status, claims_of
from tests.builders import a_create, a_launch_plan, a_plan, a_switch, a_task, a_workflow
from tests.fake_ledger import MemoryHome, MemoryLedger
from tests.fakes import MemoryAdmin, MemoryClock, MemoryReader, MemoryWriter, a_project


class World:
    """An Admin with the ledger of one workspace."""

    def __init__(self) -> None:
        plan = a_plan()
        project = plan.actions[0].id.project
        self.admin = MemoryAdmin(projects=[])
        self.admin.put(a_project(project))
        self.reader, self.writer = MemoryReader(self.admin), MemoryWriter(self.admin)
        self.clock = MemoryClock()
        self.ledger = MemoryLedger(MemoryHome(self.clock.now), "etl")
        self.said: list[str] = []

    def lock(self, plan: Plan, actor: str = "alice") -> Lock:
        terms = Terms(claims=claims_of(plan), author=Author(actor), is_dead=lambda author: True)
        return take_lock(self.ledger, terms, self.clock, say=self.said.append)

    def apply(self, plan: Plan, actor: str = "alice") -> ApplyReport:
        return run_locked(
            self.lock(plan, actor),
            lambda fence: execute(
                plan, reader=self.reader, writer=self.writer, clock=self.clock, fence=fence
            ),
            reader=self.reader,
            actor=actor,
            say=self.said.append,
        )


@pytest.fixture
def world() -> World:
    return World()


def test_what_was_done_is_ours(world: World) -> None:
    """With its digest, or the version that is active now; and the log says how much."""
    plan = a_plan()

    report = world.apply(plan)

    head = world.ledger.head()
    assert report.succeeded
    assert head.holder is None
    assert set(head.inventory) == set(claims_of(plan))
    last = world.ledger.records()[-1]
    assert last.summary == "#2 apply by alice: 1 activated, 3 registered"


def test_what_failed_is_not_ours(world: World) -> None:
    """Nor what waited for it; the log says that the apply was incomplete."""
    plan = a_plan()
    workflow = plan.actions[1].id
    world.admin.fail(workflow, InternalError("disk full"))

    world.apply(plan)

    assert [owned.id.kind for owned in world.ledger.head().inventory] == [Kind.TASK]
    last = world.ledger.records()[-1]
    assert last.summary == "#2 apply by alice: 2 blocked, 1 failed, 1 registered; incomplete"


def test_what_a_dead_apply_wrote_is_found_out(world: World) -> None:
    """It claimed four things and wrote one before it died: that one is ours."""
    plan = a_plan()
    task = a_task()
    world.lock(plan)
    world.writer.create(task)

    world.apply(Plan(()), actor="bob")

    head = world.ledger.head()
    assert [owned.id for owned in head.inventory] == [task.id]
    assert head.loose == ()


def test_a_new_version_takes_the_place_of_the_former(world: World) -> None:
    """Of a name we own what we applied last; the rest is history."""
    world.apply(a_plan())
    workflow = a_workflow(version="v2", nodes=("extract",))
    second = a_launch_plan(version="v2")
    world.apply(
        a_plan(
            a_create(workflow),
            a_create(second, workflow.id),
            a_switch(before=["v1"], after="v2"),
        )
    )

    inventory = world.ledger.head().inventory

    assert len(inventory) == 4
    found = inventory.find(second.id)
    assert found is not None
    assert found.id.version == "v2"


def test_nothing_is_switched_without_the_lock(world: World) -> None:
    """Whoever finds its lock taken writes no more switch, and says so."""
    plan = a_plan()
    lock = world.lock(plan)

    def run(fence: object) -> ApplyReport:
        world.lock(Plan(()), actor="bob")
        world.clock.sleep(5)
        return execute(
            plan, reader=world.reader, writer=world.writer, clock=world.clock, fence=lock.fence
        )

    report = run_locked(lock, run, reader=world.reader, actor="alice", say=world.said.append)

    statuses = [outcome.status for outcome in report.outcomes]
    assert statuses == [Status.DONE] * 3 + [Status.FAILED]
    assert "taken over by bob" in report.outcomes[-1].message
    assert world.admin.active == set()
    assert "the lock was taken over by bob" in world.said[-1]
    assert len(world.ledger.head().inventory) == 3  # what it did is known all the same


def test_an_apply_that_breaks_down_leaves_its_claims(world: World) -> None:
    """A bug of ours is no reason to forget what may have been written."""
    plan = a_plan()

    def run(fence: object) -> ApplyReport:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        run_locked(world.lock(plan), run, reader=world.reader, actor="alice")

    head = world.ledger.head()
    assert head.holder is None
    assert head.loose == claims_of(plan)


def test_the_report_survives_a_ledger_that_does_not_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happened in Admin happened; the lock is left to its lease, and that is said."""
    plan = a_plan()
    lock = world.lock(plan)

    def refuse(*args: object) -> object:
        raise UnavailableError("gone")

    monkeypatch.setattr(world.ledger, "append", refuse)
    report = run_locked(
        lock,
        lambda fence: execute(
            plan, reader=world.reader, writer=world.writer, clock=world.clock, fence=fence
        ),
        reader=world.reader,
        say=world.said.append,
    )

    assert report.succeeded
    assert world.said[-1].startswith("The end of this apply could not be written to the ledger")
