"""The whole scheduler under a simulated clock, from start to end."""

from typing import Any

import pytest
from flyteidl.admin import execution_pb2

from reconciler.cron import (
    SECOND,
    CronPanicError,
    EndlessSearchError,
    NeverFiresError,
    from_rfc3339,
    load_zone,
    schedule_key,
    to_rfc3339,
)
from reconciler.sandbox.scheduler import Row, Scheduler
from tests.sandbox.scheduler.fakes import Case, MemoryAdmin, a_row, plan_of, recorded

HOUR = 3600 * SECOND


@pytest.mark.parametrize("case", recorded("run"), ids=lambda case: case["class"])
def test_runs_are_as_recorded(case: Case) -> None:
    """Executions, when they were created, failed calls, the snapshot, and how it ended."""
    given = case["input"]
    admin = MemoryAdmin(
        map(_row, given["rows"]), snapshot=_snapshot(given["rows"]), fault=_fault(given)
    )
    scheduler = Scheduler(
        admin,
        zone=load_zone(given.get("zone", "UTC")),
        use_utc=given.get("use_utc_tz", False),
    )

    scheduler.start(from_rfc3339(given["start"]))
    for change in given.get("changes", []):
        scheduler.run(from_rfc3339(change["at"]) - 1)
        admin.change(_row(change["row"]))
    scheduler.run(from_rfc3339(given["until"]))

    assert _seen(admin, scheduler, case["answer"]) == case["answer"]


def _row(given: Case) -> Row:
    names = {"cron": "cron_expression", "value": "fixed_rate_value"}
    columns = {names.get(key, key): value for key, value in given.items()}
    columns.pop("last_execution", None)
    return a_row(**columns)


def _snapshot(rows: list[Case]) -> dict[int, int]:
    return {
        _row(row).key: from_rfc3339(row["last_execution"])
        for row in rows
        if "last_execution" in row
    }


def _fault(given: Case) -> Any:
    def fault(request: execution_pb2.ExecutionCreateRequest, at: int) -> str | None:
        for each in given.get("faults", []):
            ours = each.get("name", request.spec.launch_plan.name)
            if ours == request.spec.launch_plan.name and from_rfc3339(
                each["from"]
            ) <= at < from_rfc3339(each["to"]):
                return str(each["code"])
        return None

    return fault


def _seen(admin: MemoryAdmin, scheduler: Scheduler, answer: Case) -> Case:
    seen: Case = {
        "executions": [
            _execution(request, at)
            for request, at in sorted(
                admin.created.values(),
                key=lambda made: (
                    plan_of(made[0]),
                    made[0].spec.metadata.scheduled_at.ToNanoseconds(),
                ),
            )
        ]
    }
    if admin.failed:
        seen["failed_attempts"] = dict(admin.failed)
    if "last_snapshot" in answer:
        seen["last_snapshot"] = {
            str(key): to_rfc3339(fired) for key, fired in admin.snapshot.items()
        }
    if scheduler.failure is not None:
        seen["scheduler_stopped_at"] = _to_the_second(scheduler.failure.at)
        seen["stop_error"] = scheduler.failure.fatal
    return seen


def _execution(request: execution_pb2.ExecutionCreateRequest, at: int) -> Case:
    scheduled = request.spec.metadata.scheduled_at.ToNanoseconds()
    seen = {
        "name": request.name,
        "launch_plan": plan_of(request),
        "scheduled_at": to_rfc3339(scheduled),
        "created_at": _to_the_second(at),
    }
    for name, literal in request.inputs.literals.items():
        instant = literal.scalar.primitive.datetime.ToNanoseconds()
        seen["kickoff"] = f"{name}={to_rfc3339(instant)}"
    return seen


