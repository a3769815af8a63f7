"""Gitea on loopback, held to the fields that its API documents."""

from typing import Any, ClassVar

from tests.forge.fake import TOKEN, Call, FakeForge, FakeIssue, Refusal

LIMIT = 65_535
R = r"/repos/(?P<repo>[^/]+/[^/]+)"


class FakeGitea(FakeForge):
    name = "gitea"
    prefix = "/api/v1"
    token_header = ("Authorization", f"token {TOKEN}")
    routes: ClassVar = [
        ("GET", "/user", "user"),
        ("GET", f"{R}/pulls", "list_pulls"),
        ("GET", f"{R}/pulls/(?P<number>\\d+)", "read_pull"),
        ("GET", f"{R}/commits/(?P<sha>\\w+)/pull", "pull_of"),
        ("GET", f"{R}/pulls/(?P<number>\\d+)/reviews", "reviews"),
        ("GET", f"{R}/issues/(?P<number>\\d+)/comments", "list_comments"),
        ("POST", f"{R}/issues/(?P<number>\\d+)/comments", "comment"),
        ("PATCH", f"{R}/issues/comments/(?P<id>\\d+)", "change"),
        ("DELETE", f"{R}/issues/comments/(?P<id>\\d+)", "remove"),
        ("POST", f"{R}/statuses/(?P<sha>\\w+)", "status"),
        ("GET", f"{R}/issues", "list_issues"),
        ("POST", f"{R}/issues", "issue"),
        ("GET", f"{R}/labels", "list_labels"),
        ("POST", f"{R}/labels", "label"),
        ("PATCH", f"{R}/issues/(?P<number>\\d+)", "change_issue"),
        ("GET", f"{R}/actions/runs/(?P<number>\\d+)", "run"),
    ]

    def user(self, call: Call) -> Any:
        return {"login": self.bot}

    def read_pull(self, call: Call, repo: str, number: str) -> Any:
        pull = self.get_pull(number)
        return {
            "number": pull.number,
            "title": "Faster <etl>",
            "user": {"login": "alice"},
            "head": {
                "sha": pull.head,
                "ref": pull.source,
                "repo_id": 1 if pull.source_repository == self.repository else 2,
            },
            "base": {"sha": pull.base, "ref": pull.target, "repo_id": 1},
            "merge_commit_sha": pull.merge_commit or None,
            "merged": pull.state == "merged",
            "state": "open" if pull.state == "open" else "closed",
            "labels": [{"name": name} for name in pull.labels],
            "html_url": f"{self.url}/{self.repository}/pulls/{number}",
        }

    def list_pulls(self, call: Call, repo: str) -> Any:
        self.check(set(call.query) <= {"state", "limit", "page", "sort"}, "unknown query")
        return [
            self.read_pull(call, repo, str(one.number))
            for one in self.pulls.values()
            if one.state == call.query["state"]
        ]

    def pull_of(self, call: Call, repo: str, sha: str) -> Any:
        for one in self.pulls.values():
            if sha in (one.head, one.merge_commit):
                return {"number": one.number}
        raise Refusal(404, "The target couldn't be found.")

    def reviews(self, call: Call, repo: str, number: str) -> Any:
        words = {"APPROVED": "APPROVED", "CHANGES_REQUESTED": "REQUEST_CHANGES"}
        return [
            {
                "user": {"login": who},
                "state": words.get(state, "COMMENT"),
                "commit_id": commit,
                "dismissed": False,
                "stale": False,
            }
            for who, state, commit in self.get_pull(number).reviews
        ]

    def _comment(self, one: Any) -> Any:
        return {
            "id": one.id,
            "body": one.body,
            "user": {"login": one.author},
            "created_at": one.at,
            "html_url": f"{self.url}/{self.repository}/pulls/7#issuecomment-{one.id}",
        }

    def list_comments(self, call: Call, repo: str, number: str) -> Any:
        return [self._comment(one) for one in self.get_pull(number).comments if not one.deleted]

    def comment(self, call: Call, repo: str, number: str) -> Any:
        self.check_keys(call.body, {"body": str}, {"updated_at": str})
        for issue in self.issues:
            if issue.number == int(number):
                issue.remarks.append(call.body["body"])
                return 201, {"id": self._tick()}
        return 201, self._comment(self.add_comment(number, call.body["body"], LIMIT))

    def change(self, call: Call, repo: str, id: str) -> Any:
        self.check_keys(call.body, {"body": str}, {"updated_at": str})
        comment = self.get_comment(id)[1]
        comment.body = call.body["body"]
        return self._comment(comment)

    def remove(self, call: Call, repo: str, id: str) -> Any:
        self.get_comment(id)[1].deleted = True
        return 204, None

    def status(self, call: Call, repo: str, sha: str) -> Any:
        self.check_keys(
            call.body,
            {"state": str},
            {"context": str, "description": str, "target_url": str},
        )
        states = ("pending", "success", "error", "failure", "warning")
        self.check(call.body["state"] in states, "no such state")
        self.statuses.setdefault(sha, []).append(call.body)
        return 201, {}

    def _issue(self, one: FakeIssue) -> Any:
        return {
            "number": one.number,
            "title": one.title,
            "body": one.body,
            "state": "open" if one.is_open else "closed",
            "created_at": "2026-03-01T10:00:00Z",
            "html_url": f"{self.url}/{self.repository}/issues/{one.number}",
        }

    def list_issues(self, call: Call, repo: str) -> Any:
        self.check(call.query.get("type") == "issues", "requests are listed as well")
        self.check(int(call.query.get("limit", 30)) <= 50, "limit is over 50")
        return [self._issue(one) for one in self.issues if one.is_open]

    def issue(self, call: Call, repo: str) -> Any:
        self.check_keys(
            call.body,
            {"title": str},
            {"body": str, "labels": list, "assignees": list, "milestone": int, "closed": bool},
        )
        names = {number: name for name, number in self.labels.items()}
        labels = [names[number] for number in call.body["labels"]]
        return 201, self._issue(self.add_issue(call.body["title"], call.body["body"], labels))

    def list_labels(self, call: Call, repo: str) -> Any:
        return [{"id": number, "name": name} for name, number in self.labels.items()]

    def label(self, call: Call, repo: str) -> Any:
        self.check_keys(
            call.body, {"name": str, "color": str}, {"description": str, "exclusive": bool}
        )
        self.labels[call.body["name"]] = self._tick()
        return 201, {"id": self.labels[call.body["name"]], "name": call.body["name"]}

    def change_issue(self, call: Call, repo: str, number: str) -> Any:
        self.check_keys(call.body, {}, {"title": str, "body": str, "state": str})
        issue = self.get_issue(number)
        issue.title = call.body.get("title", issue.title)
        issue.body = call.body.get("body", issue.body)
        issue.is_open = call.body.get("state", "open") == "open"
        return 201, self._issue(issue)

    def run(self, call: Call, repo: str, number: str) -> Any:
        if int(number) not in self.runs:
            raise Refusal(404, "Not Found")
        return {"id": int(number), "status": self.runs[int(number)]}
