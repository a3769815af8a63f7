"""What a name is called and whether it is archived: told apart, never cleared by accident."""

from typing import Any

import pytest
from flyteidl.admin.common_pb2 import (
    NAMED_ENTITY_ACTIVE,
    NAMED_ENTITY_ARCHIVED,
    SYSTEM_GENERATED,
    NamedEntityMetadata,
)

from reconciler.model import (
    Action,
    DesiredState,
    Diagnostic,
    Kind,
    ObservedState,
    Reason,
    Resource,
    ResourceId,
    Verb,
)
from reconciler.plan import decide, make_plan

TASK = ResourceId(Kind.TASK, "p", "d", "etl.extract", "v1")
NAME = TASK.named_entity


def found(description: str = "", state: int = NAMED_ENTITY_ACTIVE) -> Resource:
    return Resource(NAME, spec=NamedEntityMetadata(description=description, state=state))


def wanted(*, description: str | None = None, archived: bool | None = None) -> Resource:
    unsaid = {"description"} if description is None else set()
    unsaid |= {"state"} if archived is None else set()
    state = NAMED_ENTITY_ARCHIVED if archived else NAMED_ENTITY_ACTIVE
    metadata = NamedEntityMetadata(description=description or "", state=state)
    return Resource(NAME, spec=metadata, unsaid=frozenset(unsaid))


def the_step(desired: Resource, observed: Resource | None) -> Action:
    (step,) = decide(desired=desired, observed=observed, is_created=True)
    assert isinstance(step, Action)
    return step


def sent(step: Action) -> tuple[str, int]:
    assert step.after is not None
    metadata: Any = step.after.spec
    return metadata.description, metadata.state


@pytest.mark.parametrize(
    ("desired", "observed", "verb", "sends"),
    [
        (wanted(description="new"), found(), Verb.UPDATE, ("new", 0)),
        (wanted(description="new"), found("old", 1), Verb.UPDATE, ("new", 1)),
        (wanted(description="new"), found("old", SYSTEM_GENERATED), Verb.UPDATE, ("new", 2)),
        (wanted(archived=True), found("old"), Verb.ARCHIVE, ("old", 1)),
        (wanted(archived=False), found("old", 1), Verb.UNARCHIVE, ("old", 0)),
        (wanted(description="new", archived=True), found("old"), Verb.ARCHIVE, ("new", 1)),
        (wanted(description="new"), None, Verb.UPDATE, ("new", 0)),
        (wanted(archived=True), None, Verb.ARCHIVE, ("", 1)),
    ],
)
def test_both_are_sent_as_declared_or_as_they_are(
    desired: Resource, observed: Resource | None, verb: Verb, sends: tuple[str, int]
) -> None:
    """Admin takes the state with every update, so an archived name stays archived."""
    step = the_step(desired, observed)
    assert step.verb is verb
    assert sent(step) == sends


@pytest.mark.parametrize(
    ("desired", "observed"),
    [
        (wanted(description="same"), found("same", 1)),
        (wanted(archived=True), found("any", 1)),
        (wanted(archived=False), found("any")),
        (wanted(archived=False), found("any", SYSTEM_GENERATED)),
        (wanted(archived=False), None),
    ],
)
def test_what_is_as_declared_needs_nothing(desired: Resource, observed: Resource | None) -> None:
    """What Admin made by itself is not archived."""
    assert decide(desired=desired, observed=observed, is_created=True) == ()


def test_what_cannot_be_cleared_is_told_and_left() -> None:
    """A warning instead of an update that changes nothing, run after run."""
    (told,) = decide(desired=wanted(description=""), observed=found("old"))
    assert isinstance(told, Diagnostic)
    assert told.code == "cannot-clear"
    assert "stays 'old'" in told.message
    step, told = decide(desired=wanted(description="", archived=True), observed=found("old"))
    assert isinstance(step, Action)
    assert sent(step) == ("old", NAMED_ENTITY_ARCHIVED)
    assert step.reason is Reason.NOT_ARCHIVED


def a_plan(desired: Resource, *, observed: Resource | None, declares: bool) -> Any:
    resources = {NAME: desired} | ({TASK: Resource(TASK)} if declares else {})
    state = DesiredState(resources=resources, needs={NAME: [TASK]} if declares else {})
    known = {NAME: observed} if observed else {}
    return make_plan(state, ObservedState(resources=known, asked=frozenset(resources)))


def test_a_name_is_described_once_it_has_a_version() -> None:
    """Which this very plan may register; a name that has one already waits for no other."""
    first = a_plan(wanted(description="new"), observed=None, declares=True)
    assert [(action.id, action.needs) for action in first] == [(TASK, ()), (NAME, (TASK,))]
    later = a_plan(wanted(description="new"), observed=found(), declares=True)
    assert [(action.id, action.needs) for action in later] == [(TASK, ()), (NAME, ())]


def test_a_name_that_nobody_registers_is_a_warning() -> None:
    """Those who register it may come later."""
    plan = a_plan(wanted(archived=True), observed=None, declares=False)
    assert plan.is_empty
    assert [warning.code for warning in plan.warnings] == ["unknown-name"]
