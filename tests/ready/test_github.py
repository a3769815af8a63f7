"""The Action and the workflows, run by `act` on this machine: their own steps.

What they use of others is left out, for nothing is fetched; `actions/checkout` act knows itself.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from flyteidl.admin.common_pb2 import ObjectGetRequest

from reconciler.remote import Remote
from tests.e2e.conftest import ETL
from tests.e2e.pipeline import Pipeline
from tests.forge.fake import TOKEN
from tests.forge.fake_github import FakeGitHub
from tests.ready.tools import ROOT, program, run, tool

WORKFLOWS = [
    *sorted((ROOT / ".github/workflows").glob("*.yml")),
    *sorted((ROOT / "ci-templates").glob("github*.yml")),
]
CHANGED = ETL.replace("etl:1.4", "etl:1.5")
FOREIGN = ("actions/setup-python@", "actions/upload-artifact@", "actions/download-artifact@")

CALLER = """\
on: [pull_request, push]
jobs:
  flyte:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8
      - id: flyte
        uses: ./action
        with: {inputs}
      - if: always()
        run: echo "exit=${{{{ steps.flyte.outputs.exit-code }}}}"
      - if: always()
        run: echo "in=${{{{ steps.flyte.outputs.artifacts }}}}"
"""


class Act:
    """Runs workflows of a checkout for one event."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.act = tool("act")
        self.home = pipeline.folder.parent / "act"
        (self.home / ".config/act").mkdir(parents=True)
        (self.home / ".config/act/actrc").touch()

    def write(self, name: str, text: str) -> None:
        file = self.pipeline.folder / ".github/workflows" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(
        self,
        event: str,
        payload: Any = None,
        token: str = TOKEN,
        action: str = "synchronize",
        **environ: str,
    ) -> Any:
        """Run what an event starts; gives the finished process, whose output is the job's log."""
        pull, forge = self.pipeline.forge.pull, self.pipeline.forge
        if payload is None:
            payload = {
                "action": action,
                "number": pull.number,
                "pull_request": {
                    "number": pull.number,
                    "head": {
                        "sha": pull.head,
                        "ref": pull.source,
                        "repo": {"full_name": pull.source_repository, "fork": False},
                    },
                    "base": {"sha": pull.base, "ref": pull.target},
                },
            }
        file = self.home / "event.json"
        file.write_text(json.dumps(payload))
        said = {
            "GITHUB_API_URL": forge.api,
            "GITHUB_SERVER_URL": forge.url,
            "GITHUB_REPOSITORY": forge.repository,
            "GITHUB_RUN_ID": "11",
            "RECONCILER_ADMIN": self.admin,
            **environ,
        }
        tools = program(self.home / "bin", said)
        return run(
            self.act,
            event,
            *("--eventpath", file, "--platform", "ubuntu-latest=-self-hosted"),
            *("--container-daemon-socket", "-", "--action-offline-mode"),
            *(("--secret", f"GITHUB_TOKEN={token}") if token else ()),
            cwd=self.pipeline.folder,
            env={"HOME": str(self.home), "PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin"},
        )

    @property
    def admin(self) -> str:
        return os.environ["RECONCILER_ADMIN"]


@pytest.fixture
def act(pipeline: Pipeline) -> Act:
    return Act(pipeline)


def own_steps(workflow: Path, store: Path | None = None) -> str:
    """The workflow with only its own steps; what installs the program is somebody else's too.

    Args:
        store: A folder in the place of the forge's store for artifacts.
    """
    whole = yaml.safe_load(workflow.read_text())
    whole["on"] = whole.pop(True)  # YAML 1.1 has more words for it than GitHub
    for job in whole["jobs"].values():
        if store is not None:
            job["steps"] = [_stored(step, store) for step in job["steps"]]
        job["steps"] = [
            step
            for step in job["steps"]
            if not step.get("uses", "").startswith(FOREIGN)
            and "pip install" not in step.get("run", "")
        ]
    return yaml.safe_dump(whole, sort_keys=False)


def _stored(step: dict[str, Any], store: Path) -> dict[str, Any]:
    """What keeps or fetches an artifact, as a copy to or from a folder."""
    used = step.get("uses", "")
    if used.startswith("actions/upload-artifact@"):
        return {"if": "always()", "run": f'cp -r "$RUNNER_TEMP/preview" {store}'}
    if used.startswith("actions/download-artifact@"):
        return {"run": f'rm -rf "$RUNNER_TEMP/preview"; cp -r {store} "$RUNNER_TEMP/preview"'}
    return step


def active_image(act: Act) -> str:
    """What runs in production: the image of the task of the active launch plan."""
    with Remote.for_endpoint(act.admin, insecure=True) as remote:
        (plan,) = [one for one in remote.launch_plans() if one.id.name == "etl.daily"]
        id = plan.spec.workflow_id
        workflow = remote.client.calls.get_workflow(ObjectGetRequest(id=id))
        (task,) = workflow.closure.compiled_workflow.tasks
        image: str = task.template.container.image
        return image


