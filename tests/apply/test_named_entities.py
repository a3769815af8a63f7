"""Names brought to what is declared of them, and not an inch further."""

from typing import Any

import pytest
from flyteidl.admin.common_pb2 import NAMED_ENTITY_ARCHIVED, NamedEntityMetadata
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.apply import execute
from reconciler.errors import InternalError, UnavailableError
from reconciler.model import (
    ApplyReport,
    DesiredState,
    Kind,
    Plan,
    Resource,
    ResourceId,
    Status,
)
from reconciler.observed import observe
from reconciler.plan import make_plan
from tests.contracts.specs import a_launch_plan, a_task, a_workflow
from tests.fakes import DEFAULT_PROJECT, MemoryAdmin, MemoryClock, MemoryReader, MemoryWriter

TASK = a_task(DEFAULT_PROJECT)
NAME = TASK.id.named_entity


def an_admin(description: str = "", state: int = 0) -> MemoryAdmin:
    admin = MemoryAdmin()
    admin.put(TASK, Resource(NAME, spec=described(description, state)))
    return admin


def described(description: str = "", state: int = 0) -> NamedEntityMetadata:
    return NamedEntityMetadata(description=description, state=state)


def wanted(description: str | None, archived: bool | None) -> Resource:
    unsaid = {
        field
        for field, value in (("description", description), ("state", archived))
        if value is None
    }
    return Resource(
        NAME,
        spec=described(description or "", NAMED_ENTITY_ARCHIVED if archived else 0),
        unsaid=frozenset(unsaid),
    )


def plan_of(admin: MemoryAdmin, *resources: Resource) -> Plan:
    desired = DesiredState(
        resources={one.id: one for one in resources},
        needs={NAME: [one.id for one in resources if one.id.kind is Kind.TASK]},
    )
    return make_plan(desired, observe(desired, MemoryReader(admin)))


def applied(admin: MemoryAdmin, plan: Plan) -> ApplyReport:
    return execute(
        plan, reader=MemoryReader(admin), writer=MemoryWriter(admin), clock=MemoryClock()
    )


def held(admin: MemoryAdmin) -> tuple[str, int]:
    spec: Any = MemoryReader(admin).named_entities([NAME])[NAME].spec
    return spec.description, spec.state


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    found=st.tuples(st.sampled_from(["", "a", "b"]), st.sampled_from([0, 1, 2])),
    description=st.sampled_from([None, "", "a", "c"]),
    archived=st.sampled_from([None, True, False]),
)
def test_any_name_comes_to_what_is_declared(
    found: tuple[str, int], description: str | None, archived: bool | None
) -> None:
    """What is not said stays; what cannot be cleared as well; a second plan has nothing to do."""
    admin = an_admin(*found)
    desired = wanted(description, archived)

    assert applied(admin, plan_of(admin, desired)).succeeded

    before, state = found
    if archived:
        state = NAMED_ENTITY_ARCHIVED
    elif archived is False and state == NAMED_ENTITY_ARCHIVED:
        state = 0
    assert held(admin) == (description or before, state)
    assert plan_of(admin, desired).is_empty


def test_a_name_is_described_after_its_first_version() -> None:
    """Before, there is nothing to describe; if that fails, so does this, by name."""
    admin = MemoryAdmin()
    desired = wanted("Loads a day", None)

    assert applied(admin, plan_of(admin, TASK, desired)).succeeded
    assert held(admin) == ("Loads a day", 0)

    admin = MemoryAdmin()
    plan = plan_of(admin, TASK, desired)
    admin.fail("create", InternalError("disk full"))
    task, name = applied(admin, plan).outcomes
    assert (task.status, name.status, name.blocked_by) == (Status.FAILED, Status.BLOCKED, TASK.id)


def test_whoever_archived_a_name_meanwhile_keeps_it_archived() -> None:
    """A description is sent with the state, which is read at the last moment."""
    admin = an_admin("old")
    plan = plan_of(admin, wanted("new", None))
    admin.put(Resource(NAME, spec=described("old", NAMED_ENTITY_ARCHIVED)))

    assert applied(admin, plan).succeeded
    assert held(admin) == ("new", NAMED_ENTITY_ARCHIVED)


def test_a_name_described_meanwhile_needs_no_write() -> None:
    """Someone else was faster."""
    admin = an_admin("old")
    plan = plan_of(admin, wanted("new", None))
    admin.put(Resource(NAME, spec=described("new")))

    (outcome,) = applied(admin, plan).outcomes

    assert (outcome.status, outcome.existed) == (Status.DONE, True)
    assert admin.calls["update"] == 0


@pytest.mark.parametrize("archived", [None, True])
def test_a_lost_answer_is_settled_by_reading(archived: bool | None) -> None:
    """Whether it was written is seen, not guessed."""
    admin = an_admin("old")
    plan = plan_of(admin, wanted("new", archived))
    admin.fail("update", UnavailableError("the answer was lost", in_doubt=True))

    (outcome,) = applied(admin, plan).outcomes
    assert (outcome.status, held(admin)) == (Status.FAILED, ("old", 0))

    class Forgetful(MemoryWriter):
        def update(self, resource: Resource) -> None:
            super().update(resource)
            raise UnavailableError("the answer was lost", in_doubt=True)

    report = execute(
        plan, reader=MemoryReader(admin), writer=Forgetful(admin), clock=MemoryClock()
    )
    assert [(one.status, one.settled) for one in report.outcomes] == [(Status.DONE, True)]


def test_a_name_that_cannot_be_described_stops_no_switch() -> None:
    """What a thing is called says nothing about what runs."""
    workflow = a_workflow(TASK)
    launch_plan = a_launch_plan(workflow)
    activation = launch_plan.id.activation
    admin = an_admin()
    admin.put(workflow, launch_plan)
    admin.fail(NAME, InternalError("disk full"), InternalError("disk full"))
    name = wanted("new", None)
    switch = Resource(activation, active=(launch_plan.id.version,))
    desired = DesiredState(resources={NAME: name, activation: switch})
    plan = make_plan(desired, observe(desired, MemoryReader(an_admin())))
    statuses: dict[ResourceId, Status] = {
        outcome.action.id: outcome.status for outcome in applied(admin, plan).outcomes
    }
    assert statuses == {NAME: Status.FAILED, activation: Status.DONE}
