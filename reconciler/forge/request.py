"""Which change a pipeline is about: forge, repository, request and commits, from its variables.

Each CI says it in words of its own; whatever it leaves out stays empty, and options override all
of it. Nothing is asked of a network here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from reconciler.errors import ConfigError

FORGES = ("github", "gitlab", "gitea", "bitbucket")
"""The forges that are known; `gitea` is Forgejo as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A change that a pipeline runs for.

    Attributes:
        forge: One of `FORGES`; "" if none was recognised.
        repository: `owner/name`, or `group/subgroup/project`.
        number: Of the pull or merge request; None where the pipeline runs for none.
        head: The commit that was pushed, never a merge that the CI made for its own sake.
        base: The commit that it is compared with; "" if the CI does not say.
        branch, target: What it comes from and goes into.
        run: The id of the pipeline's run, or job, as the forge's API takes it.
        run_url: Where a person reads it.
        api, web: Where the forge's API and its pages are.
        is_fork: Whether it comes from another repository, whose runs get no secrets.
        source_repository: Which one that is; "" where it is not told.
        actor: Who started the run.
    """

    forge: str = ""
    repository: str = ""
    number: int | None = None
    head: str = ""
    base: str = ""
    branch: str = ""
    target: str = ""
    run: str = ""
    run_url: str = ""
    api: str = ""
    web: str = ""
    is_fork: bool = False
    source_repository: str = ""
    actor: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is a forge to talk to about it."""
        return bool(self.forge and self.repository)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What options say in the place of variables; None leaves what was found."""

    forge: str | None = None
    repository: str | None = None
    number: int | None = None
    head: str | None = None
    base: str | None = None
    api: str | None = None


def find_request(environ: Mapping[str, str], overrides: Overrides = Overrides()) -> Request:
    """Tell what the pipeline runs for; all empty outside of any.

    Raises: ConfigError for a forge that is not known, and an event file that cannot be read.
    """
    found = _detected(environ)
    if overrides.forge is not None and overrides.forge != found.forge:
        if overrides.forge not in FORGES:
            raise ConfigError(
                f"{overrides.forge!r} is no forge that is known; there are {', '.join(FORGES)}"
            )
        # What another CI says about itself is nothing about this forge, but for the commit.
        found = Request(forge=overrides.forge, head=found.head)
    given = {
        one.name: value
        for one in fields(overrides)
        if (value := getattr(overrides, one.name)) is not None
    }
    found = replace(found, **given)
    return replace(found, api=found.api or _api(found), web=found.web or _WEB.get(found.forge, ""))


def _detected(environ: Mapping[str, str]) -> Request:
    if environ.get("GITLAB_CI"):
        return _gitlab(environ)
    if environ.get("BITBUCKET_REPO_FULL_NAME"):
        return _bitbucket(environ)
    if environ.get("GITHUB_ACTIONS"):
        return _actions(environ)
    return Request()


def _actions(environ: Mapping[str, str]) -> Request:
    """GitHub's, and Gitea's and Forgejo's, which say the same by the same names."""
    event = _event(environ.get("GITHUB_EVENT_PATH", ""))
    server = environ.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/")
    api = environ.get("GITHUB_API_URL", "").rstrip("/")
    is_gitea = environ.get("GITEA_ACTIONS") or environ.get("FORGEJO_ACTIONS")
    forge = "gitea" if is_gitea or api.endswith("/api/v1") else "github"
    if forge == "gitea" and not api.endswith("/api/v1"):
        api = f"{server}/api/v1"
    repository = environ.get("GITHUB_REPOSITORY", "")
    run = environ.get("GITHUB_RUN_ID", "")
    here = Request(
        forge=forge,
        repository=repository,
        head=environ.get("GITHUB_SHA", ""),
        branch=environ.get("GITHUB_HEAD_REF") or environ.get("GITHUB_REF_NAME", ""),
        target=environ.get("GITHUB_BASE_REF", ""),
        run=run,
        run_url=f"{server}/{repository}/actions/runs/{run}" if repository and run else "",
        api=api,
        web=server,
        actor=environ.get("GITHUB_ACTOR", ""),
    )
    pull = event.get("pull_request")
    if isinstance(pull, dict):
        return _of_pull(here, event, pull)
    source = event.get("workflow_run")
    if isinstance(source, dict):
        # Runs with the rights of the target for what ran without; its request is asked for later.
        return replace(
            here,
            head=_text(source, "head_sha"),
            branch=_text(source, "head_branch"),
            is_fork=_text(source, "head_repository", "full_name") not in ("", repository),
            source_repository=_text(source, "head_repository", "full_name"),
        )
    group = event.get("merge_group")
    if isinstance(group, dict):
        return replace(here, head=_text(group, "head_sha"), base=_text(group, "base_sha"))
    issue = event.get("issue")
    if isinstance(issue, dict) and "pull_request" in issue:
        # A comment on a request: the commit here is the target's, and says nothing about it.
        return replace(here, number=_number(issue.get("number")), head="")
    before = _text(event, "before")
    return replace(here, base=before if before.strip("0") else "")


