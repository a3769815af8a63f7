"""Registering 300 entities: ours beside flytekit's own `pyflyte register` of the same sources.

Both start from the same flytekit project: ours packages it with the real `pyflyte package` and
applies the package; flytekit serialises and registers it. The second run finds everything there.
"""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.world import LATENCY, CountedAdmin, Figure, command, counted_admin, seconds

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


def _compared(folder: Path) -> Iterator[Figure]:
    with counted_admin() as ours, counted_admin() as theirs:
        for run in ("first", "second"):
            own, own_rpcs = _measured(ours, lambda: _apply(folder, ours))
            other, other_rpcs = _measured(theirs, lambda: _register(folder, theirs))
            beside = f"pyflyte register: {other:.1f} s"
            yield Figure(f"{run} apply of 300 entities, 20 ms latency", own, "s", other, beside)
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
