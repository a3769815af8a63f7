"""Executions run again, and ended."""

import grpc
import pytest

from reconciler.errors import ExecutionConflictError, ExecutionError, NotFoundError
from reconciler.remote import FlyteWorkflowExecution
from reconciler.sandbox import Refusal
from tests.remote.executions.conftest import Running


@pytest.fixture
def failed(running: Running, name: str) -> FlyteWorkflowExecution:
    """An execution that failed, and that overwrote the cache."""
    execution = running.remote.execute("w@v1", {"x": 3}, execution_name=name, overwrite_cache=True)
    running.world.phase("FAILED", name=name, error={"message": "no"})
    running.calls.clear()
    return execution.sync()


def test_relaunch_has_a_name_and_the_same_options(
    running: Running, failed: FlyteWorkflowExecution
) -> None:
    """Admin would clear `overwrite_cache` unless it is said again."""
    again = running.remote.relaunch(failed)
    other = running.remote.relaunch(failed.id, overwrite_cache=False)

    assert again.id.name != failed.id.name
    assert again.spec.metadata.mode == 3
    assert again.spec.overwrite_cache
    assert not other.spec.overwrite_cache
    assert again.inputs["x"] == 3


def test_relaunch_twice_under_a_name_is_one(
    running: Running, failed: FlyteWorkflowExecution
) -> None:
    """And a name that something else has is refused."""
    name = f"{failed.id.name[:40]}-again"
    first = running.remote.relaunch(failed, name)
    running.asked()
    second = running.remote.relaunch(failed, name, overwrite_cache=True)

    assert first.id == second.id
    assert running.asked() == {"GetExecution": 1}
    with pytest.raises(ExecutionConflictError, match="it is no recovered of"):
        running.remote.recover(failed, name)


def test_lost_answer_is_no_second_relaunch(
    running: Running, failed: FlyteWorkflowExecution
) -> None:
    """The name that was sent settles it."""
    lost = iter([True])

    def lose(method: str, answer: bytes) -> bytes:
        if method == "RecoverExecution" and next(lost, False):
            raise Refusal(grpc.StatusCode.UNAVAILABLE, "lost")
        return answer

    running.on_answer = lose
    before = len(running.remote.recent_executions())

    again = running.remote.recover(failed, execution_name_prefix="rescue")

    assert again.id.name.startswith("rescue-")
    assert again.spec.metadata.mode == 5
    assert again.spec.metadata.reference_execution.name == failed.id.name
    assert len(running.remote.recent_executions()) == before + 1


def test_what_is_not_there_cannot_run_again(running: Running) -> None:
    with pytest.raises(NotFoundError):
        running.remote.recover("nothing-here")
    with pytest.raises(ExecutionError, match="names no execution"):
        running.remote.relaunch("a/b")


def test_end_is_asked_for_as_often_as_one_likes(running: Running, name: str) -> None:
    """While it is being ended, and once it was."""
    execution = running.remote.execute("w@v1", {"x": 3}, execution_name=name)
    execution.terminate("enough")
    running.remote.terminate(name, "enough")
    running.world.phase("ABORTED", name=name)
    running.remote.terminate(f"flytesnacks/development/{name}", "enough")

    assert execution.sync().abort_cause == "enough"
    with pytest.raises(ExecutionError, match="has no outputs: ABORTED: enough"):
        _ = execution.outputs


def test_what_ended_by_itself_is_told(running: Running, failed: FlyteWorkflowExecution) -> None:
    """It cannot be ended any more, and that is not what was asked for."""
    with pytest.raises(ExecutionError, match="has ended already: FAILED"):
        running.remote.terminate(failed, "too late")
    with pytest.raises(NotFoundError):
        running.remote.terminate("nothing-here", "why")
