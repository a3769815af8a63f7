"""Launches have a name, which makes them safe to repeat, and no others are repeated."""

import re
from typing import Any

import grpc
import pytest
from flyteidl.admin.execution_pb2 import (
    ExecutionCreateRequest,
    ExecutionMetadata,
    ExecutionSpec,
    ExecutionState,
)
from flyteidl.core.identifier_pb2 import Identifier, ResourceType, WorkflowExecutionIdentifier
from flyteidl.core.literals_pb2 import LiteralMap

from reconciler.admin import AdminClient
from reconciler.errors import (
    AlreadyExistsError,
    FailedPreconditionError,
    FlyteEntityAlreadyExistsException,
    NotFoundError,
    UnavailableError,
)
from reconciler.model import ExecutionId
from reconciler.sandbox import Fault
from reconciler.testing import EmbeddedAdmin
from tests.admin.client.conftest import PLACE, counts, names
from tests.sandbox.calls import PD, Client


@pytest.fixture(scope="module", autouse=True)
def launchable(short: Client) -> None:
    short.workflow("w")
    short.launch_plan("lp")
    short.launch_plan("other")


def spec(launch_plan: str = "lp", **fields: Any) -> ExecutionSpec:
    id = Identifier(resource_type=ResourceType.LAUNCH_PLAN, **PD, name=launch_plan, version="v1")
    return ExecutionSpec(launch_plan=id, **fields)


def executions(client: AdminClient) -> set[str]:
    return set(names(client.iter_executions(*PLACE)))


def test_a_launch_has_the_name_it_is_given(client: AdminClient) -> None:
    """Or one that is made up: never none, and never the same."""
    id = client.create_execution(*PLACE, "mine", spec(), LiteralMap())
    assert (id.project, id.domain, id.name) == (*PLACE, "mine")
    made = {client.create_execution(*PLACE, None, spec(), None).name for _ in range(3)}
    assert len(made) == 3
    assert all(re.fullmatch("f[0-9a-f]{19}", name) for name in made)


@pytest.mark.parametrize("name", ["Upper", "1st", "a_b", "x" * 64, "-a"])
def test_a_name_that_is_none_is_never_sent(client: AdminClient, name: str) -> None:
    """Admin, or the cluster behind it, would refuse it later."""
    with pytest.raises(ValueError, match="execution"):
        client.create_execution(*PLACE, name, spec())
    assert counts(client) == {}


def test_a_name_that_is_taken_is_told_in_one_call(client: AdminClient) -> None:
    """By our class, and by flytekit's name for it."""
    client.create_execution(*PLACE, "taken", spec())
    with pytest.raises(AlreadyExistsError) as caught:
        client.create_execution(*PLACE, "taken", spec("other"))
    assert counts(client) == {"CreateExecution": 2}
    assert caught.value.subject == "execution flytesnacks/development/taken"
    assert issubclass(AlreadyExistsError, FlyteEntityAlreadyExistsException)


@pytest.mark.parametrize("name", [None, "lost-answer"])
def test_a_lost_answer_makes_no_second_execution(
    admin: EmbeddedAdmin, client: AdminClient, name: str | None
) -> None:
    """The second attempt meets the execution of the first, and that is the answer."""
    before = executions(client)
    admin.faults.next("CreateExecution", Fault.LOST_ANSWER)
    id = client.create_execution(*PLACE, name, spec(tags=["a"]))
    assert executions(client) - before == {id.name}
    assert counts(client)["CreateExecution"] == 2


def test_what_somebody_else_has_is_not_taken_for_ours(
    admin: EmbeddedAdmin, client: AdminClient
) -> None:
    """A first attempt that never came, and then a name that another execution has."""
    client.create_execution(*PLACE, "theirs", spec("other"))
    admin.faults.next("CreateExecution", Fault.UNAVAILABLE)
    with pytest.raises(AlreadyExistsError):
        client.create_execution(*PLACE, "theirs", spec())


