"""The order of switches, what keeps them from being thrown, and the way back."""

import threading

import pytest

from reconciler.apply import execute
from reconciler.apply.switches import hindrance, waves
from reconciler.errors import InternalError
from reconciler.model import Action, ApplyReport, Kind, Plan, Resource, ResourceId, Status, Verb
from tests.builders import a_create, a_switch, a_task, an_id, done, failed
from tests.fakes import MemoryAdmin, MemoryClock, MemoryReader, MemoryWriter


def switch_after(name: str, *needs: Action, before: str = "", after: str = "") -> Action:
    """A switch that waits for others."""
    from dataclasses import replace

    step = a_switch(name, before=[before] if before else [], after=after)
    return replace(step, needs=tuple(one.id for one in needs))


def holding(*versions: ResourceId, active: tuple[ResourceId, ...] = ()) -> MemoryAdmin:
    admin = MemoryAdmin()
    admin.put(*(Resource(id) for id in versions))
    admin.activate(*active)
    return admin


def run(admin: MemoryAdmin, *actions: Action, **how: bool) -> ApplyReport:
    return execute(
        Plan(actions),
        reader=MemoryReader(admin),
        writer=MemoryWriter(admin),
        clock=MemoryClock(),
        parallelism=4,
        together=how.get("together", True),
        atomic=how.get("atomic", False),
    )


def a_plan_id(name: str, version: str) -> ResourceId:
    return an_id(Kind.LAUNCH_PLAN, name, version)


def active(admin: MemoryAdmin) -> set[str]:
    return {f"{id.name}@{id.version}" for id in admin.active}


def test_a_switch_stands_after_those_it_needs() -> None:
    """However the plan orders them."""
    old = a_switch("old", before=["v1"])
    new = switch_after("new", old, after="v1")
    other = a_switch("other", after="v1")

    assert list(waves([new, old, other])) == [[old, other], [new]]


def test_a_failed_switch_hinders_only_who_needs_it() -> None:
    """A failed step hinders all of its project-domain, if they go together."""
    old = a_switch("old", before=["v1"])
    step = a_create(a_task("etl.extract"))
    needing, other = switch_after("new", old, after="v1"), a_switch("other", after="v1")

    assert hindrance(needing, [failed(old)], together=False) == old.id
    assert hindrance(other, [failed(old)], together=True) is None
    assert hindrance(other, [failed(step)], together=True) == step.id
    assert hindrance(other, [failed(step)], together=False) is None


def test_the_old_name_is_off_before_the_new_one_is_on() -> None:
    """Never are both on at once: the old one's end is proven first."""
    old, new = a_plan_id("old", "v1"), a_plan_id("new", "v1")
    admin = holding(old, new, active=(old,))
    seen: list[set[str]] = []
    writer = MemoryWriter(admin)

    class Watched(MemoryWriter):
        def set_active(self, launch_plan: ResourceId, *, active: bool) -> None:
            writer.set_active(launch_plan, active=active)
            seen.append({id.name for id in admin.active})

    off = a_switch("old", before=["v1"])
    report = execute(
        Plan((switch_after("new", off, after="v1"), off)),
        reader=MemoryReader(admin),
        writer=Watched(admin),
        clock=MemoryClock(),
    )

    assert report.succeeded
    assert seen == [set(), {"new"}]


def test_an_interrupt_leaves_no_name_half_renamed() -> None:
    """The old one is off: the new one goes on, and then nothing more is started."""
    old, new = a_plan_id("old", "v1"), a_plan_id("new", "v1")
    admin = holding(old, new, active=(old,))
    stop = threading.Event()

    class Interrupted(MemoryWriter):
        def set_active(self, launch_plan: ResourceId, *, active: bool) -> None:
            super().set_active(launch_plan, active=active)
            stop.set()

    off = a_switch("old", before=["v1"])
    report = execute(
        Plan((off, switch_after("new", off, after="v1"))),
        reader=MemoryReader(admin),
        writer=Interrupted(admin),
        clock=MemoryClock(),
        stop=stop,
    )

    assert [one.status for one in report.outcomes] == [Status.DONE, Status.DONE]
    assert active(admin) == {"new@v1"}


def test_the_new_name_waits_for_the_old_one() -> None:
    """What could not be switched off keeps the other from firing too."""
    old, new = a_plan_id("old", "v1"), a_plan_id("new", "v1")
    admin = holding(old, new, active=(old,))
    admin.fail(old, *[InternalError("no") for _ in range(9)])
    off = a_switch("old", before=["v1"])

    report = run(admin, off, switch_after("new", off, after="v1"))

    assert [one.status for one in report.outcomes] == [Status.FAILED, Status.BLOCKED]
    assert active(admin) == {"old@v1"}


