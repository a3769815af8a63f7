"""Backfills on bad days: several at once, answers that are lost, traces of what failed."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.manifest import load
from reconciler.remote import Remote
from reconciler.sandbox import parse_faults
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.backfilled import (
    DOMAIN,
    PROJECT,
    WEATHER,
    Launches,
    apply,
    backfill,
    end,
    inputs_of,
    morning,
    names,
    remote_of,
    scheduled,
    written,
)


@pytest.fixture
def flyte(here: Path) -> Iterator[EmbeddedAdmin]:
    """An Admin with the launch plan, active in version v1."""
    with embedded_admin() as admin:
        apply(admin, here, WEATHER)
        yield admin


@pytest.fixture
def remote(flyte: EmbeddedAdmin) -> Iterator[Remote]:
    with remote_of(flyte) as found:
        yield found


def test_overlapping_backfills_applied_at_once_run_each_slot_once(
    flyte: EmbeddedAdmin, here: Path
) -> None:
    """Two people, two manifests, one launch plan: names decide, and nothing is overwritten."""
    day = Launches()
    flyte._sandbox.admin.faults = day
    early = load(written(here, backfill("early", end="2024-01-21", more="concurrency: 40")))
    late = load(
        written(here, backfill("late", start="2024-01-11", end="2024-02-01", more="retries: 2"))
    )
    at_once = threading.Barrier(2)

    def run(manifests: object) -> None:
        with remote_of(flyte) as remote:
            plan = remote.plan(manifests)  # type: ignore[arg-type]
            at_once.wait()
            remote.apply(plan)
            remote.go_on_backfilling(manifests, plan, pause=lambda seconds: end(flyte))  # type: ignore[arg-type]

    people = [threading.Thread(target=run, args=(one,)) for one in (early, late)]
    for person in people:
        person.start()
    for person in people:
        person.join(60)

    assert sorted(names(flyte)) == sorted(scheduled(day) for day in range(1, 32))
    assert len(day.taken) == 31
    days = {name: inputs_of(flyte, name)["day"] for name in names(flyte)}
    assert days == {scheduled(day): morning(day) // 10**9 for day in range(1, 32)}


@pytest.mark.parametrize("chaos", ["lost_answer=40%", "unavailable=30%,duplicate=30%"])
def test_on_a_bad_day_every_slot_is_run_once(here: Path, chaos: str) -> None:
    """Answers that are lost after Admin acted, calls that arrive twice, and none that is heard."""
    with embedded_admin() as admin:
        apply(admin, here, WEATHER)
        bad = parse_faults(f"seed=7,{chaos}")
        day = Launches(*bad.rules, seed=7)
        admin._sandbox.admin.faults = day
        manifests = load(written(here, backfill(end="2024-01-21")))
        with remote_of(admin) as remote:
            plan = remote.plan(manifests)
            remote.apply(plan)
            remote.go_on_backfilling(manifests, plan, pause=lambda seconds: end(admin))

        assert sorted(names(admin)) == sorted(scheduled(day) for day in range(1, 21))
        assert len(day.taken) == 20


def test_a_label_left_by_a_failed_create_does_not_lock_the_slot_out(
    remote: Remote, flyte: EmbeddedAdmin, here: Path
) -> None:
    """Admin keeps labels of a create that failed, and takes the name for taken ever after."""
    with flyte._sandbox.admin.store.write() as session:
        session.run(
            "INSERT INTO execution_tags (execution_project, execution_domain, execution_name, "
            "key, value, created_at, updated_at) VALUES (?, ?, ?, ?, ?, 0, 0)",
            (PROJECT, DOMAIN, scheduled(1), "reconciler-backfill", "january"),
        )

    report = remote.apply(remote.plan(load(written(here, backfill(end="2024-01-03")))))

    assert report.succeeded, [one.message for one in report.outcomes]
    assert set(names(flyte)) == {scheduled(1), scheduled(2)}
