"""Plans about some of what is declared: `--target`, `--exclude`, `--changed-since`."""

import subprocess
from pathlib import Path

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: [manifests]
  ledger: {project: flytesnacks, domain: production}
"""
CLEAN = """\
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: clean}
spec:
  container: {image: "ghcr.io/acme/etl:1.4", args: [clean]}
"""


def git(*arguments: str) -> None:
    identity = ("-c", "user.name=ann", "-c", "user.email=ann@example.com")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def manifests(here: Path) -> Path:
    """A workspace of two files, committed."""
    folder = here / "manifests"
    folder.mkdir()
    (here / "reconciler.yaml").write_text(WORKSPACE)
    (folder / "etl.yaml").write_text(ETL)
    (folder / "clean.yaml").write_text(CLEAN)
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "all")
    return folder


def test_a_target_is_applied_and_nothing_else(cli: Cli, admin: Between, manifests: Path) -> None:
    """The rest is left for later, and the plan says so."""
    first = cli("apply", "--target", "clean", "--auto-approve")
    second = cli("apply", "--auto-approve")

    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert "this plan is partial: it is about 1 of 5 declared objects" in first.out
    assert "1 registered" in first.out
    assert "3 registered, 0 updated, 1 activated" in second.out


def test_a_partial_plan_retires_nothing(cli: Cli, admin: Between, manifests: Path) -> None:
    """Whatever has left the manifests meanwhile."""
    cli("apply", "--auto-approve")
    (manifests / "etl.yaml").unlink()

    partial = cli("plan", "--target", "clean", "--detailed-exitcode")
    whole = cli("plan", "--detailed-exitcode")

    assert (partial.code, whole.code) == (0, 2)


def test_what_changed_since_a_revision(cli: Cli, admin: Between, manifests: Path) -> None:
    """Committed on the branch or not; what others merged meanwhile is not ours."""
    git("checkout", "-q", "-b", "branch")
    (manifests / "clean.yaml").write_text(CLEAN.replace("1.4", "1.5"))

    plan = cli("plan", "--changed-since", "main")

    assert plan.code == 0, plan.err
    assert "about 1 of 5 declared objects (--changed-since main)" in plan.out
    assert "etl.daily" not in plan.out


def test_a_changed_workspace_changes_everything(
    cli: Cli, admin: Between, manifests: Path, here: Path
) -> None:
    """It says something about every manifest."""
    (here / "reconciler.yaml").write_text(WORKSPACE + "  scopes: [flytesnacks/*]\n")

    assert "about 5 of 5 declared objects" in cli("plan", "--changed-since", "main").out


def test_a_revision_that_git_does_not_know_is_an_error(
    cli: Cli, admin: Between, manifests: Path
) -> None:
    """With git's own words."""
    result = cli("plan", "--changed-since", "nowhere")

    assert result.code == 1
    assert "--changed-since: git merge-base says" in result.err


def test_a_misspelt_target_is_an_error(cli: Cli, admin: Between, manifests: Path) -> None:
    """It must not look like nothing to do."""
    result = cli("plan", "--target", "cleen")

    assert result.code == 1
    assert "'cleen' names nothing that is declared; did you mean clean?" in result.err
