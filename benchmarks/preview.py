"""Previews of pull requests: what telling costs beside the plan that is told of."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.world import (
    LATENCY,
    CountedAdmin,
    Figure,
    command,
    counted_admin,
    seconds,
    write_manifests,
)
from reconciler.manifest import load
from tests.forge.fake import TOKEN
from tests.forge.fake_github import FakeGitHub

ENTITIES = 1_000
MORE = 1.3
TURNS = 5


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name, counted_admin() as admin:
        yield from measured(admin, Path(name))


def measured(admin: CountedAdmin, folder: Path) -> Iterator[Figure]:
    """A request that changes nothing, and one that changes the image of every task."""
    checkout = folder / "checkout"
    checkout.mkdir()
    write_manifests(checkout, chains=ENTITIES // 3)
    with admin.connect() as remote:
        assert remote.apply(remote.plan(load([checkout]))).succeeded
    admin.latency = LATENCY
    base = _commit(checkout)
    with FakeGitHub().served() as forge:
        yield from _compared("changes nothing", checkout, admin, forge, base, folder)
        for file in checkout.rglob("*.yaml"):
            text = file.read_text()
            file.write_text(text.replace("image: ", "image: other-"))
        _commit(checkout)
        yield from _compared("changes every task", checkout, admin, forge, base, folder)
        assert not forge.complaints


def _compared(
    what: str, checkout: Path, admin: CountedAdmin, forge: FakeGitHub, base: str, folder: Path
) -> Iterator[Figure]:
    env = _job(forge, base, folder, _git(checkout, "rev-parse", "HEAD"))
    env["RECONCILER_CACHE"] = str(folder / "cache")
    admins = ("--admin", admin.endpoint)

    def plan() -> None:
        command("reconciler", "plan", ".", *admins, cwd=checkout, **env)

    def preview() -> None:
        command("reconciler", "ci", "preview", ".", *admins, cwd=checkout, **env)

    def everything() -> None:
        line = ("reconciler", "ci", "preview", ".", "--artifacts", folder / "out", *admins)
        command(*line, cwd=checkout, **env)

    for each in (plan, preview, everything):
        each()
    turns = [tuple(map(seconds, (plan, preview, everything))) for _ in range(TURNS)]
    planned, told, left = map(min, zip(*turns, strict=True))
    beside = f"plan {planned:.2f} s, preview {told:.2f} s"
    name = f"preview of {ENTITIES:,}, {what}"
    yield Figure(f"{name}, against its plan", told / planned, "x", MORE, beside)
    yield Figure(f"{name}, with artifacts, against its plan", left / planned, "x")


def _job(forge: FakeGitHub, base: str, folder: Path, head: str) -> dict[str, str]:
    forge.pull.head, forge.pull.base = head, base
    event = folder / "event.json"
    source = {"sha": head, "ref": "faster", "repo": {"full_name": forge.repository}}
    pull = {"number": 7, "head": source, "base": {"sha": base, "ref": "main"}}
    event.write_text(json.dumps({"number": 7, "pull_request": pull}))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": forge.repository,
        "GITHUB_SERVER_URL": forge.url,
        "GITHUB_API_URL": forge.api,
        "GITHUB_RUN_ID": "11",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_TOKEN": TOKEN,
    }


def _commit(checkout: Path) -> str:
    if not (checkout / ".git").exists():
        _git(checkout, "init", "-q", "-b", "main")
    _git(checkout, "add", ".")
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    _git(checkout, *who, "commit", "-q", "-m", "change")
    return _git(checkout, "rev-parse", "HEAD")


def _git(checkout: Path, *arguments: str) -> str:
    line = ["git", "-C", str(checkout), *arguments]
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip()
