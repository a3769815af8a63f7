"""Ctrl-C and SIGTERM on a real process: the first drains, the second aborts, both tell."""

import json
import signal
import subprocess
import threading
from pathlib import Path
from typing import IO

import pytest

from tests.e2e.between import Between
from tests.e2e.conftest import Cli, start


class Reader:
    """Collects a stream in the background, and waits for words in it."""

    def __init__(self, stream: IO[str]) -> None:
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def wait_for(self, words: str) -> None:
        with self._news:
            found = self._news.wait_for(
                lambda: self._closed or words in "".join(self._lines), timeout=30
            )
        assert found, f"{words!r} never came"
        assert words in self.text(done=False)

    def text(self, *, done: bool = True) -> str:
        if done:
            self._thread.join(timeout=30)
        with self._news:
            return "".join(self._lines)

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            with self._news:
                self._lines.append(line)
                self._news.notify_all()
        with self._news:
            self._closed = True
            self._news.notify_all()


class Running:
    """An apply in its own process, held by Admin in the middle of a call."""

    def __init__(self, admin: Between, *argv: str | Path) -> None:
        self.release = admin.hold("CreateWorkflow")
        self.process: subprocess.Popen[str] = start("apply", *argv, "--auto-approve")
        assert self.process.stdout
        assert self.process.stderr
        self.out = Reader(self.process.stdout)
        self.err = Reader(self.process.stderr)
        assert admin.reached.wait(timeout=30), self.err.text()

    def end(self) -> int:
        try:
            return self.process.wait(timeout=30)
        finally:
            self.process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_signal_finishes_what_runs_and_starts_nothing(
    cli: Cli, admin: Between, etl: Path, number: signal.Signals
) -> None:
    """The call under way is waited for; what was not started is skipped; apply goes on later."""
    running = Running(admin, etl)

    running.process.send_signal(number)
    running.err.wait_for("nothing new is started")
    running.release.set()

    assert running.end() == 130
    assert "Apply interrupted: 2 done, 0 failed, 2 skipped." in running.out.text()
    assert "To go on, run apply again" in running.out.text()
    admin.held.clear()
    again = cli("apply", etl, "--auto-approve")
    assert again.code == 0
    assert "1 registered" in again.out.splitlines()[-1]


def test_second_signal_aborts_and_still_gives_an_account(admin: Between, etl: Path) -> None:
    """At once, while the call still hangs; what ran is told to be in doubt."""
    running = Running(admin, etl)

    running.process.send_signal(signal.SIGINT)
    running.err.wait_for("Interrupt once more")
    running.process.send_signal(signal.SIGINT)

    assert running.end() == 130
    assert "aborted while it ran: it may have been written or not" in running.out.text()
    assert "Apply interrupted: 1 done, 1 failed, 2 skipped." in running.out.text()


def test_account_of_an_abort_is_a_document_under_json(admin: Between, etl: Path) -> None:
    """Whoever parses stdout can parse this too."""
    running = Running(admin, etl, "--json")

    running.process.send_signal(signal.SIGTERM)
    running.err.wait_for("Interrupt once more")
    running.process.send_signal(signal.SIGTERM)

    assert running.end() == 130
    document = json.loads(running.out.text())
    assert document["interrupted"] is True
    assert document["summary"] == {"done": 1, "failed": 1, "blocked": 0, "skipped": 2}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_plan_ends_at_once(admin: Between, etl: Path, number: signal.Signals) -> None:
    """Although Admin never answers: nothing was written, and nothing is waited for."""
    admin.hold("ListTasks")
    admin.hold("GetTask")
    admin.hold("GetWorkflow")
    process = start("plan", etl)
    try:
        assert admin.reached.wait(timeout=30)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()

    assert process.returncode == 130
    assert "Interrupted; nothing was written to Flyte Admin." in err
    assert "Traceback" not in err
