"""What was merged is applied if it does what was reviewed, and the request is told."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.cli.author import find_author
from reconciler.config import Config
from reconciler.manifest import load
from reconciler.model import Author, Plan
from reconciler.remote import Home, Remote
from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli, Result
from tests.e2e.pipeline import OTHER, Pipeline, checkout
from tests.forge.conftest import FAKES
from tests.forge.fake import FakePull
from tests.forge.fake_github import FakeGitHub

NEXT = ETL.replace("etl:1.4", "etl:1.5")


@pytest.fixture
def pipeline(
    here: Path, admin: Between, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pipeline]:
    """A repository whose `main` is applied, and a request that was previewed."""
    with FakeGitHub().served() as forge:
        made = checkout(here, forge, monkeypatch)
        assert cli("apply", "--auto-approve").code == 0
        made.branch()
        made.write(etl=NEXT)
        made.push()
        made.job()
        assert cli("ci", "preview", "--artifacts", here / "out").code == 0
        yield made
    assert not forge.complaints


def merged(pipeline: Pipeline, cli: Cli, *more: str | Path) -> Result:
    """Merge, and run the job that is started by it."""
    if pipeline.forge.pull.state == "open":
        pipeline.merge()
    pipeline.job(run=21, event={"after": pipeline.git("rev-parse", "HEAD")})
    return cli("ci", "apply", *more)


def test_what_was_reviewed_is_applied_and_told(pipeline: Pipeline, cli: Cli) -> None:
    """On the request, and on the commit that the merge made; once more, nothing is to do."""
    done = merged(pipeline, cli)

    assert done.code == 0, done.err
    assert "All of this was reviewed" in done.err
    _, outcome = pipeline.forge.comments()
    assert "Apply complete: 4 done" in outcome
    github = pipeline.forge
    assert isinstance(github, FakeGitHub)
    assert github.checks[-1]["head_sha"] == pipeline.forge.pull.merge_commit
    assert cli("plan", "--detailed-exitcode").code == 0
    assert merged(pipeline, cli).code == 0
    assert len(pipeline.forge.comments()) == 2


def test_another_teams_merge_in_between_does_not_stop_it(pipeline: Pipeline, cli: Cli) -> None:
    """It was applied by their own run, and the steps of ours are the same."""
    pipeline.git("checkout", "-q", "main")
    pipeline.write(ads=OTHER.replace("etl:1.4", "etl:2.0"))
    pipeline.commit("theirs")
    assert cli("apply", "--auto-approve").code == 0

    done = merged(pipeline, cli)

    assert done.code == 0, done.err


def test_a_part_that_is_done_already_is_no_difference(pipeline: Pipeline, cli: Cli) -> None:
    """A run that broke off is run again."""
    pipeline.merge()
    assert cli("apply", "--auto-approve", "--target", "task:*etl.extract*").code == 0

    done = merged(pipeline, cli)

    assert done.code == 0, done.err
    assert "All of this was reviewed" in done.err


def test_what_was_not_reviewed_stops_and_is_told(pipeline: Pipeline, cli: Cli) -> None:
    """What differs stands on the request, with two ways to approve just this."""
    pipeline.merge()
    pipeline.write(ads=OTHER.replace("etl:1.4", "etl:2.0"))
    pipeline.commit("slipped in")

    stopped = merged(pipeline, cli, "--request", "7")

    assert stopped.code == 3
    _, told = pipeline.forge.comments()
    assert "Nothing was written. What would be done is not what was reviewed." in told
    assert "+ create task:flytesnacks/development/ads.extract@" in told
    assert "etl.extract" not in told
    assert cli("plan", "--detailed-exitcode").code == 2
    label = told.partition("plan-approved-")[2][:8]
    digest = told.partition("--approved-digest ")[2][:12]
    assert digest.startswith(label)

    assert merged(pipeline, cli, "--request", "7", "--approved-digest", "0" * 12).code == 3
    pipeline.forge.pull.labels = [f"plan-approved-{label}"]
    approved = merged(pipeline, cli, "--request", "7")
    assert approved.code == 0, approved.err
    assert f"approved by the label plan-approved-{label}" in approved.err
    assert "Apply complete" in pipeline.forge.comments()[1]


def test_a_digest_on_the_line_approves_it(pipeline: Pipeline, cli: Cli) -> None:
    """For who has no forge, too."""
    pipeline.merge()
    pipeline.write(ads=OTHER.replace("etl:1.4", "etl:2.0"))
    pipeline.commit("slipped in")
    pipeline.job(event={}, token="")
    stopped = cli("ci", "apply")
    assert stopped.code == 3
    digest = stopped.err.partition("--approved-digest ")[2][:12]

    assert cli("ci", "apply", "--approved-digest", digest[:4]).code == 64
    done = cli("ci", "apply", "--approved-digest", digest)

    assert done.code == 0, done.err


def test_a_push_that_nobody_reviewed_needs_a_flag(pipeline: Pipeline, cli: Cli) -> None:
    """And what was reviewed and differs is refused even with it."""
    pipeline.git("checkout", "-q", "main")
    pipeline.write(etl=NEXT)
    pipeline.commit("pushed")
    pipeline.job(event={"after": pipeline.git("rev-parse", "HEAD")})
    assert cli("ci", "apply").code == 3

    done = cli("ci", "apply", "--unreviewed")

    assert done.code == 0, done.err


def test_a_preview_of_an_earlier_commit_is_no_review(pipeline: Pipeline, cli: Cli) -> None:
    """What was pushed after it was not seen."""
    pipeline.git("commit", "-q", "--allow-empty", "-m", "after the preview")
    pipeline.forge.pull.head = pipeline.git("rev-parse", "HEAD")

    done = merged(pipeline, cli)

    assert done.code == 3
    assert "The preview is of" in done.err


def test_a_comment_that_anybody_wrote_is_no_review(pipeline: Pipeline, cli: Cli) -> None:
    """Nor is what a trusted job posted of a fork's artifacts."""
    ours = pipeline.forge.pull.comments[0]
    ours.author = "mallory"
    assert merged(pipeline, cli).code == 3
    ours.author = pipeline.forge.bot
    ours.body = ours.body.replace(" code=0", " code=0 by=request")
    assert merged(pipeline, cli).code == 3


