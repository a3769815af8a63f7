"""The Writer against a server that misbehaves: every answer told apart, every call repeatable."""

import grpc
import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.admin.project_pb2 import Project
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.admin.workflow_pb2 import CreateWorkflowFailureReason, WorkflowSpec
from google.protobuf.message import Message

from reconciler.admin import REQUEST_LIMIT, Connection, oversized
from reconciler.errors import (
    AlreadyExistsError,
    InvalidArgumentError,
    NotFoundError,
    OversizedError,
    VersionConflictError,
)
from reconciler.model import Kind, Resource, ResourceId
from reconciler.ports import Created
from tests.admin.server import Refuse, ScriptedAdmin
from tests.fakes import a_project

SPECS: dict[Kind, type[Message]] = {
    Kind.TASK: TaskSpec,
    Kind.WORKFLOW: WorkflowSpec,
    Kind.LAUNCH_PLAN: LaunchPlanSpec,
}
LOST = Refuse(grpc.StatusCode.UNAVAILABLE, "connection reset by peer", after=True)
RACE = Refuse(
    grpc.StatusCode.ALREADY_EXISTS,
    "value with matching already exists (duplicate key value violates unique constraint "
    '"workflows_pkey")',
)


def new(kind: Kind, content: str = "") -> Resource:
    """Some version of a kind; two of different content conflict."""
    id = ResourceId(kind, "flytesnacks", "development", "a", "1")
    match kind:
        case Kind.TASK:
            spec: Message = TaskSpec(template={"type": content})
        case Kind.WORKFLOW:
            spec = WorkflowSpec(template={"metadata_defaults": {"interruptible": bool(content)}})
        case _:
            spec = LaunchPlanSpec(max_parallelism=len(content))
    return Resource(id, request=spec)


@pytest.mark.parametrize("kind", SPECS, ids=str)
def test_creating_twice_is_no_error(server: ScriptedAdmin, admin: Connection, kind: Kind) -> None:
    """New, then identical; with other content under the same version, a conflict."""
    assert admin.writer.create(new(kind)) is Created.NEW
    assert admin.writer.create(new(kind)) is Created.IDENTICAL
    with pytest.raises(VersionConflictError, match="different structure") as caught:
        admin.writer.create(new(kind, "other"))
    assert not caught.value.in_doubt
    assert caught.value.subject == str(new(kind).id)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", SPECS, ids=str)
def test_a_lost_answer_is_asked_for_again(
    server: ScriptedAdmin, admin: Connection, kind: Kind
) -> None:
    """The repeat finds the identical thing, and says that it may be our own doing."""
    server.fail(f"Create{kind.name.title().replace('_', '')}", LOST)
    assert admin.writer.create(new(kind)) is Created.RECOVERED
    assert len(admin.reader.versions([new(kind).id])) == 1


def test_the_workflow_detail_decides_where_the_text_does_not(
    server: ScriptedAdmin, admin: Connection
) -> None:
    """Workflows say by a detail what the others say in words only."""
    id = new(Kind.WORKFLOW).id.to_identifier()
    different = CreateWorkflowFailureReason(exists_different_structure={"id": id})
    identical = CreateWorkflowFailureReason(exists_identical_structure={"id": id})
    server.fail(
        "CreateWorkflow",
        Refuse(grpc.StatusCode.INVALID_ARGUMENT, "differs", (different,)),
        Refuse(grpc.StatusCode.ALREADY_EXISTS, "is there", (identical,)),
    )
    with pytest.raises(VersionConflictError) as caught:
        admin.writer.create(new(Kind.WORKFLOW))
    assert caught.value.attached == (different,)
    assert admin.writer.create(new(Kind.WORKFLOW)) is Created.IDENTICAL


def test_a_lost_race_is_left_to_the_reader(server: ScriptedAdmin, admin: Connection) -> None:
    """The database refused before Admin compared anything."""
    server.fail("CreateWorkflow", RACE)
    assert admin.writer.create(new(Kind.WORKFLOW)) is Created.UNVERIFIED


def test_a_bad_request_is_no_conflict(server: ScriptedAdmin, admin: Connection) -> None:
    """Admin uses one code for both."""
    server.fail("CreateTask", Refuse(grpc.StatusCode.INVALID_ARGUMENT, "missing metadata"))
    with pytest.raises(InvalidArgumentError, match="missing metadata") as caught:
        admin.writer.create(new(Kind.TASK))
    assert not isinstance(caught.value, VersionConflictError)


