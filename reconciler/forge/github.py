"""GitHub, and GitHub Enterprise Server: REST API of version 2022-11-28."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from reconciler.errors import ForgeDeniedError, ForgeError, ForgeMissingError
from reconciler.forge.forge import Forge
from reconciler.forge.http import batches
from reconciler.forge.values import (
    Annotation,
    Check,
    Comment,
    Issue,
    Pull,
    Review,
    State,
)

_PAGE = 100
_ANNOTATIONS = 50  # that one request may bring
_SUMMARY = 65_535  # characters of a check run's summary
_DESCRIPTION = 140  # characters of a commit status
_CONCLUSIONS = {State.SUCCESS: "success", State.FAILURE: "failure"}

_COMMENTS = "the permission `pull-requests: write`"
_PULLS = "the permission `pull-requests: read`"
_CHECKS = "the permission `checks: write`"
_STATUSES = "the permission `statuses: write`"
_ISSUES = "the permission `issues: write`"
_ACTIONS = "the permission `actions: read`"


class GitHub(Forge):
    """A repository on GitHub."""

    name = "github"
    title = "GitHub"
    limit = 65_536
    annotates = True

    def _headers(self) -> Mapping[str, str]:
        return {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }

    @property
    def _repo(self) -> str:
        return f"repos/{self.request.repository}"

    def account(self) -> str:
        return self._account

    @cached_property
    def _account(self) -> str:
        try:
            return self._known(self.http.get("user", to="tell whose it is", needs="any"), "login")
        except (ForgeDeniedError, ForgeMissingError):
            pass  # the token of an app, such as that of a workflow
        # It is https://HOST/api/v3 on a server of one's own, and GraphQL is beside it.
        url = f"{self.request.api.removesuffix('/v3')}/graphql"
        query = {"query": "query { viewer { login } }"}
        try:
            answer = self.http.call("POST", url, to="tell whose it is", needs="any", json=query)
        except ForgeError:
            return ""
        return self._known(answer.body, "data", "viewer", "login")

    def pull(self, number: int) -> Pull:
        found = self.http.get(
            f"{self._repo}/pulls/{number}", to=f"read request {number}", needs=_PULLS
        )
        return Pull(
            number=found["number"],
            title=found["title"],
            author=self._known(found, "user", "login"),
            head=found["head"]["sha"],
            base=found["base"]["sha"],
            source=found["head"]["ref"],
            target=found["base"]["ref"],
            merge_commit=(found.get("merge_commit_sha") or "") if found.get("merged") else "",
            is_open=found["state"] == "open",
            is_merged=bool(found.get("merged")),
            is_fork=self._known(found, "head", "repo", "full_name").lower()
            != self._known(found, "base", "repo", "full_name").lower(),
            labels=frozenset(label["name"] for label in found.get("labels", ())),
            url=found["html_url"],
            source_repository=self._known(found, "head", "repo", "full_name"),
        )

    def pulls_of(self, commit: str) -> Sequence[int]:
        found = self.http.pages(
            f"{self._repo}/commits/{commit}/pulls",
            to=f"find the request of {commit[:12]}",
            needs=_PULLS,
            per_page=_PAGE,
        )
        return [one["number"] for one in sorted(found, key=lambda one: not one.get("merged_at"))]

    def open_pulls(self, target: str) -> Sequence[int]:
        found = self.http.pages(
            f"{self._repo}/pulls",
            to="list the open requests",
            needs=_PULLS,
            state="open",
            base=target,
            per_page=_PAGE,
        )
        return sorted((one["number"] for one in found), reverse=True)

    def reviews(self, number: int) -> Sequence[Review]:
        found = self.http.pages(
            f"{self._repo}/pulls/{number}/reviews",
            to=f"read the reviews of request {number}",
            needs=_PULLS,
            per_page=_PAGE,
        )
        return [
            Review(
                self._known(one, "user", "login"),
                one["state"] == "APPROVED",
                one.get("commit_id") or "",
            )
            for one in found
            # A remark takes no approval back.
            if one["state"] in ("APPROVED", "CHANGES_REQUESTED", "DISMISSED")
        ]

    def comments(self, number: int) -> Sequence[Comment]:
        found = self.http.pages(
            f"{self._repo}/issues/{number}/comments",
            to=f"read the comments of request {number}",
            needs=_PULLS,
            per_page=_PAGE,
        )
        return [
            Comment(
                id=str(one["id"]),
                body=one.get("body") or "",
                author=self._known(one, "user", "login"),
                at=one["created_at"],
                url=one.get("html_url", ""),
            )
            for one in found
        ]

    def create_comment(self, number: int, body: str) -> None:
        self.http.call(
            "POST",
            f"{self._repo}/issues/{number}/comments",
            to=f"comment on request {number}",
            needs=_COMMENTS,
            json={"body": body},
        )

    def update_comment(self, number: int, comment: Comment, body: str) -> None:
        self.http.call(
            "PATCH",
            f"{self._repo}/issues/comments/{comment.id}",
            to=f"change our comment on request {number}",
            needs=_COMMENTS,
            json={"body": body},
        )

    def delete_comment(self, number: int, comment: Comment) -> None:
        self.http.call(
            "DELETE",
            f"{self._repo}/issues/comments/{comment.id}",
            to=f"delete our comment on request {number}",
            needs=_COMMENTS,
        )

    def set_check(self, check: Check) -> None:
        try:
            self._set_check_run(check)
        except (ForgeDeniedError, ForgeMissingError) as refused:
            # Only apps may write check runs; the token of a person gets to say less.
            try:
                self._set_status(check)
            except (ForgeDeniedError, ForgeMissingError):
                raise refused from None

    def _set_check_run(self, check: Check) -> None:
        first, *more = [*batches(check.annotations, _ANNOTATIONS)] or [()]
        body: dict[str, Any] = {
            "name": check.name,
            "head_sha": check.commit,
            "external_id": check.key,
            "output": self._output(check, first),
        }
        if check.url:
            body["details_url"] = check.url
        if check.state is State.PENDING:
            body["status"] = "in_progress"
        else:
            body |= {"status": "completed", "conclusion": _CONCLUSIONS[check.state]}
        number = self._created(check, body)
        for some in more:
            # Annotations of further requests are added to those that are there.
            self.http.call(
                "PATCH",
                f"{self._repo}/check-runs/{number}",
                to="add to the check run",
                needs=_CHECKS,
                json={"output": self._output(check, some)},
            )

    def _created(self, check: Check, body: Mapping[str, Any]) -> int:
        for tried in range(3):
            try:
                answer = self.http.call(
                    "POST",
                    f"{self._repo}/check-runs",
                    to="write a check run",
                    needs=_CHECKS,
                    json=body,
                )
                return int(answer.body["id"])
            except ForgeError as error:
                if not error.in_doubt or tried == 2:
                    raise
            there = self._find_run(check)
            if there is not None:
                return there
        raise AssertionError("the last try returns or raises")

    def _find_run(self, check: Check) -> int | None:
        found = self.http.get(
            f"{self._repo}/commits/{check.commit}/check-runs",
            to="find the check run",
            needs=_CHECKS,
            check_name=check.name,
            per_page=_PAGE,
        )
        runs = found.get("check_runs", ())
        mine = (one for one in runs if check.key and one.get("external_id") == check.key)
        run = next(mine, None)
        return int(run["id"]) if run else None

    def _output(self, check: Check, annotations: Sequence[Annotation]) -> dict[str, Any]:
        return {
            "title": check.title or check.name,
            "summary": check.summary[:_SUMMARY],
            "annotations": [
                {
                    "path": one.path,
                    "start_line": one.line,
                    "end_line": one.line,
                    "annotation_level": one.level.value,
                    "message": one.message,
                    **({"title": one.title[:255]} if one.title else {}),
                }
                for one in annotations
            ],
        }

    def _set_status(self, check: Check) -> None:
        body = {
            "state": check.state.value,
            "context": check.name,
            "description": check.title[:_DESCRIPTION],
        }
        if check.url:
            body["target_url"] = check.url
        self.http.call(
            "POST",
            f"{self._repo}/statuses/{check.commit}",
            to="set the status of the commit",
            needs=_STATUSES,
            json=body,
        )

    def open_issues(self, marker: str) -> Sequence[Issue]:
        found = self.http.pages(
            f"{self._repo}/issues",
            to="read the issues",
            needs=_ISSUES,
            state="open",
            sort="created",
            direction="asc",
            per_page=_PAGE,
        )
        # Requests are issues there as well.
        return [self._issue(one) for one in found if "pull_request" not in one]

    def create_issue(self, title: str, body: str, labels: Collection[str]) -> None:
        self.http.call(
            "POST",
            f"{self._repo}/issues",
            to="open an issue",
            needs=_ISSUES,
            json={"title": title, "body": body, "labels": sorted(labels)},
        )

    def update_issue(
        self,
        issue: Issue,
        *,
        title: str | None = None,
        body: str | None = None,
        close: bool = False,
    ) -> Issue:
        change = {"title": title, "body": body, "state": "closed" if close else None}
        answer = self.http.call(
            "PATCH",
            f"{self._repo}/issues/{issue.number}",
            to=f"change issue {issue.number}",
            needs=_ISSUES,
            json={name: value for name, value in change.items() if value is not None},
        )
        return self._issue(answer.body)

    def remark(self, issue: Issue, body: str) -> None:
        self.http.call(
            "POST",
            f"{self._repo}/issues/{issue.number}/comments",
            to=f"comment on issue {issue.number}",
            needs=_ISSUES,
            json={"body": body},
        )

    def _issue(self, found: Any) -> Issue:
        return Issue(
            number=found["number"],
            title=found["title"],
            body=found.get("body") or "",
            is_open=found["state"] == "open",
            url=found["html_url"],
            at=found["created_at"],
        )

    def _ended(self, path: str) -> bool:
        repository, _, run = path.partition("/actions/runs/")
        number, _, rest = run.partition("/")
        if repository.count("/") != 1 or not number.isdecimal():
            return False
        place = f"repos/{quote(repository)}/actions/runs/{number}"
        word, _, attempt = rest.partition("/")
        if word == "attempts" and attempt.isdecimal():
            place += f"/attempts/{attempt}"
        found = self.http.get(
            place,
            to=f"see how run {number} stands",
            needs=_ACTIONS,
        )
        return bool(found.get("status") == "completed")
