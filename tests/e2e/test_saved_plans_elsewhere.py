"""Saved plans that travel: to another checkout, without secrets, for one environment only."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from reconciler.planfile import SavedPlan
from reconciler.remote import read_saved
from reconciler.sandbox import Sandbox
from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli

PLAN = "etl.plan"
PASSWORD = "correct horse battery"
WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: [etl.yaml]
  variables:
    tag: string
    password: {type: string, sensitive: true}
    unused: {type: string, sensitive: true}
  env: [{name: API_TOKEN, sensitive: true}]
  environments:
    dev: {}
    production: {ledger: {project: flytesnacks, domain: production}}
"""
SECRETIVE = ETL.replace("etl:1.4", "etl:${var.tag}").replace(
    "args: [extract",
    'env: {URL: "postgres://me:${var.password}@db", TOKEN: "${env.API_TOKEN}"}, args: [extract',
)
FAST = Path(__file__).parent.parent / "desired" / "fast_packages" / "schedules-fast.tgz"


@pytest.fixture
def workspace(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two environments, and secrets from two sources."""
    (here / "etl.yaml").write_text(SECRETIVE)
    (here / "reconciler.yaml").write_text(WORKSPACE)
    monkeypatch.setenv("RECONCILER_VAR_password", PASSWORD)
    monkeypatch.setenv("RECONCILER_VAR_unused", "unused but secret")
    monkeypatch.setenv("API_TOKEN", "token-of-mine")
    return here


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """An Admin with an object store."""
    with Sandbox() as sandbox:
        monkeypatch.setenv("RECONCILER_ADMIN", sandbox.endpoint)
        yield sandbox


def save(cli: Cli, *more: str | Path) -> SavedPlan:
    result = cli("plan", "--out", PLAN, *more)
    assert result.code == 0, result.err
    return read_saved(Path(PLAN))


def save_dev(cli: Cli) -> SavedPlan:
    return save(cli, "-e", "dev", "--var", "tag=1.5")


def elsewhere(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another checkout of all that is here, in which one goes on."""
    other = here.parent / f"{here.name}-elsewhere"
    shutil.copytree(here, other, ignore=shutil.ignore_patterns("home"))
    monkeypatch.chdir(other)
    return other


def test_no_secret_is_in_the_file(cli: Cli, admin: Between, workspace: Path) -> None:
    """Which variables it was made with is; of one that was not used not even that."""
    found = save_dev(cli)

    for secret in (PASSWORD, "token-of-mine", "unused but secret"):
        assert secret.encode() not in found.message
        for shown in (cli("show", PLAN, "--verbose"), cli("show", PLAN, "--json")):
            assert secret not in shown.out
    assert [secret.name for secret in found.secrets] == ["var.password", "env.API_TOKEN"]
    assert "Sensitive:   var.password, env.API_TOKEN" in cli("show", PLAN).out
    assert 'Variables:   tag="1.5"' in cli("show", PLAN).out


def test_given_the_values_again_it_is_what_was_planned(
    cli: Cli, admin: Between, workspace: Path
) -> None:
    """The others are as they were when it was planned, whatever they are now."""
    save_dev(cli)

    applied = cli("apply", PLAN)

    assert applied.code == 0, applied.err
    assert PASSWORD not in applied.out + applied.err
    assert cli("plan", "-e", "dev", "--var", "tag=1.5", "--detailed-exitcode").code == 0


def test_neither_todays_nor_yesterdays_secret_is_in_the_file(
    cli: Cli, admin: Between, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Admin holds the former one, in the version that is active."""
    assert cli("apply", "-e", "dev", "--var", "tag=1.5", "--auto-approve").code == 0
    monkeypatch.setenv("RECONCILER_VAR_password", "a newer password")

    found = save_dev(cli)

    assert found.shown.effects
    for secret in (PASSWORD, "a newer password", "token-of-mine"):
        assert secret.encode() not in found.message
    assert cli("apply", PLAN).code == 0


@pytest.mark.parametrize("variable", ["RECONCILER_VAR_password", "API_TOKEN"])
def test_another_value_is_refused(
    cli: Cli, admin: Between, workspace: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Exit 4, naming the variable and neither of its values."""
    save_dev(cli)
    monkeypatch.setenv(variable, "quite another value")

    result = cli("apply", PLAN)

    assert result.code == 4
    name = "var.password" if "password" in variable else "env.API_TOKEN"
    assert f"{name}: this sensitive value is another one than when planned" in result.err
    assert PASSWORD not in result.err
    assert "quite another" not in result.err
    assert admin.writes == 0


@pytest.mark.parametrize("variable", ["RECONCILER_VAR_password", "API_TOKEN"])
def test_a_value_that_is_not_given_is_asked_for(
    cli: Cli, admin: Between, workspace: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """It is said how; what the plan does not need may be missing."""
    save_dev(cli)
    monkeypatch.delenv(variable)
    monkeypatch.delenv("RECONCILER_VAR_unused")

    result = cli("apply", PLAN)

    assert result.code == 1
    assert variable in result.err
    assert admin.writes == 0


@pytest.mark.parametrize("way", ["--var", "--var-file"])
def test_values_can_be_given_on_the_command_line(
    cli: Cli, admin: Between, workspace: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Of a file that was given to the plan as well, only they are taken."""
    save_dev(cli)
    monkeypatch.delenv("RECONCILER_VAR_password")
    monkeypatch.setenv("RECONCILER_VAR_tag", "9.9")
    (workspace / "values.json").write_text(json.dumps({"password": PASSWORD, "tag": "2.0"}))
    value = f"password={PASSWORD}" if way == "--var" else "values.json"

    assert cli("apply", PLAN, way, value).code == 0

    assert cli("plan", "-e", "dev", "--var", "tag=1.5", "--var", f"password={PASSWORD}").out.count(
        "No changes."
    )


def test_other_values_are_not_taken(cli: Cli, admin: Between, workspace: Path) -> None:
    """They are in the plan."""
    save_dev(cli)

    result = cli("apply", PLAN, "--var", "tag=1.6")

    assert result.code == 64
    assert "--var tag: etl.plan holds its value; only of password it is taken again" in result.err


def test_what_is_too_short_to_be_hidden_is_not_saved(
    cli: Cli, admin: Between, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would turn up by chance everywhere."""
    monkeypatch.setenv("API_TOKEN", "123")

    result = cli("plan", "-e", "dev", "--var", "tag=1.5", "--out", PLAN)

    assert result.code == 1
    assert f"{PLAN} was not written: env.API_TOKEN is too short to be kept secret" in result.err
    assert not Path(PLAN).exists()


def test_its_environment_is_its_own(cli: Cli, admin: Between, workspace: Path) -> None:
    """It need not be named; if another one is, that is a mistake."""
    save_dev(cli)

    wrong = cli("apply", PLAN, "-e", "production")
    right = cli("apply", PLAN, "-e", "dev")

    assert wrong.code == 1
    assert f"{PLAN} was planned for dev, not for production" in wrong.err
    assert right.code == 0, right.err


def test_the_shells_environment_counts_as_named(
    cli: Cli, admin: Between, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job of production does not apply a plan for dev that it was handed."""
    save_dev(cli)
    monkeypatch.setenv("RECONCILER_ENV", "production")

    assert cli("apply", PLAN).code == 1
    assert admin.writes == 0


def test_one_file_takes_one_plan(cli: Cli, admin: Between, workspace: Path) -> None:
    """Of several environments each has its own; nothing is planned before that is said."""
    result = cli("plan", "-e", "dev", "-e", "production", "--out", PLAN, "--var", "tag=1")

    assert result.code == 64
    assert "takes one plan, and there are several: environment dev; environment" in result.err
    assert not Path(PLAN).exists()
    assert not admin.calls


def test_another_admin_is_refused(
    cli: Cli, admin: Between, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it came to be named."""
    save_dev(cli)

    result = cli("apply", PLAN, "--admin", "sandbox::memory:")

    assert result.code == 1
    assert f"planned against Flyte Admin at {admin.endpoint}" in result.err
    assert "and this is sandbox::memory: (from --admin)" in result.err


def test_an_embedded_admin_is_known_by_its_file(
    cli: Cli, here: Path, etl: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However its path is spelled."""
    save(cli, etl, "--admin", "sandbox:flyte.sqlite")

    assert cli("apply", PLAN, "--admin", f"sandbox:{here}/flyte.sqlite").code == 0


def test_another_workspace_is_refused(cli: Cli, admin: Between, workspace: Path) -> None:
    """Or none, or one whose ledger is elsewhere."""
    save(cli, "-e", "production", "--var", "tag=1.5")
    file = workspace / "reconciler.yaml"

    file.write_text(WORKSPACE.replace("name: shop", "name: store"))
    renamed = cli("apply", PLAN)
    file.write_text(WORKSPACE.replace("domain: production", "domain: staging"))
    moved = cli("apply", PLAN)
    file.write_text(WORKSPACE.replace("    production:", "    prod:"))
    gone = cli("apply", PLAN)
    file.unlink()
    none = cli("apply", PLAN)

    assert [one.code for one in (renamed, moved, gone, none)] == [1] * 4
    wanted = f"{PLAN} was planned for the environment production of the workspace shop"
    for refused in (renamed, gone, none):
        assert wanted in refused.err
    assert "ledger shop.production in flytesnacks/production, and here is the ledger" in moved.err
    assert admin.writes == 0


def test_one_of_several_workspaces(cli: Cli, admin: Between, here: Path) -> None:
    """It is found again by its name in the list."""
    for name in ("shop", "store"):
        (here / name).mkdir()
        (here / name / "etl.yaml").write_text(ETL.replace("etl.", f"{name}."))
        (here / name / "reconciler.yaml").write_text(
            "apiVersion: reconciler/v1\nkind: Workspace\n"
            f"metadata: {{name: {name}}}\nspec: {{manifests: [etl.yaml]}}\n"
        )
    (here / "reconciler.workspaces.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Workspaces\nspec: {workspaces: [shop, store]}\n"
    )
    several = cli("plan", "--out", PLAN)
    save(cli, "-w", "shop")

    wrong = cli("apply", PLAN, "-w", "store")
    right = cli("apply", PLAN)

    assert several.code == 64
    assert wrong.code == 1
    assert right.code == 0, right.err
    there = cli("get", "launchplans", "-w", "shop").out
    assert "shop.daily" in there
    assert "store.daily" not in there


def test_another_checkout_applies_it(
    cli: Cli, store: Sandbox, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Code is taken from there, and has to be the same."""
    (here / "src").mkdir()
    (here / "src/main.py").write_text("print('hello')\n")
    (here / "etl.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: CodeBundle\n"
        "metadata: {project: flytesnacks, domain: development, name: etl}\n"
        "spec: {source: src}\n---\n"
        + ETL.replace(
            "spec:\n  inputs: {day: str}\n  outputs: {rows: int}\n",
            "spec:\n  bundle: etl\n  inputs: {day: str}\n  outputs: {rows: int}\n",
        )
    )
    # Named by its whole path, as some pipelines do.
    save(cli, here / "etl.yaml")
    other = elsewhere(here, monkeypatch)
    shutil.rmtree(here / "src")

    (other / "src/main.py").write_text("print('goodbye')\n")
    changed = cli("apply", PLAN)
    shutil.move(other / "src", other / "gone")
    missing = cli("apply", PLAN)
    shutil.move(other / "gone", other / "src")
    (other / "src/main.py").write_text("print('hello')\n")
    right = cli("apply", PLAN)

    assert (changed.code, missing.code) == (4, 4)
    assert "src was changed since it was planned" in changed.err
    assert "src" in missing.err
    assert right.code == 0, right.err
    assert "1 uploaded" in right.out


@pytest.mark.parametrize("remote", [False, True])
def test_code_of_packages_comes_along(
    cli: Cli, store: Sandbox, here: Path, monkeypatch: pytest.MonkeyPatch, remote: bool
) -> None:
    """From the repository; or from where it is fetched, on a machine that never did."""
    source = "schedules.tgz"
    shutil.copy(FAST, here / source)
    if remote:
        files: Any = fsspec.filesystem("memory")
        files.pipe("/packages/schedules.tgz", FAST.read_bytes())
        digest = hashlib.sha256(FAST.read_bytes()).hexdigest()
        source = f"memory://packages/schedules.tgz@sha256:{digest}"
    (here / "etl.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Package\n"
        "metadata: {project: flytesnacks, domain: development, name: schedules}\n"
        f"spec: {{source: '{source}'}}\n"
    )
    save(cli, "etl.yaml")
    other = elsewhere(here, monkeypatch)
    monkeypatch.setenv("HOME", str(other / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    shutil.rmtree(here)

    if not remote:
        package = other / "schedules.tgz"
        package.rename(other / "away.tgz")
        assert cli("apply", PLAN).code == 4
        (other / "away.tgz").rename(package)
    applied = cli("apply", PLAN)

    assert applied.code == 0, applied.err
    assert "1 uploaded" in applied.out