def test_projects_are_registered_without_domains(server: ScriptedAdmin, admin: Connection) -> None:
    """Domains are the server's; a project that is there already was not compared."""
    project = a_project("risk", description="Risk", domains=[{"id": "development"}])
    assert admin.writer.create(project) is Created.NEW
    assert server.projects["risk"] == Project(id="risk", name="risk", description="Risk")
    assert admin.writer.create(project) is Created.UNVERIFIED


@pytest.mark.parametrize("state", [Project.ACTIVE, Project.ARCHIVED])
def test_updates_say_the_whole_project(
    server: ScriptedAdmin, admin: Connection, state: int
) -> None:
    """Admin sets the state to what is said or not said, and refuses domains."""
    admin.writer.update(a_project("risk", state=state, domains=[{"id": "development"}]))
    assert server.projects["risk"] == Project(id="risk", name="risk", state=state)


def test_only_projects_are_updated(server: ScriptedAdmin, admin: Connection) -> None:
    """Versions never change."""
    with pytest.raises(ValueError, match="a task never changes"):
        admin.writer.update(new(Kind.TASK))
    assert not server.calls


def test_switching_says_the_state_in_so_many_words(
    server: ScriptedAdmin, admin: Connection
) -> None:
    """On, off, and nothing but launch plan versions."""
    launch_plan = new(Kind.LAUNCH_PLAN)
    admin.writer.create(launch_plan)
    (activation,) = [launch_plan.id.activation]
    admin.writer.set_active(launch_plan.id, active=True)
    assert len(admin.reader.active([activation])[activation]) == 1
    admin.writer.set_active(launch_plan.id, active=False)
    assert admin.reader.active([activation]) == {activation: ()}
    with pytest.raises(NotFoundError):
        admin.writer.set_active(launch_plan.id.at("2"), active=True)
    with pytest.raises(ValueError, match="only launch plan versions"):
        admin.writer.set_active(activation, active=True)


def test_what_admin_would_not_read_is_not_sent(server: ScriptedAdmin, admin: Connection) -> None:
    """The refusal names the id and both sizes; to the byte, the limit itself still passes."""
    spare = REQUEST_LIMIT - _size(new(Kind.TASK, "x" * REQUEST_LIMIT)) + REQUEST_LIMIT
    fits = new(Kind.TASK, "x" * spare)
    assert _size(fits) == REQUEST_LIMIT
    assert oversized(fits) is None
    assert admin.writer.create(fits) is Created.NEW

    too_large = new(Kind.TASK, "x" * (spare + 1))
    with pytest.raises(OversizedError, match=r"task flytesnacks/development/a@1 .*4,194,305"):
        admin.writer.create(too_large)
    assert server.calls == {"CreateTask": 1}
    error = oversized(too_large)
    assert error is not None
    assert (error.id, error.size, error.limit) == (too_large.id, 4194305, 4194304)


def test_what_is_not_sent_has_no_size() -> None:
    """Activations and observed resources create nothing."""
    activation = ResourceId(Kind.ACTIVATION, "flytesnacks", "development", "a")
    assert oversized(Resource(activation, active=("1",))) is None


def test_a_request_of_another_kind_is_a_mistake_of_ours(admin: Connection) -> None:
    """What Admin would store under the wrong id must not leave the house."""
    task = new(Kind.TASK)
    for request in (None, WorkflowSpec()):
        with pytest.raises(ValueError, match="needs a request of TaskSpec"):
            admin.writer.create(Resource(task.id, request=request))
    with pytest.raises(ValueError, match="cannot be created"):
        admin.writer.create(Resource(ResourceId(Kind.ACTIVATION, "p", "d", "n")))


def test_unknown_words_for_existing_are_not_trusted(
    server: ScriptedAdmin, admin: Connection
) -> None:
    """Only an Admin that says it compared is believed to have compared."""
    server.fail("CreateTask", Refuse(grpc.StatusCode.ALREADY_EXISTS, "there"))
    assert admin.writer.create(new(Kind.TASK)) is Created.UNVERIFIED
    server.fail("UpdateProject", Refuse(grpc.StatusCode.ALREADY_EXISTS, "there"))
    with pytest.raises(AlreadyExistsError):
        admin.writer.update(a_project("risk"))


def _size(resource: Resource) -> int:
    error = oversized(resource, limit=0)
    assert error is not None
    return error.size