def with_action(act: Act, inputs: dict[str, str]) -> None:
    folder = act.pipeline.folder / "action"
    folder.mkdir(exist_ok=True)
    (folder / "action.yml").write_text((ROOT / "action.yml").read_text())
    act.write("flyte.yml", CALLER.format(inputs=json.dumps({"package": "none", **inputs})))


def test_the_action_previews_a_request(act: Act) -> None:
    """It posts the comment, leaves the artifacts, and says how it ended."""
    inputs = {"command": "preview", "artifacts": "out", "arguments": "--detailed-exitcode"}
    with_action(act, inputs)
    act.pipeline.write(etl=CHANGED)
    act.pipeline.push()

    done = act.run("pull_request")

    (comment,) = act.pipeline.forge.comments()
    assert "etl:1.5" in comment
    # Changes are no failure by themselves; here the caller asked to be told of them.
    assert done.returncode == 1
    assert "exit=2" in done.stdout, done.stdout
    assert "in=/" in done.stdout
    assert TOKEN not in done.stdout


def test_inputs_of_the_action_are_never_run(act: Act) -> None:
    """Whatever stands in them, they are words of one command line."""
    evil = '$(touch evil) `touch evil`\n"; touch evil; echo "\n--no-post'
    with_action(act, {"command": "preview", "environments": "a;touch evil", "arguments": evil})
    act.pipeline.push()

    done = act.run("pull_request")

    assert done.returncode == 1
    assert not [*act.home.rglob("evil"), *act.pipeline.folder.rglob("evil")]


