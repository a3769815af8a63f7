"""A launch: what is sent, what is found instead, and what is refused before."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from flyteidl.core.identifier_pb2 import Identifier, ResourceType

from reconciler.admin import RetryPolicy
from reconciler.errors import (
    AlreadyExistsError,
    ExecutionConflictError,
    ExecutionError,
    InputsError,
    NotFoundError,
    UnavailableError,
)
from reconciler.model import Kind, ResourceId
from reconciler.remote import Options
from reconciler.sandbox import Refusal
from tests.remote.executions.conftest import Running
from tests.sandbox.executions.conftest import integer

LP = ResourceId(Kind.LAUNCH_PLAN, "flytesnacks", "development", "w", "v1")
TASK = ResourceId(Kind.TASK, "flytesnacks", "development", "t", "v1")


def unavailable() -> Exception:
    """What a client hears when an answer is lost."""
    return Refusal(grpc.StatusCode.UNAVAILABLE, "the answer is lost")


def test_name_is_sent_and_read_first(running: Running, name: str) -> None:
    """A name that was given is looked up before it is used; then the execution is read."""
    execution = running.remote.execute(LP, {"x": 3}, execution_name=name)

    assert execution.id.name == name
    assert execution.current_state == "UNDEFINED"
    assert running.asked() == {"GetLaunchPlan": 1, "GetExecution": 2, "CreateExecution": 1}


@pytest.mark.parametrize("as_what", ["entity", "message"])
def test_an_organisation_is_kept(running: Running, as_what: str) -> None:
    """Where an Admin that has some says one; ours keeps it in what is launched, and nowhere."""
    plan = running.remote.fetch_launch_plan(name="w", version="v1")
    plan.message.id.org = "acme"
    execution = running.remote.execute(plan if as_what == "entity" else plan.message, {"x": 3})

    assert execution.message.spec.launch_plan.org == "acme"
    assert plan.org == "acme"


def test_name_is_made_up_by_the_client(running: Running) -> None:
    """Admin never chooses it, for then a repeated call would be a second execution."""
    execution = running.remote.execute(LP, {"x": 3}, execution_name_prefix="my-run")
    other = running.remote.execute(LP, {"x": 3})

    assert execution.id.name.startswith("my-run-")
    assert len(execution.id.name) == len("my-run-") + 19
    assert len(other.id.name) == 20


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"execution_name": "A"}, "a lower case letter comes first"),
        ({"execution_name": "a" * 64}, "64 characters; at most 63"),
        ({"execution_name": "a_b"}, "a lower case letter comes first"),
        ({"execution_name_prefix": "1st"}, "a lower case letter comes first"),
        ({"execution_name_prefix": "a" * 44}, "at most 43 leave room"),
        ({"execution_name": "a", "execution_name_prefix": "b"}, "not both"),
        ({"options": Options(envs={"A": 1})}, "envs: A must be a text"),  # type: ignore[dict-item]
        ({"options": Options(labels={"A": 1})}, "labels: A must be a text"),
        ({"tags": "one"}, "give a list of texts"),
        ({"options": Options(quality_of_service=3)}, "is no QualityOfService"),
        ({"options": 5}, "is no options"),
    ],
)
def test_what_admin_would_refuse_is_refused_before(
    running: Running, given: dict[str, Any], message: str
) -> None:
    """Names and options are checked; nothing is created."""
    with pytest.raises(ExecutionError, match=message):
        running.remote.execute(LP, {"x": 3}, **given)

    assert "CreateExecution" not in running.asked()


def test_everything_wrong_with_inputs_is_said_at_once(running: Running) -> None:
    """Unknown, missing, fixed and misfitting ones, and nothing is sent."""
    with pytest.raises(InputsError) as caught:
        running.remote.execute(LP, {"rat": 1, "rate": "fast", "place": "there"})

    assert caught.value.problems == (
        "there is no input rat (did you mean rate?); there are: rate, x",
        "rate: expected float, found the text 'fast'",
        "place is fixed by the launch plan and cannot be given",
        "x is missing (int)",
    )
    assert running.asked() == {"GetLaunchPlan": 1}


def test_what_admin_infers_wrongly_is_told_before(running: Running) -> None:
    """An empty map beside a full one is right, and refused by every Admin."""
    maps = {"collection_type": {"map_value_type": {"simple": "INTEGER"}}}
    running.world.workflow("maps", inputs={"rows": maps})

    with pytest.raises(InputsError, match="an empty list or map is of another type"):
        running.remote.execute("maps@v1", {"rows": [{}, {"a": 1}]})
    items = [{"map": {}}, {"map": {"literals": {"a": integer(1)}}}]
    rows = {"collection": {"literals": items}}
    with pytest.raises(Refusal, match="rows input wrong type"):
        running.world.launch("refused", of="maps", inputs={"rows": rows})
    assert running.remote.execute("maps@v1", {"rows": [{}]}).inputs["rows"] == [{}]


def test_inputs_become_what_is_declared(running: Running, name: str) -> None:
    """An int is a float where one is wanted; defaults and fixed inputs are added by Admin."""
    execution = running.remote.execute(LP, {"x": 3, "rate": 2}, execution_name=name)

    assert dict(execution.inputs) == {"x": 3, "rate": 2.0, "place": "here"}
    assert isinstance(execution.inputs["rate"], float)


def test_same_launch_again_is_the_same_execution(running: Running, name: str) -> None:
    """Nothing is created the second time; a default that is given as such is no difference."""
    running.remote.execute(LP, {"x": 3}, execution_name=name, tags=["a"])
    running.asked()

    again = running.remote.execute(LP, {"x": 3, "rate": 1.5}, execution_name=name, tags=["a"])

    assert again.id.name == name
    assert running.asked() == {"GetLaunchPlan": 1, "GetExecution": 1, "GetExecutionData": 1}


def test_other_launch_under_the_same_name_is_refused(running: Running, name: str) -> None:
    """What differs is named, and the inputs of the existing one are not overwritten."""
    first = running.remote.execute(LP, {"x": 3}, execution_name=name, tags=["a"])
    with pytest.raises(ExecutionConflictError) as caught:
        running.remote.execute(
            LP, {"x": 4, "rate": 2}, execution_name=name, tags=["b"], interruptible=False
        )

    assert caught.value.differences == (
        "input rate is 1.5 there, 2.0 here",
        "input x is 3 there, 4 here",
        "its interruptible differ",
        "its tags differ",
    )
    assert first.inputs["x"] == 3
    with pytest.raises(ExecutionConflictError, match=r"it runs launch plan .*, not task"):
        running.remote.execute(TASK, {"x": 3}, execution_name=name)


def test_lost_answer_is_settled_by_reading(running: Running, name: str) -> None:
    """Admin acted, the answer was lost, the retry hears that it exists: one execution, ours."""
    lost = iter([True])

    def lose(method: str, answer: bytes) -> bytes:
        if method == "CreateExecution" and next(lost, False):
            raise unavailable()
        return answer

    running.on_answer = lose

    execution = running.remote.execute(LP, {"x": 3}, execution_name=name)

    assert execution.id.name == name
    assert running.asked()["CreateExecution"] == 2


def test_no_answer_at_all_is_settled_by_reading(
    running: Running, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether Admin acted is seen; if it did not, the error is the one of the call."""
    calls = running.remote._connection.calls
    monkeypatch.setattr(calls, "_policy", RetryPolicy(attempts=1))

    def lose(method: str, answer: bytes) -> bytes:
        if method == "CreateExecution":
            raise unavailable()
        return answer

    running.on_answer = lose
    assert running.remote.execute(LP, {"x": 3}, execution_name=name).id.name == name

    with pytest.raises(ExecutionConflictError):
        running.remote.execute(LP, {"x": 4}, execution_name=name)

    def never(request: Any) -> Any:
        raise UnavailableError("away", in_doubt=True)

    monkeypatch.setattr(calls, "create_execution", never)
    with pytest.raises(UnavailableError):
        running.remote.execute(LP, {"x": 3}, execution_name=f"{name[:40]}-not")


