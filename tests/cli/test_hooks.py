"""The hooks that are offered to pre-commit."""

import re
from pathlib import Path

import pytest
import yaml

from reconciler.cli import run
from reconciler.cli.main import COMMANDS

HOOKS = Path(__file__).parent.parent.parent / ".pre-commit-hooks.yaml"


def test_hooks_call_commands_that_there_are() -> None:
    """By the console script that installing the project gives, for the files they are about."""
    hooks = {hook["id"]: hook for hook in yaml.safe_load(HOOKS.read_text())}

    assert set(hooks) == {"reconciler-validate", "reconciler-fmt"}
    for hook in hooks.values():
        program, command = hook["entry"].split()
        assert program == "reconciler"
        assert command in COMMANDS
        assert hook["language"] == "python"
        assert hook["pass_filenames"] is False
        assert re.search(hook["files"], "manifests/etl.yaml")
        assert not re.search(hook["files"], "etl.py")


def test_hooks_stop_what_should_not_be_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One mends the form, which pre-commit takes for a failure; the other exits with an error."""
    monkeypatch.chdir(tmp_path)
    hooks = yaml.safe_load(HOOKS.read_text())
    entries = {hook["id"]: hook["entry"].split()[1:] for hook in hooks}
    assert run(["init"]) == 0
    manifest = tmp_path / "manifests/hello.yaml"
    good = manifest.read_text()

    manifest.write_text(good.replace("inputs:", "inputs:   "))
    assert run(entries["reconciler-fmt"]) == 0
    assert manifest.read_text() == good
    assert run(entries["reconciler-validate"]) == 0

    manifest.write_text(good.replace("task: hello.greet", "task: hello.great"))
    assert run(entries["reconciler-validate"]) == 1