@pytest.mark.parametrize(
    ("preview", "post"),
    [
        ("ci-templates/github.yml", "ci-templates/github-forks.yml"),
        pytest.param(
            ".github/workflows/reusable-preview.yml",
            ".github/workflows/reusable-post.yml",
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_forks_request_is_told_by_the_trusted_workflow(
    act: Act, preview: str, post: str
) -> None:
    """Its own job has no token and says nothing; the other one has only its artifact."""
    pipeline, store = act.pipeline, act.home / "artifact"
    pipeline.forge.pull.source_repository = "mallory/etl"
    for role, name in (("preview", preview), ("post", post)):
        act.write(f"{role}.yml", own_steps(ROOT / name, store))
        if "reusable" in name:
            event = "pull_request" if role == "preview" else "workflow_run"
            act.write(f"call-{role}.yml", CALLING.format(event=event, role=role))
    pipeline.write(etl=CHANGED)
    pipeline.push()
    done = act.run("pull_request", token="")
    assert done.returncode == 0, done.stdout + done.stderr
    assert pipeline.forge.comments() == []
    assert (store / "preview.json").exists()

    pull = pipeline.forge.pull
    ended = {
        "event": "pull_request",
        "head_sha": pull.head,
        "head_branch": pull.source,
        "head_repository": {"full_name": pull.source_repository},
    }
    done = act.run("workflow_run", {"action": "completed", "workflow_run": ended})
    assert done.returncode == 0, done.stdout + done.stderr
    (comment,) = pipeline.forge.comments()
    assert "etl:1.5" in comment
    assert "nobody has checked it" in comment


CALLING = """\
on: {event}
jobs:
  call:
    uses: ./.github/workflows/{role}.yml
"""
STUB = """\
#!/bin/bash
# What `python -m venv FOLDER` and `pip install` leave, without a package index.
if [ "$2" = venv ]; then
  mkdir -p "$3/bin"
  cp "$0" "$3/bin/python"
  cp "$(command -v reconciler)" "$3/bin/reconciler"
else
  printf 'word:%s\n' "$@"
fi
"""


def test_the_action_installs_its_own_release_apart(act: Act) -> None:
    """With the versions that it is tested with, into a folder of the runner's; or what is said."""
    python = act.home / "python"
    python.write_text(STUB)
    python.chmod(0o755)
    with_action(act, {"command": "preview", "token": "", "python": str(python), "package": ""})
    act.pipeline.push()

    done = act.run("pull_request")

    assert done.returncode == 0, done.stdout
    words = re.findall(r"word:(\S+)", done.stdout)
    assert words[:3] == ["-m", "pip", "install"]
    assert words[-3] == "--constraint"
    assert words[-2] == f"{words[-1].rstrip('/')}/constraints.txt"
    assert "Nothing is posted: there is no token" in done.stdout
    assert act.pipeline.forge.comments() == []

    with_action(act, {"command": "preview", "python": str(python), "package": "flyte==9 ; evil"})
    words = re.findall(r"word:(.*)", act.run("pull_request").stdout)
    assert words[-1] == "flyte==9 ; evil"


def test_a_request_is_previewed_merged_applied_and_watched(act: Act) -> None:
    """The one file that is copied: what each of its events starts."""
    pipeline = act.pipeline
    act.write("flyte.yml", own_steps(ROOT / "ci-templates/github.yml"))
    pipeline.write(etl=CHANGED)
    pipeline.push()
    done = act.run("pull_request")
    assert done.returncode == 0, done.stdout + done.stderr
    (comment,) = pipeline.forge.comments()
    assert "etl:1.5" in comment

    merged = pipeline.merge()
    push = {"ref": "refs/heads/main", "after": merged}
    done = act.run("push", push, GITHUB_SHA=merged)
    assert done.returncode == 0, done.stdout
    assert active_image(act) == "ghcr.io/acme/etl:1.5", done.stdout + done.stderr

    done = act.run("schedule", {"schedule": "17 5 * * *"}, GITHUB_SHA=merged)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No drift" in done.stdout


@pytest.mark.long
def test_a_request_that_is_closed_is_cleaned_up_after(act: Act) -> None:
    """By the same file; nothing is previewed any more."""
    act.write("flyte.yml", own_steps(ROOT / "ci-templates/github.yml"))
    act.pipeline.push()
    done = act.run("pull_request", action="closed")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "reconciler ci clean" in done.stdout
    assert act.pipeline.forge.comments() == []


@pytest.mark.long
def test_reusable_workflows_preview_apply_and_watch(act: Act) -> None:
    """Called as others call them, by name."""
    pipeline = act.pipeline
    for name in ("reusable-preview.yml", "reusable-apply.yml", "reusable-drift.yml"):
        act.write(name, own_steps(ROOT / ".github/workflows" / name))
    act.write(
        "flyte.yml",
        """\
on: [pull_request, push, schedule]
jobs:
  preview:
    if: github.event_name == 'pull_request'
    uses: ./.github/workflows/reusable-preview.yml
  apply:
    if: github.event_name == 'push'
    uses: ./.github/workflows/reusable-apply.yml
    with: {environment: production}
  drift:
    if: github.event_name == 'schedule'
    uses: ./.github/workflows/reusable-drift.yml
    with: {environments: production, clean: true}
""",
    )
    workspace = pipeline.folder / "reconciler.yaml"
    said = workspace.read_text().replace("  ledger:", "  #")
    workspace.write_text(
        f"{said}  environments: {{production: {{}}}}\n  defaultEnvironment: production\n"
    )
    pipeline.write(etl=CHANGED)
    pipeline.push()
    done = act.run("pull_request")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "etl:1.5" in "".join(pipeline.forge.comments())

    merged = pipeline.merge()
    done = act.run("push", {"ref": "refs/heads/main", "after": merged}, GITHUB_SHA=merged)
    assert done.returncode == 0, done.stdout
    assert active_image(act) == "ghcr.io/acme/etl:1.5"

    done = act.run("schedule", {"schedule": "17 5 * * *"}, GITHUB_SHA=merged)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No drift" in done.stdout


@pytest.mark.parametrize("file", [ROOT / "action.yml", *WORKFLOWS], ids=lambda file: file.name)
def test_zizmor_finds_nothing(file: Path) -> None:
    """No injection, no unpinned action, no permission that is not needed."""
    done = run(tool("zizmor"), "--offline", "--persona=pedantic", "--no-progress", file, cwd=ROOT)

    assert done.returncode == 0, done.stdout
    assert "No findings" in done.stdout + done.stderr


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_workflows_ask_for_as_little_as_they_can(file: Path) -> None:
    """Nothing by default; of each job what it says, and nothing may write to the repository."""
    whole = yaml.safe_load(file.read_text())

    assert whole["permissions"] == {}
    for job in whole["jobs"].values():
        assert job["permissions"]
        assert job["permissions"].get("contents") in (None, "read")
        assert job["timeout-minutes"]
        for step in job["steps"]:
            if "uses" in step:
                name, _, pin = step["uses"].partition("@")
                assert len(pin) == 40, f"{name} is not pinned by its commit"


def test_a_forks_preview_is_posted_by_a_job_that_runs_nothing_of_it() -> None:
    """The workflow with a token neither checks out nor writes anything to the repository."""
    for file in (
        ROOT / "ci-templates/github-forks.yml",
        ROOT / ".github/workflows/reusable-post.yml",
    ):
        (job,) = yaml.safe_load(file.read_text())["jobs"].values()
        used = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
        assert "actions/checkout" not in used
        assert "contents" not in job["permissions"]


def test_github_is_what_the_fake_says(pipeline: Pipeline) -> None:
    """The forge of these tests is GitHub's fake, which refuses what GitHub does."""
    assert isinstance(pipeline.forge, FakeGitHub)
