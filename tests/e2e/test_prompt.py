"""Asked on a real terminal: `yes` is yes, and everything else is no."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.between import Between


def answer(etl: Path, typed: bytes | signal.Signals, *argv: str) -> tuple[int, str]:
    """Run an apply on a terminal, type (or signal) when it asks; return code and screen."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "apply", str(etl), *argv],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(slave)
    shown = b""
    asked = False
    while True:
        try:
            read = os.read(master, 65536)
        except OSError:  # Linux's way to say that the other side is closed
            break
        if not read:
            break
        shown += read
        if not asked and b"Only `yes` will do it:" in shown:
            asked = True
            if isinstance(typed, signal.Signals):
                process.send_signal(typed)
            else:
                os.write(master, typed)
    os.close(master)
    return process.wait(timeout=30), shown.decode()


def test_yes_applies(admin: Between, etl: Path) -> None:
    """The plan is shown in colour, then the question with the endpoint, then the report."""
    code, shown = answer(etl, b"yes\n")

    assert code == 0, shown
    assert "\x1b[32m+\x1b[0m" in shown
    assert f"Apply this to Flyte Admin at {admin.endpoint}?" in shown
    assert "Apply complete!" in shown
    assert admin.writes == 4


@pytest.mark.parametrize("typed", [b"no\n", b"y\n", b"YES\n", b"\n", b"yes please\n"])
def test_anything_else_does_nothing(admin: Between, etl: Path, typed: bytes) -> None:
    """The default is no, and the exit says that nothing was done."""
    code, shown = answer(etl, typed)

    assert code == 1
    assert "not approved, so nothing was written" in shown
    assert admin.writes == 0


def test_end_of_input_names_the_flag(admin: Between, etl: Path) -> None:
    """Ctrl-D is no answer."""
    code, shown = answer(etl, b"\x04")

    assert code == 1
    assert "--auto-approve" in shown
    assert admin.writes == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_at_the_question_writes_nothing(
    admin: Between, etl: Path, number: signal.Signals
) -> None:
    """Ctrl-C is an answer of its own: 130."""
    code, shown = answer(etl, number)

    assert code == 130
    assert "Interrupted; nothing was written" in shown
    assert admin.writes == 0


def test_nothing_to_do_asks_nothing(admin: Between, etl: Path) -> None:
    """Who has nothing to approve is not asked."""
    answer(etl, b"yes\n")

    code, shown = answer(etl, b"no\n")

    assert code == 0
    assert "Only `yes`" not in shown
    assert "No changes." in shown


def test_ci_is_never_asked(admin: Between, etl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that a pipeline pretends to have does not hang it."""
    monkeypatch.setenv("CI", "true")

    code, shown = answer(etl, b"yes\n")

    assert code == 1
    assert "--auto-approve" in shown
    assert admin.writes == 0
