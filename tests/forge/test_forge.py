"""What is told and asked beside comments: checks, issues, reviews, runs."""

from typing import Any

import pytest

from reconciler.errors import ConfigError, ForgeDeniedError, ForgeMissingError
from reconciler.forge import (
    Annotation,
    Check,
    Forge,
    Level,
    Overrides,
    State,
    connect,
    find_request,
    has_token,
)
from tests.forge.conftest import Connect
from tests.forge.fake import HEAD, FakeForge, FakePull, Fault
from tests.forge.fake_bitbucket import FakeBitbucket
from tests.forge.fake_github import FakeGitHub

REMARKS = tuple(
    Annotation("etl.yaml", line, f"remark {line}", Level.WARNING) for line in range(1, 121)
)


def check(state: State = State.FAILURE, **more: Any) -> Check:
    return Check(
        name="reconciler / production",
        commit=HEAD,
        state=state,
        title="3 to create, 1 breaks a caller" + "!" * 300,
        summary="**Plan**",
        key="run-11",
        annotations=REMARKS,
        **more,
    )


def test_a_commit_has_a_status_on_every_forge(fake: FakeForge, forge: Forge) -> None:
    """Set again it is replaced, or left as it is; texts are cut to what the forge takes."""
    words = {
        "gitlab": ["running", "failed"],
        "gitea": ["pending", "failure"],
        "bitbucket": ["INPROGRESS", "FAILED"],
    }
    for state in (State.PENDING, State.FAILURE, State.FAILURE):
        forge.set_check(check(state, url="https://ci.example/11"))

    if isinstance(fake, FakeGitHub):
        assert [one["status"] for one in fake.checks[:2]] == ["in_progress", "completed"]
        assert fake.checks[-1]["conclusion"] == "failure"
    else:
        states = [one["state"] for one in fake.statuses[HEAD]]
        assert states[:2] == words[fake.name]


def test_remarks_on_lines_come_in_as_many_requests_as_needed(
    fake: FakeForge, forge: Forge
) -> None:
    """Fifty at once on GitHub, a hundred on Bitbucket; the others show none."""
    forge.set_check(check())

    assert forge.annotates == (fake.name in ("github", "bitbucket"))
    if isinstance(fake, FakeGitHub):
        found = fake.checks[0]["output"]["annotations"]
        assert [one["start_line"] for one in found] == [*range(1, 121)]
    if isinstance(fake, FakeBitbucket):
        assert sorted(one["line"] for one in fake.annotations.values()) == [*range(1, 121)]
        assert fake.reports[HEAD]["result"] == "FAILED"


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_a_check_whose_answer_was_lost_is_there_once(
    github: FakeGitHub, talk: Connect, late: bool
) -> None:
    """It is looked for by its key, and remarks are added to the one that is there."""
    github.faults.append(Fault("POST", "check-runs", late=late))

    talk(github).set_check(check())

    assert len(github.checks) == 1
    assert len(github.checks[0]["output"]["annotations"]) == 120


def test_a_token_that_may_write_no_check_sets_a_status(github: FakeGitHub, talk: Connect) -> None:
    """Check runs are for apps; if not even that is allowed, the permission for them is told."""
    github.may_check = False
    talk(github).set_check(check(State.SUCCESS))
    assert github.statuses[HEAD][0]["state"] == "success"

    github.faults.append(Fault("POST", "statuses", 403))
    with pytest.raises(ForgeDeniedError, match="checks=write"):
        talk(github).set_check(check())


def test_one_issue_is_opened_updated_and_closed(fake: FakeForge, forge: Forge) -> None:
    """Among many others; a run that finds the same says nothing new; later there is a new one."""
    for at in range(4):
        fake.add_issue(f"other {at}", "drift:production is mentioned here", [])
    labels = ["drift", "flyte"]

    opened, first = forge.keep_issue("drift:production", title="2 drifts", body="a", labels=labels)
    _, same = forge.keep_issue("drift:production", title="2 drifts", body="a", labels=labels)
    changed, second = forge.keep_issue("drift:production", title="3 drifts", body="b")

    assert (first.fate, same.fate, second.fate) == ("created", "unchanged", "updated")
    assert opened.number == changed.number
    issue = fake.get_issue(str(opened.number))
    assert (issue.title, issue.is_open) == ("3 drifts", True)
    if fake.name != "bitbucket":  # which knows no labels
        assert issue.labels == labels
    assert forge.find_issue("drift:staging") is None
    closed = forge.close_issue("drift:production", remark="all is as it was left")
    assert closed is not None
    assert not closed.is_open
    assert issue.remarks == ["all is as it was left"]
    assert forge.close_issue("drift:production") is None
    again, _ = forge.keep_issue("drift:production", title="1 drift", body="c")
    assert again.number != opened.number
    assert sum(one.is_open for one in fake.issues) == 5


def test_an_issue_whose_answer_was_lost_is_there_once(fake: FakeForge, forge: Forge) -> None:
    """It is looked for before it is opened again."""
    fake.faults.append(Fault("POST", "/issues$", late=True))

    forge.keep_issue("drift:production", title="2 drifts", body="a")

    assert len(fake.issues) == 1


def test_issues_opened_at_once_become_one(fake: FakeForge, forge: Forge) -> None:
    """The older one stays open."""
    first, _ = forge.keep_issue("drift:production", title="2 drifts", body="a")
    fake.add_issue("2 drifts", first.body, [])

    forge.keep_issue("drift:production", title="2 drifts", body="a")

    assert [one.is_open for one in fake.issues] == [True, False]


