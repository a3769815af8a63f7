"""Bitbucket Cloud: REST API, version 2.0."""

import contextlib
import hashlib
import re
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote

from reconciler.errors import ForgeDeniedError, ForgeError, ForgeMissingError
from reconciler.forge.forge import Forge
from reconciler.forge.http import batches
from reconciler.forge.values import Check, Comment, Issue, Level, Pull, Review, State

_PAGE = 100
_KEY = 40  # characters of a status' key
_DESCRIPTION = 255
_ANNOTATIONS = 100  # that one request may bring
_MOST = 1_000  # annotations of a report
_MESSAGE = 450  # characters of an annotation
_STATES = {State.PENDING: "INPROGRESS", State.SUCCESS: "SUCCESSFUL", State.FAILURE: "FAILED"}
_RESULTS = {State.PENDING: "PENDING", State.SUCCESS: "PASSED", State.FAILURE: "FAILED"}
_SEVERITIES = {Level.NOTICE: "LOW", Level.WARNING: "MEDIUM", Level.FAILURE: "HIGH"}

_PULLS = "the scope `pullrequest:write`"
_READ = "the scope `pullrequest`"
_STATUS = "the scope `repository:write`"
_ISSUES = "the scope `issue:write`, and the repository an issue tracker"

_FOLD = re.compile(r"^<details><summary>(.*)</summary>$")
_ALERT = re.compile(r"^> \[!(\w+)\]$")
_CODE = re.compile(r"^(`{3,})")


