"""A wait: cheap looks, ever further apart, and none after the time is over."""

from datetime import timedelta
from threading import Event

import grpc
import pytest

from reconciler.errors import FlyteTimeout, UnavailableError, WaitTimeoutError
from reconciler.remote import FlyteWorkflowExecution
from reconciler.sandbox import Refusal
from tests.remote.executions.conftest import Running, Watch


@pytest.fixture
def launched(running: Running, name: str) -> FlyteWorkflowExecution:
    """An execution that runs."""
    execution = running.remote.execute("w@v1", {"x": 3}, execution_name=name)
    running.world.phase("RUNNING", name=name)
    running.calls.clear()
    return execution


def end_after(running: Running, name: str, looks: int) -> None:
    """Let the execution end while so many looks have been taken."""
    left = [looks]

    def count(method: str, answer: bytes) -> bytes:
        if method == "GetExecution":
            left[0] -= 1
            if left[0] == 0:
                running.world.phase("SUCCEEDED", 5, name=name)
        return answer

    running.on_answer = count


def test_looks_are_small_and_ever_further_apart(
    running: Running, launched: FlyteWorkflowExecution
) -> None:
    """Nothing but the execution is read until it has ended; its nodes then, once."""
    end_after(running, launched.id.name, 14)
    watch = Watch()
    seen: list[str] = []

    ended = running.remote.wait(
        launched, clock=watch, progress=lambda execution: seen.append(execution.current_state)
    )

    assert ended is launched
    assert ended.is_successful
    assert running.asked() == {"GetExecution": 15, "ListNodeExecutions": 1}
    assert watch.slept[:3] == [0.5, 0.75, 1.125]
    assert watch.slept[-1] == 30.0
    assert seen == ["RUNNING"] * 14 + ["SUCCEEDED"]


def test_interval_can_be_said(running: Running, launched: FlyteWorkflowExecution) -> None:
    """Then it stays the same; seconds or a timedelta."""
    end_after(running, launched.id.name, 3)
    watch = Watch()

    running.remote.wait(
        launched, poll_interval=timedelta(seconds=2), sync_nodes=False, clock=watch
    )

    assert watch.slept == [2.0, 2.0, 2.0]
    assert running.asked() == {"GetExecution": 4}


def test_timeout_is_kept_exactly(running: Running, launched: FlyteWorkflowExecution) -> None:
    """The last sleep is cut short, and the last look is at the very end."""
    watch = Watch()

    with pytest.raises(WaitTimeoutError, match="did not end within 10 seconds; it is RUNNING"):
        running.remote.wait(launched, timeout=10, poll_interval=4, clock=watch)

    assert watch.slept == [4.0, 4.0, 2.0]
    assert running.asked() == {"GetExecution": 4}


def test_end_at_the_last_look_counts(running: Running, launched: FlyteWorkflowExecution) -> None:
    """What has ended in time has ended."""
    end_after(running, launched.id.name, 3)
    watch = Watch()

    assert running.remote.wait(launched, timeout=10, poll_interval=4, clock=watch).is_done
    assert watch.time == 10


def test_no_time_is_one_look(running: Running, launched: FlyteWorkflowExecution) -> None:
    """And flytekit's name for the error catches it."""
    with pytest.raises(FlyteTimeout):
        running.remote.wait(launched, timeout=0, clock=Watch())
    assert running.asked() == {"GetExecution": 1}


def test_short_absence_is_waited_out(running: Running, launched: FlyteWorkflowExecution) -> None:
    """A look that nobody answers is followed by another; three in a row end it."""
    answers = iter([False, True, False, False, True])
    real = type(launched)._get

    def get(self: FlyteWorkflowExecution) -> object:
        if not next(answers):
            raise UnavailableError("restarting")
        return real(self)

    watch = Watch()
    type(launched)._get = get  # type: ignore[method-assign]
    try:
        running.remote.wait(launched, timeout=2, poll_interval=1, clock=watch)
    except WaitTimeoutError:
        pass
    else:
        pytest.fail("it has not ended")
    finally:
        type(launched)._get = real  # type: ignore[method-assign]
    assert watch.time == 2


def test_long_absence_is_not(running: Running, launched: FlyteWorkflowExecution) -> None:
    """Each look was retried already."""
    real = type(launched)._get

    def get(self: FlyteWorkflowExecution) -> object:
        raise UnavailableError("away")

    watch = Watch()
    type(launched)._get = get  # type: ignore[method-assign]
    try:
        with pytest.raises(UnavailableError):
            running.remote.wait(launched, clock=watch)
    finally:
        type(launched)._get = real  # type: ignore[method-assign]
    assert len(watch.slept) == 2


def test_execute_can_wait(running: Running, name: str) -> None:
    """Until the end, and no longer than it may."""
    with pytest.raises(WaitTimeoutError):
        running.remote.execute("w@v1", {"x": 3}, execution_name=name, wait=True, timeout=0)
    running.world.phase("SUCCEEDED", name=name)
    done = running.remote.execute("w@v1", {"x": 3}, execution_name=name, wait=True)
    assert done.current_state == "SUCCEEDED"


def test_a_refusal_ends_the_wait(running: Running, launched: FlyteWorkflowExecution) -> None:
    """Only absence is waited out."""

    def refuse(method: str, answer: bytes) -> bytes:
        raise Refusal(grpc.StatusCode.PERMISSION_DENIED, "not you")

    running.on_answer = refuse
    with pytest.raises(grpc.RpcError) as caught:
        launched.wait()
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED


def test_an_admin_that_hangs_is_not_waited_for(
    running: Running, launched: FlyteWorkflowExecution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call may try for minutes; the time that was given ends the wait all the same."""
    from reconciler.remote.executions import waiting

    released = Event()

    def hang(method: str, answer: bytes) -> bytes:
        released.wait(20)
        return answer

    running.on_answer = hang
    monkeypatch.setattr(waiting, "_LAST_LOOK", 0.05)
    try:
        with pytest.raises(WaitTimeoutError):
            running.remote.wait(launched, timeout=0)
    finally:
        released.set()
