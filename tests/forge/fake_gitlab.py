"""GitLab on loopback, held to the fields that its REST API documents."""

from typing import Any, ClassVar

from tests.forge.fake import TOKEN, Call, FakeForge, FakeIssue, Refusal

LIMIT = 1_000_000
P = r"/projects/(?P<repo>.+?)"


class FakeGitLab(FakeForge):
    name = "gitlab"
    prefix = "/api/v4"
    token_header = ("PRIVATE-TOKEN", TOKEN)
    routes: ClassVar = [
        ("GET", "/user", "user"),
        ("GET", f"{P}/merge_requests/(?P<number>\\d+)", "read_pull"),
        ("GET", f"{P}/repository/commits/(?P<sha>\\w+)/merge_requests", "pulls_of"),
        ("GET", f"{P}/merge_requests/(?P<number>\\d+)/approvals", "approvals"),
        ("GET", f"{P}/merge_requests/(?P<number>\\d+)/notes", "list_comments"),
        ("POST", f"{P}/merge_requests/(?P<number>\\d+)/notes", "comment"),
        ("PUT", f"{P}/merge_requests/(?P<number>\\d+)/notes/(?P<id>\\d+)", "change"),
        ("DELETE", f"{P}/merge_requests/(?P<number>\\d+)/notes/(?P<id>\\d+)", "remove"),
        ("POST", f"{P}/statuses/(?P<sha>\\w+)", "status"),
        ("GET", f"{P}/issues", "list_issues"),
        ("POST", f"{P}/issues", "issue"),
        ("PUT", f"{P}/issues/(?P<number>\\d+)", "change_issue"),
        ("POST", f"{P}/issues/(?P<number>\\d+)/notes", "remark"),
        ("GET", f"{P}/jobs/(?P<number>\\d+)", "job"),
        # The last, for what it matches others match better.
        ("GET", f"{P}/merge_requests", "list_pulls"),
    ]

    def user(self, call: Call) -> Any:
        return {"username": self.bot}

    def read_pull(self, call: Call, repo: str, number: str) -> Any:
        pull = self.get_pull(number)
        return {
            "iid": pull.number,
            "title": "Faster <etl>",
            "author": {"username": "alice"},
            "sha": pull.head,
            "diff_refs": {"base_sha": pull.base},
            "source_branch": pull.source,
            "target_branch": pull.target,
            "source_project_id": 1 if pull.source_repository == self.repository else 2,
            "target_project_id": 1,
            "merge_commit_sha": pull.merge_commit or None,
            "squash_commit_sha": None,
            "state": "opened" if pull.state == "open" else pull.state,
            "labels": pull.labels,
            "web_url": f"{self.url}/{self.repository}/-/merge_requests/{number}",
        }

    def list_pulls(self, call: Call, repo: str) -> Any:
        return [
            self.read_pull(call, repo, str(one.number))
            for one in self.pulls.values()
            if one.state == "open"
            and call.query["state"] == "opened"
            and one.target == call.query["target_branch"]
        ]

    def pulls_of(self, call: Call, repo: str, sha: str) -> Any:
        return [
            {"iid": one.number, "state": one.state}
            for one in self.pulls.values()
            if sha in (one.head, one.merge_commit)
        ]

    def approvals(self, call: Call, repo: str, number: str) -> Any:
        return {
            "approved_by": [
                {"user": {"username": who}}
                for who, state, _ in self.get_pull(number).reviews
                if state == "APPROVED"
            ]
        }

    def _note(self, one: Any) -> Any:
        return {
            "id": one.id,
            "body": one.body,
            "author": {"username": one.author},
            "created_at": one.at,
            "system": False,
        }

    def list_comments(self, call: Call, repo: str, number: str) -> Any:
        notes = [self._note(one) for one in self.get_pull(number).comments if not one.deleted]
        system = {"id": 9_000, "body": "added 1 commit", "created_at": "2026", "system": True}
        return [system, *notes]

    def comment(self, call: Call, repo: str, number: str) -> Any:
        self.check_keys(call.body, {"body": str}, {"created_at": str, "internal": bool})
        return 201, self._note(self.add_comment(number, call.body["body"], LIMIT))

    def change(self, call: Call, repo: str, number: str, id: str) -> Any:
        self.check_keys(call.body, {"body": str}, {})
        comment = self.get_comment(id)[1]
        comment.body = call.body["body"]
        return self._note(comment)

    def remove(self, call: Call, repo: str, number: str, id: str) -> Any:
        self.get_comment(id)[1].deleted = True
        return 204, None

    def status(self, call: Call, repo: str, sha: str) -> Any:
        self.check_keys(
            call.body,
            {"state": str},
            {"name": str, "description": str, "target_url": str, "pipeline_id": int, "ref": str},
        )
        states = ("pending", "running", "success", "failed", "canceled", "skipped")
        self.check(call.body["state"] in states, "state does not have a valid value")
        self.check(len(call.body.get("description", "")) <= 255, "the description is too long")
        there = self.statuses.setdefault(sha, [])
        same = [one for one in there if one["name"] == call.body["name"]]
        state = call.body["state"]
        if same and same[-1]["state"] == state:
            raise Refusal(400, f"Cannot transition status via :run from :{state}")
        there.append(call.body)
        return 201, {}

    def _issue(self, one: FakeIssue) -> Any:
        return {
            "iid": one.number,
            "title": one.title,
            "description": one.body,
            "state": "opened" if one.is_open else "closed",
            "created_at": "2026-03-01T10:00:00Z",
            "web_url": f"{self.url}/{self.repository}/-/issues/{one.number}",
        }

    def list_issues(self, call: Call, repo: str) -> Any:
        self.check(call.query.get("state") == "opened", "all issues are many")
        return [self._issue(one) for one in self.issues if one.is_open]

    def issue(self, call: Call, repo: str) -> Any:
        self.check_keys(call.body, {"title": str}, {"description": str, "labels": str})
        labels = [one for one in call.body.get("labels", "").split(",") if one]
        return 201, self._issue(
            self.add_issue(call.body["title"], call.body["description"], labels)
        )

    def change_issue(self, call: Call, repo: str, number: str) -> Any:
        self.check_keys(call.body, {}, {"title": str, "description": str, "state_event": str})
        issue = self.get_issue(number)
        issue.title = call.body.get("title", issue.title)
        issue.body = call.body.get("description", issue.body)
        issue.is_open = call.body.get("state_event") != "close"
        return self._issue(issue)

    def remark(self, call: Call, repo: str, number: str) -> Any:
        self.check_keys(call.body, {"body": str}, {})
        self.get_issue(number).remarks.append(call.body["body"])
        return 201, {}

    def job(self, call: Call, repo: str, number: str) -> Any:
        if int(number) not in self.runs:
            raise Refusal(404, "404 Not Found")
        return {"id": int(number), "status": self.runs[int(number)]}
