"""A repository with a request on a forge on loopback, and a pipeline that runs for it."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ETL
from tests.forge.fake import TOKEN, FakeForge

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: etl-team}
spec:
  manifests: ["manifests/*.yaml"]
  ledger: {project: flytesnacks, domain: development}
"""
OTHER = ETL.replace("etl.", "ads.").replace("0 6", "0 7")
TOKENS = ("GITHUB_TOKEN", "GITLAB_TOKEN", "GITEA_TOKEN", "BITBUCKET_TOKEN")


@dataclass
class Pipeline:
    """A checkout, the forge of its repository, and the environment of a job there."""

    folder: Path
    forge: FakeForge
    monkeypatch: pytest.MonkeyPatch

    def git(self, *arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=self.folder, capture_output=True, text=True, check=True
        ).stdout.strip()

    def write(self, **files: str) -> None:
        for name, text in files.items():
            (self.folder / "manifests" / f"{name}.yaml").write_text(text)

    def commit(self, message: str = "change") -> str:
        self.git("add", ".")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def push(self, message: str = "change") -> str:
        """Commit what is written as the newest of the request."""
        self.forge.pull.head = self.commit(message)
        return self.forge.pull.head

    def branch(self) -> None:
        """Begin the request at what is checked out."""
        self.forge.pull.base = self.git("rev-parse", "HEAD")
        self.git("checkout", "-q", "-b", self.forge.pull.source)

    def merge(self) -> str:
        """Merge the request, and check that out."""
        pull = self.forge.pull
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--no-ff", "-m", "merge", pull.source)
        pull.state, pull.merge_commit = "merged", self.git("rev-parse", "HEAD")
        return pull.merge_commit

    def job(self, *, run: int = 11, event: Any = None, token: str = TOKEN, **more: str) -> None:
        """The environment of a job of the request, as the forge's CI sets it."""
        pull = self.forge.pull
        repository = self.forge.repository
        for name in (*TOKENS, "GITHUB_BASE_REF", "GITHUB_HEAD_REF"):
            self.monkeypatch.delenv(name, raising=False)
        environ: dict[str, str] = {"CI": "true"}
        if self.forge.name in ("github", "gitea"):
            if event is None:
                event = {
                    "number": pull.number,
                    "pull_request": {
                        "head": {
                            "sha": pull.head,
                            "ref": pull.source,
                            "repo": {"full_name": pull.source_repository},
                        },
                        "base": {"sha": pull.base, "ref": pull.target},
                    },
                }
            file = self.folder.parent / "event.json"
            file.write_text(json.dumps(event))
            environ |= {
                "GITHUB_ACTIONS": "true",
                "GITHUB_REPOSITORY": repository,
                "GITHUB_SHA": self.git("rev-parse", "HEAD"),
                "GITHUB_SERVER_URL": self.forge.url,
                "GITHUB_API_URL": self.forge.api,
                "GITHUB_RUN_ID": str(run),
                "GITHUB_EVENT_PATH": str(file),
                "GITHUB_REF_NAME": "main",
                "GITHUB_TOKEN": token,
            }
            if self.forge.name == "gitea":
                environ["GITEA_ACTIONS"] = "true"
        elif self.forge.name == "gitlab":
            environ |= {
                "GITLAB_CI": "true",
                "CI_PROJECT_PATH": repository,
                "CI_MERGE_REQUEST_IID": str(pull.number),
                "CI_COMMIT_SHA": pull.head,
                "CI_MERGE_REQUEST_DIFF_BASE_SHA": pull.base,
                "CI_API_V4_URL": self.forge.api,
                "CI_SERVER_URL": self.forge.url,
                "CI_JOB_ID": str(run),
                "CI_JOB_URL": f"{self.forge.url}/{repository}/-/jobs/{run}",
                "GITLAB_TOKEN": token,
            }
        else:
            environ |= {
                "BITBUCKET_REPO_FULL_NAME": repository,
                "BITBUCKET_PR_ID": str(pull.number),
                "BITBUCKET_COMMIT": pull.head,
                "BITBUCKET_PR_DESTINATION_COMMIT": pull.base[:12],
                "BITBUCKET_BUILD_NUMBER": str(run),
                "BITBUCKET_TOKEN": token,
            }
        for name, value in {**environ, **more}.items():
            if value:
                self.monkeypatch.setenv(name, value)
            else:
                self.monkeypatch.delenv(name, raising=False)


def checkout(here: Path, forge: FakeForge, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """A repository with two sets of manifests on `main`."""
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "GITLAB_", "GITEA_", "BITBUCKET_", "CI_", "GIT_")):
            monkeypatch.delenv(name)
    folder = here / "checkout"
    (folder / "manifests").mkdir(parents=True)
    (folder / "reconciler.yaml").write_text(WORKSPACE)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.chdir(folder)
    pipeline = Pipeline(folder, forge, monkeypatch)
    pipeline.git("init", "-q", "-b", "main")
    pipeline.git("config", "user.name", "alice")
    pipeline.git("config", "user.email", "alice@example.com")
    pipeline.write(etl=ETL, ads=OTHER)
    pipeline.commit("first")
    return pipeline
