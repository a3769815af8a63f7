"""Wait for the end of an execution: cheap looks, ever further apart, and its nodes at the end."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from queue import Empty, SimpleQueue
from threading import Thread

from flyteidl.admin.execution_pb2 import Execution

from reconciler.errors import NotServedError, UnreachableError, WaitTimeoutError
from reconciler.ports import Clock
from reconciler.remote.executions.workflow_execution import FlyteWorkflowExecution

# Seconds between looks, unless the caller says.
_FIRST, _LONGEST, _GROWTH = 0.5, 30.0, 1.5
# So many looks in a row may find nobody; each was retried for a while before.
_PATIENCE = 3
# Seconds that the look at the very end may take.
_LAST_LOOK = 1.0

Progress = Callable[[FlyteWorkflowExecution], None]


def wait_for_end(
    execution: FlyteWorkflowExecution,
    *,
    timeout: timedelta | float | None,
    poll_interval: timedelta | float | None,
    progress: Progress | None,
    clock: Clock,
) -> None:
    """Look until an execution has ended; it is up to date then.

    Args:
        timeout: Seconds, exactly: the last look is when they are over; None for no end.
        poll_interval: Seconds between looks; None for half a second at first, growing to 30.
        progress: Called after each look.

    Raises:
        WaitTimeoutError: It did not end in time.
        AdminError, NotServedError: It cannot be read; short absences of Admin are waited out.
    """
    limit = None if timeout is None else clock.monotonic() + _seconds(timeout)
    absent = 0
    for pause in _pauses(poll_interval):
        try:
            left = None if limit is None else max(limit - clock.monotonic(), _LAST_LOOK)
            execution._take(_look(execution, left))
            absent = 0
        except NotServedError:
            absent += 1
            if absent >= _PATIENCE:
                raise
        else:
            if progress is not None:
                progress(execution)
            if execution.is_done:
                return
        if limit is None:
            clock.sleep(pause)
            continue
        left = limit - clock.monotonic()
        if left <= 0:
            raise WaitTimeoutError(
                f"{execution} did not end within {_seconds(timeout or 0):g} seconds; it is "
                f"{execution.current_state}"
            )
        clock.sleep(min(pause, left))


def _look(execution: FlyteWorkflowExecution, left: float | None) -> Execution:
    """Read the execution, within the seconds that are left: one call may try for minutes.

    Raises: UnreachableError if it took longer.
    """
    if left is None:
        return execution._get()
    answers: SimpleQueue[Execution | BaseException] = SimpleQueue()

    def read() -> None:
        try:
            answers.put(execution._get())
        except BaseException as error:  # it is raised below, in the thread that waits
            answers.put(error)

    Thread(target=read, daemon=True).start()
    try:
        answer = answers.get(timeout=left)
    except Empty:
        raise UnreachableError(f"{execution}: no answer within {left:g} seconds") from None
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _pauses(interval: timedelta | float | None) -> Iterator[float]:
    pause = _FIRST if interval is None else _seconds(interval)
    while True:
        yield pause
        if interval is None:
            pause = min(pause * _GROWTH, _LONGEST)


def _seconds(span: timedelta | float) -> float:
    return span.total_seconds() if isinstance(span, timedelta) else float(span)
