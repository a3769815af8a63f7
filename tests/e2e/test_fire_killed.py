"""kill -9 in the middle of an apply, at every call: the next apply converges on the same world."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox import Store
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.conftest import Cli, started
from tests.e2e.fire import Fire, active_in, differing, world, write_estate


class Killing:
    """A world before a large change, to be copied for every kill; and that world after it."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli, *, jobs: int
    ) -> None:
        self.folder = folder
        self.data = folder / "admin.db"
        self.objects = folder / "admin.db.objects"
        self.cli = cli
        self._monkeypatch = monkeypatch
        self.newest = f"job{jobs}.daily"
        write_estate(folder, 1, jobs=jobs)
        with self.served():
            first = cli("apply", "--auto-approve")
            assert first.code == 0, first.out + first.err
        shutil.copy(self.data, folder / "before")
        shutil.copytree(self.objects, folder / "before.objects")
        write_estate(folder, 2, jobs=jobs)
        with self.served() as (admin, fire):
            # In a process of its own, as those that are killed: who they are costs a call or two.
            with started("apply", "--auto-approve") as process:
                out, err = process.communicate(timeout=120)
            assert process.returncode == 0, out + err
            self.calls = fire.calls
            self.steps = len({call.address for call in fire.account})
            self.after = world(admin)
            self.active = active_in(admin._sandbox.admin.store)
            self.code = self._uploaded()

    def put_back(self) -> None:
        """Make it the world before. In the same place, for the code's address names that."""
        shutil.copy(self.folder / "before", self.data)
        shutil.rmtree(self.objects)
        shutil.copytree(self.folder / "before.objects", self.objects)

    @contextmanager
    def served(self) -> Iterator[tuple[EmbeddedAdmin, Fire]]:
        fire = Fire()
        with embedded_admin(data=str(self.data)) as admin:
            admin._sandbox.admin.faults = fire
            self._monkeypatch.setenv("RECONCILER_ADMIN", admin.endpoint)
            yield admin, fire

    def kill(self, number: int, *, after: bool) -> bool:
        """Kill an apply at one of its calls, and see what the next ones make of it.

        Returns: whether it came to that call.
        """
        self.put_back()
        with self.served() as (admin, fire):
            fire.strike(number, after=after)
            fire.watch = self._watch
            with started("apply", "--auto-approve") as process:
                fire.victim.set_result(process.kill)
                process.communicate(timeout=120)
            was_killed = process.returncode == -9
            assert was_killed or process.returncode == 0
            fire.end()
            going_on = self.cli("apply", "--auto-approve")
            assert going_on.code == 0, (number, after, going_on.out, going_on.err)
            writes = fire.writes
            again = self.cli("apply", "--auto-approve")
            assert (again.code, fire.writes) == (0, writes), (number, after, again.out)
            assert "No changes" in again.out
            assert differing(world(admin), self.after) == {}, (number, after)
            assert self._uploaded() == self.code
            assert fire.wrong == [], (number, after)
            assert self.cli("ledger", "verify").code == 0
        return was_killed

    def _uploaded(self) -> set[Path]:
        files = (file for file in self.objects.rglob("*") if file.is_file())
        return {file.relative_to(self.objects) for file in files}

    def _watch(self, method: str, request: Any, store: Store) -> str:
        """Nothing but what is declared goes on, none before all is there, none goes dark."""
        if method != "UpdateLaunchPlan":
            return ""
        place = (request.id.project, request.id.name)
        declared = self.active.get(place, [])
        if request.state == 1 and [request.id.version] != declared:
            return f"{request.id} was switched on"
        with store.read() as session:
            there = {row["name"] for row in session.all("SELECT name FROM launch_plans")}
        if missing := {name for _, name in self.active} - there:
            return f"{request.id} was switched before {missing} were there"
        now = active_in(store)
        dark = [one for one in self.active if one[1] != self.newest and not now[one]]
        return f"nothing runs under {dark}" if dark else ""


def test_an_apply_that_is_killed_is_finished_by_the_next(
    here: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> None:
    """At a few of its calls: before Admin acts, and after it acted but before it answers."""
    killing = Killing(here, monkeypatch, cli, jobs=3)
    numbers = [killing.calls * tenth // 10 for tenth in (3, 6, 8)]

    killed = [killing.kill(n, after=bool(index % 2)) for index, n in enumerate(numbers)]

    assert all(killed)


@pytest.mark.long
def test_an_apply_may_be_killed_at_every_call(
    here: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> None:
    """The same with sixty steps, before and after every call; hardly one apply escapes its end."""
    killing = Killing(here, monkeypatch, cli, jobs=12)
    assert killing.steps >= 55

    killed = [
        killing.kill(number, after=after)
        for number in range(1, killing.calls + 1)
        for after in (False, True)
    ]

    assert sum(killed) > 0.9 * len(killed)
