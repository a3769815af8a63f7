"""What every ExecutionReader and Launcher promises, asked of the fake and the real one alike."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flyteidl.admin.event_pb2 import WorkflowExecutionEventRequest
from flyteidl.admin.execution_pb2 import ExecutionCreateRequest, ExecutionMetadata
from flyteidl.core.execution_pb2 import WorkflowExecution
from flyteidl.core.literals_pb2 import LiteralMap

from reconciler.admin import Connection, connect
from reconciler.config import Config
from reconciler.errors import AlreadyExistsError
from reconciler.model import BACKFILL_LABEL, INPUTS_ANNOTATION, Kind, Phase, Resource, ResourceId
from reconciler.ports import ExecutionReader, Launcher
from reconciler.sandbox import Sandbox
from tests.contracts.specs import DOMAIN, a_launch_plan, a_task, a_workflow
from tests.fake_executions import MemoryExecutions
from tests.fakes import a_project

_projects = itertools.count()
SLOT = 1_704_088_800_000_000_000  # 2024-01-01T06:00:00Z
DAY = 86_400_000_000_000


@dataclass(frozen=True)
class World:
    """Both ports of one Admin, a launch plan that no other test knows, and its engine."""

    reader: ExecutionReader
    launcher: Launcher
    launch_plan: Resource
    end: Callable[[ResourceId, Phase], None]

    def named(self, name: str) -> ResourceId:
        return ResourceId(Kind.EXECUTION, *self.launch_plan.id.scope, name)

    def launch(
        self, name: str, slot: int | None = SLOT, *, backfill: str = "january", day: int = 0
    ) -> ResourceId:
        """Start an execution for a slot, its input the day."""
        request = ExecutionCreateRequest(
            project=self.launch_plan.id.project, domain=DOMAIN, name=name
        )
        request.spec.launch_plan.CopyFrom(self.launch_plan.id.to_identifier())
        request.spec.annotations.values[INPUTS_ANNOTATION] = "given"
        request.spec.labels.values[BACKFILL_LABEL] = backfill
        if slot is not None:
            request.spec.metadata.mode = ExecutionMetadata.MANUAL
            request.spec.metadata.scheduled_at.FromNanoseconds(slot)
        request.inputs.CopyFrom(given(day))
        self.launcher.launch(request)
        return self.named(name)


def given(day: int) -> LiteralMap:
    found = LiteralMap()
    found.literals["day"].scalar.primitive.datetime.seconds = day
    return found


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with Sandbox(data=":memory:") as sandbox:
        config = Config(endpoint=sandbox.endpoint, source="the test", insecure=True)
        with connect(config) as found:
            yield found


@pytest.fixture(params=["memory", "sandbox"])
def world(request: pytest.FixtureRequest) -> World:
    name = f"project{next(_projects)}"
    launch_plan = a_launch_plan(workflow := a_workflow(task := a_task(name)))
    if request.param == "memory":
        memory = MemoryExecutions()
        return World(memory, memory, launch_plan, memory.end)
    connection: Connection = request.getfixturevalue("connection")
    for resource in (a_project(name), task, workflow, launch_plan):
        connection.writer.create(resource)

    def end(id: ResourceId, phase: Phase) -> None:
        event = WorkflowExecutionEventRequest()
        event.event.execution_id.project = id.project
        event.event.execution_id.domain = id.domain
        event.event.execution_id.name = id.name
        event.event.occurred_at.GetCurrentTime()
        is_good = phase is Phase.SUCCEEDED
        event.event.phase = WorkflowExecution.SUCCEEDED if is_good else WorkflowExecution.FAILED
        connection.calls.create_workflow_event(event)

    return World(connection.executions, connection.launcher, launch_plan, end)


def test_what_was_launched_is_there_by_its_name(world: World) -> None:
    """As what it is, what it was given and for which slot; what is not there is left out."""
    id = world.launch("first")
    found = world.reader.runs([id, world.named("none")])
    assert set(found) == {id}
    run = found[id]
    assert (run.launch_plan, run.phase, run.scheduled_at) == (
        world.launch_plan.id,
        Phase.RUNNING,
        SLOT,
    )
    assert (run.inputs, run.backfill, run.by_scheduler) == ("given", "january", False)
    assert world.reader.runs([]) == {}


def test_more_than_one_answer_holds_are_found(world: World) -> None:
    """Whatever the number of names."""
    launched = [world.launch(f"run{number:03}", SLOT + number * DAY) for number in range(40)]
    asked = [*launched, *(world.named(f"none{number}") for number in range(600))]
    assert set(world.reader.runs(asked)) == set(launched)


@pytest.mark.parametrize("phase", [Phase.SUCCEEDED, Phase.FAILED])
def test_an_end_is_seen(world: World, phase: Phase) -> None:
    """And then it is not under way any more."""
    id = world.launch("ends")
    going = world.launch("goes-on", SLOT + DAY)
    world.launch("another", SLOT + 2 * DAY, backfill="february")
    backfill = ResourceId(Kind.BACKFILL, *world.launch_plan.id.scope, "january")
    assert {run.id for run in world.reader.under_way(backfill)} == {id, going}

    world.end(id, phase)

    assert world.reader.runs([id])[id].phase is phase
    assert {run.id for run in world.reader.under_way(backfill)} == {going}


def test_what_a_launch_plan_ran_is_listed_by_slot(world: World) -> None:
    """Only what says which slot it is for, of any version."""
    slots = {world.launch(f"slot{number}", SLOT + number * DAY) for number in range(3)}
    world.launch("by-hand", None)
    found = world.reader.runs_of(world.launch_plan.id.activation, since=SLOT)
    assert {run.id for run in found} == slots
    other = ResourceId(Kind.ACTIVATION, *world.launch_plan.id.scope, "other")
    assert list(world.reader.runs_of(other, since=SLOT)) == []


def test_nothing_was_scheduled_by_the_scheduler(world: World) -> None:
    """What a backfill launches does not move a rate's anchor."""
    world.launch("mine")
    assert world.reader.last_scheduled(world.launch_plan.id) is None


def test_a_name_is_taken_once_and_its_inputs_are_overwritten(world: World) -> None:
    """Which is why whoever launches has looked before."""
    id = world.launch("once", day=1)
    assert world.reader.given(id) == given(1)
    with pytest.raises(AlreadyExistsError):
        world.launch("once", day=2)
    assert world.reader.given(id) == given(2)
