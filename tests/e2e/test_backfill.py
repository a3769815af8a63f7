"""Backfills from manifest to executions: every slot once, whoever asks and however often."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flyteidl.admin.execution_pb2 import (
    ExecutionMetadata,
    ExecutionUpdateRequest,
    ExecutionUpdateResponse,
)

from reconciler.manifest import load
from reconciler.model import Kind, Status, Verb
from reconciler.remote import Remote
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.backfilled import (
    DOMAIN,
    NAME,
    PROJECT,
    WEATHER,
    apply,
    backfill,
    by_hand,
    counts,
    end,
    executions,
    inputs_of,
    launch,
    morning,
    names,
    remote_of,
    running,
    scheduled,
    written,
)

SCHEDULE = '  schedule: {cron: "0 6 * * *", kickoffInput: day}\n'


@pytest.fixture
def flyte(monkeypatch: pytest.MonkeyPatch, here: Path) -> Iterator[EmbeddedAdmin]:
    """An Admin with the launch plan, active in version v1."""
    with embedded_admin() as admin:
        monkeypatch.setenv("RECONCILER_ADMIN", admin.endpoint)
        apply(admin, here, WEATHER)
        yield admin


@pytest.fixture
def remote(flyte: EmbeddedAdmin) -> Iterator[Remote]:
    with remote_of(flyte) as found:
        yield found


def test_each_slot_is_launched_under_the_schedulers_name_with_its_time(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """And says which backfill started it; beside the time it is given what the launch plan is."""
    plan = remote.plan(load(written(here, backfill())))

    assert [action.verb for action in plan] == [Verb.LAUNCH] * 5
    assert {action.id.kind for action in plan} == {Kind.EXECUTION}
    assert counts(plan.backfills[0]) == {"run": 5}
    assert names(flyte) == []

    report = remote.apply(plan)

    assert report.succeeded
    assert set(names(flyte)) == {scheduled(day) for day in range(1, 6)}
    for one in executions(flyte):
        assert one.spec.metadata.mode == ExecutionMetadata.MANUAL
        assert one.spec.labels.values["reconciler-backfill"] == "january"
    third = next(one for one in executions(flyte) if one.id.name == scheduled(3))
    assert third.spec.metadata.scheduled_at.seconds == morning(3) // 10**9
    assert inputs_of(flyte, scheduled(3)) == {"day": morning(3) // 10**9, "region": "eu"}


def test_what_the_scheduler_ran_is_not_run_again(here: Path) -> None:
    """The real scheduler, on a clock that is wound over three mornings."""
    with embedded_admin(scheduler=True, clock="2024-01-01T00:00:00Z") as admin:
        apply(admin, here, WEATHER)
        admin.advance(timedelta(days=3))
        before = names(admin)
        assert set(before) == {scheduled(day) for day in (1, 2, 3)}
        end(admin, scheduled(1))
        with remote_of(admin) as remote:
            manifests = load(written(here, backfill()))
            table = remote.plan(manifests).backfills[0]
            assert counts(table) == {"run": 2, "running": 2, "done": 1}
            assert table.rows[0].note == "by the scheduler"

            remote.apply(remote.plan(manifests))

        assert sorted(names(admin)) == sorted([*before, scheduled(4), scheduled(5)])


def test_as_many_are_under_way_as_may_be_and_the_next_apply_goes_on(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """Level-triggered: each apply looks at what has run, and remembers nothing."""
    manifests = load(written(here, backfill(more="concurrency: 2")))
    seen = []
    for _ in range(6):
        plan = remote.plan(manifests)
        seen.append(counts(plan.backfills[0]))
        remote.apply(plan)
        assert len(running(flyte)) <= 2
        end(flyte)

    assert seen[:3] == [
        {"run": 2, "waiting": 3},
        {"run": 2, "waiting": 1, "done": 2},
        {"run": 1, "done": 4},
    ]
    assert seen[3:] == [{"done": 5}] * 3
    assert len(names(flyte)) == 5


def test_a_slot_that_failed_is_launched_again_only_if_asked(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """By another name, as often as the manifest says; raising the number tries once more."""
    once = load(written(here, backfill(end="2024-01-03")))
    twice = load(written(here, backfill(end="2024-01-03", more="retries: 1")))
    thrice = load(written(here, backfill(end="2024-01-03", more="retries: 2")))
    remote.apply(remote.plan(once))
    end(flyte, scheduled(1), error="no station answered")
    end(flyte, scheduled(2))

    plan = remote.plan(once)
    assert counts(plan.backfills[0]) == {"done": 1, "failed": 1}
    assert not plan.actions
    assert [one.hint for one in plan.warnings] == ["`retries: 1` launches it again"]

    assert counts(remote.plan(twice).backfills[0]) == {"retry": 1, "done": 1}
    remote.apply(remote.plan(twice))
    assert names(flyte)[-1] == f"{scheduled(1)}-r1"
    end(flyte, error="still none")
    assert counts(remote.plan(twice).backfills[0]) == {"done": 1, "failed": 1}

    remote.apply(remote.plan(thrice))
    assert names(flyte)[-1] == f"{scheduled(1)}-r2"
    end(flyte)
    assert counts(remote.plan(once).backfills[0]) == {"done": 2}
    assert inputs_of(flyte, f"{scheduled(1)}-r2")["day"] == morning(1) // 10**9


def test_once_a_slot_has_failed_nothing_new_begins_if_it_says_stop(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """What runs goes on."""
    manifests = load(written(here, backfill(more="concurrency: 2\n  onFailure: stop")))
    remote.apply(remote.plan(manifests))
    end(flyte, scheduled(1), error="no")

    plan = remote.plan(manifests)

    assert counts(plan.backfills[0]) == {"waiting": 3, "running": 1, "failed": 1}
    assert not plan.actions
    assert "nothing new is begun" in plan.warnings[0].message


def test_an_execution_with_other_inputs_is_a_row_and_stays_as_it_is(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """Admin would overwrite its inputs before it finds the name taken."""
    remote.apply(remote.plan(load(written(here, backfill(end="2024-01-03")))))
    given = inputs_of(flyte, scheduled(1))
    us = load(written(here, backfill("again", more="inputs: {region: us}")))

    plan = remote.plan(us)

    table = plan.backfills[0]
    assert counts(table) == {"run": 3, "conflict": 2}
    assert table.rows[0].note == "it was given other inputs"
    assert "2 of its executions are there" in plan.warnings[0].message
    remote.apply(plan)
    assert inputs_of(flyte, scheduled(1)) == given
    assert inputs_of(flyte, scheduled(4))["region"] == "us"


def test_an_execution_that_appears_between_plan_and_apply_is_not_touched(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """The same is taken for ours; another one fails that slot alone."""
    ours = remote.plan(load(written(here, backfill(end="2024-01-03"))))
    us = remote.plan(load(written(here, backfill(end="2024-01-04", more="inputs: {region: us}"))))
    first = remote.apply(ours)
    second = remote.apply(ours)
    third = remote.apply(us)

    assert [one.existed for one in first.outcomes] == [False, False]
    assert [one.existed for one in second.outcomes] == [True, True]
    assert [one.status for one in third.outcomes] == [Status.FAILED, Status.FAILED, Status.DONE]
    assert "given other inputs" in third.outcomes[0].message
    assert inputs_of(flyte, scheduled(1))["region"] == "eu"


def test_a_hand_made_execution_of_a_slots_name_is_looked_into(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """It does not say what it was given, so that is read: the same counts, another does not."""
    for day, region in ((1, "eu"), (2, "us")):
        launch(flyte, by_hand(scheduled(day), day, region=region))

    table = remote.plan(load(written(here, backfill(end="2024-01-04")))).backfills[0]

    assert [str(row.state) for row in table.rows] == ["running", "conflict", "run"]


def test_what_another_version_ran_counts_unless_it_failed_or_is_not_wanted(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """A new version of a launch plan does not run all of the past again by itself."""
    remote.apply(remote.plan(load(written(here, backfill(end="2024-01-04")))))
    end(flyte, scheduled(1), scheduled(2))
    end(flyte, scheduled(3), error="no")
    newer = WEATHER.replace("version: v1", "version: v2").replace("region: eu", "region: us")
    apply(flyte, here, newer)

    any_ = remote.plan(load(written(here, backfill(end="2024-01-04")))).backfills[0]
    this = remote.plan(
        load(written(here, backfill(end="2024-01-04", more="satisfiedBy: thisVersion")))
    ).backfills[0]

    assert any_.launch_plan.version == "v2"
    assert counts(any_) == {"run": 1, "done": 2}
    assert any_.rows[0].note == f"as {scheduled(1)}, by version v1"
    assert any_.rows[2].execution == scheduled(3, "v2")
    assert counts(this) == {"run": 3}


def test_a_slot_that_somebody_recovered_is_done(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """A recovered execution has a name of its own, and keeps the slot it is for."""
    manifests = load(written(here, backfill(end="2024-01-02", more="retries: 3")))
    remote.apply(remote.plan(manifests))
    end(flyte, scheduled(1), error="no")
    launch(flyte, by_hand("recovered", 1, region="eu", slot=1))
    end(flyte, "recovered")

    table = remote.plan(manifests).backfills[0]

    assert counts(table) == {"done": 1}
    assert table.rows[0].note == "as recovered"


def test_what_is_not_due_yet_is_not_run_yet(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """The scheduler would find the name taken when its time has come."""
    table = remote.plan(
        load(written(here, backfill(start="2025-12-31", end="2032-01-01", more="concurrency: 1")))
    ).backfills[0]

    assert table.count("future") > 1_000  # type: ignore[arg-type]
    assert table.count("run") == 1  # type: ignore[arg-type]
    assert len(table.rows) < 120


def test_windows_are_half_open_and_in_a_zone(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """6:00 UTC is 7:00 in Rome; the end counts only if it is said to."""
    rome = "window: {from: 2024-01-01T07:00, to: 2024-01-03T07:00, zone: Europe/Rome%s}"
    text = backfill().replace("window: {from: 2024-01-01, to: 2024-01-06}", rome)

    without = remote.plan(load(written(here, text % ""))).backfills[0]
    with_end = remote.plan(load(written(here, text % ", inclusive: true"))).backfills[0]

    assert [row.at for row in without.rows] == [morning(1), morning(2)]
    assert [row.at for row in with_end.rows] == [morning(1), morning(2), morning(3)]


def test_newest_first(remote: Remote, flyte: EmbeddedAdmin, here: Path) -> None:
    """What is needed today is run before what is ever so old."""
    text = backfill(more="order: newestFirst\n  concurrency: 1")

    plan = remote.plan(load(written(here, text)))

    assert [action.id.name for action in plan] == [scheduled(5)]


def test_a_clock_gap_has_no_slot_and_an_overlap_has_two(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """As Flyte's scheduler has it, and no library of Python's."""
    apply(
        flyte,
        here,
        WEATHER.replace("version: v1", "version: v2").replace("0 6", "TZ=Europe/Rome 30 2"),
    )

    spring = backfill(start="2024-03-30", end="2024-04-02")
    autumn = backfill(start="2024-10-26", end="2024-10-29")

    assert len(remote.plan(load(written(here, spring))).backfills[0].rows) == 2
    assert len(remote.plan(load(written(here, autumn))).backfills[0].rows) == 4


def test_a_rate_is_counted_from_its_anchor_or_from_what_the_scheduler_ran(here: Path) -> None:
    """It has no grid of its own; without either nothing can be known."""
    rate = WEATHER.replace(SCHEDULE, "  schedule: {rate: {every: 6, unit: hours}}\n").replace(
        "inputs: {region: eu}", "inputs: {region: eu, day: 2024-01-01}"
    )
    text = backfill(end="2024-01-02")
    anchored = backfill(end="2024-01-02", more="anchor: 2023-12-31T01:30:00Z")
    with embedded_admin(scheduler=True, clock="2024-01-01T00:00:00Z") as admin:
        apply(admin, here, rate)
        with remote_of(admin) as remote:
            blind = remote.plan(load(written(here, text)))
            told = remote.plan(load(written(here, anchored))).backfills[0]
            admin.advance(timedelta(hours=13))
            fired = [one.spec.metadata.scheduled_at.seconds for one in executions(admin)]
            seen = remote.plan(load(written(here, text))).backfills[0]

    assert [one.code for one in blind.obstacles] == ["no-anchor"]
    assert [row.at // 10**9 % 21600 for row in told.rows] == [5400] * 4
    assert told.anchored == "as the manifest says"
    assert len(fired) == 2
    assert {row.at // 10**9 for row in seen.rows} >= set(fired)
    assert counts(seen)["running"] == 2
    assert "as the scheduler's execution" in seen.anchored


def test_a_chunk_is_one_workflow_that_flyte_orchestrates(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """Its nodes are launch plans, one after the other; the next chunk waits for its end."""
    text = backfill(more="strategy: workflow\n  workflow: {maxNodes: 2}\n  inputs: {region: us}")
    manifests = load(written(here, text))

    plan = remote.plan(manifests)

    assert [str(action.verb) for action in plan] == ["create", "create", "launch"]
    assert counts(plan.backfills[0]) == {"run": 2, "waiting": 3}
    assert remote.apply(plan).succeeded
    (one,) = executions(flyte)
    assert one.spec.launch_plan.name == "backfill-weather.daily"
    workflow = remote.fetch_workflow(
        PROJECT, DOMAIN, "backfill-weather.daily", one.spec.launch_plan.version
    )
    first, second = workflow.nodes
    assert first.workflow_node.launchplan_ref.name == NAME
    assert list(second.upstream_node_ids) == [first.id]
    bound = {binding.var: binding.binding.scalar.primitive for binding in second.inputs}
    assert bound["day"].datetime.seconds == morning(2) // 10**9
    assert bound["region"].string_value == "us"
    assert not remote.plan(manifests).actions
    for _ in range(3):
        end(flyte)
        remote.apply(remote.plan(manifests))
    assert counts(remote.plan(manifests).backfills[0]) == {"done": 5}
    assert len(executions(flyte)) == 3


def test_a_chunk_leaves_out_what_ran_by_itself(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """And is not begun while a slot of it runs; one that ran whole is done."""
    single, chunked = written(
        here,
        backfill("single", start="2024-01-02", end="2024-01-04"),
        backfill("chunks", end="2024-01-06", more="strategy: workflow\n  workflow: {maxNodes: 3}"),
    )
    chunks = load([chunked])
    assert remote.apply(remote.plan(load([single]))).succeeded
    assert counts(remote.plan(chunks).backfills[0]) == {"running": 3, "waiting": 2}
    end(flyte)

    plan = remote.plan(chunks)
    assert remote.apply(plan).succeeded

    launched = executions(flyte)[-1]
    workflow = remote.fetch_workflow(
        PROJECT, DOMAIN, "backfill-weather.daily", launched.spec.launch_plan.version
    )
    (node,) = workflow.nodes
    (day,) = [one.binding.scalar.primitive for one in node.inputs if one.var == "day"]
    assert day.datetime.seconds == morning(1) // 10**9
    assert plan.backfills[0].rows[0].note == "3 slots; but 2 that ran"
    for _ in range(2):
        end(flyte)
        remote.apply(remote.plan(chunks))
    assert counts(remote.plan(chunks).backfills[0]) == {"done": 5}
    whole = backfill("whole", start="2024-01-02", end="2024-01-04", more="strategy: workflow")
    assert counts(remote.plan(load(written(here, whole))).backfills[0]) == {"done": 2}


def test_a_launch_plan_of_the_set_is_registered_before_it_is_launched(here: Path) -> None:
    """One apply does both, and the next has nothing to do but wait."""
    with embedded_admin() as admin, remote_of(admin) as remote:
        manifests = load(written(here, WEATHER, backfill()))
        plan = remote.plan(manifests)

        report = remote.apply(plan)

        assert report.succeeded
        assert plan.backfills[0].chosen == "the version that the manifests declare"
        assert len(names(admin)) == 5
        again = remote.plan(manifests)
        assert not again.actions


def test_a_launch_whose_launch_plan_fails_is_blocked(here: Path) -> None:
    """And is not sent: here somebody registers that version meanwhile, with other content."""
    with embedded_admin() as admin, remote_of(admin) as remote:
        plan = remote.plan(load(written(here, WEATHER, backfill())))
        apply(admin, here, WEATHER.replace("0 6", "0 7"))

        report = remote.apply(plan)

        assert [one.status for one in report.outcomes if one.action.is_launch] == [
            Status.BLOCKED
        ] * 5
        assert names(admin) == []


def test_an_archived_execution_is_there_all_the_same(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """Admin's lists hide it, and its name is taken."""
    manifests = load(written(here, backfill(end="2024-01-03")))
    remote.apply(remote.plan(manifests))
    id = {"project": PROJECT, "domain": DOMAIN, "name": scheduled(1)}
    flyte.call("UpdateExecution", ExecutionUpdateRequest(id=id, state=1), ExecutionUpdateResponse)

    table = remote.plan(manifests).backfills[0]

    assert counts(table) == {"running": 2}


def test_a_default_that_is_said_again_is_no_other_input(here: Path) -> None:
    """What the scheduler ran without it was given the same."""
    with embedded_admin(scheduler=True, clock="2024-01-01T00:00:00Z") as admin:
        apply(admin, here, WEATHER)
        admin.advance(timedelta(days=1))
        with remote_of(admin) as remote:
            same = load(written(here, backfill(end="2024-01-03", more="inputs: {region: eu}")))
            other = load(written(here, backfill(end="2024-01-03", more="inputs: {region: us}")))

            assert counts(remote.plan(same).backfills[0]) == {"run": 1, "running": 1}
            assert counts(remote.plan(other).backfills[0]) == {"run": 1, "conflict": 1}
