"""The examples that people copy: each is checked, planned and applied, and then there is nothing.

The smallest, `examples/manifests` itself, is in `test_docs`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flyteidl.admin.common_pb2 import NamedEntityIdentifier
from flyteidl.admin.launch_plan_pb2 import (
    ActiveLaunchPlanListRequest,
    ActiveLaunchPlanRequest,
    LaunchPlan,
)
from flytekit.clients.raw import RawSynchronousFlyteClient
from flytekit.configuration import PlatformConfig
from flytekit.exceptions.user import FlyteEntityNotExistException

from reconciler.desired.package import package_version, read_package
from reconciler.sandbox import Sandbox
from reconciler.testing import embedded_admin
from tests.e2e.backfilled import end, names
from tests.e2e.conftest import Cli

EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "manifests"
NO_CHANGES = "No changes. Flyte Admin matches the manifests."
ENVIRONMENTS = {"dev": "development", "staging": "staging", "prod": "production"}


@pytest.fixture
def examples(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of them, and the tools that their builds call."""
    shutil.copytree(EXAMPLES, here / "manifests", ignore=shutil.ignore_patterns("__pycache__"))
    tools = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return here / "manifests"


@pytest.fixture
def admin(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The endpoint of an empty Admin with an object store, that every command talks to."""
    with Sandbox(data=":memory:") as sandbox:
        monkeypatch.setenv("RECONCILER_ADMIN", sandbox.endpoint)
        yield sandbox.endpoint


@pytest.fixture
def platform(examples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(examples / "platform")
    return examples / "platform"


def scheduled(admin: str, domain: str) -> set[str]:
    """The active launch plans of a domain that have a schedule."""
    return {
        one.id.name
        for one in active(admin, domain)
        if one.spec.entity_metadata.schedule.WhichOneof("ScheduleExpression")
    }


def active(admin: str, domain: str) -> list[LaunchPlan]:
    found: list[LaunchPlan] = []
    for project in ("features", "training", "serving"):
        request = ActiveLaunchPlanListRequest(project=project, domain=domain, limit=100)
        found += client(admin).list_active_launch_plans_paginated(request).launch_plans
    return found


def client(admin: str) -> RawSynchronousFlyteClient:
    return RawSynchronousFlyteClient(PlatformConfig(endpoint=admin, insecure=True))


def test_every_file_says_by_which_schema_it_is_checked() -> None:
    """In the first line, for editors; parts to be included are no whole documents."""
    lines = {
        path.relative_to(EXAMPLES): path.read_text().split("\n", 1)[0]
        for path in sorted(EXAMPLES.rglob("*.yaml"))
        if path.parent.name not in ("attributes", "common")
    }

    for path, line in lines.items():
        found = re.fullmatch(r"# yaml-language-server: \$schema=(.+)", line)
        assert found, path
        assert (EXAMPLES / path.parent / found[1]).is_file(), path


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_platform_is_what_it_says_in_every_environment(
    cli: Cli, admin: str, platform: Path, environment: str
) -> None:
    """Checked, planned, applied, and then there is nothing to do."""
    checked = cli("validate", "-e", environment)
    planned = cli("plan", "-e", environment)
    assert (checked.code, planned.code) == (0, 0), checked.err + planned.err
    assert "19 tasks, 8 workflows, 9 launch plans" in checked.out

    applied = cli("apply", "-e", environment, "--auto-approve")
    again = cli("apply", "-e", environment, "--auto-approve")

    assert applied.code == 0, applied.out + applied.err
    assert again.out.splitlines()[-1] == NO_CHANGES
    domain = ENVIRONMENTS[environment]
    assert len(active(admin, domain)) == 5
    in_production = {"daily", "train_weekly", "release", "nightly.eu", "nightly.us"}
    assert scheduled(admin, domain) == (in_production if environment == "prod" else set())


def test_the_platform_has_the_same_versions_in_every_environment(
    cli: Cli, admin: str, platform: Path
) -> None:
    """What was tested is what runs; but for launch plans, which environments schedule."""
    versions = {name: versions_of(cli("plan", "-e", name, "--json").out) for name in ENVIRONMENTS}
    assert len(versions["prod"]) == 19 + 8
    assert versions["prod"] - versions["dev"] == {
        one for one in versions["prod"] if one[2] == "release"
    }
    assert versions["dev"] == versions["staging"]


def versions_of(plan: str) -> set[tuple[str, str, str, str]]:
    """Kind, project, name and version of the tasks and workflows that a plan registers."""
    return {
        (action["kind"], action["project"], action["name"], action["version"])
        for action in json.loads(plan)["actions"]
        if action["verb"] == "create" and action["kind"] in ("task", "workflow")
    }


@pytest.mark.parametrize(
    ("folder", "source"),
    [("platform", "training/training.tgz"), ("from-pyflyte/2-package", "etl.tgz")],
)
def test_archives_are_what_their_sources_give(
    cli: Cli, examples: Path, monkeypatch: pytest.MonkeyPatch, folder: str, source: str
) -> None:
    """`reconciler build` gives the committed package again."""
    monkeypatch.chdir(examples / folder)
    committed = package_version(read_package(Path(source)))
    Path(source).unlink()

    built = cli("build")

    assert built.code == 0, built.err
    assert package_version(read_package(Path(source))) == committed


def test_the_monorepo_is_applied_workspace_by_workspace(
    cli: Cli, admin: str, examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order, each a section; then each by itself has nothing to do."""
    monkeypatch.chdir(examples / "monorepo")
    assert cli("validate").code == 0

    applied = cli("apply", "--auto-approve")

    assert applied.code == 0, applied.out + applied.err
    assert "registered" in cli("history", "-w", "pricing").out
    assert "Not checked" in cli("validate").out
    online = cli("validate", "--online")
    assert (online.code, "Not checked" in online.out) == (0, False), online.err
    for name in ("shared", "pricing", "search"):
        again = cli("apply", "-w", name, "--auto-approve")
        assert again.out.splitlines()[-1] == NO_CHANGES


def test_a_team_of_the_monorepo_cannot_touch_another(
    cli: Cli, admin: str, examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it writes: its scopes are looked at before anything else."""
    monkeypatch.chdir(examples / "monorepo")
    file = Path("teams/pricing/prices.yaml")
    file.write_text(file.read_text().replace("project: pricing", "project: search", 1))

    result = cli("plan", "-w", "pricing")

    assert result.code == 1
    assert "search/development is outside of what this workspace may touch" in result.err


def test_a_team_comes_from_pyflyte_in_two_steps(
    cli: Cli, admin: str, examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First only the switches are ours, then all of it; each step converges."""
    folder = examples / "from-pyflyte"
    register(admin, folder / "code", "v7")
    assert active_version(admin, "etl_nightly") is None

    monkeypatch.chdir(folder / "1-switches")
    assert cli("apply", "--auto-approve").code == 0
    assert cli("apply", "--auto-approve").out.splitlines()[-1] == NO_CHANGES
    assert active_version(admin, "etl_nightly") == "v7"
    register(admin, folder / "code", "v8")
    assert cli("apply", "--auto-approve").code == 0
    assert active_version(admin, "etl_nightly") == "v8"

    monkeypatch.chdir(folder / "2-package")
    assert cli("apply", "--auto-approve").code == 0
    assert cli("apply", "--auto-approve").out.splitlines()[-1] == NO_CHANGES
    version = package_version(read_package(folder / "2-package" / "etl.tgz"))
    assert active_version(admin, "etl_nightly") == version
    assert active_version(admin, "etl_hourly") is None


def register(admin: str, code: Path, version: str) -> None:
    """What the team's CI does today."""
    config = code.parent / "config.yaml"
    config.write_text(f"admin:\n  endpoint: dns:///{admin}\n  insecure: true\n")
    subprocess.run(
        [
            *("pyflyte", "-c", str(config), "register", "etl", "--copy", "none"),
            *("--project", "flytesnacks", "--domain", "development", "--version", version),
            "--image=ghcr.io/acme/etl:7",
        ],
        cwd=code,
        env=os.environ | {"FLYTE_INTERNAL_IMAGE": "ghcr.io/acme/etl:7"},
        check=True,
        capture_output=True,
    )


def active_version(admin: str, name: str) -> str | None:
    id = NamedEntityIdentifier(project="flytesnacks", domain="development", name=name)
    try:
        found = client(admin).get_active_launch_plan(ActiveLaunchPlanRequest(id=id))
    except FlyteEntityNotExistException:
        return None
    version: str = found.id.version
    return version


def test_attribute_files_of_flytectl_become_the_manifests(
    cli: Cli, admin: str, examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the import gives is what is committed; it is applied, and then there is nothing."""
    monkeypatch.chdir(examples / "from-flytectl")
    files = sorted(Path("attributes").glob("*.yaml"))

    imported = cli("import", "attributes", *files)

    assert imported.code == 0, imported.err
    assert Path("manifests/attributes.yaml").read_text().endswith(imported.out)
    assert cli("validate").code == 0
    assert cli("apply", "--auto-approve").code == 0
    assert cli("apply", "--auto-approve").out.splitlines()[-1] == NO_CHANGES


def test_backfills_are_applied_until_every_slot_has_run(
    cli: Cli, examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An execution a slot beside two generated workflows; each apply goes on, and then is done."""
    monkeypatch.chdir(examples / "backfill")
    with embedded_admin() as flyte:
        monkeypatch.setenv("RECONCILER_ADMIN", flyte.endpoint)
        assert cli("validate").code == 0
        planned = cli("plan")
        assert "january: 31 slots, 8 to run now, 23 waiting" in planned.out
        assert "second-quarter-us: 91 slots, 50 to run now, 41 waiting" in planned.out

        for _ in range(4):
            applied = cli("apply", "--auto-approve")
            assert applied.code == 0, applied.out + applied.err
            end(flyte)
        again = cli("apply", "--auto-approve")

        assert again.out.splitlines()[-1] == NO_CHANGES
        assert len(names(flyte)) == 31 + 2
