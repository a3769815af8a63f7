"""An organisation: 30,000 entities declared, a million rows in Admin, and nothing to change."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.history import add_history
from benchmarks.plan import memory
from benchmarks.world import LATENCY, Figure, counted_admin, write_manifests
from reconciler.manifest import load

ENTITIES = 30_000
OLD = 33  # versions of each name beside the declared one: a million rows in all
MOST_SECONDS, MOST_MEGABYTES = 60.0, 500.0


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name, counted_admin() as admin:
        folder = Path(name)
        write_manifests(folder, chains=ENTITIES // 3)
        started = time.perf_counter()
        with admin.connect() as remote:
            assert remote.apply(remote.plan(load([folder]))).succeeded
        yield Figure(f"first apply of {ENTITIES:,} entities", time.perf_counter() - started, "s")
        add_history(admin, versions=OLD)
        with admin.sandbox.admin.store.read() as session:
            tables = ("tasks", "workflows", "launch_plans")
            rows = sum(session.all(f"SELECT count(*) n FROM {one}")[0]["n"] for one in tables)
        admin.latency = LATENCY
        line = ("plan", str(folder), "--admin", admin.endpoint)
        what = f"no-op plan of {ENTITIES:,} among {rows:,} rows"
        with tempfile.TemporaryDirectory() as cache:
            for when in ("first", "again"):
                started = time.perf_counter()
                used = memory("reconciler", *line, cache=Path(cache))
                took = time.perf_counter() - started
                yield Figure(f"{what}, as a command, {when}", took, "s", MOST_SECONDS)
                yield Figure(f"{what}, memory, {when}", used, "MB", MOST_MEGABYTES)
