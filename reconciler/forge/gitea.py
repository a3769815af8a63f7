"""Gitea and Forgejo: REST API, version 1."""

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from reconciler.errors import ForgeDeniedError, ForgeError, ForgeMissingError
from reconciler.forge.forge import Forge
from reconciler.forge.values import Check, Comment, Issue, Pull, Review

_PAGE = 50  # the most that its servers give unless they are told otherwise
_DESCRIPTION = 255
_OVER = ("completed", "success", "failure", "cancelled", "skipped")
_COLOR = "#c5def5"  # of labels that are not there yet

_ISSUES = "the scope `write:issue`"
_READ = "the scopes `read:issue` and `read:repository`"
_REPOSITORY = "the scope `write:repository`"


class Gitea(Forge):
    """A repository on Gitea or Forgejo."""

    name = "gitea"
    title = "Gitea"
    limit = 65_535

    @property
    def _repo(self) -> str:
        return f"repos/{self.request.repository}"

    def account(self) -> str:
        return self._account

    @cached_property
    def _account(self) -> str:
        try:
            found = self.http.get("user", to="tell whose it is", needs="the scope `read:user`")
        except (ForgeDeniedError, ForgeMissingError):
            return ""  # the token of a workflow may not know
        return self._known(found, "login")

    def pull(self, number: int) -> Pull:
        found = self.http.get(
            f"{self._repo}/pulls/{number}", to=f"read request {number}", needs=_READ
        )
        merged = bool(found.get("merged"))
        return Pull(
            number=found["number"],
            title=found["title"],
            author=self._known(found, "user", "login"),
            head=found["head"]["sha"],
            base=found["base"]["sha"],
            source=found["head"]["ref"],
            target=found["base"]["ref"],
            merge_commit=(found.get("merge_commit_sha") or "") if merged else "",
            is_open=found["state"] == "open",
            is_merged=merged,
            is_fork=found["head"].get("repo_id") != found["base"].get("repo_id"),
            labels=frozenset(label["name"] for label in found.get("labels") or ()),
            url=found["html_url"],
            source_repository=self._known(found, "head", "repo", "full_name"),
        )

    def pulls_of(self, commit: str) -> Sequence[int]:
        try:
            found = self.http.get(
                f"{self._repo}/commits/{commit}/pull",
                to=f"find the request of {commit[:12]}",
                needs=_READ,
            )
        except ForgeMissingError:
            return []
        return [found["number"]]

    def open_pulls(self, target: str) -> Sequence[int]:
        found = self.http.pages(
            f"{self._repo}/pulls",
            to="list the open requests",
            needs=_READ,
            state="open",
            limit=_PAGE,
        )
        ours = (one["number"] for one in found if one["base"]["ref"] == target)
        return sorted(ours, reverse=True)

    def reviews(self, number: int) -> Sequence[Review]:
        found = self.http.pages(
            f"{self._repo}/pulls/{number}/reviews",
            to=f"read the reviews of request {number}",
            needs=_READ,
            limit=_PAGE,
        )
        return [
            Review(
                self._known(one, "user", "login"),
                one["state"] == "APPROVED" and not one.get("dismissed"),
                one.get("commit_id") or "",
            )
            for one in found
            if one["state"] in ("APPROVED", "REQUEST_CHANGES")
        ]

    def comments(self, number: int) -> Sequence[Comment]:
        found = self.http.pages(
            f"{self._repo}/issues/{number}/comments",
            to=f"read the comments of request {number}",
            needs=_READ,
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
            needs=_ISSUES,
            json={"body": body},
        )

    def update_comment(self, number: int, comment: Comment, body: str) -> None:
        self.http.call(
            "PATCH",
            f"{self._repo}/issues/comments/{comment.id}",
            to=f"change our comment on request {number}",
            needs=_ISSUES,
            json={"body": body},
        )

    def delete_comment(self, number: int, comment: Comment) -> None:
        self.http.call(
            "DELETE",
            f"{self._repo}/issues/comments/{comment.id}",
            to=f"delete our comment on request {number}",
            needs=_ISSUES,
        )

    def set_check(self, check: Check) -> None:
        body = {
            "state": check.state.value,
            "context": check.name,
            "description": check.title[:_DESCRIPTION],
            "target_url": check.url,
        }
        for tried in range(3):
            try:
                self.http.call(
                    "POST",
                    f"{self._repo}/statuses/{check.commit}",
                    to="set the status of the commit",
                    needs=_REPOSITORY,
                    json=body,
                )
                return
            except ForgeError as error:
                # Of one name the newest counts, so a second one does no harm.
                if not error.in_doubt or tried == 2:
                    raise

    def open_issues(self, marker: str) -> Sequence[Issue]:
        found = self.http.pages(
            f"{self._repo}/issues",
            to="read the issues",
            needs=_READ,
            state="open",
            type="issues",
            limit=_PAGE,
        )
        return [self._issue(one) for one in found]

    def create_issue(self, title: str, body: str, labels: Collection[str]) -> None:
        self.http.call(
            "POST",
            f"{self._repo}/issues",
            to="open an issue",
            needs=_ISSUES,
            json={"title": title, "body": body, "labels": self._labels(labels)},
        )

    def _labels(self, names: Collection[str]) -> list[int]:
        """The numbers of labels, which are made where they are not there."""
        if not names:
            return []
        found = self.http.pages(
            f"{self._repo}/labels", to="read the labels", needs=_READ, limit=_PAGE
        )
        there = {one["name"]: int(one["id"]) for one in found}
        for name in sorted(set(names) - there.keys()):
            answer = self.http.call(
                "POST",
                f"{self._repo}/labels",
                to=f"make the label {name}",
                needs=_ISSUES,
                json={"name": name, "color": _COLOR},
            )
            there[name] = int(answer.body["id"])
        return sorted(there[name] for name in names)

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
        number = run.partition("/")[0]
        if repository.count("/") != 1 or not number.isdecimal():
            return False
        found = self.http.get(
            f"repos/{quote(repository)}/actions/runs/{number}",
            to=f"see how run {number} stands",
            needs="the scope `read:repository`",
        )
        # Gitea says as GitHub does, Forgejo how it ended.
        return found.get("status") in _OVER
