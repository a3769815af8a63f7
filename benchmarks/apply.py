"""Registering 300 entities: ours beside flytekit's own `pyflyte register` of the same sources.

Both start from the same flytekit project: ours packages it with the real `pyflyte package` and
applies the package; flytekit serialises and registers it. The second run finds everything there.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import floor
from benchmarks.world import (
    LATENCY,
    CountedAdmin,
    Figure,
    command,
    counted_admin,
    seconds,
    write_manifests,
)
from reconciler.manifest import load

IMAGE = "ghcr.io/acme/bench:1"
MANIFEST = """\
apiVersion: reconciler/v1
kind: Package
metadata: {project: flytesnacks, domain: development, name: bench}
spec: {source: bench.tgz}
"""
ONE = """

@task
def load_NNN(day: datetime, size: int) -> list[int]:
    return [size]


@workflow
def flow_NNN(day: datetime) -> list[int]:
    return load_NNN(day=day, size=5)
"""


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        module = folder / "project" / "bench"
        module.mkdir(parents=True)
        (module / "__init__.py").touch()
        source = "from datetime import datetime\n\nfrom flytekit import task, workflow\n"
        # A task, a workflow and its default launch plan: 300 entities.
        for n in range(100):
            source += ONE.replace("NNN", f"{n:03}")
        (module / "all.py").write_text(source)
        (folder / "bench.yaml").write_text(MANIFEST)
        packaging = seconds(
            lambda: command(
                *("pyflyte", "--pkgs", "bench", "package", "--image", IMAGE),
                *("--output", folder / "bench.tgz"),
                cwd=folder / "project",
                FLYTE_INTERNAL_IMAGE=IMAGE,
            )
        )
        yield Figure("pyflyte package of 300 entities", packaging, "s")
        yield from _compared(folder)
        yield _beside_stubs()


def _beside_stubs() -> Figure:
    """Registering 300 new entities beside bare stubs that send the same creates, as many at once.

    Those get what depends on each other in three goes, since Admin refuses what comes too early.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_manifests(folder, chains=100, state="unmanaged")
        own, other = (min(times) for times in zip(*(_once(folder) for _ in range(3)), strict=True))
    beside = f"bare stubs: {other:.2f} s"
    return Figure("registering 300, against bare stubs", own / other, "x", 1.5, beside)


def _once(folder: Path) -> tuple[float, float]:
    """Seconds of our apply, and of the stubs."""
    with counted_admin() as admin, admin.connect() as remote:
        plan = remote.plan(load([folder]))
        admin.latency = LATENCY
        with admin.keeping() as calls:
            own = seconds(lambda: remote.apply(plan))
    with counted_admin() as admin:
        admin.latency = LATENCY
        goes = (
            [call for call in calls if call[0].endswith(method)]
            for method in ("CreateTask", "CreateWorkflow", "CreateLaunchPlan")
        )
        return own, sum(floor.replay(admin, go) for go in goes)


def _compared(folder: Path) -> Iterator[Figure]:
    with counted_admin() as ours, counted_admin() as theirs:
        for run in ("first", "second"):
            own, own_rpcs = _measured(ours, lambda: _apply(folder, ours))
            other, other_rpcs = _measured(theirs, lambda: _register(folder, theirs))
            # Four times as fast at least the first time.
            limit = other / 4 if run == "first" else other
            beside = f"pyflyte register: {other:.1f} s"
            yield Figure(f"{run} apply of 300 entities, 20 ms latency", own, "s", limit, beside)
            beside = f"pyflyte register: {other_rpcs} RPCs"
            yield Figure(f"{run} apply of 300 entities", own_rpcs, "RPCs", beside=beside)


def _measured(admin: CountedAdmin, job: Callable[[], None]) -> tuple[float, int]:
    admin.latency = LATENCY
    admin.count()
    return seconds(job), admin.count()


def _apply(folder: Path, admin: CountedAdmin) -> None:
    arguments = ("apply", folder / "bench.yaml", "--auto-approve", "--admin", admin.endpoint)
    command("reconciler", *arguments)


def _register(folder: Path, admin: CountedAdmin) -> None:
    command(
        *("pyflyte", "register", "--project", "flytesnacks", "--domain", "development"),
        *("--image", IMAGE, "--version", "v1", "--copy", "none", "bench"),
        cwd=folder / "project",
        FLYTE_INTERNAL_IMAGE=IMAGE,
        FLYTE_PLATFORM_URL=admin.endpoint,
        FLYTE_PLATFORM_INSECURE="true",
    )
