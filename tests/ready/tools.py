"""What teams copy is run by the tools that they run it with, wherever these are installed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BESIDE = Path(sys.executable).parent


def tool(name: str) -> str:
    """The path of a program that is beside this Python or on the PATH; without it, a skip."""
    found = shutil.which(name, path=f"{BESIDE}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def program(folder: Path, environ: Mapping[str, str]) -> Path:
    """A folder with a `reconciler` in it that talks to what `environ` says, whatever a runner's
    own environment says."""
    folder.mkdir(exist_ok=True)
    file = folder / "reconciler"
    said = "".join(f"export {name}='{value}'\n" for name, value in environ.items())
    file.write_text(f'#!/bin/bash\n{said}exec {sys.executable} -m reconciler "$@"\n')
    file.chmod(0o755)
    return folder


def run(
    *words: str | Path, cwd: Path, env: Mapping[str, str] | None = None, check: bool = False
) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end; its environment is this one's and `env`."""
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done
