"""What `pyflyte register` registered is what the package of the same sources declares."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.config import resolve
from reconciler.manifest import load
from reconciler.model import Head, Plan, PlanOptions, Verb
from reconciler.remote import Remote
from reconciler.sandbox import Sandbox

PROJECT = Path(__file__).with_name("project")
IMAGE = "ghcr.io/acme/shop:1"
PACKAGE = """
apiVersion: reconciler/v1
kind: Package
metadata: {project: flytesnacks, domain: development, name: all}
spec: {source: all.tgz, version: v1}
"""
# These carry flytekit's settings, in which registering knows what packaging does not: the project,
# the domain and the version. Workflows of such tasks carry the tasks.
TOLD_MORE = {
    "task crew.tasks.hurry",
    "task crew.tasks.spread",
    "workflow crew.tasks.hurry",
    "workflow crew.tasks.lead",
}


def pyflyte(*arguments: str, **variables: str) -> None:
    program = str(Path(sys.executable).with_name("pyflyte"))
    env = os.environ | {"FLYTE_INTERNAL_IMAGE": IMAGE, **variables}
    subprocess.run([program, *arguments], cwd=PROJECT, env=env, check=True, capture_output=True)


@pytest.mark.parametrize("copy", ["none", "all"])
def test_nothing_is_left_to_do(tmp_path: Path, copy: str) -> None:
    """With the code uploaded by pyflyte or without: entity for entity the same, pods and all."""
    (tmp_path / "all.yaml").write_text(PACKAGE)
    archive = str(tmp_path / "all.tgz")
    modules = ("--pkgs", "shop", "--pkgs", "crew")
    pyflyte(*modules, "package", "--image", IMAGE, "--copy", copy, "--output", archive)
    with Sandbox(data=":memory:") as sandbox:
        pyflyte(
            *("register", "--project", "flytesnacks", "--domain", "development"),
            *("--version", "v1", "--image", IMAGE, "--copy", copy, "shop", "crew"),
            FLYTE_PLATFORM_URL=sandbox.endpoint,
            FLYTE_PLATFORM_INSECURE="true",
        )
        with Remote(resolve(sandbox.endpoint, environ={}, home=None)) as remote:
            plan = remote.plan(load([tmp_path / "all.yaml"]))

    assert plan.actions == ()
    assert sum(plan.unchanged.values()) + len(plan.conflicts) == 23
    assert {f"{one.id.kind} {one.id.name}" for one in plan.conflicts} == TOLD_MORE
    assert paths(plan) == {"container.env[0].value"}


def paths(plan: Plan) -> set[str]:
    """Where the conflicting tasks differ: of a workflow it is a task in it."""
    found = [change.path for conflict in plan.conflicts for change in conflict.changes]
    return {path[path.index("container.") :] for path in found}


def test_auto_keeps_the_version_that_pyflyte_registered(tmp_path: Path) -> None:
    """A package keeps one version for all that is in it: that of its active launch plan."""
    (tmp_path / "all.yaml").write_text(
        PACKAGE.replace("version: v1", "activation: {shop_nightly: active}")
    )
    archive = str(tmp_path / "all.tgz")
    pyflyte("--pkgs", "shop", "package", "--image", IMAGE, "--output", archive)
    with Sandbox(data=":memory:") as sandbox:
        pyflyte(
            *("register", "--project", "flytesnacks", "--domain", "development", "--non-fast"),
            *("--version", "v1", "--image", IMAGE, "--activate-launchplans", "shop"),
            FLYTE_PLATFORM_URL=sandbox.endpoint,
            FLYTE_PLATFORM_INSECURE="true",
        )
        with Remote(resolve(sandbox.endpoint, environ={}, home=None)) as remote:
            manifests = load([tmp_path / "all.yaml"])
            forgetful = remote.plan(manifests)
            plan = remote.plan(manifests, PlanOptions(memory=Head()))

    assert forgetful.counts()[Verb.CREATE] > 0
    assert plan.counts().keys() == {Verb.ADOPT}
    assert {action.id.version for action in plan if action.id.kind.versioned} == {"v1"}
