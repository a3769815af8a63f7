"""Packages from the command line: what flytectl and pyflyte get wrong, and builds."""

import io
import json
import shutil
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import grpc
import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import Cli

ROOT = Path(__file__).parent.parent / "desired"
PLAIN = ROOT / "packages" / "schedules.tgz"
FAST = ROOT / "fast_packages" / "schedules-fast.tgz"
PACKAGE = """\
apiVersion: reconciler/v1
kind: Package
metadata: {{project: flytesnacks, domain: development, name: schedules}}
spec:
  source: {source}
"""
ACTIVE = "  activation: {etl_daily: active}\n"


def write(here: Path, source: str | Path, more: str = "") -> Path:
    file = here / "package.yaml"
    file.write_text(PACKAGE.format(source=source) + more)
    return file


@pytest.fixture
def memory() -> Iterator[Any]:
    files = fsspec.filesystem("memory")
    files.store.clear()
    yield files
    files.store.clear()


def test_of_a_package_with_a_bad_member_nothing_is_registered(
    cli: Cli, here: Path, admin: Between
) -> None:
    """flytectl registers what stands before it, and with --continueOnError may exit 0."""
    with tarfile.open(PLAIN) as old, tarfile.open(here / "bad.tgz", "w:gz") as new:
        for member in old.getmembers():
            new.addfile(member, old.extractfile(member))
        garbage = tarfile.TarInfo("zz_garbage_2.pb")
        garbage.size = 3
        new.addfile(garbage, io.BytesIO(b"\xff\xff\xff"))

    result = cli("apply", write(here, "bad.tgz"), "--auto-approve")

    assert result.code == 1
    assert "zz_garbage_2.pb: is no workflow" in result.err
    assert admin.writes == 0


def test_half_a_package_registered_is_no_success(cli: Cli, here: Path, admin: Between) -> None:
    """Whichever member was refused, and whatever became of the last: exit 5 and each named."""
    admin.refuse("CreateWorkflow", code=grpc.StatusCode.INVALID_ARGUMENT)

    result = cli("apply", write(here, PLAIN, ACTIVE), "--auto-approve")

    assert result.code == 5
    assert admin.calls["CreateTask"] > 0
    assert admin.calls["UpdateLaunchPlan"] == 0


def test_activation_is_not_skipped_where_everything_is_registered(
    cli: Cli, here: Path, admin: Between
) -> None:
    """flytectl activates only what it has just created; here the state is what counts."""
    cli("apply", write(here, PLAIN), "--auto-approve")
    creates = admin.calls["CreateLaunchPlan"]

    result = cli("apply", write(here, PLAIN, ACTIVE), "--auto-approve")

    assert result.code == 0
    assert "0 registered, 0 updated, 1 activated" in result.out
    assert admin.calls["CreateLaunchPlan"] == creates
    assert "etl_daily" in cli("get", "launchplans", "--active").out


def test_planning_uploads_nothing(cli: Cli, here: Path, admin: Between) -> None:
    """A dry run of flytectl or pyflyte uploads the code bundle all the same."""
    result = cli("plan", write(here, FAST))

    assert result.code == 0, result.err
    assert "known after upload" in cli("plan", write(here, FAST), "--verbose").out
    assert admin.writes == 0


@pytest.mark.parametrize("name", ["../x_1.pb", "/tmp/x_1.pb"])
def test_what_lies_outside_of_a_package_is_not_taken(
    cli: Cli, here: Path, admin: Between, name: str
) -> None:
    """flytectl writes it beside its folder and registers it."""
    with tarfile.open(PLAIN) as old, tarfile.open(here / "bad.tgz", "w:gz") as new:
        first = old.getmembers()[0]
        content = old.extractfile(first)
        first.name = name
        new.addfile(first, content)

    result = cli("apply", write(here, "bad.tgz"), "--auto-approve")

    assert result.code == 1
    assert "points outside the package" in result.err
    assert admin.writes == 0


