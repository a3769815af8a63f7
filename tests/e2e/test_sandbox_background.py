"""An embedded Admin in the background, as who uses it at a terminal sees it."""

import re
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from tests.e2e.conftest import Cli
from tests.sandbox.calls import Client, over_wire

READY = re.compile(r"ready: gRPC (\S+), HTTP (\S+), data (\S+)\n")
PORTS = ("--grpc-port", "0", "--http-port", "0")


@pytest.fixture(autouse=True)
def state(here: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder of the test's own; whatever is left running there is ended."""
    monkeypatch.setenv("XDG_STATE_HOME", str(here / "state"))
    yield here / "state" / "reconciler" / "sandbox"
    cli("sandbox", "stop")


def started(cli: Cli, *options: str | Path) -> re.Match[str]:
    """Start one; return where it is."""
    result = cli("sandbox", "start", *PORTS, *options)
    assert result.code == 0, result.err
    ready = READY.match(result.out)
    assert ready
    return ready


def test_from_start_to_stop(cli: Cli, etl: Path, state: Path) -> None:
    """It takes an apply, tells what it holds, and still holds it after a stop."""
    ready = started(cli)
    again = cli("sandbox", "start")

    assert cli("apply", etl, "--auto-approve", "--admin", ready[1]).code == 0

    assert again.code == 1
    assert f"gRPC {ready[1]}" in again.err
    status = cli("sandbox", "status")
    assert status.code == 0
    assert READY.match(status.out)
    assert f"export FLYTE_PLATFORM_URL={ready[1]} FLYTE_PLATFORM_INSECURE=true" in status.out
    assert "holds 1 project, 1 task, 1 workflow, 1 launch plan, 0 executions" in status.out
    logs = cli("sandbox", "logs").out
    assert logs.startswith("ready: ")
    assert "CreateTask OK (" in logs
    assert len(cli("sandbox", "logs", "-n", "2").out.splitlines()) == 2
    assert cli("sandbox", "stop").out == "stopped\n"
    assert cli("sandbox", "stop").out == "no sandbox runs in the background\n"
    nothing = cli("sandbox", "status")
    assert (nothing.code, nothing.out) == (1, "no sandbox runs in the background\n")
    assert "No changes." in cli("plan", etl, "--admin", f"sandbox:{state / 'flyte.sqlite'}").out


def test_a_reset_begins_anew(cli: Cli, etl: Path) -> None:
    """At the same ports; of one that does not run it only forgets."""
    ready = started(cli)
    cli("apply", etl, "--auto-approve", "--admin", ready[1])

    assert cli("sandbox", "reset").out.startswith(f"ready: gRPC {ready[1]}, HTTP {ready[2]},")
    assert "0 tasks" in cli("sandbox", "status").out
    cli("sandbox", "stop")
    assert cli("sandbox", "reset").out == "forgotten\n"
    assert not Path(ready[3]).exists()


def test_time_passes_and_executions_end(cli: Cli, etl: Path, here: Path) -> None:
    """Schedules fire as the clock is wound; what they started is finished by name."""
    ready = started(cli, "--scheduler", "--clock", "2026-03-01T00:00:00Z")
    cli("apply", etl, "--auto-approve", "--admin", ready[1])

    assert cli("sandbox", "clock", "advance", "2d").out == "2026-03-03T00:00:00Z\n"

    with grpc.insecure_channel(ready[1]) as channel:
        call = Client(over_wire(channel))
        request = {"id": {"project": "flytesnacks", "domain": "development"}, "limit": 9}
        first, second = (each.id.name for each in call("ListExecutions", request).executions)
    (here / "outputs.yaml").write_text("rows: 12\n")
    done = cli("sandbox", "finish", first, "--outputs", "outputs.yaml")
    failed = cli("sandbox", "finish", f"flytesnacks/development/{second}", "--fail")
    over = cli("sandbox", "finish", first)
    assert done.out == f"flytesnacks/development/{first}: SUCCEEDED, 3 nodes\n"
    assert failed.out == f"flytesnacks/development/{second}: FAILED, 2 nodes\n"
    assert over.code == 1
    assert "is over already: SUCCEEDED" in over.err
    unclear = cli("sandbox", "clock", "advance", "soon")
    assert unclear.code == 1
    assert "no duration" in unclear.err


def test_bad_days_and_projects_from_the_start(cli: Cli, here: Path) -> None:
    """Both are said where it is started; what makes no sense starts nothing."""
    (here / "projects.yaml").write_text("projects: [risk, fraud]\n")
    started(cli, "--chaos", "seed=1,methods=GetVersion,unavailable=1", "--seed", "projects.yaml")

    status = cli("sandbox", "status").out
    assert "holds 3 projects" in status
    assert "chaos: seed=1,methods=GetVersion,unavailable=1; 0 faults so far" in status
    cli("sandbox", "stop")
    wrong = cli("sandbox", "start", *PORTS, "--chaos", "unavailble=1")
    assert wrong.code == 1
    assert "did you mean unavailable?" in wrong.err


def test_nobody_to_ask(cli: Cli) -> None:
    """A clock, or an execution, of a sandbox that is not there."""
    for line in (("clock", "advance", "1d"), ("finish", "x")):
        result = cli("sandbox", *line, "--http", "127.0.0.1:1")
        assert result.code == 1
        assert "no sandbox answers at 127.0.0.1:1" in result.err


@pytest.mark.parametrize(
    "line",
    [
        ("--data", "x", "start"),
        ("finish", "x", "--fail", "--outputs", "y"),
        ("finish", "x", "--message", "y"),
    ],
)
def test_options_where_they_mean_nothing(cli: Cli, line: tuple[str, ...]) -> None:
    """Are usage errors, not silently forgotten."""
    assert cli("sandbox", *line).code == 64