def _to_the_second(instant: int) -> str:
    return to_rfc3339(instant // SECOND * SECOND)


START = "2026-03-07T01:00:00Z"


def _started(admin: MemoryAdmin, **options: Any) -> Scheduler:
    scheduler = Scheduler(admin, **options)
    scheduler.start(from_rfc3339(START))
    return scheduler


def _scheduled(admin: MemoryAdmin) -> list[str]:
    return sorted(
        request.spec.metadata.scheduled_at.ToJsonString() for request, _ in admin.created.values()
    )


def test_a_failed_catch_up_ends_polling_but_not_firing() -> None:
    """As in Admin, where what was taken up lives on in the library that fires it."""
    admin = MemoryAdmin(
        [
            a_row(cron_expression="0 0 30 2 *"),
            a_row(name="b.lp", cron_expression="0 * * * *", updated_at=START),
        ]
    )
    scheduler = _started(admin)
    scheduler.run(from_rfc3339(START))
    admin.change(a_row(name="c.lp", cron_expression="* * * * *", updated_at=START))

    scheduler.run(from_rfc3339(START) + 2 * HOUR)

    assert scheduler.failure is not None
    assert isinstance(scheduler.failure.error, NeverFiresError)
    assert not scheduler.failure.fatal
    assert [plan_of(request) for request, _ in admin.created.values()] == ["b.lp:v1"] * 2
    assert admin.snapshot == {}


def test_a_catch_up_that_is_refused_for_good_takes_half_an_hour_to_fail() -> None:
    """Thirty attempts, the waits doubling from three microseconds."""
    admin = MemoryAdmin(
        [a_row(cron_expression="0 1 * * *")], fault=lambda request, at: "UNAVAILABLE"
    )
    scheduler = _started(admin)

    scheduler.run(from_rfc3339(START) + HOUR)

    assert admin.failed == {"a.lp:v1@2026-03-07T01:00:00Z": 30}
    assert scheduler.failure is not None
    assert str(scheduler.failure.error) == "rpc error: code = Unavailable desc = m"
    assert scheduler.failure.at - from_rfc3339(START) == 3000 * (2**29 - 1)


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (a_row(cron_expression="TZ=UTC"), CronPanicError),
        (a_row(fixed_rate_value=153_722_868), EndlessSearchError),
        (a_row(cron_expression="TZ=Pacific/Apia 0 0 30 12 *"), EndlessSearchError),
    ],
    ids=["crash", "flood", "endless search"],
)
@pytest.mark.parametrize("when", ["at the start", "by a poll"])
def test_what_admin_would_not_survive_is_said(row: Row, error: type[Exception], when: str) -> None:
    """The real process dies, floods or hangs; this one ends and tells why."""
    admin = MemoryAdmin([row] if when == "at the start" else [])
    scheduler = Scheduler(admin)
    scheduler.start(from_rfc3339("2011-12-28T20:00:00Z"))
    admin.change(row)

    scheduler.run(from_rfc3339("2011-12-28T21:00:00Z"))

    assert scheduler.failure is not None
    assert isinstance(scheduler.failure.error, error)
    assert scheduler.failure.fatal
    assert scheduler.due is None


def test_a_row_that_cannot_be_read_is_noted_and_left_out() -> None:
    """An unknown unit, or a text that does not parse, at every poll again."""
    admin = MemoryAdmin([a_row(fixed_rate_value=1, unit=9), a_row(name="b", cron_expression="x")])
    scheduler = _started(admin)

    scheduler.run(from_rfc3339(START) + HOUR)

    assert scheduler.failure is None
    assert admin.created == {}
    assert admin.logged[:2] == [
        "unable to register the schedule flytesnacks:development:a.lp:v1: unsupported unit 9 for "
        "fixed rate scheduling ",
        "unable to register the schedule flytesnacks:development:b:v1: expected exactly 5 fields, "
        "found 1: [x]",
    ]


def test_the_next_life_goes_on_from_the_snapshot() -> None:
    """What was fired is not fired again, what was missed meanwhile is."""
    admin = MemoryAdmin([a_row(cron_expression="0 * * * *")])
    first = _started(admin)
    first.run(from_rfc3339("2026-03-07T02:10:00Z"))
    admin.created.clear()

    second = Scheduler(admin)
    second.start(from_rfc3339("2026-03-07T04:30:00Z"))
    second.run(from_rfc3339("2026-03-07T05:00:00Z"))

    assert _scheduled(admin) == [
        "2026-03-07T03:00:00Z",
        "2026-03-07T04:00:00Z",
        "2026-03-07T05:00:00Z",
    ]


def test_missed_times_are_fired_no_faster_than_allowed() -> None:
    """A burst of ten, then a hundred a second."""
    admin = MemoryAdmin([a_row(cron_expression="* * * * *")])
    scheduler = _started(admin)

    scheduler.run(from_rfc3339(START) + HOUR // 120)

    waits = sorted(at - from_rfc3339(START) for _, at in admin.created.values())
    assert waits[:10] == [0] * 10
    assert waits[10:13] == [SECOND // 100, 2 * SECOND // 100, 3 * SECOND // 100]


def test_an_empty_snapshot_replaces_nothing() -> None:
    """With every row inactive, the times of the last ones stay."""
    key = schedule_key(project="p", domain="d", name="n", version="v")
    admin = MemoryAdmin(snapshot={key: 1})

    _started(admin).run(from_rfc3339(START) + HOUR)

    assert admin.snapshot == {key: 1}
