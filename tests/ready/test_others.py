"""The files for Gitea, Forgejo and Bitbucket: their scripts, run by a shell as runners do."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from reconciler.cli import run as reconciler
from tests.e2e.between import Between
from tests.e2e.conftest import ETL
from tests.e2e.pipeline import Pipeline, checkout
from tests.forge.fake import TOKEN, FakeForge
from tests.forge.fake_bitbucket import FakeBitbucket
from tests.forge.fake_gitea import FakeGitea
from tests.ready.tools import BESIDE, ROOT, run


def gitea() -> dict[str, list[str]]:
    """What each job runs; `actions/checkout` is what is checked out here."""
    jobs = yaml.safe_load((ROOT / "ci-templates/gitea.yml").read_text())["jobs"]
    return {
        name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()
    }


def bitbucket() -> dict[str, list[str]]:
    pipelines = yaml.safe_load((ROOT / "ci-templates/bitbucket-pipelines.yml").read_text())
    pipelines = pipelines["pipelines"]

    def script(steps: Any) -> list[str]:
        (one,) = steps
        said: list[str] = one["step"]["script"]
        return said

    return {
        "preview": script(pipelines["pull-requests"]["**"]),
        "apply": script(pipelines["branches"]["main"]),
        "drift": script(pipelines["custom"]["flyte-drift"]),
    }


FORGES = {"gitea": (FakeGitea, gitea), "bitbucket": (FakeBitbucket, bitbucket)}


@pytest.fixture(params=FORGES)
def forge(request: pytest.FixtureRequest) -> Iterator[FakeForge]:
    with FORGES[request.param][0]().served() as made:
        yield made
    assert not made.complaints


@pytest.fixture
def pipeline(
    here: Any, admin: Between, forge: FakeForge, monkeypatch: pytest.MonkeyPatch
) -> Pipeline:
    """A repository whose `main` is applied, and a request; the program is installed already."""
    monkeypatch.setenv("PATH", f"{BESIDE}:/usr/local/bin:/usr/bin:/bin")
    made = checkout(here, forge, monkeypatch)
    assert reconciler(["apply", "--auto-approve"]) == 0
    made.branch()
    return made


def test_jobs_preview_apply_and_watch(pipeline: Pipeline, forge: FakeForge) -> None:
    """A request has its comment, what is merged is applied, and nothing drifts then."""
    scripts = FORGES[forge.name][1]()

    def job(name: str) -> str:
        lines = [one for one in scripts[name] if "pip install" not in one]
        script = "set -euo pipefail\n" + "\n".join(lines)
        more = [] if forge.name == "gitea" else ["--api-url", forge.api]
        script = " ".join([script, *more])
        done = run("bash", "-c", script, cwd=pipeline.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        assert TOKEN not in done.stdout + done.stderr
        return done.stdout

    pipeline.write(etl=ETL.replace("etl:1.4", "etl:1.5"))
    pipeline.push()
    pipeline.job()
    job("preview")
    (comment,) = pipeline.forge.comments()
    assert "etl:1.5" in comment

    pipeline.merge()
    pipeline.job()
    assert "Apply complete" in job("apply")
    assert "No drift" in job("drift")
