"""Many calls at once, but never more than agreed."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Pool:
    """Up to `parallelism` threads, started as they are needed; for calls that wait on a network.

    Safe to use from many threads, which then share the bound; not from inside a mapped function.
    """

    def __init__(self, parallelism: int) -> None:
        if parallelism < 1:
            raise ValueError(f"parallelism is {parallelism}; it must be at least 1")
        self._executor = ThreadPoolExecutor(parallelism, thread_name_prefix="admin")

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """Apply `function` to all items and return the results in the order of the items.

        Raises: the error of the first item (in order) that failed by then; what has not begun at
            that moment never does.
        """
        over = threading.Event()

        def unless_over(item: Item) -> Result:
            if over.is_set():
                raise _NotBegunError
            try:
                return function(item)
            except BaseException:
                over.set()
                raise

        futures = [self._executor.submit(unless_over, item) for item in items]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            for future in futures:
                error = future.exception() if future in done else None
                if error and not isinstance(error, _NotBegunError):
                    raise error
            return [future.result() for future in futures]
        finally:
            over.set()
            for future in futures:
                future.cancel()

    def close(self) -> None:
        """Begin nothing more; calls under way end by themselves."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class _NotBegunError(Exception):
    """Stands for a call that was left out because another had failed."""
