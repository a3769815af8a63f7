"""Ctrl-C and SIGTERM on a real process: the first drains, the second aborts, both tell."""

import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import Cli, started


class Reader:
    """Collects a stream in the background, and waits for words in it."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._text = ""
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait_for(self, words: str) -> None:
        with self._news:
            found = self._news.wait_for(lambda: words in self._text, timeout=30)
        assert found, f"{words!r} never came, but {self._text!r}"

    def text(self) -> str:
        with self._news:
            return self._text

    def close(self) -> None:
        """Read to the end."""
        self._thread.join(timeout=30)

    def _read(self) -> None:
        for line in self._stream:
            with self._news:
                self._text += line
                self._news.notify_all()


@dataclass
class Running:
    """An apply in its own process, held by Admin in the middle of a call."""

    process: subprocess.Popen[str]
    out: Reader
    err: Reader
    release: threading.Event

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self) -> int:
        code = self.process.wait(timeout=30)
        self.out.close()
        self.err.close()
        return code


@contextmanager
def running(admin: Between, *argv: str | Path) -> Iterator[Running]:
    """Start an apply and wait until Admin holds its call."""
    release = admin.hold("CreateWorkflow")
    with started("apply", *argv, "--auto-approve") as process:
        assert process.stdout
        assert process.stderr
        run = Running(process, Reader(process.stdout), Reader(process.stderr), release)
        assert admin.reached.wait(timeout=30), run.err.text()
        yield run


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_signal_finishes_what_runs_and_starts_nothing(
    cli: Cli, admin: Between, etl: Path, number: signal.Signals
) -> None:
    """The call under way is waited for; what was not started is skipped; apply goes on later."""
    with running(admin, etl) as apply:
        apply.signal(number)
        apply.err.wait_for("nothing new is started")
        apply.release.set()
        code = apply.end()

    assert code == 130
    assert "Apply interrupted: 2 done, 0 failed, 2 skipped." in apply.out.text()
    assert "To go on, run apply again" in apply.out.text()
    admin.held.clear()
    again = cli("apply", etl, "--auto-approve")
    assert again.code == 0
    assert "1 registered" in again.out.splitlines()[-1]


def test_second_signal_aborts_and_still_gives_an_account(admin: Between, etl: Path) -> None:
    """At once, while the call still hangs; what ran is told to be in doubt."""
    with running(admin, etl) as apply:
        apply.signal(signal.SIGINT)
        apply.err.wait_for("Interrupt once more")
        apply.signal(signal.SIGINT)
        code = apply.end()

    assert code == 130
    assert "aborted while it ran: it may have been written or not" in apply.out.text()
    assert "Apply interrupted: 1 done, 1 failed, 2 skipped." in apply.out.text()


def test_account_of_an_abort_is_a_document_under_json(admin: Between, etl: Path) -> None:
    """Whoever parses stdout can parse this too."""
    with running(admin, etl, "--json") as apply:
        apply.signal(signal.SIGTERM)
        apply.err.wait_for("Interrupt once more")
        apply.signal(signal.SIGTERM)
        code = apply.end()

    assert code == 130
    document = json.loads(apply.out.text().splitlines()[-1])
    assert document["interrupted"] is True
    assert document["summary"] == {"done": 1, "failed": 1, "blocked": 0, "skipped": 2}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_plan_ends_at_once(admin: Between, etl: Path, number: signal.Signals) -> None:
    """Although Admin never answers: nothing was written, and nothing is waited for."""
    admin.hold("ListTasks")
    admin.hold("GetTask")
    admin.hold("GetWorkflow")
    with started("plan", etl) as process:
        assert admin.reached.wait(timeout=30)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "Interrupted; nothing was written to Flyte Admin." in err
    assert "Traceback" not in err