def test_a_request_is_read(fake: FakeForge, forge: Forge) -> None:
    """Commits, branches, labels, and whether it comes from a fork."""
    fake.pull.labels = ["approved-plan"]
    pull = forge.pull(7)
    assert (pull.source, pull.target, pull.author) == ("faster-etl", "main", "alice")
    assert HEAD.startswith(pull.head)
    assert (pull.is_open, pull.is_merged, pull.is_fork) == (True, False, False)
    assert pull.merge_commit == ""
    assert pull.labels == (frozenset() if fake.name == "bitbucket" else {"approved-plan"})

    fake.pull.source_repository = "mallory/etl"
    assert forge.pull(7).is_fork
    with pytest.raises(ForgeMissingError):
        forge.pull(8)


def test_the_request_of_a_merge_is_found(fake: FakeForge, forge: Forge) -> None:
    """By what the merge made, and by nothing else."""
    merge = "ace" + "0" * 37
    fake.pull.state, fake.pull.merge_commit = "merged", merge

    assert forge.pulls_of(merge) == [7]
    assert forge.pulls_of("d" * 40) == []
    assert merge.startswith(forge.pull(7).merge_commit)


def test_of_a_reviewer_the_last_word_counts(fake: FakeForge, forge: Forge) -> None:
    """A remark takes no approval back, asking for changes does."""
    fake.pull.reviews = [("alice", "APPROVED", HEAD), ("alice", "COMMENTED", HEAD)]
    assert forge.approvers(7) == {"alice"}

    fake.pull.reviews = [
        ("alice", "APPROVED", "0" * 40),
        ("bob", "CHANGES_REQUESTED", HEAD),
    ]
    assert forge.approvers(7) == {"alice"}
    if fake.name in ("github", "gitea"):  # which keep what was looked at
        assert forge.approvers(7, of=HEAD) == frozenset()


def test_whether_a_run_has_ended_is_known_or_not(fake: FakeForge, forge: Forge) -> None:
    """Only of this forge's own runs; whatever cannot be known runs on."""
    place, running, ended = {
        "github": ("/acme/etl/actions/runs/{}", "in_progress", "completed"),
        "gitlab": ("/acme/etl/-/jobs/{}", "running", "canceled"),
        "gitea": ("/acme/etl/actions/runs/{}", "running", "failure"),
        "bitbucket": ("/acme/etl/pipelines/results/{}", "IN_PROGRESS", "COMPLETED"),
    }[fake.name]
    fake.runs = {1: running, 2: ended}

    def over(run: int) -> bool:
        return forge.run_has_ended(f"{fake.url}{place.format(run)}")

    assert [over(1), over(2), over(3)] == [False, True, False]
    assert not forge.run_has_ended(f"https://elsewhere.example{place.format(2)}")
    assert not forge.run_has_ended("on laptop-7")
    assert not forge.run_has_ended(f"{fake.url}/acme/etl/wiki/2")
    fake.faults.append(Fault("GET", "runs|jobs|pipelines", 403))
    assert not over(2)


ATTEMPTS = ("", "/attempts/1", "/attempts/2", "/attempts/3", "/attempts/x")


def test_a_run_that_was_started_again_is_over_by_attempts(
    github: FakeGitHub, talk: Connect
) -> None:
    """The number stays: the attempt before is over while the next one runs."""
    github.runs, github.attempts = {5: "in_progress"}, {5: 2}
    run = f"{github.url}/acme/etl/actions/runs/5"
    with talk(github) as forge:
        ended = [forge.run_has_ended(f"{run}{rest}") for rest in ATTEMPTS]
    assert ended == [False, True, False, False, False]


def test_the_next_page_is_never_asked_of_another_host(github: FakeGitHub, talk: Connect) -> None:
    """It would be given the token."""
    from reconciler.errors import ForgeError

    github.pulls[7] = FakePull()
    for at in range(4):
        github.say(str(at))
    own, github.url = github.url, "http://elsewhere.example"
    forge = talk(github)
    forge.http.api = own

    with pytest.raises(ForgeError, match="another host"):
        forge.comments(7)


def test_bitbucket_gets_markdown_that_it_knows() -> None:
    """No folds and no alerts, but what stands in code stands as it is."""
    request = find_request({}, Overrides(forge="bitbucket", repository="acme/etl"))
    forge = connect(request, {"BITBUCKET_USERNAME": "bot", "BITBUCKET_APP_PASSWORD": "p"})
    page = (
        "> [!WARNING]\n> - careful\n\n<details><summary>2 tasks</summary>\n\n```diff\n"
        "</details>\n```\n\n</details>\n"
    )

    assert forge.dress(page) == (
        "> **Warning**\n>\n> - careful\n\n**2 tasks**\n\n```diff\n</details>\n```\n\n"
    )
    assert forge.hide("reconciler preview:x page=1/1") == (
        "[//]: # (reconciler preview:x page=1/1)"
    )


def test_who_cannot_be_talked_to_is_told_why() -> None:
    """No forge, no repository, no token: each with the way out."""
    nowhere = find_request({})
    with pytest.raises(ConfigError, match="--forge"):
        connect(nowhere, {})
    with pytest.raises(ConfigError, match="--repository"):
        connect(find_request({}, Overrides(forge="github")), {})
    gitea = find_request({}, Overrides(forge="gitea", repository="acme/etl"))
    with pytest.raises(ConfigError, match="--api-url"):
        connect(gitea, {})
    github = find_request({}, Overrides(forge="github", repository="acme/etl"))
    with pytest.raises(ForgeDeniedError, match="GITHUB_TOKEN"):
        connect(github, {})
    assert not has_token(github, {})
    assert has_token(github, {"GITHUB_TOKEN": "t"})
    assert "tok3n" not in repr(connect(github, {"GITHUB_TOKEN": "tok3n"}).token)
