"""GitHub on loopback: requests are held to the models of its REST API that githubkit carries."""

import importlib
from functools import cache
from typing import Any, ClassVar

from pydantic import TypeAdapter, ValidationError

from tests.forge.fake import TOKEN, Call, FakeForge, FakeIssue, Refusal

LIMIT = 65_536
R = r"/repos/(?P<repo>[^/]+/[^/]+)"


@cache
def model(name: str) -> Any:
    return TypeAdapter(
        getattr(importlib.import_module("githubkit_schemas.v2022_11_28.models"), name)
    )


class FakeGitHub(FakeForge):
    name = "github"
    token_header = ("Authorization", f"Bearer {TOKEN}")
    bot = "github-actions[bot]"
    is_app: bool = True
    may_check: bool = True
    routes: ClassVar = [
        ("GET", "/user", "user"),
        ("POST", "/graphql", "viewer"),
        ("GET", f"{R}/pulls", "list_pulls"),
        ("GET", f"{R}/pulls/(?P<number>\\d+)", "read_pull"),
        ("GET", f"{R}/commits/(?P<sha>\\w+)/pulls", "pulls_of"),
        ("GET", f"{R}/pulls/(?P<number>\\d+)/reviews", "reviews"),
        ("GET", f"{R}/issues/(?P<number>\\d+)/comments", "list_comments"),
        ("POST", f"{R}/issues/(?P<number>\\d+)/comments", "comment"),
        ("PATCH", f"{R}/issues/comments/(?P<id>\\d+)", "change"),
        ("DELETE", f"{R}/issues/comments/(?P<id>\\d+)", "remove"),
        ("POST", f"{R}/check-runs", "check_run"),
        ("PATCH", f"{R}/check-runs/(?P<id>\\d+)", "more_of_check"),
        ("GET", f"{R}/commits/(?P<sha>\\w+)/check-runs", "check_runs"),
        ("POST", f"{R}/statuses/(?P<sha>\\w+)", "status"),
        ("GET", f"{R}/issues", "list_issues"),
        ("POST", f"{R}/issues", "issue"),
        ("PATCH", f"{R}/issues/(?P<number>\\d+)", "change_issue"),
        ("GET", f"{R}/actions/runs/(?P<number>\\d+)", "run"),
        ("GET", f"{R}/actions/runs/(?P<number>\\d+)/attempts/(?P<attempt>\\d+)", "attempt"),
    ]

    def __init__(self, repository: str = "acme/etl") -> None:
        super().__init__(repository)
        self.checks: list[dict[str, Any]] = []
        self.attempts: dict[int, int] = {}  # of runs that were started again: the newest

    def valid(self, name: str, body: Any) -> None:
        """Hold a body to a published model, and to having no field that it lacks."""
        try:
            found = model(name).validate_python(body)
        except ValidationError as error:
            self.check(False, f"{name}: {error}")
        self._known(name, found, body)

    def _known(self, name: str, found: Any, body: Any) -> None:
        fields = {(field.alias or key): key for key, field in type(found).model_fields.items()}
        for key, value in body.items():
            self.check(key in fields, f"{name} has no field {key}")
            inner = getattr(found, fields[key])
            if isinstance(value, dict) and hasattr(type(inner), "model_fields"):
                self._known(f"{name}.{key}", inner, value)
            if isinstance(value, list):
                for one, of in zip(inner, value, strict=True):
                    if isinstance(of, dict):
                        self._known(f"{name}.{key}", one, of)

    def user(self, call: Call) -> Any:
        if self.is_app:
            raise Refusal(403, "Resource not accessible by integration")
        return {"login": self.bot}

    def viewer(self, call: Call) -> Any:
        return {"data": {"viewer": {"login": self.bot}}}

    def read_pull(self, call: Call, repo: str, number: str) -> Any:
        pull = self.get_pull(number)
        return {
            "number": pull.number,
            "title": "Faster <etl>",
            "user": {"login": "alice"},
            "head": {
                "sha": pull.head,
                "ref": pull.source,
                "repo": {"full_name": pull.source_repository},
            },
            "base": {
                "sha": pull.base,
                "ref": pull.target,
                "repo": {"full_name": self.repository},
            },
            # While it is open, GitHub names the merge that it tried.
            "merge_commit_sha": pull.merge_commit or "7e57" + "0" * 36,
            "merged": pull.state == "merged",
            "state": "open" if pull.state == "open" else "closed",
            "labels": [{"name": name} for name in pull.labels],
            "html_url": f"{self.url}/{self.repository}/pull/{number}",
        }

    def list_pulls(self, call: Call, repo: str) -> Any:
        base = call.query.get("base")
        return [
            self.read_pull(call, repo, str(one.number))
            for one in self.pulls.values()
            if one.state == call.query["state"] and base in (None, one.target)
        ]

    def pulls_of(self, call: Call, repo: str, sha: str) -> Any:
        return [
            {"number": one.number, "merged_at": "2026-03-01" if one.state == "merged" else None}
            for one in self.pulls.values()
            if sha in (one.head, one.merge_commit)
        ]

    def reviews(self, call: Call, repo: str, number: str) -> Any:
        return [
            {"user": {"login": who}, "state": state, "commit_id": commit}
            for who, state, commit in self.get_pull(number).reviews
        ]

    def _comment(self, one: Any) -> Any:
        return {
            "id": one.id,
            "body": one.body,
            "user": {"login": one.author},
            "created_at": one.at,
            "html_url": f"{self.url}/{self.repository}/pull/7#issuecomment-{one.id}",
        }

    def list_comments(self, call: Call, repo: str, number: str) -> Any:
        self.check(int(call.query.get("per_page", 30)) <= 100, "per_page is over 100")
        return [self._comment(one) for one in self.get_pull(number).comments if not one.deleted]

    def comment(self, call: Call, repo: str, number: str) -> Any:
        self.valid("ReposOwnerRepoIssuesIssueNumberCommentsPostBody", call.body)
        for issue in self.issues:
            if issue.number == int(number):
                issue.remarks.append(call.body["body"])
                return 201, {"id": self._tick()}
        return 201, self._comment(self.add_comment(number, call.body["body"], LIMIT))

    def change(self, call: Call, repo: str, id: str) -> Any:
        self.valid("ReposOwnerRepoIssuesCommentsCommentIdPatchBody", call.body)
        self.check(len(call.body["body"]) <= LIMIT, "body is too long")
        comment = self.get_comment(id)[1]
        comment.body = call.body["body"]
        return self._comment(comment)

    def remove(self, call: Call, repo: str, id: str) -> Any:
        self.get_comment(id)[1].deleted = True
        return 204, None

    def check_run(self, call: Call, repo: str) -> Any:
        if not self.may_check:
            raise Refusal(
                403, "Resource not accessible", x_accepted_github_permissions="checks=write"
            )
        done = call.body.get("status") == "completed"
        self.valid(f"ReposOwnerRepoCheckRunsPostBodyOneof{0 if done else 1}", call.body)
        self._check_output(call.body["output"])
        self.checks.append({"id": self._tick(), **call.body})
        return 201, {"id": self.checks[-1]["id"]}

    def _check_output(self, output: Any) -> None:
        self.check(len(output.get("annotations", ())) <= 50, "over 50 annotations")
        self.check(len(output["summary"]) <= 65_535, "the summary is too long")

    def more_of_check(self, call: Call, repo: str, id: str) -> Any:
        self.valid("ReposOwnerRepoCheckRunsCheckRunIdPatchBodyAnyof1", call.body)
        self._check_output(call.body["output"])
        run = next(one for one in self.checks if one["id"] == int(id))
        run["output"]["annotations"] += call.body["output"]["annotations"]
        return {"id": int(id)}

    def check_runs(self, call: Call, repo: str, sha: str) -> Any:
        name = call.query.get("check_name")
        found = [one for one in self.checks if one["name"] == name and one["head_sha"] == sha]
        return {"total_count": len(found), "check_runs": found}

    def status(self, call: Call, repo: str, sha: str) -> Any:
        self.valid("ReposOwnerRepoStatusesShaPostBody", call.body)
        self.check(len(call.body["description"]) <= 140, "the description is too long")
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
        pulls = [{"pull_request": {}, "number": number} for number in self.pulls]
        return [*pulls, *(self._issue(one) for one in self.issues if one.is_open)]

    def issue(self, call: Call, repo: str) -> Any:
        self.valid("ReposOwnerRepoIssuesPostBody", call.body)
        body = call.body
        return 201, self._issue(self.add_issue(body["title"], body["body"], body["labels"]))

    def change_issue(self, call: Call, repo: str, number: str) -> Any:
        self.valid("ReposOwnerRepoIssuesIssueNumberPatchBody", call.body)
        issue = self.get_issue(number)
        issue.title = call.body.get("title", issue.title)
        issue.body = call.body.get("body", issue.body)
        issue.is_open = call.body.get("state", "open") == "open"
        return self._issue(issue)

    def run(self, call: Call, repo: str, number: str) -> Any:
        if int(number) not in self.runs:
            raise Refusal(404, "Not Found")
        return {"id": int(number), "status": self.runs[int(number)]}

    def attempt(self, call: Call, repo: str, number: str, attempt: str) -> Any:
        newest = self.attempts.get(int(number), 1)
        if int(attempt) > newest:
            raise Refusal(404, "Not Found")
        run = self.run(call, repo, number)
        return run if int(attempt) == newest else {**run, "status": "completed"}
