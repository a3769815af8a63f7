"""A pull request is told what merging it would do, as its pipeline does it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli
from tests.e2e.pipeline import OTHER, Pipeline, checkout
from tests.forge.conftest import FAKES
from tests.forge.fake_github import FakeGitHub


@pytest.fixture
def pipeline(
    here: Path, admin: Between, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pipeline]:
    """A repository whose `main` is applied, and a request on GitHub that goes into it."""
    with FakeGitHub().served() as forge:
        made = checkout(here, forge, monkeypatch)
        assert cli("apply", "--auto-approve").code == 0
        made.branch()
        yield made
    assert not forge.complaints


def github(pipeline: Pipeline) -> FakeGitHub:
    assert isinstance(pipeline.forge, FakeGitHub)
    return pipeline.forge


def test_a_request_gets_one_comment_that_says_what_merging_means(
    pipeline: Pipeline, cli: Cli
) -> None:
    """Verdict and counts first; active versions, images and fire times; how, folded below."""
    pipeline.write(etl=ETL.replace("etl:1.4", "etl:1.5").replace("0 6", "30 5"))
    head = pipeline.push()
    pipeline.job()

    done = cli("ci", "preview")

    assert done.code == 0, done.err
    (comment,) = pipeline.forge.comments()
    lines = comment.splitlines()
    assert lines[0].startswith(f"<!-- reconciler preview:default page=1/1 commit={head} ")
    assert "to register, 1 to activate" in lines[4]
    assert "| `flytesnacks/development/etl.daily` |" in comment
    assert "`cron '0 6 * * *'` → `cron '30 5 * * *'`: `" in comment
    assert "05:30" in comment
    assert "| `ghcr.io/acme/etl:1.4` | `ghcr.io/acme/etl:1.5` | 1 |" in comment
    assert "```diff\n" in comment
    assert f"commit `{head[:12]}`" in comment
    assert "ads." not in comment


def test_a_second_run_updates_it(pipeline: Pipeline, cli: Cli) -> None:
    """Of the same commit nothing changes but the time; of another one all does."""
    pipeline.write(etl=ETL.replace("etl:1.4", "etl:1.5"))
    pipeline.push()
    pipeline.job()
    cli("ci", "preview")
    pipeline.write(etl=ETL.replace("etl:1.4", "etl:1.6"))
    pipeline.push()
    pipeline.job(run=12)
    again = cli("ci", "preview")

    (comment,) = pipeline.forge.comments()
    assert "etl:1.6" in comment
    assert "etl:1.5" not in comment
    assert "Posted (updated)" in again.err


def test_a_plan_that_moved_under_the_request_is_badged(
    pipeline: Pipeline, cli: Cli, admin: Between
) -> None:
    """A run for the same commit tells that Admin or the target moved since."""
    pipeline.write(etl=ETL.replace("etl:1.4", "etl:1.5"))
    pipeline.push()
    pipeline.job()
    cli("ci", "preview")
    assert "was another one" not in pipeline.forge.comments()[0]
    assert cli("apply", "--auto-approve", "manifests/etl.yaml").code == 0
    github(pipeline).pull.base = "d" * 40

    pipeline.job(run=12, event=json.loads((pipeline.folder.parent / "event.json").read_text()))
    cli("ci", "preview")

    (comment,) = pipeline.forge.comments()
    assert "> [!WARNING]\n> - The plan of this very commit was another one" in comment
    assert "main has moved on" in comment


def test_what_was_there_before_is_told_apart(pipeline: Pipeline, cli: Cli) -> None:
    """What somebody moved by hand, and what was merged and is not applied yet."""
    pipeline.git("checkout", "-q", "main")
    pipeline.write(ads=OTHER.replace("etl:1.4", "etl:2.0"))
    pipeline.commit("merged, not applied")
    pipeline.git("branch", "-D", "-q", pipeline.forge.pull.source)
    pipeline.branch()
    pipeline.write(etl=ETL.replace("etl:1.4", "etl:1.5"))
    pipeline.push()
    pipeline.job()

    cli("ci", "preview")

    (comment,) = pipeline.forge.comments()
    own, _, apart = comment.partition("not of this request")
    assert "etl:1.5" in own
    assert "etl:2.0" not in own
    assert "merged before, and not applied yet" in apart
    assert "ads.daily" in apart
    assert "ads." not in own


def test_a_break_is_told_on_the_line_it_comes_from(pipeline: Pipeline, cli: Cli) -> None:
    """As a remark of the check, and first thing in the comment."""
    pipeline.write(
        etl=ETL.replace("{day: str}", "{day: str, region: str}")
        .replace(
            "day: {from: inputs.day}", "day: {from: inputs.day}, region: {from: inputs.region}"
        )
        .replace("inputs: {day: monday}", "inputs: {day: monday}")
        .replace('  schedule: {cron: "0 6 * * *"}\n', "")
    )
    pipeline.push()
    pipeline.job()

    done = cli("ci", "preview")

    assert done.code == 0, done.err
    (check,) = github(pipeline).checks
    (comment,) = pipeline.forge.comments()
    assert "> [!CAUTION]\n> - etl.daily: input region" in comment
    (remark,) = [
        one for one in check["output"]["annotations"] if "breaks callers" in one["message"]
    ]
    assert remark["path"] == "manifests/etl.yaml"
    assert remark["start_line"] == 21
    assert check["conclusion"] == "success"
    assert check["head_sha"] == pipeline.forge.pull.head


POLICIES = """\
apiVersion: reconciler/v1
kind: Policy
metadata: {name: look-here}
spec: {when: step.kind == "task", warn: "true", message: look}
---
apiVersion: reconciler/v1
kind: Policy
metadata: {name: not-so}
spec: {when: step.kind == "task", deny: "true", message: not like this}
---
apiVersion: reconciler/v1
kind: Policy
metadata: {name: no-daily}
spec: {when: step.kind == "launch_plan", deny: "true", message: nobody is excused}
"""


def test_what_policies_and_lint_say_stands_on_the_manifests_lines(
    pipeline: Pipeline, cli: Cli
) -> None:
    """What refuses as a failure, and first; the rest as warnings; what is exempt not at all."""
    workspace = pipeline.folder / "reconciler.yaml"
    exempt = "[{policy: no-daily, object: '*/etl.daily', reason: is meant}]"
    workspace.write_text(
        f"{workspace.read_text()}  policies: [{{path: policies.yaml, exemptions: {exempt}}}]\n"
    )
    (pipeline.folder / "policies.yaml").write_text(POLICIES)
    pipeline.write(
        etl=ETL.replace("etl:1.4", "etl:latest").replace(
            "workflow: {name: etl.daily}", "workflow: {name: etl.daily}\n  labels: {a: b}"
        )
    )
    pipeline.push()
    pipeline.job()

    done = cli("ci", "preview", "--artifacts", "out")

    assert done.code == 3, done.err
    (check,) = github(pipeline).checks
    remarks = check["output"]["annotations"]
    told = [
        (one["title"], one["annotation_level"], one["path"], one["start_line"]) for one in remarks
    ]
    assert told == [
        ("policy", "failure", "manifests/etl.yaml", 1),
        ("policy", "warning", "manifests/etl.yaml", 1),
        ("mutable-image", "warning", "manifests/etl.yaml", 7),
    ]
    assert "not like this [not-so]" in remarks[0]["message"]
    (comment,) = pipeline.forge.comments()
    assert "manifests/etl.yaml:1: policy not-so refuses: not like this (task:" in comment
    assert "1 finding of policies is exempt" in comment
    for file in ("code-quality.json", "default/plan.html"):
        assert "not like this" in (pipeline.folder / "out" / file).read_text()


def test_a_plan_that_fails_is_told_in_the_same_place(pipeline: Pipeline, cli: Cli) -> None:
    """Every problem, on its line; and once it is mended, the plan stands there instead."""
    pipeline.write(etl=ETL.replace("container:", "contaner:"))
    pipeline.push()
    pipeline.job()

    done = cli("ci", "preview", "--artifacts", "out")

    assert done.code == 1
    assert "unknown field contaner" in (pipeline.folder / "out/default/plan.html").read_text()
    (comment,) = pipeline.forge.comments()
    assert "This cannot be planned" in comment
    assert "manifests/etl.yaml:7" in comment
    (check,) = github(pipeline).checks
    assert check["conclusion"] == "failure"
    assert check["output"]["annotations"][0]["start_line"] == 7

    pipeline.write(etl=ETL)
    pipeline.push()
    pipeline.job(run=12)
    assert cli("ci", "preview").code == 0
    (comment,) = pipeline.forge.comments()
    assert "✅ **No changes; " in comment


def test_a_workspace_that_cannot_be_read_is_told_too(pipeline: Pipeline, cli: Cli) -> None:
    """On the comment of the environment that the line names."""
    (pipeline.folder / "reconciler.yaml").write_text("kind: [")
    pipeline.push()
    pipeline.job()

    assert cli("ci", "preview").code == 1
    (comment,) = pipeline.forge.comments()
    assert "This cannot be planned" in comment


def test_summary_and_artifacts_need_no_token(pipeline: Pipeline, cli: Cli, here: Path) -> None:
    """A fork's pipeline gets none; it exits as the plan, and posts nothing."""
    pipeline.write(etl=ETL.replace("etl:1.4", "etl:1.5"))
    pipeline.forge.pull.source_repository = "mallory/etl"
    pipeline.push()
    summary = here / "summary.md"
    pipeline.job(token="", GITHUB_STEP_SUMMARY=str(summary))

    done = cli("ci", "preview", "--artifacts", "out", "--detailed-exitcode")

    assert done.code == 2, done.err
    assert pipeline.forge.calls == []
    assert "Nothing is posted: there is no token" in done.err
    assert "etl:1.5" in summary.read_text()
    folder = pipeline.folder / "out"
    index = json.loads((folder / "preview.json").read_text())
    assert index["request"]["number"] == 7
    assert [one["key"] for one in index["entries"]] == ["default"]
    assert json.loads((folder / "default/plan.json").read_text())["type"] == "plan"
    assert "</html>" in (folder / "default/plan.html").read_text()
    assert cli("show", folder / "default/plan.saved").code == 0


