"""Whole applies of one workspace from many processes at once, each with something of its own."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler.admin import connect
from reconciler.config import Config
from reconciler.model import Begin, End, Kind, Record, ResourceId
from tests.e2e.between import Between
from tests.e2e.conftest import ETL

WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: [etl.yaml]
  ledger: {project: flytesnacks, domain: production}
  variables: {tag: {type: string, default: "1.4"}}
"""
AT_ONCE = 20
SWITCH = ResourceId(Kind.ACTIVATION, "flytesnacks", "development", "etl.daily")


@pytest.fixture(autouse=True)
def workspace(here: Path) -> None:
    (here / "reconciler.yaml").write_text(WORKSPACE)
    (here / "etl.yaml").write_text(ETL.replace("etl:1.4", "etl:${var.tag}"))


def race(count: int, *options: str) -> list[tuple[int, str]]:
    """Run so many processes, twenty at a time: the exit code and what each said."""

    def one(number: int) -> tuple[int, str]:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "reconciler", "apply", "--auto-approve"),
                *("--var", f"tag=v{number}", *options),
            ],
            env=os.environ | {"RECONCILER_ACTOR": f"racer{number}"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(count)))


def log(admin: Between) -> tuple[Sequence[Record], list[str]]:
    """The whole log, and what is active in the end."""
    with connect(Config(endpoint=admin.endpoint, source="the test", insecure=True)) as connection:
        ledger = connection.ledger(project="flytesnacks", domain="production", workspace="shop")
        active = connection.reader.active([SWITCH])[SWITCH]
        return ledger.records(), [one.id.version for one in active]


def turns(records: Sequence[Record]) -> list[str]:
    """Who held the lock, in order; each begin is followed by its own end, and by no other."""
    found = []
    for begin, end in zip(records[::2], records[1::2], strict=True):
        assert isinstance(begin.body, Begin)
        assert isinstance(end.body, End)
        assert end.body.begins == begin.serial
        assert end.body.actor == begin.body.author.actor
        found.append(end.body.actor)
    return found


@pytest.mark.parametrize("count", [6, pytest.param(200, marks=pytest.mark.long)])
def test_with_a_timeout_all_applies_take_their_turn(admin: Between, count: int) -> None:
    """Each is carried out, one after the other, and what the last one declared is active."""
    results = race(count, "--lock-timeout", "20m")

    assert not [said for code, said in results if code]
    records, active = log(admin)
    assert sorted(turns([one for one in records if not _is_renewal(one)])) == sorted(
        f"racer{number}" for number in range(count)
    )
    last = records[-1].body
    assert isinstance(last, End)
    assert active == [one.active for one in last.gained if one.id == SWITCH]


@pytest.mark.parametrize("count", [6, pytest.param(200, marks=pytest.mark.long)])
def test_without_a_timeout_losers_name_the_winner_and_exit_6(admin: Between, count: int) -> None:
    """Whoever finds the lock taken has written nothing; some get through."""
    results = race(count)

    records, active = log(admin)
    winners = turns([one for one in records if not _is_renewal(one)])
    assert len(winners) == sum(code == 0 for code, _ in results) >= 1
    for code, output in results:
        if code:
            assert code == 6, output
            assert any(f"{winner} (#" in output for winner in winners), output
    assert len(active) == 1


def _is_renewal(record: Record) -> bool:
    """Who had to plan anew under the lock says so in an entry of its own."""
    return not isinstance(record.body, Begin | End)
