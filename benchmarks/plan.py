"""Plans that change nothing: what CI pays for on every push, at 300, 1,000 and 10,000 entities."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import floor
from benchmarks.world import (
    BIN,
    LATENCY,
    CountedAdmin,
    Figure,
    best,
    command,
    counted_admin,
    seconds,
    write_manifests,
)
from reconciler.manifest import load

SIZES = ((300, 0.5), (1_000, 1.0), (10_000, 5.0))
TWICE = 2.0
MEGABYTES = 300


def run() -> Iterator[Figure]:
    for entities, limit in SIZES:
        with tempfile.TemporaryDirectory() as name, counted_admin() as admin:
            yield from measured(admin, Path(name), entities, limit)


def measured(admin: CountedAdmin, folder: Path, entities: int, limit: float) -> Iterator[Figure]:
    """One size: its calls, its time beside the floor, and what the command takes.

    The first plan of all binds every manifest; those after it find kept what the one before
    bound, which is what a checkout, or a pipeline that keeps the cache folder, sees every time.
    """
    write_manifests(folder, chains=entities // 3)
    with admin.connect() as remote:
        assert remote.apply(remote.plan(load([folder]))).succeeded
    admin.latency = LATENCY

    def plan(cache: Path | None = None) -> None:
        with admin.connect(cache) as remote:
            assert remote.plan(load([folder])).is_empty

    with admin.keeping() as calls:
        plan()
    what = f"no-op plan of {entities:,}"
    yield Figure(f"{what} (auto)", len(calls), "RPCs", 15 if entities == 300 else None)
    repeats = 5 if entities <= 1_000 else 3
    with tempfile.TemporaryDirectory() as name:
        cache = Path(name)
        plan(cache)
        # In turns, so that a noisy machine is as noisy for all of them.
        turns = [
            (
                seconds(plan),
                seconds(lambda: plan(cache)),
                floor.parse(folder),
                floor.replay(admin, calls),
            )
            for _ in range(repeats)
        ]
        first, again, parsing, sending = map(min, zip(*turns, strict=True))
        beside = f"C loader {parsing:.2f} s + bare stubs {sending:.2f} s"
        least = parsing + sending
        yield Figure(f"{what}, first, 20 ms latency", first, "s", limit, beside)
        yield Figure(f"{what}, first, against that floor", first / least, "x")
        yield Figure(f"{what}, in process, 20 ms latency", again, "s", limit)
        yield Figure(f"{what}, against that floor", again / least, "x", TWICE)
        line = ("reconciler", "plan", folder, "--admin", admin.endpoint)
        if entities == 300:
            as_command = best(lambda: command(*line, RECONCILER_CACHE=name))
            yield Figure(f"{what}, as a command, 20 ms latency", as_command, "s", 0.8)
    if entities == 10_000:
        with tempfile.TemporaryDirectory() as name:
            for when in ("first", "again"):
                used = memory(*map(str, line), cache=Path(name))
                yield Figure(f"{what}, memory of the command, {when}", used, "MB", MEGABYTES)


# A program is charged with what the one that started it held, so something small starts it: from
# within an Admin of a million rows every command would seem to take what those rows do.
_STARTER = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)
"""


def memory(program: str, *arguments: str, cache: Path) -> float:
    """The most megabytes that a program takes; `cache` is its folder of caches."""
    line = [sys.executable, "-S", "-c", _STARTER, str(BIN / program), *arguments]
    env = {**os.environ, "RECONCILER_CACHE": str(cache)}
    done = subprocess.run(line, capture_output=True, text=True, env=env)
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise AssertionError(f"{program} ended with {done.returncode}")
    return int(done.stdout) / 1024
