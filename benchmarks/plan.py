"""A plan of 300 entities that changes nothing: what CI pays for on every push."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.world import LATENCY, Figure, best, command, counted_admin, write_manifests
from reconciler.manifest import load


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name, counted_admin() as admin:
        folder = Path(name)
        write_manifests(folder, chains=100)
        with admin.connect() as remote:
            remote.apply(remote.plan(load([folder])))
        admin.count()
        admin.latency = LATENCY

        def plan() -> None:
            with admin.connect() as remote:
                assert remote.plan(load([folder])).is_empty

        plan()
        rpcs = admin.count()
        # Nothing that asks Admin anything is quicker than its own round trips, one after another.
        floor = f"{rpcs} round trips in a row: {rpcs * LATENCY:.3f} s"
        yield Figure("no-op plan of 300 entities (auto)", rpcs, "RPCs", 15)
        in_process = best(plan)
        yield Figure("no-op plan of 300, in process, 20 ms latency", in_process, "s", 0.5, floor)
        as_command = best(lambda: command("reconciler", "plan", folder, "--admin", admin.endpoint))
        yield Figure("no-op plan of 300, as a command, 20 ms latency", as_command, "s", 0.8, floor)
