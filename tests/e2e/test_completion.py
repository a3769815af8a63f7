"""What a shell offers after TAB."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest

from reconciler.cli import run
from tests.e2e.between import Between
from tests.e2e.conftest import Cli, Result
from tests.e2e.running import Running, running

Tab = Callable[..., list[str]]


@pytest.fixture
def tab(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, here: Path) -> Tab:
    """Press TAB behind a line; what is offered."""

    def press(line: str) -> list[str]:
        words = line.split(" ")
        monkeypatch.setenv("_RECONCILER_COMPLETE", "zsh_complete")
        monkeypatch.setenv("COMP_WORDS", " ".join(words))
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        capsys.readouterr()
        with pytest.raises(SystemExit):
            run([])
        out, err = capsys.readouterr()
        assert err == ""
        return out.splitlines()[1::3]

    monkeypatch.setenv("RECONCILER_CACHE", str(here / "cache"))
    # A machine under load is not what is tested.
    monkeypatch.setenv("RECONCILER_COMPLETION_SECONDS", "20")
    return press


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    """An Admin that nothing here changes."""
    with running() as found:
        for name in ("done", "going"):
            found.launch(name)
        found.finish("done")
        found.phase("going", "RUNNING")
        found.signal("going", "go", {"simple": "BOOLEAN"})
        yield found


@pytest.fixture
def world(served: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    monkeypatch.setenv("RECONCILER_ADMIN", served.endpoint)
    return served


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("reconciler relau", ["relaunch"]),
        ("reconciler get tasks ", ["t"]),
        ("reconciler get lp l", ["lp"]),
        ("reconciler launch ", ["lp", "t", "w"]),
        ("reconciler launch lp@", ["lp@v2", "lp@v1"]),
        ("reconciler get tasks -p ", ["flytesnacks"]),
        ("reconciler get tasks -d s", ["staging"]),
        ("reconciler get executions ", ["going", "done"]),
        ("reconciler watch ", ["going"]),
        ("reconciler terminate going ", []),
        ("reconciler signal approve going ", ["go"]),
        ("reconciler rollback ", ["lp"]),
        ("reconciler get attributes taskR", ["taskResources"]),
        ("reconciler get tasks -d staging ", []),
    ],
)
def test_live_names_are_offered(tab: Tab, world: Running, line: str, offered: list[str]) -> None:
    """Of the place and Admin that the line says, if it says any."""
    assert tab(line) == offered


def test_what_lies_here_needs_no_admin(tab: Tab, here: Path) -> None:
    """Environments of the workspace, and what its manifests declare."""
    (here / "reconciler.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Workspace\nmetadata: {name: here}\n"
        "spec: {manifests: [m.yaml], environments: {dev: {}, prod: {}}}\n"
    )
    (here / "m.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Task\n"
        "metadata: {project: p, domain: development, name: etl.extract}\n"
        "spec: {container: {image: i}}\n"
    )

    assert tab("reconciler plan -e ") == ["dev", "prod"]
    assert tab("reconciler plan -e dev --target ") == ["etl.extract"]


def test_an_answer_is_kept_for_a_while(
    tab: Tab, admin: Between, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    """Pressing TAB again asks nothing; an old answer stands in where none comes."""
    assert tab("reconciler get tasks -p ") == ["flytesnacks"]
    asked = admin.calls.total()

    assert tab("reconciler get tasks -p f") == ["flytesnacks"]
    assert admin.calls.total() == asked

    (kept,) = (here / "cache" / "completion").iterdir()
    os.utime(kept, (0, 0))
    admin.refuse(code=grpc.StatusCode.PERMISSION_DENIED)
    assert tab("reconciler get tasks -p ") == ["flytesnacks"]
    assert admin.calls.total() > asked
    assert admin.writes == 0


def test_nobody_waits_for_long(tab: Tab, admin: Between, monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not answer in time offers nothing, and so does nobody."""
    monkeypatch.setenv("RECONCILER_COMPLETION_SECONDS", "0.05")
    held: threading.Event = admin.hold("ListProjects")

    assert tab("reconciler get tasks -p ") == []
    held.set()
    monkeypatch.setenv("RECONCILER_ADMIN", "127.0.0.1:1")
    assert tab("reconciler get tasks -p ") == []
    monkeypatch.delenv("RECONCILER_ADMIN")
    assert tab("reconciler get tasks -p ") == []


