"""GitLab: REST API, version 4."""

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from reconciler.errors import ForgeDeniedError, ForgeError, ForgeMissingError
from reconciler.forge.forge import Forge
from reconciler.forge.values import Check, Comment, Issue, Pull, Review, State

_PAGE = 100
_DESCRIPTION = 255  # characters of a commit status
_STATES = {State.PENDING: "running", State.SUCCESS: "success", State.FAILURE: "failed"}
_OVER = ("success", "failed", "canceled", "skipped")

_API = "the scope `api` and the role Reporter (CI_JOB_TOKEN cannot do it: set GITLAB_TOKEN)"
_STATUS = "the scope `api` and the role Developer (CI_JOB_TOKEN cannot do it: set GITLAB_TOKEN)"
_READ = "the scope `read_api`"


class GitLab(Forge):
    """A project on GitLab."""

    name = "gitlab"
    title = "GitLab"
    limit = 1_000_000

    @property
    def _project(self) -> str:
        return f"projects/{quote(self.request.repository, safe='')}"

    def account(self) -> str:
        return self._account

    @cached_property
    def _account(self) -> str:
        try:
            found = self.http.get("user", to="tell whose it is", needs=_READ)
        except (ForgeDeniedError, ForgeMissingError):
            return ""
        return self._known(found, "username")

    def pull(self, number: int) -> Pull:
        found = self.http.get(
            f"{self._project}/merge_requests/{number}", to=f"read request {number}", needs=_READ
        )
        merge = found.get("merge_commit_sha") or found.get("squash_commit_sha") or ""
        return Pull(
            number=found["iid"],
            title=found["title"],
            author=self._known(found, "author", "username"),
            head=found.get("sha") or "",
            base=self._known(found, "diff_refs", "base_sha"),
            source=found["source_branch"],
            target=found["target_branch"],
            merge_commit=merge or (found.get("sha") or "" if found["state"] == "merged" else ""),
            is_open=found["state"] == "opened",
            is_merged=found["state"] == "merged",
            is_fork=found["source_project_id"] != found["target_project_id"],
            labels=frozenset(found.get("labels", ())),
            url=found["web_url"],
        )

    def pulls_of(self, commit: str) -> Sequence[int]:
        found = self.http.pages(
            f"{self._project}/repository/commits/{commit}/merge_requests",
            to=f"find the request of {commit[:12]}",
            needs=_READ,
            per_page=_PAGE,
        )
        return [one["iid"] for one in sorted(found, key=lambda one: one["state"] != "merged")]

    def open_pulls(self, target: str) -> Sequence[int]:
        found = self.http.pages(
            f"{self._project}/merge_requests",
            to="list the open requests",
            needs=_READ,
            state="opened",
            target_branch=target,
            per_page=_PAGE,
        )
        return sorted((one["iid"] for one in found), reverse=True)

    def reviews(self, number: int) -> Sequence[Review]:
        found = self.http.get(
            f"{self._project}/merge_requests/{number}/approvals",
            to=f"read the approvals of request {number}",
            needs=_READ,
        )
        return [
            Review(self._known(one, "user", "username"), approves=True)
            for one in found.get("approved_by", ())
        ]

    def comments(self, number: int) -> Sequence[Comment]:
        found = self.http.pages(
            f"{self._project}/merge_requests/{number}/notes",
            to=f"read the comments of request {number}",
            needs=_READ,
            per_page=_PAGE,
            sort="asc",
            order_by="created_at",
        )
        where = f"{self.request.web}/{self.request.repository}/-/merge_requests/{number}"
        return [
            Comment(
                id=str(one["id"]),
                body=one.get("body") or "",
                author=self._known(one, "author", "username"),
                at=one["created_at"],
                url=f"{where}#note_{one['id']}",
            )
            for one in found
            if not one.get("system")
        ]

    def create_comment(self, number: int, body: str) -> None:
        self.http.call(
            "POST",
            f"{self._project}/merge_requests/{number}/notes",
            to=f"comment on request {number}",
            needs=_API,
            json={"body": body},
        )

    def update_comment(self, number: int, comment: Comment, body: str) -> None:
        self.http.call(
            "PUT",
            f"{self._project}/merge_requests/{number}/notes/{comment.id}",
            to=f"change our comment on request {number}",
            needs=_API,
            json={"body": body},
        )

    def delete_comment(self, number: int, comment: Comment) -> None:
        self.http.call(
            "DELETE",
            f"{self._project}/merge_requests/{number}/notes/{comment.id}",
            to=f"delete our comment on request {number}",
            needs=_API,
        )

    def set_check(self, check: Check) -> None:
        body = {
            "state": _STATES[check.state],
            "name": check.name,
            "description": check.title[:_DESCRIPTION],
        }
        if check.url:
            body["target_url"] = check.url
        for tried in range(3):
            try:
                self.http.call(
                    "POST",
                    f"{self._project}/statuses/{check.commit}",
                    to="set the status of the commit",
                    needs=_STATUS,
                    json=body,
                )
                return
            except ForgeError as error:
                # It is in that state already, which GitLab takes for a mistake.
                if "Cannot transition status" in str(error):
                    return
                # A second one of the same name takes the place of the first.
                if not error.in_doubt or tried == 2:
                    raise

    def open_issues(self, marker: str) -> Sequence[Issue]:
        found = self.http.pages(
            f"{self._project}/issues",
            to="read the issues",
            needs=_READ,
            state="opened",
            order_by="created_at",
            sort="asc",
            per_page=_PAGE,
        )
        return [self._issue(one) for one in found]

    def create_issue(self, title: str, body: str, labels: Collection[str]) -> None:
        self.http.call(
            "POST",
            f"{self._project}/issues",
            to="open an issue",
            needs=_API,
            json={"title": title, "description": body, "labels": ",".join(sorted(labels))},
        )

    def update_issue(
        self,
        issue: Issue,
        *,
        title: str | None = None,
        body: str | None = None,
        close: bool = False,
    ) -> Issue:
        change = {"title": title, "description": body, "state_event": "close" if close else None}
        answer = self.http.call(
            "PUT",
            f"{self._project}/issues/{issue.number}",
            to=f"change issue {issue.number}",
            needs=_API,
            json={name: value for name, value in change.items() if value is not None},
        )
        return self._issue(answer.body)

    def remark(self, issue: Issue, body: str) -> None:
        self.http.call(
            "POST",
            f"{self._project}/issues/{issue.number}/notes",
            to=f"comment on issue {issue.number}",
            needs=_API,
            json={"body": body},
        )

    def _issue(self, found: Any) -> Issue:
        return Issue(
            number=found["iid"],
            title=found["title"],
            body=found.get("description") or "",
            is_open=found["state"] == "opened",
            url=found["web_url"],
            at=found["created_at"],
        )

    def _ended(self, path: str) -> bool:
        project, _, job = path.partition("/-/jobs/")
        if not project or not job.isdecimal():
            return False
        found = self.http.get(
            f"projects/{quote(project, safe='')}/jobs/{job}",
            to=f"see how job {job} stands",
            needs=_READ,
        )
        return found.get("status") in _OVER
