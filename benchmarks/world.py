"""An embedded Admin that counts calls and answers late, and sets of manifests of any size."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reconciler.config import resolve
from reconciler.remote import Remote
from reconciler.sandbox import Sandbox

LATENCY = 0.020
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Figure:
    """One measurement, and what was promised of it, if anything was."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    beside: str = ""

    @property
    def met(self) -> bool:
        return self.limit is None or self.value <= self.limit

    def __str__(self) -> str:
        digits = 0 if self.unit == "RPCs" else 3
        promise = "" if self.limit is None else f"  (promised ≤ {self.limit:g})"
        missed = "" if self.met else "  MISSED"
        beside = f"  {self.beside}" if self.beside else ""
        return f"{self.what:<58} {self.value:>9.{digits}f} {self.unit}{promise}{beside}{missed}"


class CountedAdmin:
    """A served embedded Admin; `calls` counts what reached it, each answered `latency` late."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.calls: Counter[str] = Counter()
        self.latency = 0.0
        self.kept: list[tuple[str, bytes]] | None = None
        self._answer = sandbox.admin.call
        # The benchmark's own seam: whatever carries a call goes through this method.
        sandbox.admin.call = self._call  # type: ignore[method-assign]

    @property
    def endpoint(self) -> str:
        return self.sandbox.endpoint

    def count(self) -> int:
        """How many calls came since this was last asked."""
        total = self.calls.total()
        self.calls.clear()
        return total

    @contextmanager
    def keeping(self) -> Iterator[list[tuple[str, bytes]]]:
        """Keep every call that comes meanwhile: its method and its message."""
        kept: list[tuple[str, bytes]] = []
        self.kept = kept
        try:
            yield kept
        finally:
            self.kept = None

    def connect(self, cache: Path | None = None) -> Remote:
        return Remote(resolve(self.endpoint, environ={}, home=None), cache=cache)

    def _call(
        self, full_method: str, payload: bytes, metadata: Sequence[tuple[str, str]] = ()
    ) -> bytes:
        self.calls[full_method.rpartition("/")[2]] += 1
        if self.kept is not None:
            self.kept.append((full_method, payload))
        if self.latency:
            time.sleep(self.latency)
        return self._answer(full_method, payload, metadata)


@contextmanager
def counted_admin() -> Iterator[CountedAdmin]:
    with Sandbox(data=":memory:") as sandbox:
        yield CountedAdmin(sandbox)


def write_manifests(folder: Path, *, chains: int, state: str = "active") -> None:
    """Write `chains` times a task, a workflow of it and a scheduled launch plan."""
    chain = CHAIN.replace("state: active", f"state: {state}")
    for n in range(chains):
        (folder / f"chain_{n:05}.yaml").write_text(chain.replace("NNN", f"{n:03}"))


CHAIN = """\
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: bench.load_NNN}
spec:
  inputs: {day: datetime, size: int}
  outputs: {rows: "list[int]"}
  container:
    image: ghcr.io/acme/bench:1
    command: [load, "NNN"]
    env: {STAGE: bench}
    resources: {requests: {cpu: 500m, memory: 1Gi}}
---
apiVersion: reconciler/v1
kind: Workflow
metadata: {project: flytesnacks, domain: development, name: bench.flow_NNN}
spec:
  inputs: {day: datetime}
  outputs: {rows: {type: "list[int]", from: load.rows}}
  nodes:
    load: {task: bench.load_NNN, inputs: {day: {from: inputs.day}, size: 5}}
    again: {task: bench.load_NNN, inputs: {day: {from: inputs.day}, size: 7}, after: [load]}
---
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: flytesnacks, domain: development, name: bench.daily_NNN}
spec:
  workflow: bench.flow_NNN
  schedule: {cron: "0 6 * * *", kickoffInput: day}
  labels: {team: bench}
  state: active
"""


def seconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def best(function: Callable[[], object], *, of: int = 5) -> float:
    """The least of several timings: what it costs when nothing else gets in the way."""
    return min(seconds(function) for _ in range(of))


def command(*arguments: str | Path, cwd: Path | None = None, **env: str) -> None:
    """Run a program of this environment to its end.

    Raises: subprocess.CalledProcessError with what it printed.
    """
    program, *rest = map(str, arguments)
    done = subprocess.run(
        [str(BIN / program), *rest], cwd=cwd, env=os.environ | env, capture_output=True, text=True
    )
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
        done.check_returncode()