class Bitbucket(Forge):
    """A repository on Bitbucket Cloud."""

    name = "bitbucket"
    title = "Bitbucket"
    limit = 32_768
    annotates = True

    @property
    def _repo(self) -> str:
        return f"repositories/{self.request.repository}"

    def hide(self, text: str) -> str:
        # HTML is shown there as it stands; a link that nothing refers to is not.
        return f"[//]: # (reconciler {text.removeprefix('reconciler ')})"

    def dress(self, page: str) -> str:
        """Without folds and alerts, of which its Markdown knows nothing."""
        lines: list[str] = []
        fence = ""
        for line in page.split("\n"):
            mark = _CODE.match(line)
            if fence:
                fence = "" if line == fence else fence
            elif mark:
                fence = mark[1]
            elif folded := _FOLD.match(line):
                line = f"**{folded[1]}**"
            elif alert := _ALERT.match(line):
                line = f"> **{alert[1].capitalize()}**\n>"
            elif line == "</details>":
                continue
            lines.append(line)
        return "\n".join(lines)

    def account(self) -> str:
        return self._account

    @cached_property
    def _account(self) -> str:
        try:
            found = self.http.get("user", to="tell whose it is", needs="the scope `account`")
        except (ForgeDeniedError, ForgeMissingError):
            return ""
        return self._known(found, "uuid")

    def pull(self, number: int) -> Pull:
        found = self._pull(number)
        source, target = found["source"], found["destination"]
        return Pull(
            number=found["id"],
            title=found["title"],
            author=self._known(found, "author", "nickname"),
            head=self._known(source, "commit", "hash"),
            base=self._known(target, "commit", "hash"),
            source=self._known(source, "branch", "name"),
            target=self._known(target, "branch", "name"),
            merge_commit=self._known(found, "merge_commit", "hash"),
            is_open=found["state"] == "OPEN",
            is_merged=found["state"] == "MERGED",
            is_fork=self._known(source, "repository", "full_name")
            != self._known(target, "repository", "full_name"),
            labels=frozenset(),
            url=self._known(found, "links", "html", "href"),
            source_repository=self._known(source, "repository", "full_name"),
        )

    def _pull(self, number: int) -> Any:
        return self.http.get(
            f"{self._repo}/pullrequests/{number}", to=f"read request {number}", needs=_READ
        )

    def pulls_of(self, commit: str) -> Sequence[int]:
        found = self.http.pages(
            f"{self._repo}/commit/{commit}/pullrequests",
            to=f"find the request of {commit[:12]}",
            needs=_READ,
            pagelen=50,
        )
        return [one["id"] for one in sorted(found, key=lambda one: one.get("state") != "MERGED")]

    def open_pulls(self, target: str) -> Sequence[int]:
        found = self.http.pages(
            f"{self._repo}/pullrequests",
            to="list the open requests",
            needs=_READ,
            state="OPEN",
            pagelen=50,
        )
        ours = (
            one["id"]
            for one in found
            if self._known(one, "destination", "branch", "name") == target
        )
        return sorted(ours, reverse=True)

    def reviews(self, number: int) -> Sequence[Review]:
        return [
            Review(self._known(one, "user", "nickname"), one.get("state") == "approved")
            for one in self._pull(number).get("participants", ())
            if one.get("state") in ("approved", "changes_requested")
        ]

    def comments(self, number: int) -> Sequence[Comment]:
        found = self.http.pages(
            f"{self._repo}/pullrequests/{number}/comments",
            to=f"read the comments of request {number}",
            needs=_READ,
            pagelen=_PAGE,
        )
        return [
            Comment(
                id=str(one["id"]),
                body=self._known(one, "content", "raw"),
                author=self._known(one, "user", "uuid"),
                at=one["created_on"],
                url=self._known(one, "links", "html", "href"),
            )
            for one in found
            # Those on lines are not ours; those deleted are listed on.
            if not one.get("deleted") and not one.get("inline")
        ]

    def create_comment(self, number: int, body: str) -> None:
        self.http.call(
            "POST",
            f"{self._repo}/pullrequests/{number}/comments",
            to=f"comment on request {number}",
            needs=_PULLS,
            json={"content": {"raw": body}},
        )

    def update_comment(self, number: int, comment: Comment, body: str) -> None:
        self.http.call(
            "PUT",
            f"{self._repo}/pullrequests/{number}/comments/{comment.id}",
            to=f"change our comment on request {number}",
            needs=_PULLS,
            json={"content": {"raw": body}},
        )

    def delete_comment(self, number: int, comment: Comment) -> None:
        self.http.call(
            "DELETE",
            f"{self._repo}/pullrequests/{number}/comments/{comment.id}",
            to=f"delete our comment on request {number}",
            needs=_PULLS,
        )

    def set_check(self, check: Check) -> None:
        key = check.name
        if len(key) > _KEY:
            key = hashlib.sha256(key.encode()).hexdigest()[:_KEY]
        where = f"{self._repo}/commit/{check.commit}"
        body = {
            "key": key,
            "name": check.name,
            "state": _STATES[check.state],
            "description": check.title[:_DESCRIPTION],
            # It must be one, and somebody may click on it.
            "url": check.url or f"{self.request.web}/{self.request.repository}",
        }
        self._once_more("POST", f"{where}/statuses/build", "set the status of the commit", body)
        report = {
            "title": check.name[:_MESSAGE],
            "details": check.title[:2_000],
            "report_type": "TEST",
            "reporter": "reconciler",
            "result": _RESULTS[check.state],
        }
        if check.url:
            report["link"] = check.url
        place = f"{where}/reports/{re.sub(r'[^A-Za-z0-9]+', '-', f'reconciler-{key}')}"
        # Whoever writes it anew wants no remark of the former one left.
        with contextlib.suppress(ForgeMissingError):
            self.http.call("DELETE", place, to="delete the former report", needs=_STATUS)
        self._once_more("PUT", place, "write the report of the commit", report)
        for some in batches(check.annotations[:_MOST], _ANNOTATIONS):
            remarks = [
                {
                    "external_id": hashlib.sha256(
                        f"{one.path}:{one.line}:{one.message}".encode()
                    ).hexdigest()[:32],
                    "annotation_type": "CODE_SMELL",
                    "summary": one.message[:_MESSAGE],
                    "severity": _SEVERITIES[one.level],
                    "path": one.path,
                    "line": one.line,
                }
                for one in some
            ]
            # By their ids they are replaced, if they are there already.
            self._once_more("POST", f"{place}/annotations", "add remarks to the report", remarks)

    def _once_more(self, method: str, path: str, to: str, body: Any) -> None:
        """A call that may as well be made twice."""
        for tried in range(3):
            try:
                self.http.call(method, path, to=to, needs=_STATUS, json=body)
                return
            except ForgeError as error:
                if not error.in_doubt or tried == 2:
                    raise

    def open_issues(self, marker: str) -> Sequence[Issue]:
        found = self.http.pages(
            f"{self._repo}/issues",
            to="read the issues",
            needs=_ISSUES,
            q='state = "new" OR state = "open"',
            sort="created_on",
            pagelen=_PAGE,
        )
        return [self._issue(one) for one in found]

    def create_issue(self, title: str, body: str, labels: Collection[str]) -> None:
        self.http.call(
            "POST",
            f"{self._repo}/issues",
            to="open an issue",
            needs=_ISSUES,
            json={"title": title, "content": {"raw": body}, "kind": "bug"},
        )

    def update_issue(
        self,
        issue: Issue,
        *,
        title: str | None = None,
        body: str | None = None,
        close: bool = False,
    ) -> Issue:
        change = {
            "title": title,
            "content": {"raw": body} if body is not None else None,
            "state": "closed" if close else None,
        }
        answer = self.http.call(
            "PUT",
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
            json={"content": {"raw": body}},
        )

    def _issue(self, found: Any) -> Issue:
        return Issue(
            number=found["id"],
            title=found["title"],
            body=self._known(found, "content", "raw"),
            is_open=found["state"] in ("new", "open"),
            url=self._known(found, "links", "html", "href"),
            at=found["created_on"],
        )

    def _ended(self, path: str) -> bool:
        repository, _, build = path.partition("/pipelines/results/")
        number = build.partition("/")[0]
        if repository.count("/") != 1 or not number.isdecimal():
            return False
        found = self.http.get(
            f"repositories/{quote(repository)}/pipelines/{number}",
            to=f"see how pipeline {number} stands",
            needs="the scope `pipeline`",
        )
        return self._known(found, "state", "name") == "COMPLETED"