def test_artifacts_serve_as_well(pipeline: Pipeline, cli: Cli, here: Path) -> None:
    """Where comments are not kept."""
    pipeline.forge.pull.comments.clear()
    assert merged(pipeline, cli).code == 3

    done = merged(pipeline, cli, "--reviewed", here / "out")

    assert done.code == 0, done.err


def test_a_failure_is_told_on_the_request(
    pipeline: Pipeline, cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what it says; and in the job's summary."""
    pipeline.merge()
    pipeline.write(etl=NEXT.replace("container:", "contaner:"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / "summary.md"))

    done = merged(pipeline, cli)

    assert done.code == 1
    assert "unknown field contaner" in (here / "summary.md").read_text()
    assert "unknown field contaner" in pipeline.forge.comments()[1]


def test_a_lock_whose_run_is_over_is_taken_at_once(
    pipeline: Pipeline, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One whose run goes on is waited for, and then it exits 6; the request is told."""
    pipeline.merge()
    run = f"{pipeline.forge.url}/{pipeline.forge.repository}/actions/runs/5"
    config = Config.for_endpoint(os.environ["RECONCILER_ADMIN"], insecure=True)
    with Remote(config) as remote:
        ledger = remote.ledger_of(Home("flytesnacks", "development", "etl-team"))
        ledger.lock(Plan(()), author=Author(actor="bob", run=run))
    pipeline.forge.runs[5] = "in_progress"
    locked = merged(pipeline, cli)
    assert locked.code == 6
    assert "bob" in pipeline.forge.comments()[1]

    pipeline.forge.runs[5] = "completed"
    done = merged(pipeline, cli)

    assert done.code == 0, done.err
    assert "Took over the lock of bob" in done.err


def test_a_run_that_is_started_again_takes_its_own_lock(
    pipeline: Pipeline, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps its number, and runs; the attempt that was cut off is over all the same."""
    pipeline.merge()
    monkeypatch.setenv("GITHUB_RUN_ATTEMPT", "1")
    pipeline.job(run=21, event={"after": pipeline.git("rev-parse", "HEAD")})
    with Remote(Config.for_endpoint(os.environ["RECONCILER_ADMIN"], insecure=True)) as remote:
        ledger = remote.ledger_of(Home("flytesnacks", "development", "etl-team"))
        author = replace(find_author(os.environ, pipeline.folder), process="elsewhere")
        ledger.lock(Plan(()), author=author)
    forge = pipeline.forge
    assert isinstance(forge, FakeGitHub)
    forge.runs, forge.attempts = {21: "in_progress"}, {21: 1}
    monkeypatch.setenv("GITHUB_RUN_ATTEMPT", "2")
    assert merged(pipeline, cli).code == 6

    forge.attempts = {21: 2}
    done = merged(pipeline, cli)

    assert done.code == 0, done.err
    assert "Took over the lock of" in done.err


def test_what_a_run_that_is_over_had_done_is_noted(pipeline: Pipeline, cli: Cli) -> None:
    """It did everything and did not get to say so: nothing is left to do but that."""
    pipeline.merge()
    config = Config.for_endpoint(os.environ["RECONCILER_ADMIN"], insecure=True)
    with Remote(config) as remote:
        ledger = remote.ledger_of(Home("flytesnacks", "development", "etl-team"))
        plan = remote.plan(load([pipeline.folder / "manifests"]))
        run = f"{pipeline.forge.url}/{pipeline.forge.repository}/actions/runs/5"
        ledger.lock(plan, author=Author(actor="bob", run=run))
        assert remote.apply(plan).succeeded
        pipeline.forge.runs[5] = "in_progress"
        assert merged(pipeline, cli).code == 0
        assert ledger.head().begin is not None

        pipeline.forge.runs[5] = "completed"
        done = merged(pipeline, cli)

        assert done.code == 0, done.err
        assert "Took over the lock of bob" in done.err
        head = ledger.head()
        assert head.begin is None
        assert not head.claims


@pytest.mark.parametrize("name", ["gitlab", "gitea", "bitbucket"])
def test_other_forges_know_what_was_reviewed(
    name: str, here: Path, admin: Between, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each finds the request of a merge by its commit."""
    with FAKES[name]().served() as forge:
        pipeline = checkout(here, forge, monkeypatch)
        pipeline.branch()
        pipeline.write(etl=NEXT)
        pipeline.push()
        pipeline.job()
        more = ["--api-url", forge.api] if name == "bitbucket" else []
        assert cli("ci", "preview", *more).code == 0
        pipeline.merge()
        pipeline.job(run=21, event={}, CI_MERGE_REQUEST_IID="", BITBUCKET_PR_ID="")

        done = cli("ci", "apply", *more)

        assert done.code == 0, done.err
        assert "All of this was reviewed" in done.err
        assert "Apply complete" in forge.comments()[1]
    assert not forge.complaints


def test_a_label_approves_what_a_policy_found(pipeline: Pipeline, cli: Cli) -> None:
    """By its name; the request is told what waits for it."""
    pipeline.merge()
    workspace = pipeline.folder / "reconciler.yaml"
    workspace.write_text(f"{workspace.read_text()}  policies: [{{path: policies}}]\n")
    (pipeline.folder / "policies").mkdir()
    (pipeline.folder / "policies/ask.yaml").write_text(
        "apiVersion: reconciler/v1\n"
        "kind: Policy\n"
        "metadata: {name: ask-first}\n"
        'spec: {each: plan, requireApproval: "true", message: this is asked about}\n'
    )
    pipeline.commit("a policy")
    assert cli("ci", "preview", "--request", "7").code == 0
    told = pipeline.forge.comments()[0]
    assert "policy ask-first wants an approval: this is asked about" in told
    assert "a label on this request, `policy-approved-ask-first`" in told
    waits = merged(pipeline, cli, "--request", "7")
    assert waits.code == 3, waits.err
    assert "ask-first" in pipeline.forge.comments()[1]

    pipeline.forge.pull.labels = ["policy-approved-ask-first"]
    done = merged(pipeline, cli, "--request", "7")

    assert done.code == 0, done.err


@pytest.mark.parametrize("name", [*FAKES])
def test_an_apply_marks_other_previews_as_stale(
    name: str, here: Path, admin: Between, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of open requests into the same branch; running those again takes the mark off."""
    with FAKES[name]().served() as forge:
        pipeline = checkout(here, forge, monkeypatch)
        more = ["--api-url", forge.api] if name == "bitbucket" else []
        pipeline.branch()
        pipeline.write(etl=NEXT)
        pipeline.push()
        pipeline.job()
        assert cli("ci", "preview", *more).code == 0
        forge.pulls[8] = FakePull(8, state="merged", merge_commit="8" * 40, head="9" * 40)
        forge.pulls[9] = FakePull(9, target="release")

        pipeline.git("checkout", "-q", "main")
        pipeline.job(event={}, CI_MERGE_REQUEST_IID="", BITBUCKET_PR_ID="")
        line = ("--unreviewed", "--request", "8", *more)
        applied = cli("ci", "apply", *line)
        assert applied.code == 0, applied.err
        assert "Marked the previews of 1 open request(s) as stale" in applied.err
        (marked,) = forge.comments()
        assert "Flyte Admin has moved since this was planned" in marked
        assert "reconciler-steps" in marked
        assert cli("ci", "apply", *line).code == 0
        assert forge.comments() == [marked]

        pipeline.git("checkout", "-q", forge.pull.source)
        pipeline.job(run=12)
        assert cli("ci", "preview", *more).code == 0
        (again,) = forge.comments()
        assert "Flyte Admin has moved since this was planned" not in again
    assert not forge.complaints
