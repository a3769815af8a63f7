"""Backfills: a hundred thousand slots expanded, named and planned, whatever of them has run."""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.world import LATENCY, CountedAdmin, Figure, best, counted_admin
from reconciler.cron import execution_names, fire_times, from_rfc3339, parse
from reconciler.manifest import load

SLOTS = 100_000
_START = "2015-01-01T00:00:00Z"
# Seconds that expanding may take, and planning: with a list for each 250 names at 20 ms.
MOST, MOST_PLANNED = 1.0, 6.0
_LAUNCH_PLAN = """\
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: tick}
spec: {inputs: {at: datetime}, container: {image: "acme/tick:1", args: ["{{.inputs.at}}"]}}
---
apiVersion: reconciler/v1
kind: Workflow
metadata: {project: flytesnacks, domain: development, name: tick}
spec:
  inputs: {at: datetime}
  nodes: {tick: {task: tick, inputs: {at: {from: inputs.at}}}}
---
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: flytesnacks, domain: development, name: tick}
spec: {workflow: tick, schedule: {cron: "*/5 * * * *", kickoffInput: at}, state: active}
"""
_BACKFILL = """\
apiVersion: reconciler/v1
kind: Backfill
metadata: {project: flytesnacks, domain: development, name: all}
spec: {launchPlan: tick, window: {from: 2015-01-01, to: 2015-12-14T05:20Z}}
"""


def run() -> Iterator[Figure]:
    for text, zone in (("*/5 * * * *", "UTC"), ("0 * * * *", "Europe/Rome")):
        seconds = best(partial(expand, text, zone), of=3)
        yield Figure(f"{SLOTS:,} slots of {text!r} in {zone}", seconds, "s", MOST)
    yield Figure(f"and their {SLOTS:,} names", best(name, of=3), "s", MOST)
    with tempfile.TemporaryDirectory() as folder, counted_admin() as admin:
        seconds, rpcs = planned(admin, Path(folder))
        yield Figure(f"plan of {SLOTS:,} slots", seconds, "s", MOST_PLANNED)
        yield Figure("the same", rpcs, "RPCs", SLOTS / 250 + 20)


def expand(text: str, zone: str) -> None:
    """Find the first so many slots of a schedule."""
    schedule = parse(f"TZ={zone} {text}")
    found = fire_times(
        schedule, start=from_rfc3339(_START), end=from_rfc3339("2050-01-01T00:00:00Z")
    )
    assert sum(1 for _, _ in zip(range(SLOTS), found, strict=False)) == SLOTS


def name() -> None:
    """Name the executions of as many slots."""
    instants = range(0, SLOTS * 10**9, 10**9)
    names = execution_names(
        project="flytesnacks", domain="development", name="tick", version="v1", instants=instants
    )
    assert len(set(names)) == SLOTS


def planned(admin: CountedAdmin, folder: Path) -> tuple[float, int]:
    """Seconds and RPCs of a plan of a year of five minutes, of which nothing has run."""
    (folder / "tick.yaml").write_text(_LAUNCH_PLAN)
    with admin.connect() as remote:
        assert remote.apply(remote.plan(load([folder]))).succeeded
        (folder / "tick.yaml").write_text(_BACKFILL)
        manifests = load([folder])
        admin.latency = LATENCY
        admin.count()
        (table,) = remote.plan(manifests).backfills
        rpcs = admin.count()
        assert table.total == SLOTS, table.total
        return best(lambda: remote.plan(manifests), of=2), rpcs
