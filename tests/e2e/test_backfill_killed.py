"""kill -9 in the middle of a backfill, again and again: every slot runs exactly once."""

import random
from concurrent.futures import Future
from pathlib import Path

import pytest

from reconciler.cron import execution_name, fire_times, from_rfc3339, parse, to_rfc3339
from reconciler.manifest import load
from reconciler.testing import embedded_admin
from tests.e2e.backfilled import (
    DOMAIN,
    NAME,
    PROJECT,
    WEATHER,
    Launches,
    backfill,
    end,
    inputs_of,
    names,
    remote_of,
    written,
)
from tests.e2e.conftest import Cli, started

# Calls of one command: what it runs is looked for, what has run, and then it launches.
_CALLS = 9


def kill_again_and_again(folder: Path, *, kills: int, concurrency: int, seed: int) -> None:
    """Kill as many commands, each at a call of its own; then let one end, and look.

    Half of them die before Admin acts, half after it acted and before it answers. Between two,
    executions that run end.
    """
    rand = random.Random(seed)
    slots = kills * concurrency * 4 // 5
    start, last = from_rfc3339("2024-01-01T00:00:00Z"), 5 * 60 * 10**9 * slots
    five = WEATHER.replace('"0 6 * * *"', '"*/5 * * * *"')
    with embedded_admin() as admin, remote_of(admin) as remote:
        day = Launches()
        admin._sandbox.admin.faults = day
        assert remote.apply(remote.plan(load(written(folder, five)))).succeeded
        text = backfill(end=to_rfc3339(start + last), more=f"concurrency: {concurrency}")
        (file,) = written(folder, text)
        line = ("backfill", file, "--admin", admin.endpoint, "--auto-approve")
        killed = 0
        for _ in range(kills):
            day.strike(day.calls + rand.randint(2, _CALLS), after=rand.random() < 0.5)
            with started(*line) as process:
                day.victim = Future()
                day.victim.set_result(process.kill)
                said = process.communicate(timeout=60)
            assert process.returncode in (-9, 0), said
            killed += process.returncode == -9
            day.end()
            end(admin)
        assert killed > kills // 2
        manifests = load([file])
        plan = remote.plan(manifests)
        remote.apply(plan)
        remote.go_on_backfilling(manifests, plan, pause=lambda seconds: end(admin))

        instants = list(fire_times(parse("*/5 * * * *"), start=start, end=start + last))
        place = {"project": PROJECT, "domain": DOMAIN, "name": NAME, "version": "v1"}
        expected = {execution_name(**place, instant=one): one // 10**9 for one in instants}
        assert len(expected) == slots
        assert sorted(names(admin)) == sorted(expected)
        assert sorted(day.taken) == sorted(expected)
        assert {name: inputs_of(admin, name)["day"] for name in expected} == expected


def test_a_backfill_that_is_killed_goes_on_where_it_died(here: Path, cli: Cli) -> None:
    """At a few random calls."""
    kill_again_and_again(here, kills=5, concurrency=4, seed=1)


@pytest.mark.long
def test_a_backfill_may_be_killed_two_hundred_times(here: Path, cli: Cli) -> None:
    """At as many random calls."""
    kill_again_and_again(here, kills=200, concurrency=6, seed=2)
