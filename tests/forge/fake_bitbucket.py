"""Bitbucket Cloud on loopback, held to the fields that its API documents."""

from typing import Any, ClassVar

from tests.forge.fake import PAGE, TOKEN, Call, FakeForge, FakeIssue, Refusal

LIMIT = 32_768
R = r"/repositories/(?P<repo>[^/]+/[^/]+)"


class FakeBitbucket(FakeForge):
    name = "bitbucket"
    prefix = "/2.0"
    token_header = ("Authorization", f"Bearer {TOKEN}")
    bot = "{b07}"
    routes: ClassVar = [
        ("GET", "/user", "user"),
        ("GET", f"{R}/pullrequests", "list_pulls"),
        ("GET", f"{R}/pullrequests/(?P<number>\\d+)", "read_pull"),
        ("GET", f"{R}/commit/(?P<sha>\\w+)/pullrequests", "pulls_of"),
        ("GET", f"{R}/pullrequests/(?P<number>\\d+)/comments", "list_comments"),
        ("POST", f"{R}/pullrequests/(?P<number>\\d+)/comments", "comment"),
        ("PUT", f"{R}/pullrequests/(?P<number>\\d+)/comments/(?P<id>\\d+)", "change"),
        ("DELETE", f"{R}/pullrequests/(?P<number>\\d+)/comments/(?P<id>\\d+)", "remove"),
        ("POST", f"{R}/commit/(?P<sha>\\w+)/statuses/build", "status"),
        ("PUT", f"{R}/commit/(?P<sha>\\w+)/reports/(?P<id>[^/]+)", "report"),
        ("DELETE", f"{R}/commit/(?P<sha>\\w+)/reports/(?P<id>[^/]+)", "drop_report"),
        ("POST", f"{R}/commit/(?P<sha>\\w+)/reports/(?P<id>[^/]+)/annotations", "annotate"),
        ("GET", f"{R}/issues", "list_issues"),
        ("POST", f"{R}/issues", "issue"),
        ("PUT", f"{R}/issues/(?P<number>\\d+)", "change_issue"),
        ("POST", f"{R}/issues/(?P<number>\\d+)/comments", "remark"),
        ("GET", f"{R}/pipelines/(?P<number>\\d+)", "pipeline"),
    ]

    def __init__(self, repository: str = "acme/etl") -> None:
        super().__init__(repository)
        self.reports: dict[str, dict[str, Any]] = {}
        self.annotations: dict[str, dict[str, Any]] = {}

    def paged(self, items: list[Any], call: Call) -> tuple[Any, dict[str, str]]:
        page, headers = super().paged(items, call)
        body = {"values": page, "pagelen": PAGE}
        if headers:
            body["next"] = headers["Link"].partition("<")[2].partition(">")[0]
        return body, {}

    def user(self, call: Call) -> Any:
        return {"uuid": self.bot}

    def read_pull(self, call: Call, repo: str, number: str) -> Any:
        pull = self.get_pull(number)
        words = {"APPROVED": "approved", "CHANGES_REQUESTED": "changes_requested"}
        return {
            "id": pull.number,
            "title": "Faster <etl>",
            "author": {"nickname": "alice"},
            "source": {
                # It shortens commits.
                "commit": {"hash": pull.head[:12]},
                "branch": {"name": pull.source},
                "repository": {"full_name": pull.source_repository},
            },
            "destination": {
                "commit": {"hash": pull.base[:12]},
                "branch": {"name": pull.target},
                "repository": {"full_name": self.repository},
            },
            "merge_commit": {"hash": pull.merge_commit[:12]} if pull.merge_commit else None,
            "state": pull.state.upper(),
            "participants": [
                {"user": {"nickname": who}, "state": words.get(state), "approved": False}
                for who, state, _ in pull.reviews
            ],
            "links": {"html": {"href": f"{self.url}/{self.repository}/pull-requests/{number}"}},
        }

    def list_pulls(self, call: Call, repo: str) -> Any:
        self.check(int(call.query["pagelen"]) <= 50, "pagelen is over 50")
        return [
            self.read_pull(call, repo, str(one.number))
            for one in self.pulls.values()
            if one.state.upper() == call.query["state"]
        ]

    def pulls_of(self, call: Call, repo: str, sha: str) -> Any:
        return [
            {"id": one.number, "state": one.state.upper()}
            for one in self.pulls.values()
            if sha in (one.head, one.merge_commit)
        ]

    def _comment(self, one: Any) -> Any:
        return {
            "id": one.id,
            "content": {"raw": "" if one.deleted else one.body},
            "user": {"uuid": one.author},
            "created_on": one.at,
            "deleted": one.deleted,
            "links": {"html": {"href": f"{self.url}/comment-{one.id}"}},
        }

    def list_comments(self, call: Call, repo: str, number: str) -> Any:
        return [self._comment(one) for one in self.get_pull(number).comments]

    def _content(self, body: Any) -> str:
        self.check_keys(body, {"content": dict}, {"inline": dict, "parent": dict})
        self.check_keys(body["content"], {"raw": str}, {"markup": str})
        return str(body["content"]["raw"])

    def comment(self, call: Call, repo: str, number: str) -> Any:
        return 201, self._comment(self.add_comment(number, self._content(call.body), LIMIT))

    def change(self, call: Call, repo: str, number: str, id: str) -> Any:
        comment = self.get_comment(id)[1]
        comment.body = self._content(call.body)
        return self._comment(comment)

    def remove(self, call: Call, repo: str, number: str, id: str) -> Any:
        self.get_comment(id)[1].deleted = True
        return 204, None

    def status(self, call: Call, repo: str, sha: str) -> Any:
        self.check_keys(
            call.body,
            {"key": str, "state": str, "url": str},
            {"name": str, "description": str, "refname": str},
        )
        states = ("SUCCESSFUL", "FAILED", "INPROGRESS", "STOPPED")
        self.check(call.body["state"] in states, "no such state")
        self.check(len(call.body["key"]) <= 40, "the key is too long")
        self.check(call.body["url"].startswith("http"), "the url is none")
        self.statuses.setdefault(sha, []).append(call.body)
        return 201, {}

    def report(self, call: Call, repo: str, sha: str, id: str) -> Any:
        self.check_keys(
            call.body,
            {"title": str, "details": str, "report_type": str},
            {"reporter": str, "result": str, "link": str, "data": list},
        )
        self.check(call.body["report_type"] in ("SECURITY", "COVERAGE", "TEST", "BUG"), "type")
        self.check(call.body["result"] in ("PASSED", "FAILED", "PENDING"), "result")
        self.reports[sha] = call.body
        return call.body

    def drop_report(self, call: Call, repo: str, sha: str, id: str) -> Any:
        self.annotations.clear()
        if self.reports.pop(sha, None) is None:
            raise Refusal(404, "no report")
        return 204, None

    def annotate(self, call: Call, repo: str, sha: str, id: str) -> Any:
        self.check(isinstance(call.body, list) and len(call.body) <= 100, "over 100 annotations")
        for one in call.body:
            self.check_keys(
                one,
                {"external_id": str, "annotation_type": str, "summary": str},
                {"path": str, "line": int, "severity": str, "title": str, "details": str},
            )
            self.check(one["annotation_type"] in ("VULNERABILITY", "CODE_SMELL", "BUG"), "type")
            self.check(one["severity"] in ("CRITICAL", "HIGH", "MEDIUM", "LOW"), "severity")
            self.check(len(one["summary"]) <= 450, "the summary is too long")
            self.annotations[one["external_id"]] = one
        return call.body and {"values": call.body}

    def _issue(self, one: FakeIssue) -> Any:
        return {
            "id": one.number,
            "title": one.title,
            "content": {"raw": one.body},
            "state": "new" if one.is_open else "closed",
            "created_on": "2026-03-01T10:00:00Z",
            "links": {"html": {"href": f"{self.url}/issues/{one.number}"}},
        }

    def list_issues(self, call: Call, repo: str) -> Any:
        return [self._issue(one) for one in self.issues if one.is_open]

    def issue(self, call: Call, repo: str) -> Any:
        self.check_keys(call.body, {"title": str}, {"content": dict, "kind": str})
        raw = call.body["content"]["raw"]
        return 201, self._issue(self.add_issue(call.body["title"], raw, []))

    def change_issue(self, call: Call, repo: str, number: str) -> Any:
        self.check_keys(call.body, {}, {"title": str, "content": dict, "state": str})
        issue = self.get_issue(number)
        issue.title = call.body.get("title", issue.title)
        issue.body = call.body.get("content", {"raw": issue.body})["raw"]
        issue.is_open = call.body.get("state") != "closed"
        return self._issue(issue)

    def remark(self, call: Call, repo: str, number: str) -> Any:
        self.get_issue(number).remarks.append(self._content(call.body))
        return 201, {}

    def pipeline(self, call: Call, repo: str, number: str) -> Any:
        if int(number) not in self.runs:
            raise Refusal(404, "no pipeline")
        return {"build_number": int(number), "state": {"name": self.runs[int(number)]}}