def test_without_a_name_a_launch_is_never_repeated(
    admin: EmbeddedAdmin, client: AdminClient
) -> None:
    """By the calls alone: the answer got lost, so there may be one, and the error says so."""
    before = executions(client)
    admin.faults.next("CreateExecution", Fault.LOST_ANSWER)
    request = ExecutionCreateRequest(**PD, spec=spec())
    with pytest.raises(UnavailableError) as caught:
        client.calls.create_execution(request)
    assert caught.value.in_doubt
    assert counts(client)["CreateExecution"] == 1
    assert len(executions(client) - before) == 1


def test_relaunched_and_recovered_once(admin: EmbeddedAdmin, client: AdminClient) -> None:
    """Under a name too, given or made up; a lost answer makes no second one."""
    old = client.create_execution(*PLACE, "again", spec())
    for again, rpc, mode in (
        (client.relaunch_execution, "RelaunchExecution", ExecutionMetadata.RELAUNCH),
        (client.recover_execution, "RecoverExecution", ExecutionMetadata.RECOVERED),
    ):
        for name in (None, f"{rpc[:3].lower()}-again"):
            before = executions(client)
            admin.faults.next(rpc, Fault.LOST_ANSWER)
            id = again(old, name)
            assert executions(client) - before == {id.name}
            found = client.get_execution(id).spec.metadata
            assert (found.mode, found.reference_execution) == (mode, old)
        with pytest.raises(AlreadyExistsError):
            again(old, "again")
    fresh = client.relaunch_execution(old, overwrite_cache=True)
    assert client.get_execution(fresh).spec.overwrite_cache


def test_an_incomplete_id_relaunches_nothing(client: AdminClient) -> None:
    """Admin would take any execution for it."""
    with pytest.raises(ValueError, match="lacks a name"):
        client.relaunch_execution(WorkflowExecutionIdentifier(**PD))
    with pytest.raises(NotFoundError):
        client.recover_execution(ExecutionId(*PLACE, "nobody"))


def test_terminate(client: AdminClient, admin: EmbeddedAdmin) -> None:
    """Twice is fine; of what has ended it is refused, in one call, with the phase attached."""
    id = client.create_execution(*PLACE, "ends", spec())
    client.terminate_execution(id, "no more")
    client.terminate_execution(ExecutionId(*PLACE, "ends"), "really")
    assert client.get_execution(id).closure.abort_metadata.cause == "really"

    done = client.create_execution(*PLACE, "done", spec())
    admin.finish("flytesnacks/development/done")
    before = counts(client)["TerminateExecution"]
    with pytest.raises(FailedPreconditionError) as caught:
        client.terminate_execution(done, "too late")
    assert counts(client)["TerminateExecution"] == before + 1
    (reason,) = caught.value.attached
    assert reason.already_in_terminal_state.current_phase == "SUCCEEDED"  # type: ignore[attr-defined]
    error: Any = caught.value
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_archived_is_hidden_and_comes_back(client: AdminClient) -> None:
    """From lists, not from who knows the name."""
    id = client.create_execution(*PLACE, "hidden", spec())
    client.update_execution(id, ExecutionState.EXECUTION_ARCHIVED)
    assert "hidden" not in executions(client)
    assert client.get_execution(id).id == id
    client.update_execution(id, ExecutionState.EXECUTION_ACTIVE)
    assert "hidden" in executions(client)


def test_flytekits_spec_and_ids_are_taken(client: AdminClient) -> None:
    """As the messages that they stand for."""
    from flytekit.models.core.identifier import WorkflowExecutionIdentifier as TheirId
    from flytekit.models.execution import ExecutionSpec as TheirSpec

    sent = spec(metadata=ExecutionMetadata())
    client.create_execution(*PLACE, "flytekits", TheirSpec.from_flyte_idl(sent), LiteralMap())
    assert client.get_execution(TheirId(*PLACE, "flytekits")).id.name == "flytekits"
