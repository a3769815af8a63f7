"""Launches: looked for before they are sent, and exact about what came of them."""

import threading
from collections.abc import Sequence

import pytest

from reconciler.apply import execute
from reconciler.errors import AlreadyExistsError, InternalError, UnavailableError
from reconciler.model import Outcome, Phase, Plan, ResourceId, Run, Status
from tests.fake_executions import MemoryExecutions, lost
from tests.fakes import MemoryAdmin, MemoryClock, MemoryReader, MemoryWriter
from tests.plan.test_backfill import a_backfill, planned


def carried_out(
    plan: Plan, executions: MemoryExecutions, *, stop: threading.Event | None = None
) -> Sequence[Outcome]:
    admin = MemoryAdmin()
    return execute(
        plan,
        reader=MemoryReader(admin),
        writer=MemoryWriter(admin),
        clock=MemoryClock(),
        executions=executions,
        launcher=executions,
        parallelism=1,
        stop=stop,
    ).outcomes


def launched(executions: MemoryExecutions) -> Plan:
    return planned(a_backfill(days=2), executions)


def first_id(plan: Plan) -> ResourceId:
    return plan.actions[0].id


def test_all_names_are_looked_for_in_one_call() -> None:
    """And none is sent that is there."""
    executions = MemoryExecutions()
    plan = planned(a_backfill(days=5), executions)
    taken = plan.actions[1].id
    launch_plan = plan.backfills[0].launch_plan
    executions.put(Run(taken, launch_plan, Phase.RUNNING, inputs="none"))
    executions.asked = 0

    outcomes = carried_out(plan, executions)

    assert [one.existed for one in outcomes] == [False, True, False, False, False]
    assert taken not in executions.given_to
    assert executions.asked == 1


def test_an_answer_that_was_lost_is_looked_up() -> None:
    """Launched or not: what is there decides, and it is told as ours."""
    executions = MemoryExecutions()
    plan = launched(executions)
    executions.lose = [lost()]

    first, second = carried_out(plan, executions)

    assert (first.status, first.applied, first.existed) == (Status.DONE, True, False)
    assert second.status is Status.DONE
    assert len(executions.launched) == 2


def test_what_never_reached_admin_has_failed() -> None:
    """The next apply launches it."""
    executions = MemoryExecutions()
    plan = launched(executions)
    executions.refuse = [lost(), UnavailableError("nobody is there")]

    outcomes = carried_out(plan, executions)

    assert [one.status for one in outcomes] == [Status.FAILED, Status.FAILED]
    assert executions.launched == []


def test_the_launch_plans_own_limit_is_no_execution_that_exists() -> None:
    """Admin says both by the same code."""
    executions = MemoryExecutions()
    plan = launched(executions)
    executions.refuse = [AlreadyExistsError("concurrency limit (1) reached for launch plan x")]

    first, second = carried_out(plan, executions)

    assert first.status is Status.FAILED
    assert "concurrency limit (1)" in first.message
    assert second.status is Status.DONE


def test_labels_that_a_failed_create_left_do_not_lock_a_slot_out() -> None:
    """It is launched without."""
    executions = MemoryExecutions()
    plan = launched(executions)
    executions.hidden = {first_id(plan).name}

    outcomes = carried_out(plan, executions)

    assert [one.status for one in outcomes] == [Status.DONE, Status.DONE]
    assert executions.unlabelled == [first_id(plan).name]


def test_an_execution_of_another_launch_plan_is_not_taken_for_ours() -> None:
    """Names are hashes, and people may choose any."""
    executions = MemoryExecutions()
    plan = launched(executions)
    other = ResourceId(
        plan.backfills[0].launch_plan.kind, "flytesnacks", "development", "other", "v1"
    )
    executions.put(Run(first_id(plan), other, Phase.RUNNING))

    first, _ = carried_out(plan, executions)

    assert first.status is Status.FAILED
    assert "it runs flytesnacks/development/other@v1" in first.message


def test_where_names_cannot_be_looked_for_nothing_is_launched() -> None:
    """It might overwrite."""

    class Blind(MemoryExecutions):
        def runs(self, ids: object) -> dict[ResourceId, Run]:
            raise InternalError("disk full")

    plan = launched(MemoryExecutions())
    executions = Blind()

    outcomes = carried_out(plan, executions)

    assert {one.status for one in outcomes} == {Status.FAILED}
    assert executions.launched == []


def test_an_interrupt_launches_nothing_more() -> None:
    """What is left is skipped, and the next apply goes on."""
    executions = MemoryExecutions()
    stop = threading.Event()
    stop.set()

    outcomes = carried_out(launched(executions), executions, stop=stop)

    assert {one.status for one in outcomes} == {Status.SKIPPED}
    assert executions.launched == []


def test_a_plan_with_launches_needs_somebody_who_can() -> None:
    """Told before anything is written."""
    admin = MemoryAdmin()
    with pytest.raises(ValueError, match="a launcher"):
        execute(
            launched(MemoryExecutions()),
            reader=MemoryReader(admin),
            writer=MemoryWriter(admin),
            clock=MemoryClock(),
        )
