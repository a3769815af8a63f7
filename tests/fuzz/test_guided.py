"""The readers, against inputs that atheris makes for the code they reach."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

RUNS = 10_000


@pytest.mark.long
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="the extra `fuzz`")
@pytest.mark.parametrize("sort", ["yaml", "package", "member"])
def test_what_reaches_more_code(sort: str, tmp_path: Path) -> None:
    """Refused in good order, or read; in a process of its own, for libFuzzer ends it."""
    argv = [sys.executable, "-m", "tests.fuzz.guided", sort, f"-runs={RUNS}", "-seed=1"]
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [*argv, f"-artifact_prefix={tmp_path}/"],
        cwd=root,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    assert f"Done {RUNS} runs" in done.stderr