def test_independent_switches_do_not_wait_for_the_rest() -> None:
    """A failed task of somebody else's keeps nothing from being switched."""
    task = a_task("other")
    admin = holding(a_plan_id("etl.daily", "v1"))
    admin.fail(task.id, InternalError("disk full"))
    actions = (a_create(task), a_switch(after="v1"))

    assert run(admin, *actions).outcomes[1].status is Status.BLOCKED
    admin.fail(task.id, InternalError("disk full"))
    assert run(admin, *actions, together=False).outcomes[1].status is Status.DONE


def test_atomic_takes_back_what_was_thrown() -> None:
    """One cannot be: so the others go back to what was active before, off included."""
    plans = [a_plan_id(name, version) for name in "abc" for version in ("v1", "v2")]
    admin = holding(*plans, active=(plans[0], plans[2]))
    admin.fail(plans[3], *[InternalError("no") for _ in range(9)])

    report = run(
        admin,
        a_switch("a", before=["v1"], after="v2"),
        a_switch("b", before=["v1"], after="v2"),
        a_switch("c", after="v1"),
        atomic=True,
    )

    assert active(admin) == {"a@v1", "b@v1"}
    assert [one.status for one in report.outcomes] == [
        Status.SKIPPED,
        Status.FAILED,
        Status.SKIPPED,
    ]
    assert "taken back to v1, because activation" in report.outcomes[0].message
    assert "taken back to none active" in report.outcomes[2].message


def test_atomic_changes_nothing_on_a_good_day() -> None:
    """All is told, each once."""
    admin = holding(a_plan_id("a", "v1"), a_plan_id("a", "v2"), active=(a_plan_id("a", "v1"),))

    report = run(admin, a_switch("a", before=["v1"], after="v2"), atomic=True)

    assert report.succeeded
    assert active(admin) == {"a@v2"}


def test_atomic_takes_back_for_a_step_that_failed_elsewhere() -> None:
    """Switches of another domain were thrown, for they did not wait for it."""
    task = a_task("other", domain="staging")
    plan = a_plan_id("a", "v1")
    admin = holding(plan)
    admin.fail(task.id, InternalError("disk full"))

    run(admin, a_create(task), a_switch("a", after="v1"), atomic=True)

    assert active(admin) == set()


def test_atomic_takes_a_rename_back_in_reverse() -> None:
    """The new name off, proven, and only then the old one on again."""
    old, new, other = a_plan_id("old", "v1"), a_plan_id("new", "v1"), a_plan_id("z", "v1")
    admin = holding(old, new, other, active=(old,))
    admin.fail(other, *[InternalError("no") for _ in range(9)])
    off = a_switch("old", before=["v1"])

    run(admin, off, switch_after("new", off, after="v1"), a_switch("z", after="v1"), atomic=True)

    assert active(admin) == {"old@v1"}


def test_what_cannot_be_taken_back_is_told() -> None:
    """It is neither done nor undone: a failure, with why."""
    a, b = [a_plan_id(name, "v1") for name in "ab"]
    admin = holding(a, b)
    admin.fail(b, *[InternalError("no") for _ in range(9)])
    thrown = threading.Event()

    class Once(MemoryWriter):
        def set_active(self, launch_plan: ResourceId, *, active: bool) -> None:
            if launch_plan == a and not active:
                raise InternalError("stuck")
            super().set_active(launch_plan, active=active)
            thrown.set()

    report = execute(
        Plan((a_switch("a", after="v1"), a_switch("b", after="v1"))),
        reader=MemoryReader(admin),
        writer=Once(admin),
        clock=MemoryClock(),
        atomic=True,
    )

    first = report.outcomes[0]
    assert first.status is Status.FAILED
    assert "could not be taken back" in first.message
    assert "stuck" in first.message


@pytest.mark.parametrize("verb", [Verb.ADOPT, Verb.FORGET])
def test_what_is_only_recorded_hinders_nothing(verb: Verb) -> None:
    """It writes nothing, so nothing waits for it."""
    from dataclasses import replace

    record = replace(a_create(a_task()), verb=verb)

    assert hindrance(a_switch(after="v1"), [failed(record)], together=True) is None
    assert done(record).status is Status.DONE
