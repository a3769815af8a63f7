"""What stales a plan, and what does not."""

import pytest
from flyteidl.admin.project_pb2 import Project
from flyteidl.core.compiler_pb2 import CompiledTask
from google.protobuf.json_format import ParseDict

from reconciler.apply import moved
from reconciler.model import (
    Action,
    Kind,
    ObservedState,
    Plan,
    Reason,
    Resource,
    ResourceId,
    Verb,
)
from tests.contracts.attributes import a_label

TASK = ResourceId(Kind.TASK, "p", "d", "etl.load", "v1")
SWITCH = ResourceId(Kind.ACTIVATION, "p", "d", "etl")
PROJECT = ResourceId(Kind.PROJECT, "p")


def a_task(image: str) -> Resource:
    template = {"template": {"container": {"image": image}}}
    return Resource(TASK, spec=ParseDict(template, CompiledTask()))


def a_project(description: str) -> Resource:
    return Resource(PROJECT, spec=Project(id="p", description=description))


def active(*versions: str) -> Resource:
    return Resource(SWITCH, active=versions)


def what_moved(action: Action, found: Resource | None) -> list[str]:
    resources = {action.id: found} if found else {}
    observed = ObservedState(resources=resources, asked=frozenset([action.id]))
    return [one.what for one in moved(Plan((action,)), observed)]


CREATE = Action(Verb.CREATE, TASK, Reason.ABSENT, "", after=a_task("a"))
UPDATE = Action(
    Verb.UPDATE, PROJECT, Reason.DIFFERS, "", before=a_project("old"), after=a_project("new")
)
ACTIVATE = Action(
    Verb.ACTIVATE, SWITCH, Reason.OTHER_ACTIVE, "", before=active("v1"), after=active("v2")
)
DELETE = Action(Verb.DELETE, a_label("a", "p").id, Reason.UNWANTED, "", before=a_label("a", "p"))


@pytest.mark.parametrize(
    ("action", "found"),
    [
        (DELETE, None),
        (DELETE, a_label("a", "p")),
        (CREATE, None),
        (CREATE, a_task("a")),
        (UPDATE, a_project("old")),
        (UPDATE, a_project("new")),
        (ACTIVATE, active("v1")),
        (ACTIVATE, active("v2")),
    ],
)
def test_a_world_as_planned_or_as_wanted_is_fresh(action: Action, found: Resource | None) -> None:
    """What has come true already is no obstacle to the rest."""
    assert what_moved(action, found) == []


@pytest.mark.parametrize(
    ("action", "found", "what"),
    [
        (CREATE, a_task("b"), "other content: template.container.image"),
        (UPDATE, a_project("newer"), "changed since it was planned: description"),
        (UPDATE, None, "is gone"),
        (DELETE, a_label("b", "p"), "changed since"),
        (ACTIVATE, active("v3"), "active was v1 when planned, and is v3 now"),
        (ACTIVATE, active(), "is none now"),
        (ACTIVATE, active("v1", "v2"), "is v1, v2 now"),
    ],
)
def test_a_world_that_moved_is_told(action: Action, found: Resource | None, what: str) -> None:
    """The object and what became of it."""
    (told,) = what_moved(action, found)
    assert what in told
