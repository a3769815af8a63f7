"""GitLab's template, run by `gitlab-ci-local` on this machine, from a request to its merge."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli import run as reconciler
from tests.e2e.between import Between
from tests.e2e.conftest import ETL
from tests.e2e.pipeline import Pipeline, checkout
from tests.forge.fake import TOKEN
from tests.forge.fake_gitlab import FakeGitLab
from tests.ready.tools import ROOT, program, run, tool

TEMPLATE = ROOT / "ci-templates/gitlab.yml"
KEPT = ("CI", "CI_", "GITLAB_", "RECONCILER_ADMIN")


@pytest.fixture
def gitlab(here: Path, admin: Between, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """A project whose `main` is applied, with the template in it, and a request."""
    tool("rsync")
    tool("gitlab-ci-local")
    with FakeGitLab().served() as forge:
        made = checkout(here, forge, monkeypatch)
        # Images are for runners with a container engine; the jobs themselves are what is run.
        text = TEMPLATE.read_text().replace("  image: $FLYTE_IMAGE\n", "")
        (made.folder / ".gitlab-ci.yml").write_text(text)
        (made.folder / ".gitignore").write_text(".gitlab-ci-local\n")
        made.git("remote", "add", "origin", "git@gitlab.example.com:acme/etl.git")
        made.commit("pipeline")
        assert reconciler(["apply", "--auto-approve"]) == 0
        made.branch()
        yield made
    assert not forge.complaints


def job(gitlab: Pipeline, name: str, source: str) -> str:
    """Run one job for a pipeline of some source; its log, if it passed."""
    said = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    tools = program(gitlab.folder.parent / "bin", said)
    home = gitlab.folder.parent / "gitlab"
    done = run(
        tool("gitlab-ci-local"),
        name,
        *("--home", home, "--variable", f"CI_PIPELINE_SOURCE={source}"),
        cwd=gitlab.folder,
        env={"PATH": f"{tools}:{os.environ['PATH']}"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert TOKEN not in done.stdout
    return done.stdout


def test_jobs_preview_apply_and_watch(gitlab: Pipeline) -> None:
    """A request has its note and artifacts; what is merged is applied; nothing drifts then."""
    gitlab.write(etl=ETL.replace("etl:1.4", "etl:1.5"))
    gitlab.push()
    gitlab.job()
    job(gitlab, "flyte-preview", "merge_request_event")
    (note,) = gitlab.forge.comments()
    assert "etl:1.5" in note
    assert (gitlab.folder / "preview/code-quality.json").exists()

    merged = gitlab.merge()
    gitlab.job(CI_COMMIT_SHA=merged, CI_MERGE_REQUEST_IID="", CI_COMMIT_BRANCH="main")
    log = job(gitlab, "flyte-apply", "push")
    assert "Apply complete" in log
    assert (gitlab.folder / "apply.xml").exists()
    log = job(gitlab, "flyte-drift", "schedule")
    assert "No drift" in log


def test_the_template_is_gitlabs() -> None:
    """By the schema that GitLab publishes."""
    done = run(
        tool("check-jsonschema"),
        *("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", TEMPLATE),
        cwd=ROOT,
    )

    assert done.returncode == 0, done.stdout
