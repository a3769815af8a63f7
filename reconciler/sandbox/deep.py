"""Room to recurse as deep as messages may nest.

Admin takes messages of 10,000 levels. Python's functions walk them by recursion, several calls a
level, and its default limit ends at a few hundred levels: work that meets it is done again in a
thread with a stack of its own size. The limit is the whole process's; it is raised while such
work is being done and no longer, for one piece of work at a time.
"""

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_STACK = 512 << 20  # bytes; only what is used is ever real
_CALLS = 400_000

_working = threading.Lock()


def with_deep_stack(work: Callable[[], T]) -> T:
    """Return what `work` returns, done in a thread that may recurse deeply."""
    outcome: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as exc:
            failure.append(exc)

    with _working:
        stack, calls = threading.stack_size(_STACK), sys.getrecursionlimit()
        try:
            sys.setrecursionlimit(_CALLS)
            thread = threading.Thread(target=run, name="sandbox-deep")
            thread.start()
            thread.join()
        finally:
            threading.stack_size(stack)
            sys.setrecursionlimit(calls)
    if failure:
        raise failure[0]
    return outcome[0]