def test_what_was_started_is_told_though_it_cannot_be_read(running: Running) -> None:
    """Its made-up name would be lost otherwise."""

    def refuse(method: str, answer: bytes) -> bytes:
        if method == "GetExecution":
            raise Refusal(grpc.StatusCode.PERMISSION_DENIED, "not you")
        return answer

    running.on_answer = refuse
    with pytest.raises(grpc.RpcError) as caught:
        running.remote.execute(LP, {"x": 3})

    assert "was started all the same" in caught.value.__notes__[0]


def test_name_that_an_attempt_burnt_is_explained(running: Running, name: str) -> None:
    """Tags of a refused request stay in Admin, and then the name cannot be used any more."""
    with pytest.raises(AlreadyExistsError) as caught:
        running.remote.execute(LP, {"x": 3}, execution_name=name, tags=["a", "a"])

    assert "choose another" in caught.value.__notes__[0]


def test_somebody_faster_is_compared_with(running: Running, name: str) -> None:
    """The name was free when it was read, and taken by another launch plan when it was used."""
    running.world.workflow("other")
    taken = iter([True])

    real = running.remote._connection.calls.create_execution

    def late(request: Any) -> Any:
        if next(taken, False):
            running.world.launch(name, of="other")
        return real(request)

    running.remote._connection.calls.create_execution = late  # type: ignore[method-assign]
    try:
        with pytest.raises(ExecutionConflictError, match=r"it runs launch plan .*other@v1"):
            running.remote.execute(LP, {"x": 3}, execution_name=name)
    finally:
        del running.remote._connection.calls.create_execution


