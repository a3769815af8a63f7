"""The hooks that are offered to pre-commit."""

import re
from pathlib import Path

import yaml

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
