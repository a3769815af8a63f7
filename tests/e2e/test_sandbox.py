"""The embedded Admin as a command: its ready line, its end, and its refusals."""

import re
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Cli, started

READY = re.compile(r"ready: gRPC (\S+), HTTP (\S+), data (\S+)\n")
PORTS = ("--grpc-port", "0", "--http-port", "0")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_it_is_told_to_stop(
    cli: Cli, etl: Path, here: Path, number: signal.Signals
) -> None:
    """One line on stdout once both ports accept; a signal ends it, within five seconds."""
    with started("sandbox", *PORTS, "--data", here / "flyte.sqlite") as process:
        assert process.stdout
        ready = READY.fullmatch(process.stdout.readline())
        assert ready
        applied = cli("apply", etl, "--auto-approve", "--admin", ready[1])
        before = time.monotonic()
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
        took = time.monotonic() - before

    assert applied.code == 0, applied.err
    assert process.returncode == 0, err
    assert took < 5
    assert "Traceback" not in err
    again = cli("plan", etl, "--admin", f"sandbox:{here / 'flyte.sqlite'}")
    assert "No changes." in again.out


def test_port_in_use_is_one_line(cli: Cli) -> None:
    """Who asks for a taken port gets an error and the number, not another port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = cli("sandbox", "--grpc-port", port, "--http-port", "0")

    assert result.code == 1
    assert result.out == ""
    assert len(result.err.splitlines()) == 1
    assert str(port) in result.err


def test_configuration_that_cannot_be_read_is_one_line(cli: Cli, here: Path) -> None:
    """Missing, or not what flyteadmin would read."""
    (here / "list.yaml").write_text("- a list\n")

    for file in ("missing.yaml", "list.yaml"):
        result = cli("sandbox", *PORTS, "--config", file)
        assert result.code == 1
        assert result.err.startswith("Error: the embedded Flyte Admin cannot start: ")
        assert file in result.err


def test_store_that_cannot_be_opened_is_an_error(cli: Cli, here: Path) -> None:
    """A folder is no store."""
    result = cli("sandbox", *PORTS, "--data", here)

    assert result.code == 1
    assert result.err.startswith("Error: the embedded Flyte Admin cannot start: ")
