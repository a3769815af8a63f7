"""The planner's policy, case by case."""

from typing import Any

import pytest
from flyteidl.admin.project_pb2 import Project
from flyteidl.core.compiler_pb2 import CompiledTask, CompiledWorkflowClosure
from google.protobuf.json_format import ParseDict

from reconciler.model import Action, Conflict, Kind, Reason, Resource, ResourceId, Verb
from reconciler.plan import decide
from tests.fakes import a_project

TASK = ResourceId(Kind.TASK, "p", "d", "etl.extract", "v1")
WORKFLOW = ResourceId(Kind.WORKFLOW, "p", "d", "etl", "v1")
SWITCH = ResourceId(Kind.ACTIVATION, "p", "d", "etl")


def a_task(**template: Any) -> Resource:
    return Resource(TASK, spec=ParseDict({"template": template}, CompiledTask()))


def the_step(desired: Resource, observed: Resource | None) -> Action:
    (step,) = decide(desired=desired, observed=observed)
    assert isinstance(step, Action)
    return step


def test_what_admin_lacks_is_created() -> None:
    """A version that is not there is registered."""
    step = the_step(a_task(type="container"), None)
    assert (step.verb, step.reason) == (Verb.CREATE, Reason.ABSENT)


def test_what_admin_has_is_left_alone() -> None:
    """Equal canonical specs need no step, however their messages came about."""
    desired = a_task(container={"image": "a", "env": []})
    assert decide(desired=desired, observed=a_task(container={"image": "a"})) == ()


def test_another_content_under_one_version_is_a_conflict() -> None:
    """It names exactly the differing fields, with both values, as a reader would write them."""
    desired = a_task(container={"image": "b", "args": ["x", "y"]}, metadata={"timeout": "60s"})
    observed = a_task(container={"image": "a", "args": ["x"]}, metadata={"timeout": "60s"})
    (conflict,) = decide(desired=desired, observed=observed)
    assert isinstance(conflict, Conflict)
    assert [(c.path, c.before, c.after) for c in conflict.changes] == [
        ("container.args[1]", None, "y"),
        ("container.image", "a", "b"),
    ]


def test_presence_of_an_empty_message_is_a_difference() -> None:
    """Admin tells `metadata: {}` from none, so a plan must as well."""
    (conflict,) = decide(desired=a_task(metadata={}), observed=a_task())
    assert isinstance(conflict, Conflict)


def test_numbers_compare_as_admin_hashes_them() -> None:
    """1 and 1.0 are one number."""
    desired = a_task(custom={"n": 1})
    assert decide(desired=desired, observed=a_task(custom={"n": 1.0})) == ()


def test_a_version_that_is_its_content_needs_no_content_read() -> None:
    """That such a workflow exists means that it is the same."""
    spec = CompiledWorkflowClosure()
    desired = Resource(WORKFLOW, spec=spec, content_addressed=True)
    assert decide(desired=desired, observed=Resource(WORKFLOW, complete=False)) == ()


def test_a_project_is_updated_in_what_is_declared_only() -> None:
    """What the manifest leaves out stays as it is in Admin, and is sent so."""
    observed = a_project("p", name="P", description="long ago", labels={"values": {"a": "b"}})
    assert decide(desired=a_project("p", name=""), observed=observed) == ()
    step = the_step(a_project("p", name="", description="new"), observed)
    assert step.verb is Verb.UPDATE
    assert [(c.path, c.before, c.after) for c in step.changes] == [
        ("description", "long ago", "new")
    ]
    assert step.after is not None
    sent: Any = step.after.request
    assert (sent.name, sent.description, dict(sent.labels.values)) == ("P", "new", {"a": "b"})


@pytest.mark.parametrize(
    ("wanted", "found", "verb"),
    [
        (Project.ACTIVE, Project.ARCHIVED, Verb.UNARCHIVE),
        (Project.ARCHIVED, Project.ACTIVE, Verb.ARCHIVE),
        (Project.ACTIVE, Project.SYSTEM_ARCHIVED, Verb.UNARCHIVE),
    ],
)
def test_a_projects_state_is_always_declared(wanted: int, found: int, verb: Verb) -> None:
    """Admin writes the state with every update, so none is left to chance."""
    step = the_step(a_project("p", state=wanted), a_project("p", state=found))
    assert step.verb is verb


@pytest.mark.parametrize(
    ("wanted", "found", "verb", "reason"),
    [
        (("v2",), (), Verb.ACTIVATE, Reason.NONE_ACTIVE),
        (("v2",), ("v1",), Verb.ACTIVATE, Reason.OTHER_ACTIVE),
        (("v2",), ("v1", "v2"), Verb.ACTIVATE, Reason.SEVERAL_ACTIVE),
        ((), ("v1",), Verb.DEACTIVATE, Reason.STILL_ACTIVE),
    ],
)
def test_state_is_of_the_name(
    wanted: tuple[str, ...], found: tuple[str, ...], verb: Verb, reason: Reason
) -> None:
    """Exactly the declared version is to be active, or none."""
    step = the_step(Resource(SWITCH, active=wanted), Resource(SWITCH, active=found))
    assert (step.verb, step.reason) == (verb, reason)


@pytest.mark.parametrize("versions", [(), ("v1",)])
def test_a_name_in_the_declared_state_needs_nothing(versions: tuple[str, ...]) -> None:
    """One active as wanted, or none and none wanted."""
    desired, observed = Resource(SWITCH, active=versions), Resource(SWITCH, active=versions)
    assert decide(desired=desired, observed=observed) == ()


def test_a_domain_needs_no_step() -> None:
    """It is the server's configuration: no call could make one."""
    domain = Resource(ResourceId(Kind.DOMAIN, "p", "development"))
    assert decide(desired=domain, observed=domain) == ()
