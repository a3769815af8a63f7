"""What befalls calls on a bad day, and that the same day comes again."""

import contextlib
from collections import Counter
from collections.abc import Iterator

import grpc
import pytest

from reconciler.sandbox import Fault, Faults, Refusal, Rule, Sandbox, parse_faults
from tests.sandbox.calls import PD, Client, over_wire, versioned

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE


class World:
    """An Admin on a bad day, and a client of it."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.sandbox = Sandbox(faults=faults)
        self.client = Client.of(self.sandbox)

    def versions(self) -> list[str]:
        """Versions of task `t`, in order of creation, as they really are."""
        with self.faults.calm():
            request = {"id": {**PD, "name": "t"}, "limit": 1000, "sort_by": {"key": "id"}}
            tasks = self.client("ListTasks", request).tasks
        return [task.id.version for task in reversed(tasks)]


@pytest.fixture
def world() -> Iterator[World]:
    """A day on which only what is scripted happens."""
    world = World(Faults(seed=7))
    yield world
    world.sandbox.stop()


def code(refused: Refusal) -> str:
    return refused.code.name


def tried(client: Client, version: str) -> str:
    """Register a version of a task; tell how it went."""
    try:
        client.task("t", version)
    except Refusal as refused:
        return code(refused)
    return "OK"


def test_refused_calls_are_not_carried_out(world: World) -> None:
    """Unavailable, exhausted, too late: the code says which, nothing is written."""
    for fault in (Fault.UNAVAILABLE, Fault.EXHAUSTED, Fault.DEADLINE):
        world.faults.next("CreateTask", fault)

    assert [tried(world.client, "v1") for _ in range(3)] == [
        "UNAVAILABLE",
        "RESOURCE_EXHAUSTED",
        "DEADLINE_EXCEEDED",
    ]
    assert world.versions() == []


def test_an_answer_is_lost_after_its_request_was_carried_out(world: World) -> None:
    """The client knows nothing, Admin has it; a scripted code takes the place of the usual."""
    world.faults.next("CreateTask", Fault.LOST_ANSWER)
    world.faults.next("CreateTask", Fault.LOST_ANSWER, code="DEADLINE_EXCEEDED")

    assert [tried(world.client, v) for v in ("v1", "v2", "v3")] == [
        "UNAVAILABLE",
        "DEADLINE_EXCEEDED",
        "OK",
    ]
    assert world.versions() == ["v1", "v2", "v3"]


def test_a_lost_answer_may_have_been_a_refusal(world: World) -> None:
    """Whatever the answer was: it does not come."""
    world.client.task()
    world.faults.next("CreateTask", "lost_answer")

    assert tried(world.client, "v1") == "UNAVAILABLE"


def test_a_request_delivered_twice_meets_itself(world: World) -> None:
    """The client sees the second answer: what it wrote is already there."""
    world.faults.next("CreateTask", Fault.DUPLICATE)

    assert tried(world.client, "v1") == "ALREADY_EXISTS"
    assert world.versions() == ["v1"]


def test_answers_come_late() -> None:
    """By as much as the distribution says, before the call is carried out."""
    waited: list[float] = []
    faults = Faults(*parse_faults("latency=20ms~5ms").rules, sleep=waited.append)
    world = World(faults)

    for _ in range(300):
        world.client("GetVersion")
    world.sandbox.stop()

    assert 0.018 < sum(waited) / 300 < 0.022
    assert min(waited) >= 0
    assert max(waited) > 0.025


def test_scripted_faults_wait_for_their_call(world: World) -> None:
    """They leave other methods, and the first calls that they are told to skip, alone."""
    world.faults.next("Create*", Fault.UNAVAILABLE, skip=1, times=2)

    world.client("GetVersion")
    answers = [tried(world.client, f"v{n}") for n in range(4)]

    assert answers == ["OK", "UNAVAILABLE", "UNAVAILABLE", "OK"]
    assert [(h.method, h.number, h.fault) for h in world.faults.happened] == [
        ("CreateTask", 2, Fault.UNAVAILABLE),
        ("CreateTask", 3, Fault.UNAVAILABLE),
    ]


def test_a_project_is_denied() -> None:
    """Whatever concerns it, read or written; others are not touched."""
    world = World(Faults(Rule(deny_project=("risk",))))
    with world.faults.calm():
        world.client("RegisterProject", {"project": {"id": "risk", "name": "risk"}})

    for call, request in (
        ("CreateTask", {"id": versioned("TASK", "t", project="risk")}),
        ("ListTasks", {"id": {"project": "risk", "domain": "development"}, "limit": 1}),
        ("GetProject", {"id": "risk"}),
        ("UpdateProject", {"id": "risk"}),
        ("RegisterProject", {"project": {"id": "risk"}}),
        ("UpdateProjectAttributes", {"attributes": {"project": "risk"}}),
        ("GetExecution", {"id": {"project": "risk", "domain": "d", "name": "e"}}),
        ("CreateNodeEvent", {"event": {"id": {"execution_id": {"project": "risk"}}}}),
    ):
        with pytest.raises(Refusal, match="permission denied") as caught:
            world.client(call, request)
        assert caught.value.code == grpc.StatusCode.PERMISSION_DENIED
    assert tried(world.client, "v1") == "OK"
    world.client("ListProjects", {"limit": 5})
    world.sandbox.stop()


def play(text: str, calls: list[str]) -> list[tuple[str, int, Fault]]:
    """Make calls on a day and tell what happened."""
    world = World(parse_faults(text))
    for n, method in enumerate(calls):
        if method == "CreateTask":
            tried(world.client, f"v{n}")
        else:
            with contextlib.suppress(Refusal):
                world.client(method)
    world.sandbox.stop()
    return [(h.method, h.number, h.fault) for h in world.faults.happened]


DAY = "seed=42,unavailable=0.1,lost_answer=10%,duplicate=0.1;methods=Get*,exhausted=0.2"


def test_the_same_seed_is_the_same_day() -> None:
    """And another seed another one; chances are about what was asked for."""
    calls = ["CreateTask", "GetVersion"] * 100

    first = play(DAY, calls)

    assert play(DAY, calls) == first
    assert play(DAY.replace("42", "43"), calls) != first
    counted = Counter((method, fault) for method, _, fault in first)
    assert 5 <= counted["CreateTask", Fault.UNAVAILABLE] <= 20
    assert 10 <= counted["GetVersion", Fault.EXHAUSTED] <= 30
    assert counted["CreateTask", Fault.EXHAUSTED] == 0


def test_methods_do_not_disturb_each_other() -> None:
    """How calls of several methods fall in between decides nothing for any of them."""
    mixed = play(DAY, ["CreateTask", "GetVersion"] * 50)
    sorted_ = play(DAY, ["GetVersion"] * 50 + ["CreateTask"] * 50)

    assert sorted(mixed) == sorted(sorted_)


def test_a_calm_does_not_count() -> None:
    """What a test prepares or looks at is not struck, and shifts nothing."""
    faults = parse_faults("unavailable=1")
    world = World(faults)

    with faults.calm():
        world.client.task()

    assert not world.faults.happened
    assert tried(world.client, "v2") == "UNAVAILABLE"
    assert world.faults.happened[0].number == 1
    world.sandbox.stop()


def test_unknown_faults_are_refused(world: World) -> None:
    """A typo in a script must not be a good day."""
    with pytest.raises(ValueError, match="unavailble"):
        world.faults.next("CreateTask", "unavailble")
    with pytest.raises(ValueError, match="no gRPC code"):
        world.faults.next("CreateTask", Fault.UNAVAILABLE, code="SORRY")
    with pytest.raises(ValueError, match="from 0 to 1"):
        Rule(duplicate=2)


def test_faults_travel_over_the_wire() -> None:
    """A client sees the code, and a message that tells it from a real one."""
    faults = Faults(seed=3)
    faults.next("GetVersion", Fault.UNAVAILABLE)
    with Sandbox(faults=faults) as sandbox, grpc.insecure_channel(sandbox.endpoint) as channel:
        client = Client(over_wire(channel))

        with pytest.raises(grpc.RpcError) as caught:
            client("GetVersion")
        client("GetVersion")

    assert caught.value.code() == UNAVAILABLE
    assert "(chaos: unavailable, GetVersion #1, seed 3)" in str(caught.value.details())
