"""What telling the effects of a plan costs, and that no plan fails for it."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from reconciler.compiler import castable
from reconciler.errors import InternalError
from reconciler.model import Behind, DesiredState, Kind, Plan, Resource, ResourceId
from reconciler.observed import behind, observe, with_users
from reconciler.plan import changing, make_plan, with_effects
from tests.builders import a_task, an_activation, an_id
from tests.fakes import MemoryAdmin, MemoryReader
from tests.plan.effects.runs import a_caller, a_closure, a_plan_of


@pytest.fixture
def admin() -> MemoryAdmin:
    return MemoryAdmin()


def a_run(version: str, name: str, *, image: str = "etl:1") -> list[Resource]:
    """A launch plan, its workflow and its task."""
    task = a_task(f"{name}.task", version, image=image)
    return [
        task,
        a_closure(version, task, name=name),
        a_plan_of(version, name=name, workflow=name),
    ]


def holding(admin: MemoryAdmin, *resources: Resource) -> MemoryReader:
    """An Admin that holds these, the launch plans among them active."""
    admin.put(*resources)
    admin.activate(*(one.id for one in resources if one.id.kind is Kind.LAUNCH_PLAN))
    return MemoryReader(admin)


def declared(*resources: Resource, active: Iterable[Resource] = ()) -> DesiredState:
    switches = [an_activation(one.id.name, one.id.version) for one in active]
    return DesiredState({one.id: one for one in (*resources, *switches)})


def planned(desired: DesiredState, reader: MemoryReader) -> tuple[Plan, Behind]:
    observed = observe(desired, reader)
    plan = make_plan(desired, observed)
    reader.admin.calls.clear()
    return plan, behind(changing(plan, desired), desired, observed, reader)


def test_a_plan_without_changes_costs_nothing(admin: MemoryAdmin) -> None:
    """Not one call more."""
    run = a_run("v1", "etl.daily")
    reader = holding(admin, *run)

    plan, found = planned(declared(*run, active=[run[2]]), reader)

    assert plan.is_empty
    assert found == Behind()
    assert not admin.calls


def test_a_switch_costs_the_workflow_that_is_active(admin: MemoryAdmin) -> None:
    """What is active was read with its name, and what will be is declared."""
    reader = holding(admin, *a_run("v1", "etl.daily"))
    new = a_run("v2", "etl.daily", image="etl:2")

    plan, found = planned(declared(*new, active=[new[2]]), reader)
    told = with_effects(
        plan,
        declared(*new, active=[new[2]]),
        found,
        now=datetime(2026, 1, 1, tzinfo=UTC),
        castable=castable,
    )

    assert admin.calls == {"workflows": 1}
    assert [one.name for one in found.resources] == ["etl.daily"]
    (effect,) = told.effects
    assert [(image.before, image.after) for image in effect.images] == [("etl:1", "etl:2")]


def test_a_first_registration_costs_nothing(admin: MemoryAdmin) -> None:
    """Nothing is active, so there is nothing to read."""
    new = a_run("v1", "etl.daily")

    _, found = planned(declared(*new, active=[new[2]]), MemoryReader(admin))

    assert not admin.calls
    assert not found.active


def test_a_switch_off_costs_nothing(admin: MemoryAdmin) -> None:
    """Its schedule came with its name."""
    run = a_run("v1", "etl.daily")
    reader = holding(admin, *run)
    off = Resource(an_id(Kind.ACTIVATION, "etl.daily"))

    _, found = planned(DesiredState({off.id: off}), reader)

    assert not admin.calls
    assert [one.id for one in found.active[off.id]] == [run[2].id]


def test_a_new_version_that_nobody_activates_costs_a_list_and_its_workflow(
    admin: MemoryAdmin,
) -> None:
    """What is active of that name was not asked for planning."""
    reader = holding(admin, *a_run("v1", "etl.daily"))

    _, found = planned(declared(*a_run("v2", "etl.daily")), reader)

    assert admin.calls == {"active": 1, "workflows": 1}
    assert [one.id.version for ones in found.active.values() for one in ones] == ["v1"]


def test_a_switch_between_what_admin_holds_reads_both(admin: MemoryAdmin) -> None:
    """Of an activation alone nothing is declared."""
    old, new = a_run("v1", "etl.daily"), a_run("v2", "etl.daily")
    reader = holding(admin, *old)
    admin.put(*new)

    _, found = planned(declared(active=[new[2]]), reader)

    assert admin.calls == {"versions": 1, "workflows": 1}
    assert {one.version for one in found.resources if one.kind is Kind.WORKFLOW} == {"v1", "v2"}


def test_the_same_workflow_under_another_schedule_is_not_read(admin: MemoryAdmin) -> None:
    """Nothing of it can differ."""
    task, workflow, _ = a_run("v1", "etl.daily")
    old = a_plan_of("v1", schedule="0 6 * * *")
    new = a_plan_of("v2", schedule="0 7 * * *")
    new.spec.spec.workflow_id.version = "v1"  # type: ignore[union-attr]
    reader = holding(admin, task, workflow, old)

    planned(declared(task, workflow, new, active=[new]), reader)

    assert not admin.calls


def test_launch_plans_inside_are_read_in_one_list(admin: MemoryAdmin) -> None:
    """Those that the manifests do not declare."""
    inner = a_plan_of("v1", name="inner", workflow="inner")
    old = a_plan_of("v1"), a_caller(inner, name="etl.daily", version="v1")
    new = a_plan_of("v2"), a_caller(inner, name="etl.daily", version="v2", gives={"day": "x"})
    reader = holding(admin, *old, inner)

    _, found = planned(declared(*new, active=[new[0]]), reader)

    assert admin.calls == {"workflows": 1, "versions": 1}
    assert inner.id in found.resources


@pytest.mark.parametrize("method", ["workflows", "active"])
def test_what_cannot_be_read_is_told_and_nothing_else(admin: MemoryAdmin, method: str) -> None:
    """A plan is right without its effects."""
    reader = holding(admin, *a_run("v1", "etl.daily"))
    desired = declared(*a_run("v2", "etl.daily"))
    observed = observe(desired, reader)
    admin.fail(method, InternalError("disk full"))

    found = behind(changing(make_plan(desired, observed), desired), desired, observed, reader)

    assert found.unread == ("not compared: Admin: INTERNAL: disk full",)


def test_users_are_looked_for_where_something_breaks(admin: MemoryAdmin) -> None:
    """A list of what is active there, and the workflows of what stays so."""
    daily = a_plan_of("v1", required={"day": "str"})
    caller = a_caller(daily, name="report")
    reader = holding(
        admin, daily, caller, a_plan_of("v1", name="report", workflow="report"), a_closure("v1")
    )
    admin.calls.clear()
    broken: list[ResourceId] = [daily.id.activation]

    found = with_users(Behind(), broken, broken, DesiredState({}), reader)

    assert admin.calls == {"all_active": 1, "workflows": 1}
    assert [id.name for id in found.users] == ["report", "report"]
    assert caller.id in found.users
    assert found.unsearched == ()


def test_no_more_than_some_users_are_read(admin: MemoryAdmin) -> None:
    """How many were left out is said."""
    names = [f"w{number:03}" for number in range(60)]
    runs = [one for name in names for one in a_run("v1", name)]
    reader = holding(admin, *runs)
    broken = [an_id(Kind.ACTIVATION, "etl.daily")]

    found = with_users(Behind(), broken, broken, DesiredState({}), reader)

    assert sum(id.kind is Kind.WORKFLOW for id in found.users) == 50
    assert found.unsearched[0].startswith("10 more workflows that are active in flytesnacks/")


def test_users_that_cannot_be_listed_are_told(admin: MemoryAdmin) -> None:
    """As with all that is only told."""
    admin.fail("all_active", InternalError("disk full"))
    broken = [an_id(Kind.ACTIVATION, "etl.daily")]

    found = with_users(Behind(), broken, broken, DesiredState({}), MemoryReader(admin))

    assert found.unsearched == ("who uses it was not looked up: Admin: INTERNAL: disk full",)


def test_nothing_broken_nothing_read(admin: MemoryAdmin) -> None:
    """Nobody is looked for."""
    assert with_users(Behind(), [], [], DesiredState({}), MemoryReader(admin)) == Behind()
    assert not admin.calls
