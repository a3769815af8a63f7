"""What becomes ours without being written to, and what stays somebody else's."""

import pytest
from flyteidl.admin.common_pb2 import NamedEntityMetadata

from reconciler.model import (
    DesiredState,
    Inventory,
    Kind,
    ObservedState,
    Owned,
    Plan,
    Reason,
    Resource,
    Verb,
    owned_by,
    place_of,
)
from reconciler.plan import make_plan, with_adopted, without_foreign
from tests.builders import a_project, a_task, an_activation, an_id


def desired(*resources: Resource) -> DesiredState:
    return DesiredState({one.id: one for one in resources})


def observed(*resources: Resource, asked: DesiredState) -> ObservedState:
    return ObservedState({one.id: one for one in resources}, frozenset(asked.resources))


def owning(*resources: Resource) -> Inventory:
    many = [owned for one in resources if (owned := owned_by(one)) is not None]
    return Inventory({owned.place: owned for owned in many})


def adopted(wanted: DesiredState, found: ObservedState, ours: Inventory) -> Plan:
    return with_adopted(make_plan(wanted, found), wanted, found, ours)


@pytest.mark.parametrize(
    "thing", [a_task(), a_project(), an_activation("etl.daily", "v1")], ids=lambda one: one.id.kind
)
def test_what_is_as_declared_is_adopted_once(thing: Resource) -> None:
    """If it is not ours; then it is, and the next plan has nothing to do."""
    wanted = desired(thing)
    world = observed(thing, asked=wanted)

    (action,) = adopted(wanted, world, Inventory()).actions

    assert (action.verb, action.reason) == (Verb.ADOPT, Reason.NOT_OURS)
    assert action.is_record
    assert not action.is_switch
    assert action.after is not None
    assert adopted(wanted, world, owning(action.after)).is_empty


def test_adopted_is_not_unchanged() -> None:
    """Each thing is counted once."""
    one, other = a_task("a"), a_task("b")
    wanted = desired(one, other)

    plan = adopted(wanted, observed(one, other, asked=wanted), owning(one))

    assert plan.counts() == {Verb.ADOPT: 1}
    assert plan.unchanged == {Kind.TASK: 1}


def test_what_needs_a_step_is_not_adopted_too() -> None:
    """Its step makes it ours."""
    wanted = desired(a_task("new"), an_activation("etl", "v2"))

    plan = adopted(wanted, observed(an_activation("etl", "v1"), asked=wanted), Inventory())

    assert plan.counts() == {Verb.CREATE: 1, Verb.ACTIVATE: 1}


def test_of_versions_the_name_is_enough() -> None:
    """Going back to a version of ours that is there already is no adoption."""
    wanted = desired(a_task(version="v1"))

    world = observed(a_task(version="v1"), asked=wanted)

    assert adopted(wanted, world, owning(a_task(version="v2"))).is_empty


def test_a_move_that_the_manifests_followed_is_adopted_anew() -> None:
    """Somebody activated another version by hand, and it is what is declared now."""
    wanted = desired(an_activation("etl", "v2"))

    (action,) = adopted(
        wanted,
        observed(an_activation("etl", "v2"), asked=wanted),
        owning(an_activation("etl", "v1")),
    ).actions

    assert action.why == "moved by someone, and declared so now"


def test_what_another_workspace_owns_stays_theirs() -> None:
    """It is as declared, so nothing is wrong: it is named, and counted as unchanged."""
    project, task = a_project(), a_task()
    wanted = desired(project, task)
    plan = adopted(wanted, observed(project, task, asked=wanted), Inventory())

    left = without_foreign(plan, {place_of(project.id): "platform"})

    assert [action.id for action in left] == [task.id]
    assert left.unchanged == {Kind.PROJECT: 1, Kind.TASK: 0}
    assert "owned by the workspace platform" in left.warnings[0].message


def test_domains_are_nobodys() -> None:
    """They are the server's own."""
    domain = Resource(an_id(Kind.DOMAIN))
    wanted = desired(domain)

    assert adopted(wanted, observed(domain, asked=wanted), Inventory()).is_empty


def test_what_we_left_inactive_stays_ours() -> None:
    """No version active, and none wanted."""
    off = an_activation("etl")
    wanted = desired(off)
    ours = Inventory({place_of(off.id): Owned(off.id)})

    assert adopted(wanted, observed(off, asked=wanted), ours).is_empty


def test_what_others_own_is_not_changed() -> None:
    """Told while planning, with who owns it and the way out; adopting it is no change."""
    task = a_task()
    plan = make_plan(DesiredState({task.id: task}), ObservedState({}, frozenset({task.id})))

    refused = without_foreign(plan, {place_of(task.id): "platform"})

    (obstacle,) = refused.obstacles
    assert obstacle.code == "foreign-owner"
    assert "owned by the workspace platform, and would be changed" in obstacle.message
    assert refused.actions == plan.actions
    assert without_foreign(plan, {}) == plan


def test_a_name_that_comes_as_declared_is_ours_at_once() -> None:
    """It waits for its first version, and the plan after that has nothing to do."""
    task = a_task("new")
    name = Resource(task.id.named_entity, spec=NamedEntityMetadata(), unsaid=frozenset())
    wanted = DesiredState({task.id: task, name.id: name}, needs={name.id: frozenset({task.id})})

    plan = adopted(wanted, observed(asked=wanted), Inventory())

    (step,) = (action for action in plan if action.verb is Verb.ADOPT)
    assert (step.id, step.needs) == (name.id, (task.id,))
    assert step.after is not None
    world = observed(task, Resource(name.id, spec=NamedEntityMetadata()), asked=wanted)
    assert adopted(wanted, world, owning(task, step.after)).is_empty