def test_what_a_desktop_leaves_behind_is_no_reason_to_fail(
    cli: Cli, here: Path, admin: Between
) -> None:
    """flytectl takes `._x_1.pb` for an entity and refuses the rest."""
    with tarfile.open(PLAIN) as old:
        old.extractall(here / "unpacked", filter="data")
    for junk in (".DS_Store", "._x_1.pb", "Thumbs.db"):
        (here / "unpacked" / junk).write_bytes(b"?")

    assert cli("apply", write(here, PLAIN), "--auto-approve").code == 0
    result = cli("plan", write(here, "unpacked"))

    assert result.out.splitlines()[-1] == "No changes. Flyte Admin matches the manifests."


def test_build_writes_what_plan_then_reads(cli: Cli, here: Path, admin: Between) -> None:
    """Without it there is nothing to plan; with --build it is made on the way."""
    shutil.copy(PLAIN, here / "made.tgz")
    copy = f'[{sys.executable}, -c, \'import shutil; shutil.copy("made.tgz", "out.tgz")\']'
    file = write(here, "out.tgz", f"  build: {{command: {copy}}}\n")

    assert cli("plan", file).code == 1
    assert not (here / "out.tgz").exists()
    built = cli("build", file, "--json")
    assert built.code == 0, built.err
    (package,) = json.loads(built.out)["packages"]
    assert (package["name"], package["changed"]) == ("schedules", True)
    assert "as before" in cli("build", file).out
    (here / "out.tgz").unlink()
    assert cli("plan", file, "--build").code == 0
    assert cli("apply", file, "--build", "--auto-approve").code == 0


def test_build_fails_as_its_command_does(cli: Cli, here: Path) -> None:
    """What the command says is passed on; the exit code is that of an error."""
    command = "[sh, -c, 'echo what went wrong; exit 4']"
    result = cli("build", write(here, "out.tgz", f"  build: {{command: {command}}}\n"))

    assert result.code == 1
    assert "what went wrong\n" in result.err
    assert "the build failed with exit status 4" in result.err


def test_nothing_to_build_says_so(cli: Cli, etl: Path) -> None:
    """No package, no harm."""
    result = cli("build", etl)

    assert (result.code, result.err) == (0, "")
    assert "Nothing to build" in result.out


def test_what_is_pushed_is_applied_from_there(
    cli: Cli, here: Path, admin: Between, memory: Any
) -> None:
    """The manifest pins it, so that any machine plans the very same."""
    shutil.copy(PLAIN, here / "out.tgz")
    file = write(here, "out.tgz # of today")

    result = cli("build", file, "--push", "memory://packages")

    assert result.code == 0, result.err
    assert "@sha256:" in file.read_text()
    assert "# of today" in file.read_text()
    (here / "out.tgz").unlink()
    shutil.rmtree(here / "home" / ".cache")
    assert cli("apply", file, "--auto-approve").code == 0
    memory.store.clear()
    assert cli("plan", file).code == 0


def test_a_pin_that_holds_something_else_is_an_error(
    cli: Cli, here: Path, admin: Between, memory: Any
) -> None:
    """At the line of the source, with both digests."""
    memory.pipe("/packages/x.tgz", PLAIN.read_bytes())
    pin = "memory://packages/x.tgz@sha256:" + "0" * 64

    result = cli("plan", write(here, pin))

    assert result.code == 1
    assert "package.yaml:5:" in result.err
    assert "the manifest pins sha256:0000" in result.err


def test_what_an_override_breaks_is_told_at_its_line(cli: Cli, here: Path, admin: Between) -> None:
    """The package is as good as it was."""
    overrides = """\
  overrides:
    launchPlans:
      etl_daily: {labels: {a: b}}
      schedules.plans.etl: {schedule: {cron: "@daily"}}
"""

    result = cli("plan", write(here, PLAIN, overrides))

    assert result.code == 1
    assert "package.yaml:9:7: error: launch plan flytesnacks/development/sched" in result.err
