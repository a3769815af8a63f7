"""What of ours is archived, deleted and forgotten once nothing declares it."""

from collections.abc import Iterable

import pytest
from flyteidl.admin.common_pb2 import NAMED_ENTITY_ARCHIVED, NamedEntityMetadata
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes

from reconciler.model import (
    Action,
    DesiredState,
    Inventory,
    Kind,
    ObservedState,
    Plan,
    PlanOptions,
    Reason,
    Resource,
    ResourceId,
    Verb,
    owned_by,
)
from reconciler.plan import deletions, left_over, with_archived
from tests.builders import a_launch_plan, a_task, an_activation

ASKED = PlanOptions(prune_names=True, prune_attributes=True)


def owning(*resources: Resource) -> Inventory:
    many = [owned for one in resources if (owned := owned_by(one)) is not None]
    return Inventory({owned.place: owned for owned in many})


def desired(*resources: Resource) -> DesiredState:
    return DesiredState({one.id: one for one in resources})


def a_name(resource: Resource, *, archived: bool = False, description: str = "") -> Resource:
    metadata = NamedEntityMetadata(description=description)
    if archived:
        metadata.state = NAMED_ENTITY_ARCHIVED
    return Resource(resource.id.named_entity, spec=metadata)


def a_row(cpu: str = "1") -> Resource:
    spec = MatchingAttributes()
    spec.task_resource_attributes.defaults.cpu = cpu
    return Resource(ResourceId(Kind.ATTRIBUTES, "p", "d", facet="taskResources"), spec=spec)


def archived(
    ours: Inventory,
    *found: Resource,
    wanted: DesiredState | None = None,
    steps: Iterable[Action] = (),
) -> list[tuple[Verb, ResourceId]]:
    left = left_over(wanted or desired(), ours, ASKED)
    world = ObservedState({one.id: one for one in found}, frozenset(left.ids))
    plan = with_archived(Plan(tuple(steps)), left, world)
    return [(action.verb, action.id) for action in plan]


def test_a_name_is_archived_and_what_we_own_of_it_forgotten() -> None:
    """So that it is done once; its description stays."""
    task = a_task()

    assert archived(owning(task), a_name(task, description="reads")) == [
        (Verb.ARCHIVE, task.id.named_entity),
        (Verb.FORGET, task.id),
    ]


def test_a_name_that_is_declared_in_any_way_stays() -> None:
    """Another version; of a launch plan its switch is enough."""
    task, plan = a_task(), a_launch_plan()
    wanted = desired(a_task(version="v2"), an_activation("etl.daily", "v1"))

    assert archived(owning(task, plan), wanted=wanted) == []


def test_it_is_opt_in() -> None:
    """Neither does anything by being there."""
    left = left_over(desired(), owning(a_task(), a_row()), PlanOptions())

    assert (left.names, left.rows, left.kept) == ({}, (), 1)


def test_what_is_archived_already_is_only_forgotten() -> None:
    """By hand, or by an apply that was cut short."""
    task = a_task()

    assert archived(owning(task), a_name(task, archived=True)) == [(Verb.FORGET, task.id)]


@pytest.mark.parametrize("active", [(), ("v1",), ("v9",)])
def test_a_launch_plan_that_is_active_is_not_archived(active: tuple[str, ...]) -> None:
    """Whoever has switched it on still wants it."""
    plan, switch = a_launch_plan(), an_activation("etl.daily", *active)

    steps = archived(owning(plan, an_activation("etl.daily")), a_name(plan), switch)

    assert (steps == []) is bool(active)


def test_one_that_goes_off_now_is_archived_after_that() -> None:
    """In one apply; if it cannot be switched off, its name stays as well."""
    plan, switch = a_launch_plan(), an_activation("etl.daily", "v1")
    off = Action(Verb.DEACTIVATE, switch.id, Reason.UNWANTED, "", before=switch)
    left = left_over(desired(), owning(plan, switch), ASKED)
    world = ObservedState({one.id: one for one in (a_name(plan), switch)}, frozenset({*left.ids}))

    steps = with_archived(Plan((off,)), left, world).actions[1:]

    assert [(step.verb, step.needs) for step in steps] == [
        (Verb.ARCHIVE, (switch.id,)),
        (Verb.FORGET, (plan.id.named_entity,)),
    ]


def test_what_comes_back_is_taken_out_of_the_archive() -> None:
    """If we put it there, and nobody has touched it since."""
    task = a_task(version="v2")
    put_away = a_name(task, archived=True)

    assert archived(owning(put_away), put_away, wanted=desired(task)) == [
        (Verb.UNARCHIVE, put_away.id)
    ]
    assert archived(owning(put_away), a_name(task), wanted=desired(task)) == []


def test_what_the_manifests_archived_stays_so() -> None:
    """A version of it is ours: it was no retiring of ours that archived it."""
    task = a_task()
    name = a_name(task, archived=True)

    assert archived(owning(task, name), name, wanted=desired(task)) == []


def deleted(ours: Inventory, *found: Resource) -> tuple[list[Verb], list[str]]:
    left = left_over(desired(), ours, ASKED)
    world = ObservedState({one.id: one for one in found}, frozenset(left.ids))
    actions, said = deletions(left, world)
    return [action.verb for action in actions], [one.code for one in said]


def test_rows_that_left_are_deleted() -> None:
    """As we left them; changed by somebody they stay, gone they are forgotten."""
    ours = owning(a_row())

    assert deleted(ours, a_row()) == ([Verb.DELETE], [])
    assert deleted(ours, a_row("2")) == ([], ["moved-by-hand"])
    assert deleted(ours) == ([Verb.FORGET], [])


def test_rows_that_stay_are_counted() -> None:
    """Without being asked to delete them."""
    left = left_over(desired(), owning(a_row()), PlanOptions())

    _, (said,) = deletions(left, ObservedState({}, frozenset()))

    assert "1 row of attributes of ours left the manifests" in said.message
