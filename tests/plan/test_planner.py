"""Whole plans: order, barriers, and what is not looked at."""

import pytest

from reconciler.model import DesiredState, Kind, ObservedState, Resource, ResourceId
from reconciler.plan import make_plan


def an_id(kind: Kind, name: str) -> ResourceId:
    return ResourceId(kind, "p", "d", name, "v1" if kind.versioned else "")


TASK = an_id(Kind.TASK, "t")
INNER = an_id(Kind.WORKFLOW, "z-inner")
OUTER = an_id(Kind.WORKFLOW, "a-outer")
LAUNCH_PLAN = an_id(Kind.LAUNCH_PLAN, "a-outer")
SWITCH = LAUNCH_PLAN.activation


def nothing_there(desired: DesiredState) -> ObservedState:
    return ObservedState(resources={}, asked=frozenset(desired.resources))


def test_everything_stands_after_what_it_needs() -> None:
    """Tasks, the inner workflow before the outer one, its launch plan, the switch last."""
    wanted = [SWITCH, LAUNCH_PLAN, OUTER, INNER, TASK]
    desired = DesiredState(
        resources={id: Resource(id, active=("v1",) if id is SWITCH else ()) for id in wanted},
        needs={INNER: [TASK], OUTER: [INNER], LAUNCH_PLAN: [OUTER], SWITCH: [LAUNCH_PLAN]},
    )
    plan = make_plan(desired, nothing_there(desired))
    assert [action.id for action in plan] == [TASK, INNER, OUTER, LAUNCH_PLAN, SWITCH]
    assert plan.actions[2].needs == (INNER,)


def test_needs_that_are_there_already_are_no_dependency() -> None:
    """An action waits for other actions of its plan, and for nothing else."""
    desired = DesiredState(
        resources={TASK: Resource(TASK), INNER: Resource(INNER)}, needs={INNER: [TASK]}
    )
    observed = ObservedState(resources={TASK: Resource(TASK)}, asked=frozenset([TASK, INNER]))
    plan = make_plan(desired, observed)
    assert [(action.id, action.needs) for action in plan] == [(INNER, ())]
    assert plan.unchanged == {Kind.TASK: 1}


def test_nothing_is_concluded_from_what_was_not_looked_at() -> None:
    """An id that nobody asked about is an error, not an absence."""
    desired = DesiredState(resources={TASK: Resource(TASK)})
    with pytest.raises(LookupError, match="not looked at"):
        make_plan(desired, ObservedState(resources={}, asked=frozenset()))


def test_content_that_admin_cannot_give_is_said_to_be_uncompared() -> None:
    """A lost blob behind a fixed version: neither a conflict nor silently fine."""
    desired = DesiredState(resources={OUTER: Resource(OUTER)})
    found = {OUTER: Resource(OUTER, complete=False)}
    plan = make_plan(desired, ObservedState(resources=found, asked=frozenset(found)))
    assert plan.is_empty
    assert [warning.code for warning in plan.warnings] == ["unreadable-content"]