def test_a_token_that_may_only_read_is_no_failure_of_a_fork(pipeline: Pipeline, cli: Cli) -> None:
    """But of the repository's own request it is, and the permission is named."""
    pipeline.write(etl=ETL.replace("etl:1.4", "etl:1.5"))
    pipeline.forge.pull.source_repository = "mallory/etl"
    pipeline.push()
    pipeline.forge.denied = {"POST", "PATCH"}
    pipeline.job()
    fork = cli("ci", "preview")
    pipeline.forge.pull.source_repository = pipeline.forge.repository
    pipeline.job()
    own = cli("ci", "preview")

    assert (fork.code, own.code) == (0, 7)
    assert "ci post" in fork.err
    assert "pull-requests: write" in own.err


def test_outside_of_a_request_the_commit_has_its_check(pipeline: Pipeline, cli: Cli) -> None:
    """A push has no comment to keep."""
    pipeline.job(event={"after": pipeline.git("rev-parse", "HEAD")})

    assert cli("ci", "preview").code == 0
    assert pipeline.forge.comments() == []
    assert len(github(pipeline).checks) == 1


@pytest.mark.parametrize("name", ["gitlab", "gitea", "bitbucket"])
def test_other_forges_are_told_the_same(
    name: str, here: Path, admin: Between, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each by its own variables, and with a status on the commit."""
    with FAKES[name]().served() as forge:
        pipeline = checkout(here, forge, monkeypatch)
        pipeline.branch()
        pipeline.write(etl=ETL.replace("etl:1.4", "etl:1.5"))
        head = pipeline.push()
        pipeline.job()
        more = ["--api-url", forge.api] if name == "bitbucket" else []

        done = cli("ci", "preview", *more)

        assert done.code == 0, done.err
        assert len(forge.comments()) == 1
        assert "3 to register, 1 to activate" in forge.comments()[0]
        assert "not of this request" in forge.comments()[0]
        assert len(forge.statuses[head]) == 1
    assert not forge.complaints


ENVIRONMENTS = """\
  environments:
    staging:
      domains: {development: staging}
      variables: {tag: "1.5"}
    production:
      domains: {development: production}
      variables: {tag: "1.4"}
  variables:
    tag: {type: string}
    password: {type: string, sensitive: true, default: hunter2-hunter2}
"""


def test_each_environment_has_its_own_comment_and_check(pipeline: Pipeline, cli: Cli) -> None:
    """In the order of the line; one that fails keeps no other from being told."""
    workspace = pipeline.folder / "reconciler.yaml"
    workspace.write_text(workspace.read_text() + ENVIRONMENTS)
    pipeline.write(etl=ETL.replace("etl:1.4", "etl:${var.tag}"))
    pipeline.push()
    pipeline.job()

    done = cli("ci", "preview", "-e", "staging", "-e", "production", "--detailed-exitcode")

    assert done.code == 2, done.err
    staging, production = pipeline.forge.comments()
    assert "## Plan: environment staging" in staging
    assert "## Plan: environment production" in production
    assert "`ghcr.io/acme/etl:1.5`" not in production
    names = [one["name"] for one in github(pipeline).checks]
    assert names == [
        "reconciler plan (environment staging)",
        "reconciler plan (environment production)",
    ]

    workspace.write_text(workspace.read_text().replace('{tag: "1.5"}', "{tag: [1]}"))
    pipeline.push()
    pipeline.job(run=12)
    again = cli("ci", "preview", "-e", "staging", "-e", "production")
    assert again.code == 1
    staging, production = pipeline.forge.comments()
    assert "This cannot be planned" in staging
    assert "## Plan: environment production" in production
    assert [one["conclusion"] for one in github(pipeline).checks[2:]] == ["failure", "success"]


def test_sensitive_values_are_in_no_comment(pipeline: Pipeline, cli: Cli, here: Path) -> None:
    """Neither of a plan nor of what keeps it from being made; nor in any artifact or check."""
    workspace = pipeline.folder / "reconciler.yaml"
    workspace.write_text(workspace.read_text() + ENVIRONMENTS)
    secret = "hunter2-hunter2"
    pipeline.write(
        etl=ETL.replace("args: [extract,", 'args: ["${var.password}",').replace("1.4", "1.5")
    )
    pipeline.push()
    pipeline.job(GITHUB_STEP_SUMMARY=str(here / "summary.md"))
    line = ("ci", "preview", "-e", "staging", "--artifacts", here / "out")
    assert cli(*line).code == 0
    texts = [*pipeline.forge.comments(), str(github(pipeline).checks)]
    pipeline.write(
        etl=ETL.replace("container: {image", "container: {retries: ${var.password}, image")
    )
    pipeline.push()
    pipeline.job(run=12)
    assert cli(*line).code == 1

    texts += [*pipeline.forge.comments(), str(github(pipeline).checks)]
    texts += [file.read_text(errors="replace") for file in (here / "out").rglob("*.*")]
    texts.append((here / "summary.md").read_text())
    assert not any(secret in text for text in texts)
