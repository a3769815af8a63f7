"""Activations that stop in the middle, and what then is in the store."""

from collections.abc import Iterator

import pytest

from reconciler.sandbox import Fault, Faults, Refusal, Sandbox
from reconciler.sandbox.faults import Tear
from tests.sandbox.calls import Client


class World:
    """A launch plan of three versions with schedules, the first one active."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.sandbox = Sandbox(faults=self.faults)
        self.client = Client.of(self.sandbox)
        self.client.workflow()
        for version in ("v1", "v2", "v3"):
            self.client.scheduled("lp", version)
        self.client.activate("lp", "v1")

    def fires(self) -> list[str]:
        """Which versions the scheduler would fire."""
        with self.sandbox.admin.store.read() as session:
            rows = session.all("SELECT version FROM schedulable_entities WHERE active = 1")
        return sorted(row["version"] for row in rows)


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.sandbox.stop()


def test_stops_before_the_new_schedule_is_on(world: World) -> None:
    """Nothing fires any more, and the former version still counts as active."""
    world.faults.next("UpdateLaunchPlan", Fault.TORN_ACTIVATION, tear=Tear.BEFORE_SCHEDULE)

    with pytest.raises(Refusal, match="UNAVAILABLE"):
        world.client.activate("lp", "v2")

    assert world.client.active() == ["v1"]
    assert world.fires() == []


def test_stops_before_the_states_change(world: World) -> None:
    """The new version fires while the former one counts as active."""
    world.faults.next("UpdateLaunchPlan", Fault.TORN_ACTIVATION, tear=Tear.BEFORE_STATES)

    with pytest.raises(Refusal, match=r"INTERNAL.*rollback"):
        world.client.activate("lp", "v2")

    assert world.client.active() == ["v1"]
    assert world.fires() == ["v2"]


def test_leaves_two_versions_active(world: World) -> None:
    """As a race does; the client is told that all is well."""
    world.faults.next("UpdateLaunchPlan", Fault.TORN_ACTIVATION, tear=Tear.TWO_ACTIVE)

    world.client.activate("lp", "v2")

    assert world.client.active() == ["v1", "v2"]


@pytest.mark.parametrize("where", list(Tear))
def test_activating_again_mends_it(world: World, where: Tear) -> None:
    """At most one version too many is left, as in Admin; its deactivation settles that."""
    world.faults.next("UpdateLaunchPlan", Fault.TORN_ACTIVATION, tear=where)
    try:
        world.client.activate("lp", "v2")
    except Refusal:
        world.client.activate("lp", "v2")

    surplus = [version for version in world.client.active() if version != "v2"]
    assert surplus == (["v1"] if where is Tear.TWO_ACTIVE else [])
    assert "v2" in world.fires()


def test_a_schedule_that_was_on_before_is_off_again(world: World) -> None:
    """A version activated earlier has its row already: it must not stay switched on."""
    world.client.activate("lp", "v2")
    world.faults.next("UpdateLaunchPlan", Fault.TORN_ACTIVATION, tear="before_schedule")

    with pytest.raises(Refusal):
        world.client.activate("lp", "v1")

    assert world.client.active() == ["v2"]
    assert world.fires() == []


def test_only_activations_are_torn(world: World) -> None:
    """A deactivation is one step."""
    world.faults.next("UpdateLaunchPlan", Fault.TORN_ACTIVATION)

    world.client("UpdateLaunchPlan", {"id": _id("v1"), "state": "INACTIVE"})

    assert world.client.active() == []
    assert not world.faults.happened


def _id(version: str) -> dict[str, str]:
    return {
        "resource_type": "LAUNCH_PLAN",
        "project": "flytesnacks",
        "domain": "development",
        "name": "lp",
        "version": version,
    }
