"""Large sets, checked without any Admin: what an editor, a hook and every plan wait for first.

Measured as the command that people run, its start included, in processor seconds: a set is checked
on one core, and what else the machine does is no part of the promise.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

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
    few, megabytes = measure(10_000, plain=True)
    floor = f"PyYAML's C loader, which checks nothing: {parsing(10_000):.1f} s"
    yield Figure("validate 10,000 documents", few, "s", 4.0, floor)
    yield Figure("validate 10,000 documents, memory", megabytes, "MB", 400)
    many, _ = measure(30_000, plain=True)
    yield Figure("validate 30,000 documents", many, "s", 12.0)
    # Three times as many, and the start of the program but once.
    yield Figure("30,000 against 10,000 documents", many / few, "x", 3.3)
    took, _ = measure(10_000, plain=False)
    yield Figure("10,000 with variables, defaults and scopes", took, "s", 6.0)


def measure(documents: int, *, plain: bool) -> tuple[float, float]:
    """Processor seconds and megabytes of one `reconciler validate`; the best of three."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "manifests").mkdir()
        chain = CHAIN if plain else CHAIN.replace("size: 5", 'size: "${var.size}"')
        for number, text in enumerate(_files(documents, chain)):
            (folder / "manifests" / f"chains_{number:03}.yaml").write_text(text)
        if not plain:
            (folder / "reconciler.yaml").write_text(WORKSPACE)
        arguments = [] if not plain else ["manifests"]
        return min(_once(folder, arguments) for _ in range(3))


def parsing(documents: int) -> float:
    """Processor seconds that it takes merely to read as many documents."""
    texts = list(_files(documents, CHAIN))
    before = time.process_time()
    for text in texts:
        for _ in yaml.load_all(text, Loader=yaml.CSafeLoader):
            pass
    return time.process_time() - before


def _files(documents: int, chain: str) -> Iterator[str]:
    """The text of one file after another, a hundred chains in each."""
    chains = documents // 3
    for part in range(0, chains, 100):
        numbers = range(part, min(part + 100, chains))
        yield "---\n".join(chain.replace("NNN", f"{n:05}") for n in numbers)


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
