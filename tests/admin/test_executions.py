"""Executions as backfills see them, from a real list: many an answer, archived ones too."""

from collections.abc import Iterator

import pytest
from flyteidl.admin.execution_pb2 import ExecutionUpdateRequest, ExecutionUpdateResponse

from reconciler.admin import Connection, connect
from reconciler.admin.interceptors import MutationRefusedError
from reconciler.config import Config
from reconciler.errors import AlreadyExistsError
from reconciler.manifest import load
from reconciler.model import Kind, Phase, ResourceId
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.backfilled import (
    DOMAIN,
    NAME,
    PROJECT,
    WEATHER,
    by_hand,
    end,
    remote_of,
    written,
)

LAUNCH_PLAN = ResourceId(Kind.LAUNCH_PLAN, PROJECT, DOMAIN, NAME, "v1")


@pytest.fixture
def flyte(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAdmin]:
    with embedded_admin() as admin:
        with remote_of(admin) as remote:
            folder = tmp_path_factory.mktemp("weather")
            assert remote.apply(remote.plan(load(written(folder, WEATHER)))).succeeded
        yield admin


@pytest.fixture
def connection(flyte: EmbeddedAdmin) -> Iterator[Connection]:
    with connect(Config.for_endpoint(flyte.endpoint, insecure=True)) as found:
        yield found


def an_execution(name: str) -> ResourceId:
    return ResourceId(Kind.EXECUTION, PROJECT, DOMAIN, name)


def test_many_names_are_a_few_lists(connection: Connection, flyte: EmbeddedAdmin) -> None:
    """Of 600 of which three are there: three calls, and exactly those."""
    for day in (1, 2, 3):
        connection.launcher.launch(by_hand(f"there-{day}", day, region="eu", slot=day))
    end(flyte, "there-2")
    end(flyte, "there-3", error="no")
    flyte.call(
        "UpdateExecution",
        ExecutionUpdateRequest(
            id={"project": PROJECT, "domain": DOMAIN, "name": "there-3"}, state=1
        ),
        ExecutionUpdateResponse,
    )
    before = connection.client.calls.counts["ListExecutions"]
    asked = [an_execution(f"there-{number}") for number in range(600)]

    found = connection.executions.runs(asked)

    assert {id.name: run.phase for id, run in found.items()} == {
        "there-1": Phase.RUNNING,
        "there-2": Phase.SUCCEEDED,
        "there-3": Phase.FAILED,
    }
    assert connection.client.calls.counts["ListExecutions"] - before == 3
    assert {run.launch_plan for run in found.values()} == {LAUNCH_PLAN}
    assert {run.word for run in found.values()} == {"UNDEFINED", "SUCCEEDED", "FAILED"}


def test_those_of_a_launch_plan_say_their_slot(connection: Connection) -> None:
    """Whatever they are called; those that say none are nobody's."""
    connection.launcher.launch(by_hand("slotted", 1, region="eu", slot=3))
    connection.launcher.launch(by_hand("free", 1, region="eu"))

    found = connection.executions.runs_of(LAUNCH_PLAN.activation, since=0)
    later = connection.executions.runs_of(LAUNCH_PLAN.activation, since=4 * 10**18)

    assert [run.id.name for run in found] == ["slotted"]
    assert not later
    assert connection.executions.last_scheduled(LAUNCH_PLAN) is None


def test_what_was_given_can_be_read(connection: Connection) -> None:
    """All of it, defaults too."""
    connection.launcher.launch(by_hand("one", 1, region="us"))

    given = connection.executions.given(an_execution("one"))

    assert given.literals["region"].scalar.primitive.string_value == "us"


def test_a_name_that_is_taken_is_an_error(connection: Connection) -> None:
    """Whoever launches looks first."""
    connection.launcher.launch(by_hand("one", 1, region="us"))

    with pytest.raises(AlreadyExistsError):
        connection.launcher.launch(by_hand("one", 1, region="us"))


def test_who_reads_executions_cannot_launch(connection: Connection) -> None:
    """Its channel refuses, whatever would be called on it."""
    reader: object = connection.executions
    calls = reader._calls  # type: ignore[attr-defined]

    with pytest.raises(MutationRefusedError) as caught:
        calls.create_execution(by_hand("never", 1, region="eu"))

    assert "CreateExecution" in str(caught.value)
    assert not connection.executions.runs([an_execution("never")])