def test_concurrency_limit_is_no_existing_execution(running: Running, name: str) -> None:
    """Admin says ALREADY_EXISTS for it as well; nothing is taken for launched."""
    running.world.workflow("rare", concurrency_policy={"max": 0, "behavior": 1})

    with pytest.raises(AlreadyExistsError, match="concurrency limit"):
        running.remote.execute("rare@v1", execution_name=name)


def test_task_runs_by_itself(running: Running, name: str) -> None:
    """The spec names the task; there is no launch plan to look up."""
    execution = running.remote.execute(TASK, {"x": 3}, execution_name=name)

    assert execution.is_of_task
    assert execution.flyte_workflow is None
    assert execution.spec.launch_plan.resource_type == ResourceType.TASK


def test_workflow_runs_by_its_own_launch_plan(running: Running, name: str) -> None:
    """The one of its name and version."""
    workflow = running.remote.fetch_workflow(name="w", version="v1")
    execution = running.remote.execute(workflow, {"x": 3}, execution_name=name)

    assert execution.spec.launch_plan.resource_type == ResourceType.LAUNCH_PLAN
    assert execution.spec.launch_plan.name == "w"


@pytest.mark.parametrize(
    "entity",
    [
        "w",
        "w@v1",
        "w@latest",
        "launch_plan:w",
        "workflow:w@v1",
        "workflow:w",
        "flytesnacks/development/w@v1",
        LP,
        ResourceId(Kind.WORKFLOW, "flytesnacks", "development", "w", "v1"),
        LP.to_identifier(),
    ],
    ids=str,
)
def test_what_runs_may_be_said_in_many_ways(running: Running, entity: Any) -> None:
    """A name, a name with kind, place and version, an id, Admin's identifier."""
    execution = running.remote.execute(entity, {"x": 3})

    assert execution.spec.launch_plan == LP.to_identifier()


def test_messages_and_flytekits_ids_run(running: Running) -> None:
    """What lists gave needs no further call; flytekit's models are read as messages."""
    from flytekit.models.core.identifier import Identifier as Model

    plan = running.remote.fetch_launch_plan(name="w", version="v1")
    running.asked()

    running.remote.execute(plan.message, {"x": 3})
    assert running.asked() == {"CreateExecution": 1, "GetExecution": 1}

    model = Model.from_flyte_idl(Identifier.FromString(LP.to_identifier().SerializeToString()))
    assert running.remote.execute(model, {"x": 3}).spec.launch_plan.name == "w"


def test_active_version_goes_before_the_latest(running: Running) -> None:
    """A bare name means what is active, and the newest only if nothing is."""
    running.world.workflow("two")
    running.world.launch_plan("two", workflow="two", version="v2")
    latest = running.remote.execute("two")
    identifier = {"id": {**LP_PLACE, "name": "two", "version": "v1"}, "state": "ACTIVE"}
    running.world.call("UpdateLaunchPlan", identifier)
    active = running.remote.execute("two")
    said = running.remote.execute("two", version="v2")

    versions = [one.spec.launch_plan.version for one in (latest, active, said)]
    assert versions == ["v2", "v1", "v2"]


LP_PLACE = {"resource_type": "LAUNCH_PLAN", "project": "flytesnacks", "domain": "development"}


def test_what_is_not_there_is_not_found(running: Running) -> None:
    """A version that does not exist; a workflow without a launch plan of its own."""
    with pytest.raises(NotFoundError):
        running.remote.execute("w@v9")
    with pytest.raises(ExecutionError, match="a int is nothing that can be launched"):
        running.remote.execute(5)


def test_place_of_the_execution_is_its_own(running: Running, name: str) -> None:
    """It may run elsewhere than what it runs is registered."""
    execution = running.remote.execute(
        LP, {"x": 3}, project="flytesnacks", domain="staging", execution_name=name
    )

    assert execution.id.domain == "staging"
    assert execution.spec.launch_plan.domain == "development"


def test_lazy_entities_run(running: Running) -> None:
    """Fetched for it."""
    lazy = running.remote.fetch_workflow_lazy(name="w", version="v1")

    assert running.remote.execute(lazy, {"x": 3}).spec.launch_plan.name == "w"


def test_many_threads_start_one(running: Running, name: str) -> None:
    """Whoever loses the race finds what the other started."""
    with ThreadPoolExecutor(8) as threads:
        found = threads.map(
            lambda _: running.remote.execute(LP, {"x": 3}, execution_name=name), range(16)
        )
        assert {execution.id.name for execution in found} == {name}
