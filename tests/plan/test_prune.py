"""Which of what is ours is switched off, state by state."""

import pytest

from reconciler.model import (
    DesiredState,
    Inventory,
    Kind,
    ObservedState,
    Owned,
    Plan,
    PlanOptions,
    Resource,
    ResourceId,
    Verb,
)
from reconciler.plan import left_behind, with_pruned
from tests.builders import a_launch_plan, an_activation, an_id


def ours(*names: str, active: str = "v1") -> Inventory:
    many = [Owned(an_id(Kind.ACTIVATION, name), active=active) for name in names]
    return Inventory({owned.place: owned for owned in many})


def desired(*resources: Resource) -> DesiredState:
    return DesiredState({one.id: one for one in resources})


def observed(*resources: Resource) -> ObservedState:
    found = {one.id: one for one in resources}
    return ObservedState(found, frozenset(found))


def pruned(inventory: Inventory, world: ObservedState) -> Plan:
    left = left_behind(desired(), inventory)
    return with_pruned(Plan(()), world, left, inventory, PlanOptions())


@pytest.mark.parametrize("declared", [a_launch_plan("etl"), an_activation("etl", "v2")])
def test_what_is_declared_in_any_way_is_not_left_behind(declared: Resource) -> None:
    """Another version, or no state at all: the name is still there."""
    assert left_behind(desired(declared), ours("etl")) == ()


def test_what_we_left_off_is_not_left_behind() -> None:
    """There is nothing to switch off."""
    assert left_behind(desired(), ours("etl", active="")) == ()


def test_what_is_as_we_left_it_is_switched_off() -> None:
    """With what was found as its precondition."""
    (action,) = pruned(ours("etl"), observed(an_activation("etl", "v1"))).actions

    assert (action.verb, action.why) == (Verb.DEACTIVATE, "no longer in the manifests")
    assert action.before is not None
    assert action.before.active == ("v1",)
    assert action.after is not None
    assert action.after.active == ()


@pytest.mark.parametrize("active", [(), ("v2",), ("v1", "v2")])
def test_what_is_not_as_we_left_it_stays(active: tuple[str, ...]) -> None:
    """Off already, or moved by somebody: the latter is told."""
    plan = pruned(ours("etl"), observed(an_activation("etl", *active)))

    assert plan.actions == ()
    assert len(plan.warnings) == (1 if active else 0)


def test_what_nobody_looked_at_is_an_error_not_an_absence() -> None:
    """A scope that could not be read retires nothing."""
    with pytest.raises(LookupError):
        pruned(ours("etl"), observed())


def test_other_kinds_are_not_switched_off() -> None:
    """Tasks and workflows of ours stay: they do nothing by themselves."""
    task = Owned(ResourceId(Kind.TASK, "p", "d", "etl", "v1"), bytes(16))

    assert left_behind(desired(), Inventory({task.place: task})) == ()
