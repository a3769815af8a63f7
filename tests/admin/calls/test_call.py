"""One call through the policy: what is repeated, how long, and what is left in doubt."""

import grpc
import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlanUpdateRequest
from flyteidl.admin.task_pb2 import TaskCreateRequest
from google.rpc.error_details_pb2 import RetryInfo

from reconciler.admin import Connection
from reconciler.admin.codec.request import to_get
from reconciler.admin.retry import RetryPolicy
from reconciler.errors import (
    AdminError,
    DeadlineExceededError,
    InternalError,
    NotFoundError,
    UnavailableError,
)
from reconciler.model import Kind, ResourceId
from tests.admin.conftest import Connect
from tests.admin.server import Hang, Refuse, ScriptedAdmin
from tests.fakes import MemoryClock

UNAVAILABLE = Refuse(grpc.StatusCode.UNAVAILABLE, "back soon")
INTERNAL = Refuse(grpc.StatusCode.INTERNAL, "oh")
TASK = ResourceId(Kind.TASK, "flytesnacks", "development", "a", "1")
LAUNCH_PLAN = ResourceId(Kind.LAUNCH_PLAN, "flytesnacks", "development", "a", "1")


def test_a_burst_of_unavailability_is_waited_out(
    server: ScriptedAdmin, admin: Connection, clock: MemoryClock
) -> None:
    """The pauses grow, and the answer comes in the end."""
    server.fail("GetDomains", *[UNAVAILABLE] * 5)
    assert admin.reader.domains() == ()
    assert clock.slept == pytest.approx([0.999 * 0.2 * 2**n for n in range(5)])


def test_patience_ends(server: ScriptedAdmin, admin: Connection) -> None:
    """After the last attempt the last error is the answer."""
    server.fail("GetDomains", *[UNAVAILABLE] * 99)
    with pytest.raises(UnavailableError, match="back soon"):
        admin.reader.domains()
    assert server.calls["GetDomains"] == RetryPolicy().attempts


def test_the_budget_ends_it_sooner(
    server: ScriptedAdmin, to_admin: Connect, clock: MemoryClock
) -> None:
    """No pause begins that the budget would not outlast."""
    policy = RetryPolicy(attempts=99, base=2, cap=4, budget=10)
    server.fail("GetDomains", *[UNAVAILABLE] * 99)
    with pytest.raises(UnavailableError):
        to_admin(server.endpoint, policy=policy).reader.domains()
    assert clock.slept == pytest.approx([1.998, 3.996, 3.996])


@pytest.mark.parametrize(
    "code",
    [
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.ALREADY_EXISTS,
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.UNKNOWN,
    ],
    ids=lambda code: code.name,
)
def test_an_answer_is_an_answer(
    server: ScriptedAdmin, admin: Connection, code: grpc.StatusCode
) -> None:
    """What Admin decided is not asked again."""
    server.fail("GetTask", Refuse(code, "so it is"))
    with pytest.raises(AdminError, match="so it is"):
        admin.calls.get_task(to_get(TASK))
    assert server.calls["GetTask"] == 1


def test_internal_errors_are_repeated_for_reads_only(
    server: ScriptedAdmin, admin: Connection
) -> None:
    """A write may have acted before it failed, so it is left to the caller to look."""
    server.fail("GetDomains", INTERNAL)
    assert admin.reader.domains() == ()
    server.hold([LAUNCH_PLAN])
    server.fail("UpdateLaunchPlan", INTERNAL)
    with pytest.raises(InternalError) as caught:
        admin.calls.update_launch_plan(LaunchPlanUpdateRequest(id=LAUNCH_PLAN.to_identifier()))
    assert caught.value.in_doubt
    assert server.calls == {"GetDomains": 2, "UpdateLaunchPlan": 1}


