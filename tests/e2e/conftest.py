"""A folder of manifests, an Admin to apply them to, and the command line between them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import run
from tests.e2e.between import Between, between

ETL = """\
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: etl.extract}
spec:
  inputs: {day: str}
  outputs: {rows: int}
  container: {image: "ghcr.io/acme/etl:1.4", args: [extract, "{{.inputs.day}}"]}
---
apiVersion: reconciler/v1
kind: Workflow
metadata: {project: flytesnacks, domain: development, name: etl.daily}
spec:
  inputs: {day: str}
  outputs:
    rows: {type: int, from: extract.rows}
  nodes:
    extract:
      task: {name: etl.extract}
      inputs: {day: {from: inputs.day}}
---
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {project: flytesnacks, domain: development, name: etl.daily}
spec:
  workflow: {name: etl.daily}
  inputs: {day: monday}
  schedule: {cron: "0 6 * * *"}
  state: active
"""


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> Any:
        """The last line of stdout, which of JSON Lines is the result."""
        return json.loads(self.out.splitlines()[-1])


Cli = Callable[..., Result]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, and an environment in which no endpoint is named."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("FLYTE", "RECONCILER")) or name in ("CI", "NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def etl(here: Path) -> Path:
    """A file with a task, a workflow and a scheduled, active launch plan."""
    file = here / "etl.yaml"
    file.write_text(ETL)
    return file


@pytest.fixture
def admin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Between]:
    """An empty Admin, served on a port, that every command of the test talks to."""
    with between() as middle:
        monkeypatch.setenv("RECONCILER_ADMIN", middle.endpoint)
        yield middle


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command line in this process."""

    def call(*argv: str | Path) -> Result:
        capsys.readouterr()
        code = run([str(argument) for argument in argv])
        return Result(int(code), *capsys.readouterr())

    return call


@contextmanager
def started(*argv: str | Path) -> "Iterator[subprocess.Popen[str]]":
    """Run a command line as a process of its own, which is gone when the context ends."""
    with subprocess.Popen(
        [sys.executable, "-m", "reconciler", *map(str, argv)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
