"""No command that plans, tells or checks ever writes: seen from Admin's side of the wire."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.admin import Connection, connect
from reconciler.config import Config
from reconciler.errors import ManifestError
from reconciler.model import Kind, ResourceId
from tests.desired.test_versions import LEAVES, Documents, bound, documents, other, put
from tests.e2e.between import Between
from tests.e2e.conftest import Cli

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: ["*.set.json"]
"""
LEDGER = "  ledger: {project: flytesnacks, domain: production}\n"
CODE = """\
apiVersion: reconciler/v1
kind: CodeBundle
metadata: {project: flytesnacks, domain: development, name: code}
spec: {source: code}
---
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: development, name: coded}
spec:
  bundle: code
  container: {image: "ghcr.io/acme/etl:1.4", args: [python, main.py]}
"""
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("plan",),
    ("plan", "--json", "--detailed-exitcode"),
    ("plan", "--target", "launchplan:*", "--no-prune"),
    ("plan", "--out", "saved.plan"),
    ("show", "saved.plan"),
    ("drift",),
    ("drift", "--json", "--ignore-pending"),
    ("validate",),
    ("validate", "--admin", "ENDPOINT"),
    ("graph",),
    ("explain", "LaunchPlan/flytesnacks/development/plan"),
    ("history",),
    ("get", "launchplans"),
    ("ledger", "verify"),
)


@pytest.fixture
def connection(admin: Between) -> Iterator[Connection]:
    """Somebody else's way to the same Admin."""
    with connect(Config(endpoint=admin.endpoint, source="the test", insecure=True)) as found:
        yield found


def variant(rng: random.Random) -> Documents:
    """Some of the set that says everything, a value or two of it changed."""
    while True:
        found = documents()
        for number, path, value in rng.sample(LEAVES, rng.randrange(3)):
            put(found[number], path, other(value, found[number]["metadata"]["name"], path))
        try:
            bound(found)
        except ManifestError:
            continue
        for one in found:
            one["metadata"] |= {"project": "flytesnacks", "domain": "development"}
            if one["kind"] == "LaunchPlan":
                one["spec"]["state"] = rng.choice(["active", "inactive", "unmanaged"])
        return found


def write(folder: Path, rng: random.Random) -> None:
    """A set of manifests, and code, some of it different every time."""
    for number, one in enumerate(variant(rng)):
        (folder / f"{number}.set.json").write_text(json.dumps(one, default=str))
    (folder / "code.set.json").write_text(CODE)
    (folder / "code").mkdir(exist_ok=True)
    (folder / "code" / "main.py").write_text(f"print({rng.random()})\n")


def meddle(connection: Connection, rng: random.Random) -> None:
    """What people do beside us: switch something on or off."""
    for listed in connection.launch_plans(project=None, domain=None, active_only=False):
        if rng.random() < 0.5:
            id = ResourceId.from_identifier(listed.id, Kind.LAUNCH_PLAN)
            connection.writer.set_active(id, active=rng.random() < 0.5)


def world(cli: Cli, admin: Between, connection: Connection, here: Path, seed: int) -> None:
    """One state of the manifests and of Admin; every command, and not one write."""
    rng = random.Random(seed)
    has_ledger = rng.random() < 0.7
    (here / "reconciler.yaml").write_text(WORKSPACE + (LEDGER if has_ledger else ""))
    if rng.random() < 0.8:
        write(here, rng)
        cli("apply", "--auto-approve", "--exclude", "coded", "--overwrite-moved", "*")
        meddle(connection, rng)
    write(here, rng)
    before = admin.writes
    for command in COMMANDS:
        words = [admin.endpoint if word == "ENDPOINT" else word for word in command]
        result = cli(*words)
        assert result.code not in (64, 70), (seed, command, result.err)
        assert admin.writes == before, (seed, command)


@pytest.mark.parametrize("seed", range(4))
def test_what_plans_never_writes(
    seed: int, cli: Cli, admin: Between, connection: Connection, here: Path
) -> None:
    """Not with code to upload, not with a ledger, not after others meddled."""
    world(cli, admin, connection, here, seed)


@pytest.mark.long
def test_what_plans_never_writes_in_a_thousand_worlds(
    cli: Cli, admin: Between, connection: Connection, here: Path
) -> None:
    """One Admin that gets fuller, and a thousand states of it."""
    for seed in range(1_000, 2_000):
        world(cli, admin, connection, here, seed)
