"""Rows come and go between two pages of a list: no plan is ever wrong for it.

Planning asks so that an answer fits into one page; here every page holds but a few rows, so that
there is something to shift.
"""

import random
from collections.abc import Iterator

import pytest

from reconciler.admin import Connection, connect
from reconciler.admin import paging as paging_room
from reconciler.admin import reader as reader_room
from reconciler.config import Config
from reconciler.errors import ReconcilerError
from reconciler.model import DesiredState
from reconciler.observed import observe
from reconciler.plan import make_plan
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.builders import an_activation
from tests.contracts.specs import a_launch_plan, a_task, a_workflow

PROJECT = "flytesnacks"
NAMES = [f"daily{n:02}" for n in range(24)]
ROWS = 5  # a page


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read every list a few rows at a time."""

    def read_all(fetch: object, *, limit: int, **rest: object) -> object:
        return paging_room.read_all(fetch, limit=min(limit, ROWS), **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(reader_room, "read_all", read_all)


@pytest.fixture
def admin() -> Iterator[EmbeddedAdmin]:
    """Lists move between some two pages in seven."""
    with embedded_admin(chaos="seed=7,shift_pages=15%") as found:
        yield found


@pytest.fixture
def connection(admin: EmbeddedAdmin) -> Iterator[Connection]:
    config = Config(endpoint=admin.endpoint, source="the test", insecure=True)
    with connect(config) as found:
        yield found


@pytest.fixture
def desired(admin: EmbeddedAdmin, connection: Connection) -> DesiredState:
    """Two dozen launch plans, registered and active."""
    task = a_task(PROJECT)
    workflow = a_workflow(task)
    plans = [a_launch_plan(workflow, name) for name in NAMES]
    with admin.faults.calm():
        for resource in (task, workflow, *plans):
            connection.writer.create(resource)
        for plan in plans:
            connection.writer.set_active(plan.id, active=True)
    switches = [an_activation(name, "v1") for name in NAMES]
    return DesiredState({one.id: one for one in (task, workflow, *plans, *switches)})


def check(admin: EmbeddedAdmin, connection: Connection, desired: DesiredState, seed: int) -> bool:
    """Some are switched off by hand; the plan is about exactly those, or there is none."""
    rng = random.Random(seed)
    off = {an_activation(name).id for name in rng.sample(NAMES, rng.randrange(4))}
    with admin.faults.calm():
        for id in off:
            connection.writer.set_active(id.at("v1"), active=False)
    try:
        plan = make_plan(desired, observe(desired, connection.reader))
    except ReconcilerError as error:
        said = str(error)
    else:
        said = ""
        assert ({action.id for action in plan}, plan.conflicts) == (off, ()), seed
    assert not said or "keeps changing while it is read" in said
    with admin.faults.calm():
        for id in off:
            connection.writer.set_active(id.at("v1"), active=True)
    return not said


@pytest.mark.usefixtures("small_pages")
def test_no_plan_is_wrong_because_pages_shift(
    admin: EmbeddedAdmin, connection: Connection, desired: DesiredState
) -> None:
    """It is right, or there is none and it says why."""
    right = sum(check(admin, connection, desired, seed) for seed in range(30))

    assert right > 10
    assert admin.faults.happened


@pytest.mark.long
@pytest.mark.usefixtures("small_pages")
def test_no_plan_is_wrong_in_a_thousand_shifting_worlds(
    admin: EmbeddedAdmin, connection: Connection, desired: DesiredState
) -> None:
    """The same, a thousand seeds."""
    right = sum(check(admin, connection, desired, seed) for seed in range(1_000))

    assert right > 300
