"""The hooks that are offered, run by pre-commit itself at a commit."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.cli import run as reconciler
from tests.ready.tools import BESIDE, ROOT, run, tool


@pytest.fixture
def repository(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that `reconciler init` began, with the hooks installed."""
    program = tool("pre-commit")
    monkeypatch.setenv("PATH", f"{BESIDE}:/usr/local/bin:/usr/bin:/bin")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(here / "cache"))
    folder = here / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    hooks: list[Any] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    # As they are but for where the program comes from: it is installed already.
    local = [{**hook, "language": "system"} for hook in hooks]
    config = {"repos": [{"repo": "local", "hooks": local}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    assert reconciler(["init"]) == 0
    for words in (
        ("git", "init", "-q"),
        ("git", "config", "user.name", "alice"),
        ("git", "config", "user.email", "alice@example.com"),
        (program, "install"),
        ("git", "add", "."),
    ):
        run(*words, cwd=folder, check=True)
    return folder


def test_a_commit_is_checked(repository: Path) -> None:
    """What is well goes in; what is badly written is mended, and what is wrong is told."""
    run("git", "commit", "-m", "first", cwd=repository, check=True)
    manifest = repository / "manifests/hello.yaml"
    good = manifest.read_text()

    manifest.write_text(good.replace("inputs:", "inputs:   "))
    run("git", "add", ".", cwd=repository)
    done = run("git", "commit", "-m", "form", cwd=repository)
    assert done.returncode == 1
    assert "reconciler fmt" in done.stderr
    assert manifest.read_text() == good

    manifest.write_text(good.replace("task: hello.greet", "task: hello.great"))
    run("git", "add", ".", cwd=repository)
    done = run("git", "commit", "-m", "wrong", cwd=repository)
    assert done.returncode == 1
    assert "hello.great" in done.stderr


def test_other_files_are_not_held_up(repository: Path) -> None:
    """A commit of no manifest runs nothing."""
    run("git", "commit", "-m", "first", cwd=repository, check=True)
    (repository / "README.md").write_text("Hello")
    run("git", "add", ".", cwd=repository)

    done = run("git", "commit", "-m", "read me", cwd=repository, check=True)

    assert "Skipped" in done.stderr


def test_the_hooks_are_pre_commits() -> None:
    """By its own reading of what a repository offers."""
    done = run(tool("pre-commit"), "validate-manifest", ".pre-commit-hooks.yaml", cwd=ROOT)

    assert done.returncode == 0, done.stdout
