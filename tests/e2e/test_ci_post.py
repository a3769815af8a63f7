"""A fork's request is told by a trusted workflow what its own job found, and nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli
from tests.e2e.pipeline import Pipeline, checkout
from tests.forge.fake import FakePull
from tests.forge.fake_github import FakeGitHub


@pytest.fixture
def pipeline(
    here: Path, admin: Between, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pipeline]:
    """A fork's request, whose job has left its preview in `out`."""
    with FakeGitHub().served() as forge:
        made = checkout(here, forge, monkeypatch)
        made.branch()
        forge.pull.source_repository = "mallory/etl"
        made.write(etl=ETL.replace("etl:1.4", "etl:1.5"))
        made.push()
        made.job(token="")
        assert cli("ci", "preview", "--no-post", "--artifacts", here / "out").code == 0
        yield made
    assert not forge.complaints


def trusted(pipeline: Pipeline, **run: Any) -> None:
    """The environment of the workflow that runs once the other one is over."""
    pull = pipeline.forge.pull
    event = {
        "workflow_run": {
            "head_sha": pull.head,
            "head_branch": pull.source,
            "head_repository": {"full_name": pull.source_repository},
            **run,
        }
    }
    pipeline.job(run=12, event=event)


def test_the_trusted_workflow_posts_what_the_other_left(
    pipeline: Pipeline, cli: Cli, here: Path
) -> None:
    """The request's number is the artifact's, and the forge knows it has that commit."""
    trusted(pipeline)

    done = cli("ci", "post", here / "out")

    assert done.code == 0, done.err
    (comment,) = pipeline.forge.comments()
    assert "3 to register, 1 to activate" in comment
    assert "nobody has checked it" in comment
    assert "ghcr.io/acme/etl:1.5" in comment
    assert "by=request" in comment
    assert "steps=" not in comment
    assert cli("ci", "post", here / "out").code == 0
    assert len(pipeline.forge.comments()) == 1


def test_nothing_in_it_is_markup(pipeline: Pipeline, cli: Cli, here: Path) -> None:
    """Mentions, links, tags, marks and fences of theirs are shown as they stand."""
    evil = "@acme/owners [x](https://evil.example) <img src=x> ``` <!-- reconciler x -->\n## no"
    file = here / "out/default/own.json"
    plan = json.loads(file.read_text())
    plan["warnings"] = [{"code": evil, "message": evil, "hint": evil, "severity": "warning"}]
    plan["effects"][0]["name"] = evil
    plan["effects"][0]["images"] = [{"task": evil, "before": evil, "after": evil}]
    plan["effects"][0]["schedule"] = {"after": {"schedule": evil, "next": [evil]}}
    plan["summary"]["create"] = "9 <b>"
    file.write_text(json.dumps(plan))
    (here / "out/default/own.txt").write_text(f"{evil}\n```\n</details>\n@acme/owners\n")
    index = here / "out/preview.json"
    index.write_text(index.read_text().replace('"title": ""', f'"title": {json.dumps(evil)}'))
    trusted(pipeline)

    assert cli("ci", "post", here / "out").code == 0

    (comment,) = pipeline.forge.comments()
    bare = _without_code(comment)
    assert "@acme" not in bare
    assert "<img" not in bare
    assert "](https://evil" not in bare
    assert bare.count("<!-- reconciler") == 1
    assert "\n## no" not in bare


def _without_code(text: str) -> str:
    """What Markdown would read as such: without fences and spans of code."""
    import re

    lines, fence = [], ""
    for line in text.split("\n"):
        mark = re.match(r"`{3,}", line)
        if fence:
            fence = "" if line == fence else fence
        elif mark:
            fence = mark[0]
        else:
            lines.append(re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", line))
    assert not fence
    return "\n".join(lines)


def test_only_the_request_that_has_the_commit_is_told(
    pipeline: Pipeline, cli: Cli, here: Path
) -> None:
    """Neither what was pushed since nor another request hears of it."""
    trusted(pipeline)
    index = here / "out/preview.json"
    text = index.read_text()
    pipeline.forge.pulls[8] = FakePull(8, source_repository="acme/etl", source="main-work")
    index.write_text(text.replace('"number": 7', '"number": 8'))
    assert cli("ci", "post", here / "out").code == 1

    # Another's request with the very same commit: it comes from elsewhere.
    pipeline.forge.pulls[8].head = pipeline.forge.pull.head
    other = cli("ci", "post", here / "out")
    assert other.code == 1
    assert "comes from acme/etl:main-work" in other.err

    index.write_text(text)
    pipeline.forge.pull.head = "d" * 40
    outdated = cli("ci", "post", here / "out")
    assert outdated.code == 0
    assert "nothing is posted" in outdated.err
    assert pipeline.forge.comments() == []
    assert pipeline.forge.pulls[8].comments == []


def test_a_commit_that_the_job_did_not_run_for_is_refused(
    pipeline: Pipeline, cli: Cli, here: Path
) -> None:
    """What the trusted event says counts."""
    trusted(pipeline, head_sha="e" * 40)

    done = cli("ci", "post", here / "out")

    assert done.code == 1
    assert "ran for eeeeeeeeeeee" in done.err
    assert pipeline.forge.comments() == []


@pytest.mark.parametrize(
    "index",
    [
        "[]",
        "nonsense",
        '{"type": "previews"}',
        '{"type": "previews", "request": {"number": 7}, "entries": [{"key": "../../etc"}]}',
        '{"type": "previews", "request": {"number": 7}, "entries": [{"key": "a/b"}]}',
        '{"type": "previews", "request": 7, "entries": [7]}',
    ],
)
def test_what_no_preview_wrote_is_refused(
    pipeline: Pipeline, cli: Cli, here: Path, index: str
) -> None:
    """In a line, and with nothing read outside of the folder."""
    (here / "out/preview.json").write_text(index)
    trusted(pipeline)

    done = cli("ci", "post", here / "out")

    assert done.code == 1
    assert "Traceback" not in done.err
    assert pipeline.forge.comments() == []


def test_a_link_out_of_the_folder_is_not_followed(
    pipeline: Pipeline, cli: Cli, here: Path
) -> None:
    """What the trusted job can read is not the fork's to show."""
    secret = here / "secret"
    secret.write_text("the runner's secret")
    (here / "out/default/own.txt").unlink()
    (here / "out/default/own.txt").symlink_to(secret)
    trusted(pipeline)

    done = cli("ci", "post", here / "out")

    assert done.code == 1
    assert "leads out of" in done.err
