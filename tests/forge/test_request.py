"""What a pipeline runs for, as each CI says it."""

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import ConfigError
from reconciler.forge import Overrides, find_request

HEAD, BASE, MERGE = "a" * 40, "b" * 40, "c" * 40
ACTIONS = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "acme/etl",
    "GITHUB_SHA": MERGE,
    "GITHUB_RUN_ID": "11",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_API_URL": "https://api.github.com",
    "GITHUB_REF_NAME": "7/merge",
    "GITHUB_ACTOR": "alice",
}
PULL = {
    "number": 7,
    "pull_request": {
        "number": 7,
        "head": {"sha": HEAD, "ref": "faster", "repo": {"full_name": "acme/etl"}},
        "base": {"sha": BASE, "ref": "main", "repo": {"full_name": "acme/etl"}},
    },
}


@pytest.fixture
def event(tmp_path: Path) -> Any:
    def write(event: Any) -> dict[str, str]:
        file = tmp_path / "event.json"
        file.write_text(json.dumps(event))
        return {**ACTIONS, "GITHUB_EVENT_PATH": str(file)}

    return write


def test_github_tells_the_request_in_its_event(event: Any) -> None:
    """The head is what was pushed, not the merge that is checked out."""
    found = find_request(event(PULL))

    assert (found.forge, found.repository, found.number) == ("github", "acme/etl", 7)
    assert (found.head, found.base) == (HEAD, BASE)
    assert (found.branch, found.target, found.is_fork) == ("faster", "main", False)
    assert found.run_url == "https://github.com/acme/etl/actions/runs/11"
    assert found.api == "https://api.github.com"


@pytest.mark.parametrize("repo", [{"full_name": "mallory/etl"}, None], ids=["fork", "deleted"])
def test_a_fork_is_seen(event: Any, repo: Any) -> None:
    """Also where its repository is gone."""
    pull = json.loads(json.dumps(PULL))
    pull["pull_request"]["head"]["repo"] = repo

    assert find_request(event(pull)).is_fork


def test_a_push_has_no_request(event: Any) -> None:
    """But a commit, and what was there before it, unless the branch is new."""
    pushed = find_request(event({"before": BASE, "after": MERGE}))
    assert (pushed.number, pushed.head, pushed.base) == (None, MERGE, BASE)
    assert find_request(event({"before": "0" * 40})).base == ""


def test_a_trusted_workflow_knows_the_commit_of_the_other(event: Any) -> None:
    """And not the request: what the other one left says that, and the forge whether it is so."""
    run = {"head_sha": HEAD, "head_branch": "x", "head_repository": {"full_name": "mallory/etl"}}

    found = find_request(event({"workflow_run": run}))

    assert (found.number, found.head, found.is_fork) == (None, HEAD, True)


def test_a_merge_queue_and_a_comment_are_known(event: Any) -> None:
    """Of a comment only the request's number is: the commit there is the target's."""
    group = find_request(event({"merge_group": {"head_sha": HEAD, "base_sha": BASE}}))
    assert (group.head, group.base) == (HEAD, BASE)
    comment = find_request(event({"issue": {"number": 7, "pull_request": {}}}))
    assert (comment.number, comment.head) == (7, "")


def test_gitea_is_told_from_github(event: Any) -> None:
    """It sets the same variables; Forgejo as well."""
    environ = event(PULL) | {"GITHUB_SERVER_URL": "https://git.acme.dev"}
    by_flag = find_request({**environ, "GITEA_ACTIONS": "true"})
    by_api = find_request({**environ, "GITHUB_API_URL": "https://git.acme.dev/api/v1"})

    for found in (by_flag, by_api):
        assert (found.forge, found.number, found.head) == ("gitea", 7, HEAD)
        assert found.api == "https://git.acme.dev/api/v1"


def test_gitlab_tells_the_request() -> None:
    """Of a merged result the pushed commit; of a fork's pipeline the target's project."""
    found = find_request(
        {
            "GITLAB_CI": "true",
            "CI_PROJECT_PATH": "mallory/etl",
            "CI_MERGE_REQUEST_PROJECT_PATH": "acme/data/etl",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "mallory/etl",
            "CI_MERGE_REQUEST_IID": "7",
            "CI_COMMIT_SHA": MERGE,
            "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": HEAD,
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": BASE,
            "CI_API_V4_URL": "https://gitlab.acme.dev/api/v4",
            "CI_SERVER_URL": "https://gitlab.acme.dev",
            "CI_JOB_ID": "5",
            "CI_JOB_URL": "https://gitlab.acme.dev/acme/data/etl/-/jobs/5",
        }
    )

    assert (found.repository, found.number, found.is_fork) == ("acme/data/etl", 7, True)
    assert (found.head, found.base, found.run) == (HEAD, BASE, "5")


def test_a_branch_of_gitlab_knows_its_only_request() -> None:
    """Of several, none is meant."""
    environ = {"GITLAB_CI": "true", "CI_PROJECT_PATH": "acme/etl", "CI_COMMIT_SHA": HEAD}
    one = find_request({**environ, "CI_OPEN_MERGE_REQUESTS": "acme/etl!7"})
    several = find_request({**environ, "CI_OPEN_MERGE_REQUESTS": "acme/etl!7,acme/etl!8"})

    assert (one.number, several.number) == (7, None)


def test_bitbucket_tells_the_request() -> None:
    """The run is the pipeline's page."""
    found = find_request(
        {
            "BITBUCKET_REPO_FULL_NAME": "acme/etl",
            "BITBUCKET_PR_ID": "7",
            "BITBUCKET_COMMIT": HEAD,
            "BITBUCKET_PR_DESTINATION_COMMIT": BASE[:12],
            "BITBUCKET_BUILD_NUMBER": "11",
        }
    )

    assert (found.forge, found.number, found.head) == ("bitbucket", 7, HEAD)
    assert found.run_url == "https://bitbucket.org/acme/etl/pipelines/results/11"
    assert found.api == "https://api.bitbucket.org/2.0"


def test_options_override_what_was_found(event: Any) -> None:
    """Another forge takes nothing of this one but the commit."""
    found = find_request(event(PULL), Overrides(number=8, head=MERGE))
    assert (found.repository, found.number, found.head) == ("acme/etl", 8, MERGE)
    other = find_request(event(PULL), Overrides(forge="gitlab", repository="a/b"))
    assert (other.forge, other.number, other.head) == ("gitlab", None, HEAD)
    assert other.api == "https://gitlab.com/api/v4"
    with pytest.raises(ConfigError, match="no forge that is known"):
        find_request({}, Overrides(forge="cvs"))


def test_outside_of_any_pipeline_nothing_is_known() -> None:
    """And nothing is guessed."""
    found = find_request({"CI": "true"})
    assert not found.is_known
    assert (found.number, found.head, found.api) == (None, "", "")


def test_an_event_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(ConfigError, match="GITHUB_EVENT_PATH"):
        find_request({**ACTIONS, "GITHUB_EVENT_PATH": str(tmp_path / "none.json")})