def _of_pull(here: Request, event: Mapping[str, Any], pull: Mapping[str, Any]) -> Request:
    source = _text(pull, "head", "repo", "full_name")
    return replace(
        here,
        number=_number(event.get("number")) or _number(pull.get("number")),
        head=_text(pull, "head", "sha") or here.head,
        base=_text(pull, "base", "sha"),
        branch=_text(pull, "head", "ref") or here.branch,
        target=_text(pull, "base", "ref") or here.target,
        # A repository that was deleted meanwhile is another one, too.
        is_fork=source != here.repository,
        source_repository=source,
    )


def _gitlab(environ: Mapping[str, str]) -> Request:
    get = environ.get
    number = _number(get("CI_MERGE_REQUEST_IID")) or _of_branch(environ)
    project = get("CI_PROJECT_PATH", "")
    source = get("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", "")
    into = get("CI_MERGE_REQUEST_PROJECT_PATH", "") or project
    before = get("CI_COMMIT_BEFORE_SHA", "")
    return Request(
        forge="gitlab",
        # The pipeline of a fork runs in the fork; the request is the target's.
        repository=into,
        number=number,
        # Of a merged result, CI_COMMIT_SHA is a commit that nobody pushed.
        head=get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or get("CI_COMMIT_SHA", ""),
        base=get("CI_MERGE_REQUEST_DIFF_BASE_SHA") or (before if before.strip("0") else ""),
        branch=get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME") or get("CI_COMMIT_REF_NAME", ""),
        target=get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", ""),
        run=get("CI_JOB_ID", ""),
        run_url=get("CI_JOB_URL", ""),
        api=get("CI_API_V4_URL", "").rstrip("/"),
        web=get("CI_SERVER_URL", "").rstrip("/"),
        is_fork=bool(source) and source != into,
        source_repository=source,
        actor=get("GITLAB_USER_LOGIN", ""),
    )


def _of_branch(environ: Mapping[str, str]) -> int | None:
    """The request of a branch's pipeline, if it is the only one: `group/project!7`."""
    opened = environ.get("CI_OPEN_MERGE_REQUESTS", "").split(",")
    project, _, number = opened[0].rpartition("!")
    if len(opened) != 1 or project != environ.get("CI_PROJECT_PATH"):
        return None
    return _number(number)


def _bitbucket(environ: Mapping[str, str]) -> Request:
    get = environ.get
    repository = get("BITBUCKET_REPO_FULL_NAME", "")
    build = get("BITBUCKET_BUILD_NUMBER", "")
    web = "https://bitbucket.org"
    return Request(
        forge="bitbucket",
        repository=repository,
        number=_number(get("BITBUCKET_PR_ID")),
        head=get("BITBUCKET_COMMIT", ""),
        base=get("BITBUCKET_PR_DESTINATION_COMMIT", ""),
        branch=get("BITBUCKET_BRANCH", ""),
        target=get("BITBUCKET_PR_DESTINATION_BRANCH", ""),
        run=build,
        run_url=f"{web}/{repository}/pipelines/results/{build}" if build else "",
        web=web,
        actor=get("BITBUCKET_STEP_TRIGGERER_UUID", ""),
    )


_WEB = {
    "github": "https://github.com",
    "gitlab": "https://gitlab.com",
    "bitbucket": "https://bitbucket.org",
}


def _api(request: Request) -> str:
    """Where the forge's API is, if its place is known."""
    known: dict[str, Callable[[], str]] = {
        "github": lambda: (
            "https://api.github.com"
            if request.web in ("", "https://github.com")
            else f"{request.web}/api/v3"
        ),
        "gitlab": lambda: f"{request.web or 'https://gitlab.com'}/api/v4",
        "gitea": lambda: f"{request.web}/api/v1" if request.web else "",
        "bitbucket": lambda: "https://api.bitbucket.org/2.0",
    }
    return known[request.forge]() if request.forge in known else ""


def _event(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"GITHUB_EVENT_PATH names {path}, which cannot be read: {error}"
        ) from error
    return found if isinstance(found, dict) else {}


def _text(value: Any, *path: str) -> str:
    """The text at a path of mappings, or ""."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdecimal() else None