def test_silence_ends_at_the_deadline(server: ScriptedAdmin, to_admin: Connect) -> None:
    """A read is asked again; an update is in doubt at once, a create only after all attempts."""
    admin = to_admin(server.endpoint, policy=RetryPolicy(attempts=2, deadline=0.3))
    server.hold([LAUNCH_PLAN])
    server.fail("GetDomains", Hang())
    server.fail("UpdateLaunchPlan", Hang())
    server.fail("CreateTask", Hang(), Hang())
    assert admin.reader.domains() == ()
    with pytest.raises(DeadlineExceededError) as caught:
        admin.calls.update_launch_plan(LaunchPlanUpdateRequest(id=LAUNCH_PLAN.to_identifier()))
    assert caught.value.in_doubt
    with pytest.raises(AdminError) as caught_too:
        admin.calls.create_task(TaskCreateRequest(id=TASK.to_identifier()))
    assert caught_too.value.in_doubt
    assert server.calls == {"GetDomains": 2, "UpdateLaunchPlan": 1, "CreateTask": 2}


def test_doubt_outlives_the_next_attempt(server: ScriptedAdmin, admin: Connection) -> None:
    """The last refusal is plain, but the attempt before it may have acted."""
    denied = Refuse(grpc.StatusCode.PERMISSION_DENIED, "no more")
    server.fail("CreateTask", UNAVAILABLE, denied)
    with pytest.raises(AdminError, match="no more") as caught:
        admin.calls.create_task(TaskCreateRequest(id=TASK.to_identifier()))
    assert caught.value.in_doubt


def test_reads_are_never_in_doubt(server: ScriptedAdmin, admin: Connection) -> None:
    """Nothing happened, whatever became of the answer."""
    server.fail("GetTask", UNAVAILABLE)
    with pytest.raises(NotFoundError) as caught:
        admin.calls.get_task(to_get(TASK))
    assert not caught.value.in_doubt


@pytest.mark.parametrize(
    ("metadata", "pause"),
    [
        ((("retry-after", b"3"),), 3.0),
        ((("grpc-retry-pushback-ms", b"2500"),), 2.5),
        ((("retry-after", b"Wed, 21 Oct 2015 07:28:00 GMT"),), 0.1998),
        ((("retry-after", b"0"),), 0.1998),
    ],
)
def test_a_server_that_says_when_is_left_alone_until_then(
    server: ScriptedAdmin,
    admin: Connection,
    clock: MemoryClock,
    metadata: tuple[tuple[str, bytes], ...],
    pause: float,
) -> None:
    """In seconds or milliseconds; what it does not say is as usual."""
    server.metadata = metadata
    server.fail("GetDomains", Refuse(grpc.StatusCode.RESOURCE_EXHAUSTED, "slow down"))
    admin.reader.domains()
    assert clock.slept == pytest.approx([pause])


def test_the_pause_may_be_attached(
    server: ScriptedAdmin, admin: Connection, clock: MemoryClock
) -> None:
    """As Google's own proxies do."""
    info = RetryInfo()
    info.retry_delay.FromSeconds(7)
    server.fail("GetDomains", Refuse(grpc.StatusCode.UNAVAILABLE, "busy", (info,)))
    admin.reader.domains()
    assert clock.slept == [7.0]


def test_a_server_that_never_wants_to_be_asked_again_is_not(
    server: ScriptedAdmin, admin: Connection
) -> None:
    """gRPC's word for it is a negative pause; and nobody waits longer than the budget."""
    for metadata in ((("grpc-retry-pushback-ms", b"-1"),), (("retry-after", b"86400"),)):
        server.reset()
        server.metadata = metadata
        server.fail("GetDomains", UNAVAILABLE)
        with pytest.raises(UnavailableError):
            admin.reader.domains()
        assert server.calls == {"GetDomains": 1}


def test_all_attempts_of_a_call_have_one_id(
    server: ScriptedAdmin, admin: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in the error, to be looked up in Admin's log; the next call has another."""
    seen: list[str] = []
    answer = server.answer

    def listen(rpc: str, payload: bytes, context: grpc.ServicerContext) -> bytes:
        said = {key: str(value) for key, value in context.invocation_metadata()}
        seen.append(said["x-request-id"])
        return answer(rpc, payload, context)

    monkeypatch.setattr(server, "answer", listen)
    server.fail("GetTask", UNAVAILABLE)
    with pytest.raises(NotFoundError) as caught:
        admin.calls.get_task(to_get(TASK))
    assert seen == [caught.value.request_id] * 2
    with pytest.raises(NotFoundError):
        admin.calls.get_task(to_get(TASK))
    assert len(set(seen)) == 2
