"""On a forge: nothing secret is in a comment, a check, an issue, an artifact or a job's log."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.pipeline import Pipeline
from tests.e2e.secrets.planted import Given, found_below
from tests.e2e.secrets.world import NEVER, VALUES, Run, World, leaks
from tests.forge.conftest import FAKES
from tests.forge.fake import TOKEN, FakeForge

FORGE_TOKEN = Given("token of the pipeline", TOKEN)
EVERY = (*NEVER, *VALUES, FORGE_TOKEN)


@pytest.fixture(params=[*FAKES])
def pipeline(
    request: pytest.FixtureRequest, inside: World, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pipeline]:
    """A request, on each forge in turn, that declares today's secrets."""
    with FAKES[request.param]().served() as forge:
        made = Pipeline(inside.folder, forge, monkeypatch)
        forge.pull.source = f"request-{request.param}"
        forge.pull.base = made.git("rev-parse", "main~1")
        made.git("checkout", "-q", "-f", "-B", forge.pull.source, "main")
        forge.pull.head = made.git("rev-parse", "HEAD")
        made.job()
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(inside.folder / "o" / "summary.md"))
        yield made
    assert not forge.complaints


def ci(inside: World, pipeline: Pipeline, *argv: str) -> Run:
    """Run it for the request; Bitbucket's CI does not tell where its API is."""
    is_told = pipeline.forge.name != "bitbucket"
    return inside.run("ci", *argv, *(() if is_told else ("--api-url", pipeline.forge.api)))


def told(forge: FakeForge) -> str:
    """All that the forge was told, addresses included, but not by which token."""
    return json.dumps([(one.method, one.path, dict(one.query), one.body) for one in forge.calls])


def leaked(done: Run, made: World, forge: FakeForge) -> dict[str, set[str]]:
    found = leaks({"stdout": done.out, "stderr": done.err, "log": done.logged}, EVERY)
    found |= leaks({"forge": told(forge), **made.sent_but_its_own()}, EVERY)
    for name, names in found_below(Path("o"), EVERY).items():
        if name.endswith("plan.saved"):
            # What it takes to apply it: all but what is asked for again.
            assert os.stat(Path("o", name)).st_mode & 0o077 == 0
            names &= {secret.name for secret in (*NEVER, FORGE_TOKEN)}
        if names:
            found[name] = names
    return found


def test_a_request_is_told_no_secret(pipeline: Pipeline, inside: World) -> None:
    """By its comment, checks, summary and artifacts; nor its job's log."""
    more = ("--var-file", "secrets.yaml", "--overwrite-moved", "*")
    done = ci(inside, pipeline, "preview", "--artifacts", "o/preview", *more)

    assert done.code == 0, done.err
    assert "shop.daily" in pipeline.forge.comments()[0]
    assert Path("o/preview").exists()
    assert not leaked(done, inside, pipeline.forge)


def test_a_preview_that_fails_tells_none(pipeline: Pipeline, inside: World) -> None:
    """What is wrong quotes what was written."""
    (inside.folder / "manifests" / "shop.yaml").write_text(Path("broken.yaml").read_text())
    done = ci(inside, pipeline, "preview", "--artifacts", "o/preview")

    assert done.code == 1
    assert "corn" in pipeline.forge.comments()[0]
    assert not leaked(done, inside, pipeline.forge)


def test_an_issue_tells_none(pipeline: Pipeline, inside: World) -> None:
    """Of what drifted, and of what was there before."""
    if pipeline.forge.name == "bitbucket":
        pytest.skip("it has no issues that anybody may open by its API")
    done = ci(
        inside, pipeline, "drift", "--sarif-into", "o/drift.sarif", "--html-into", "o/d.html"
    )

    assert done.code == 2, done.err
    (issue,) = pipeline.forge.issues
    assert "version: theirs, state: active" in issue.body
    assert not leaked(done, inside, pipeline.forge)


def test_an_untrusted_preview_tells_none(pipeline: Pipeline, inside: World) -> None:
    """What another job left is posted."""
    ci(
        inside,
        pipeline,
        "preview",
        "--no-post",
        "--artifacts",
        "o/preview",
        "--overwrite-moved",
        "*",
    )
    done = ci(inside, pipeline, "post", "o/preview")

    assert done.code in (0, 1), done.err
    assert not leaked(done, inside, pipeline.forge)


def test_a_token_that_is_refused_is_not_told(
    pipeline: Pipeline, inside: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the forge answers, and at an address that has a password in it."""
    wrong = Given("wrong token", "wr0ng-token-3f9a7c51d2")
    for name in ("GITHUB_TOKEN", "GITLAB_TOKEN", "GITEA_TOKEN", "BITBUCKET_TOKEN"):
        monkeypatch.setenv(name, wrong.value)
    done = ci(inside, pipeline, "preview", "--artifacts", "o/preview", "--overwrite-moved", "*")

    assert done.code == 7, done.err
    assert not leaks({"stdout": done.out, "stderr": done.err, "log": done.logged}, [wrong])
    assert not found_below(Path("o"), [wrong])


def test_a_merge_tells_none(pipeline: Pipeline, inside: World) -> None:
    """Neither the request, nor the job's log, nor the ledger."""
    pipeline.git("checkout", "-q", "-f", "main")
    pipeline.job(event={"after": pipeline.git("rev-parse", "HEAD")})
    done = ci(
        inside, pipeline, "apply", "--unreviewed", "--overwrite-moved", "*", "--json-into=o/a"
    )

    assert done.code in (0, 3), done.err
    assert not leaked(done, inside, pipeline.forge)


def test_what_is_tried_out_tells_none(pipeline: Pipeline, inside: World) -> None:
    """Its commands and links name what is to be launched, and not with which values."""
    more = ("--var-file", "secrets.yaml", "--overwrite-moved", "*")
    done = ci(inside, pipeline, "preview", "--deploy", "--artifacts", "o/preview", *more)

    assert done.code == 0, done.err
    assert "reconciler launch" in pipeline.forge.comments()[0]
    assert not leaked(done, inside, pipeline.forge)

    over = ci(inside, pipeline, "clean")

    assert not leaked(over, inside, pipeline.forge)
