"""What stales a saved plan, whatever happened since; and what it costs to find out."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.bundle import CodeBundler
from reconciler.errors import PlanRanError, StalePlanError
from reconciler.model import DesiredState, Head, Hold, Kind, Plan, Resource
from reconciler.observed import observe
from reconciler.plan import make_plan
from reconciler.remote.saved import check_fresh
from tests import builders
from tests.fakes import MemoryAdmin, MemoryClock, MemoryReader

NAMES = ("a", "b", "c")
VERSIONS = ("v1", "v2")


@dataclass(frozen=True)
class Name:
    """Of one name: what image its task runs, "" if there is none; what is active; its project."""

    image: str = ""
    active: tuple[str, ...] = ()
    description: str = ""


World = tuple[Name, ...]
worlds = st.tuples(
    *[
        st.builds(
            Name,
            image=st.sampled_from(["", "one", "two"]),
            active=st.sampled_from([(), ("v1",), ("v2",), ("v1", "v2")]),
            description=st.sampled_from(["x", "y", "z"]),
        )
    ]
    * len(NAMES)
)


def resources(name: str, said: Name, *, declared: bool) -> list[Resource]:
    """The three things of a name; only of what is declared, what is not there."""
    project = builders.a_project(f"project-{name}", description=said.description)
    task = builders.a_task(name, image=said.image)
    activation = builders.an_activation(name, *said.active[:1])
    found = [project] + ([task] if said.image else [])
    return [*found, activation] if declared else found


def admin_of(world: World) -> MemoryReader:
    admin = MemoryAdmin()
    for name, said in zip(NAMES, world, strict=True):
        admin.put(*resources(name, said, declared=False))
        for version in VERSIONS:
            admin.put(builders.a_launch_plan(name, version))
        admin.activate(*(builders.an_activation(name).id.at(one) for one in said.active))
    return MemoryReader(admin)


def planned(world: World, wanted: World) -> Plan:
    """What takes a world to the wanted one; a task that is there already is wanted as it is."""
    declared = [
        resource
        for name, there, said in zip(NAMES, world, wanted, strict=True)
        for resource in resources(
            name, Name(there.image or said.image, said.active, said.description), declared=True
        )
    ]
    desired = DesiredState({resource.id: resource for resource in declared})
    plan = make_plan(desired, observe(desired, admin_of(world)))
    assert not plan.conflicts
    return plan


def check(plan: Plan, world: World, memory: Head | None) -> None:
    clock = MemoryClock()
    reader = admin_of(world)
    check_fresh(plan, reader, bundler=CodeBundler(), memory=memory, now=clock.now())


def parts(name: int, kind: Kind, world: World) -> object:
    said = world[name]
    return {
        Kind.TASK: said.image,
        Kind.ACTIVATION: frozenset(said.active),
        Kind.PROJECT: said.description,
    }[kind]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(world=worlds, wanted=worlds, now=worlds, has_ledger=st.booleans())
def test_a_plan_is_stale_if_what_it_touches_moved(
    world: World, wanted: World, now: World, has_ledger: bool
) -> None:
    """To anything but what was planned; what is elsewhere does not matter."""
    plan = planned(world, wanted)
    moved, reached = [], []
    for action in plan:
        name = NAMES.index(action.id.name or action.id.project.removeprefix("project-"))
        before, after = (parts(name, action.id.kind, one) for one in (world, now))
        goal = parts(name, action.id.kind, wanted)
        if action.id.kind is Kind.ACTIVATION:
            goal = frozenset(action.after.active if action.after else ())
        if after == goal:
            reached.append(action.id)
        elif after != before:
            moved.append(action.id)

    memory = Head() if has_ledger else None
    if moved:
        with pytest.raises(StalePlanError) as refused:
            check(plan, now, memory)
        assert [line.partition(": ")[0] for line in refused.value.moved] == list(map(str, moved))
    elif reached and not has_ledger:
        with pytest.raises(PlanRanError):
            check(plan, now, memory)
    else:
        check(plan, now, memory)


def test_reading_it_again_costs_what_it_touches() -> None:
    """A plan of one switch asks one thing."""
    nothing = (Name(),) * len(NAMES)
    plan = planned(nothing, (Name(active=("v1",)), Name(), Name()))
    switch = Plan(tuple(action for action in plan if action.is_switch))
    reader = admin_of(nothing)

    check_fresh(switch, reader, bundler=CodeBundler(), memory=None, now=MemoryClock().now())

    asked = {method for method, count in reader.admin.calls.items() if count}
    assert asked <= {"versions", "active", "projects"}


@pytest.mark.parametrize(
    ("hold", "is_stale"),
    [
        (Hold(builders.an_activation("a").id, "bob", "month's end"), True),
        (Hold(builders.an_activation("b").id, "bob"), False),
        (Hold(builders.an_activation("a").id, "bob", until=1), False),
        (Hold(builders.an_activation("a").id, "bob", version="v0"), False),
        (Hold(builders.an_activation("a").id, "bob", version="v1"), True),
    ],
)
def test_what_is_held_is_not_switched(hold: Hold, is_stale: bool) -> None:
    """By a hold that stands: not an expired one, nor one of a version that is left behind."""
    nothing = (Name(),) * len(NAMES)
    plan = planned(nothing, (Name(active=("v1",)), Name(), Name()))
    memory = Head(holds=(hold,))

    if not is_stale:
        check(plan, nothing, memory)
        return
    with pytest.raises(StalePlanError, match="is held by bob since"):
        check(plan, nothing, memory)
