"""Applies of one workspace from many processes at once: one writes at any time."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.admin import connect
from reconciler.config import Config
from reconciler.model import Begin, End, Record
from reconciler.ports import Ledger
from reconciler.sandbox import Sandbox

HOME = {"project": "flytesnacks", "domain": "production", "workspace": "etl"}
# What one process does: take the lock, look that nobody else is inside, hold it, release it.
RACER = """
import os, sys, time
from reconciler.admin import SystemClock, connect
from reconciler.apply import Terms, take_lock
from reconciler.config import Config
from reconciler.errors import LockedError
from reconciler.model import Author, End

endpoint, inside, name, wait, hold = sys.argv[1:]
with connect(Config(endpoint=endpoint, source="the test", insecure=True)) as connection:
    ledger = connection.ledger(project="flytesnacks", domain="production", workspace="etl")
    terms = Terms(author=Author(name), wait=float(wait), plan=name.encode())
    try:
        lock = take_lock(ledger, terms, SystemClock())
    except LockedError as error:
        print(error)
        sys.exit(6)
    os.close(os.open(inside, os.O_CREAT | os.O_EXCL))  # fails if somebody else is inside
    time.sleep(float(hold))
    os.unlink(inside)
    lock.end(End(lock.serial, "apply", name))
    print(lock.serial)
"""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(data=":memory:") as running:
        yield running


@pytest.fixture
def ledger(sandbox: Sandbox) -> Iterator[Ledger]:
    config = Config(endpoint=sandbox.endpoint, source="the test", insecure=True)
    with connect(config) as connection:
        yield connection.ledger(**HOME)


def race(
    sandbox: Sandbox, folder: Path, count: int, *, wait: float, hold: float
) -> list[tuple[int, str]]:
    """Run so many processes, twenty at a time: the exit code and output of each."""

    def one(number: int) -> tuple[int, str]:
        arguments = [sandbox.endpoint, str(folder / "inside"), f"racer{number}", wait, hold]
        done = subprocess.run(
            [sys.executable, "-c", RACER, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    with ThreadPoolExecutor(20) as pool:
        return list(pool.map(one, range(count)))


def turns(records: list[Record]) -> list[str]:
    """Who held the lock, in order; each begin has to be followed by its own end."""
    found = []
    for begin, end in zip(records[::2], records[1::2], strict=True):
        assert isinstance(begin.body, Begin)
        assert isinstance(end.body, End)
        assert end.body.begins == begin.serial
        assert end.body.actor == begin.body.author.actor
        found.append(end.body.actor)
    return found


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.long)])
def test_with_a_timeout_all_take_their_turn(
    sandbox: Sandbox, ledger: Ledger, tmp_path: Path, count: int
) -> None:
    """Nobody is left out, nobody is inside together, and the log tells the order."""
    results = race(sandbox, tmp_path, count, wait=300, hold=0.01)

    assert [code for code, _ in results] == [0] * count, results
    assert sorted(turns(list(ledger.records()))) == sorted(f"racer{n}" for n in range(count))


@pytest.mark.parametrize("count", [20, pytest.param(200, marks=pytest.mark.long)])
def test_without_a_timeout_losers_name_the_winner(
    sandbox: Sandbox, ledger: Ledger, tmp_path: Path, count: int
) -> None:
    """Whoever finds the lock taken says by whom, and has written nothing."""
    results = race(sandbox, tmp_path, count, wait=0, hold=0.5)

    winners = turns(list(ledger.records()))
    assert sum(code == 0 for code, _ in results) == len(winners)
    for code, output in results:
        if code:
            assert code == 6, output
            assert any(f"{winner} (#" in output for winner in winners), output
    assert 1 <= len(winners) < count