def test_an_embedded_admin_is_not_started_for_it(
    tab: Tab, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    """Its file would come to be."""
    monkeypatch.setenv("RECONCILER_ADMIN", "sandbox:flyte.sqlite")

    assert tab("reconciler get tasks -p ") == []
    assert not (here / "flyte.sqlite").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_are_what_the_shell_reads(cli: Cli, shell: str) -> None:
    """Where the shell is at hand it says so itself."""
    done: Result = cli("completion", shell)

    assert done.code == 0
    assert "_RECONCILER_COMPLETE" in done.out
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=done.out, text=True, check=True)
    assert cli("completion", "tcsh").code == 64


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash here")
def test_bash_completes_a_version(cli: Cli, world: Running, here: Path) -> None:
    """In a real shell, `NAME@` is one word."""
    (here / "complete.bash").write_text(cli("completion", "bash").out)
    script = (
        "source ./complete.bash; COMP_WORDS=(reconciler launch lp@); COMP_CWORD=2; "
        "_reconciler_completion reconciler; printf '%s\\n' \"${COMPREPLY[@]}\"; "
        "printf '%s' \"$COMP_WORDBREAKS\""
    )

    replies = in_shell(here, "bash", "-c", script).split("\n")

    assert replies[:2] == ["lp@v2", "lp@v1"]
    assert "@" not in replies[-1]


@pytest.mark.skipif(not shutil.which("fish"), reason="there is no fish here")
def test_fish_completes_live_names(cli: Cli, world: Running, here: Path) -> None:
    """In a real shell, with what they are; versions by their whole word."""
    (here / "complete.fish").write_text(cli("completion", "fish").out)

    def completed(line: str) -> list[str]:
        script = f"source ./complete.fish; complete -C '{line}'"
        return in_shell(here, "fish", "--no-config", "-c", script).splitlines()

    assert completed("reconciler relau")[0].split("\t")[0] == "relaunch"
    assert completed("reconciler launch l") == ["lp\tlaunch plan"]
    assert completed("reconciler launch lp@") == ["lp@v2", "lp@v1"]


def in_shell(here: Path, *command: str) -> str:
    """What a shell prints in which this very program is on the path."""
    (here / "reconciler").write_text(f'#!/bin/sh\nexec {sys.executable} -m reconciler "$@"\n')
    (here / "reconciler").chmod(0o755)
    done = subprocess.run(
        command,
        env={
            **os.environ,
            "PATH": f"{here}:{os.environ['PATH']}",
            "PYTHONPATH": str(Path(__file__).parent.parent.parent),
            "RECONCILER_COMPLETION_SECONDS": "20",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_what_a_ledger_is_made_of_is_not_offered(
    tab: Tab, admin: Between, cli: Cli, here: Path
) -> None:
    """Its tasks hold what was applied; nobody runs them."""
    assert cli("init").code == 0
    assert cli("apply", "--auto-approve").code == 0

    assert tab("reconciler launch ") == ["hello.daily", "hello.greet"]


def test_the_cache_holds_names_only(tab: Tab, world: Running, here: Path) -> None:
    """What is offered, and nothing else."""
    tab("reconciler watch ")

    (kept,) = (here / "cache" / "completion").iterdir()
    assert json.loads(kept.read_text()) == [["going", "RUNNING lp"]]


def test_nobody_is_asked_to_log_in(here: Path, world: Running) -> None:
    """Not even at a terminal: the process says that it is nobody's."""
    script = (
        "import os, sys, click.shell_completion as shells\n"
        "shells.ZshComplete.complete = lambda self: os.environ.get('CI', 'unset')\n"
        "from reconciler.cli import main\n"
        "main()"
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        env={
            **os.environ,
            "_RECONCILER_COMPLETE": "zsh_complete",
            "PYTHONPATH": str(Path(__file__).parent.parent.parent),
        },
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "true\n"
