"""A sandbox in the background: it is there when `start` returns, and gone when `stop` does."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from reconciler.sandbox import Options, daemon
from reconciler.sandbox.daemon import DaemonError
from tests.sandbox.calls import Client, over_wire


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A state folder; whatever runs there is ended."""
    yield tmp_path / "state"
    daemon.stop(tmp_path / "state")


def register(endpoint: str, version: str) -> None:
    """Register a task over the wire."""
    with grpc.insecure_channel(endpoint) as channel:
        Client(over_wire(channel)).task("t", version)


def tasks(running: daemon.Running) -> int:
    """How many task versions it holds."""
    counts = daemon.ask(running.http, "GET", "/sandbox/status")["counts"]
    return int(counts["tasks"])


def test_it_lives_until_it_is_stopped(folder: Path) -> None:
    """It accepts calls at once; what it kept in a file is there at the next start."""
    options = Options(data=str(folder / "flyte.sqlite"))
    running = daemon.start(folder, options)

    register(running.grpc, "v1")

    assert daemon.status(folder) == running
    assert running.environment["FLYTE_PLATFORM_URL"] == running.grpc
    assert daemon.log_lines(folder)[0].startswith(f"ready: gRPC {running.grpc}, HTTP ")
    assert daemon.log_lines(folder, last=0) == []
    assert daemon.stop(folder)
    assert daemon.status(folder) is None
    assert not daemon.stop(folder)
    assert tasks(daemon.start(folder, options)) == 1


def test_a_second_one_is_refused(folder: Path) -> None:
    """One a state folder; the error says which one is there."""
    running = daemon.start(folder, Options())

    with pytest.raises(DaemonError, match=rf"running already \(pid {running.pid}, gRPC"):
        daemon.start(folder, Options())

    assert daemon.status(folder) == running


def test_one_that_cannot_start_says_why(folder: Path) -> None:
    """With its own last words, and nothing is left running."""
    with pytest.raises(DaemonError, match=r"ended at once: .*unknown nonsense"):
        daemon.start(folder, Options(chaos="nonsense=1"))

    assert daemon.status(folder) is None


def test_a_reset_forgets_and_goes_on(folder: Path) -> None:
    """Everything is gone; ports and options are the same."""
    store = folder / "flyte.sqlite"
    running = daemon.start(folder, Options(data=str(store), scheduler=True, clock="simulated"))
    register(running.grpc, "v1")

    again = daemon.reset(folder)

    assert again is not None
    assert (again.grpc, again.http) == (running.grpc, running.http)
    assert tasks(again) == 0
    assert daemon.ask(again.http, "GET", "/sandbox/status")["scheduler"]["on"]


def test_a_reset_of_what_does_not_run_removes_its_store(folder: Path) -> None:
    """With everything beside it."""
    store = folder / "flyte.sqlite"
    daemon.start(folder, Options(data=str(store)))
    daemon.stop(folder)

    assert daemon.reset(folder, str(store)) is None

    assert not list(folder.glob("flyte.sqlite*"))


def test_a_store_in_use_is_not_removed(folder: Path) -> None:
    """Not even by who names it."""
    store = folder / "flyte.sqlite"
    running = daemon.start(folder, Options(data=str(store)))

    with pytest.raises(DaemonError, match=f"in use by another process .pid {running.pid}"):
        daemon.remove_store(store)

    assert store.exists()


def test_a_killed_one_leaves_no_trace(folder: Path) -> None:
    """Its files name a process that is gone, or by now another's: nobody believes them."""
    running = daemon.start(folder, Options())
    os.kill(running.pid, signal.SIGKILL)
    os.waitpid(running.pid, 0)

    assert daemon.status(folder) is None
    assert not daemon.stop(folder)
    assert daemon.start(folder, Options()).pid != running.pid


def test_paths_are_those_of_who_starts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative ones count from where `start` was called, also after a reset elsewhere."""
    (folder / "elsewhere").mkdir(parents=True)
    monkeypatch.chdir(folder)
    running = daemon.start(folder, Options(data="here.sqlite"))
    monkeypatch.chdir(folder / "elsewhere")

    again = daemon.reset(folder)

    assert again is not None
    assert again.data == running.data == str((folder / "here.sqlite").resolve())
    assert not list((folder / "elsewhere").iterdir())


def test_nobody_there_is_an_error() -> None:
    """Of who asks."""
    with pytest.raises(DaemonError, match=r"no sandbox answers at 127\.0\.0\.1:1"):
        daemon.ask("127.0.0.1:1", "GET", "/sandbox/status")


def test_options_survive_the_command_line() -> None:
    """What is at its default is not said."""
    options = Options(data="x.sqlite", scheduler=True, chaos="seed=1", grpc_port=5)

    assert options.arguments() == [
        "--data", "x.sqlite", "--grpc-port", "5", "--scheduler", "--chaos", "seed=1",
    ]  # fmt: skip
    assert Options().arguments() == []
