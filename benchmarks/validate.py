"""Large sets, checked without any Admin: what an editor, a hook and every plan wait for first.

Measured as the command that people run, its start included, in processor seconds: a set is checked
on one core, and what else the machine does is no part of the promise.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.world import BIN, CHAIN, Figure

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: bench}
spec:
  manifests: [manifests]
  scopes: [flytesnacks]
  variables: {size: {type: int, default: 5}}
  defaults:
    - match: {kind: Task, project: "flyte*"}
      set: {spec: {retries: 2}}
"""


def run() -> Iterator[Figure]:
    for documents, seconds in ((10_000, 4.0), (30_000, 12.0)):
        took, megabytes = measure(documents, plain=True)
        yield Figure(f"validate {documents:,} documents", took, "s", seconds)
        if documents == 10_000:
            yield Figure(f"validate {documents:,} documents, memory", megabytes, "MB", 400)
    took, _ = measure(10_000, plain=False)
    yield Figure("the same with variables, defaults and scopes", took, "s", 6.0)


def measure(documents: int, *, plain: bool) -> tuple[float, float]:
    """Processor seconds and megabytes of one `reconciler validate`; the best of three."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "manifests").mkdir()
        chain = CHAIN if plain else CHAIN.replace("size: 5", 'size: "${var.size}"')
        chains = documents // 3
        for part in range(0, chains, 100):
            numbers = range(part, min(part + 100, chains))
            text = "---\n".join(chain.replace("NNN", f"{n:05}") for n in numbers)
            (folder / "manifests" / f"chains_{part:05}.yaml").write_text(text)
        if not plain:
            (folder / "reconciler.yaml").write_text(WORKSPACE)
        arguments = [] if not plain else ["manifests"]
        return min(_once(folder, arguments) for _ in range(3))


def _once(folder: Path, arguments: list[str]) -> tuple[float, float]:
    process = subprocess.Popen(
        [str(BIN / "reconciler"), "validate", *arguments],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise AssertionError(f"validate ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
