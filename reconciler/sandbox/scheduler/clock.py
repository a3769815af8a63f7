"""Two clocks that drive a scheduler: one that is wound by hand, and the real one."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol

from reconciler.cron import SECOND


class Driven(Protocol):
    """What a clock can drive; `Scheduler` is one."""

    @property
    def due(self) -> int | None:
        """The instant at which there is something to do next; None if never."""
        ...

    def run(self, until: int) -> None:
        """Do all that is due up to the instant `until`."""
        ...


class SimulatedClock:
    """A clock that stands still until someone winds it.

    Call it for the instant, in nanoseconds since 1970. Winding takes what it drives along: each
    event happens with the clock at its very time, in the thread that winds, and only then does
    `advance` return.

    Args:
        start: The instant it shows at first.
    """

    def __init__(self, start: int) -> None:
        self._now = start
        self._driven: list[Driven] = []
        self._listeners: list[Callable[[int], None]] = []
        self._winding = threading.Lock()

    def __call__(self) -> int:
        return self._now

    def drive(self, driven: Driven) -> None:
        """From now on, take `driven` along."""
        self._driven.append(driven)

    def release(self, driven: Driven) -> None:
        """Do not take `driven` along any more."""
        if driven in self._driven:
            self._driven.remove(driven)

    def tell(self, listener: Callable[[int], None]) -> None:
        """From now on, tell `listener` the instant that is shown after each winding."""
        self._listeners.append(listener)

    def advance(self, duration: int) -> int:
        """Wind the clock by so many nanoseconds and return the instant that it then shows.

        Raises:
            ValueError: the duration is negative.
        """
        if duration < 0:
            raise ValueError(f"a clock cannot be wound back by {-duration} ns")
        with self._winding:
            until = self._now + duration
            while (due := self._earliest()) is not None and due <= until:
                self._now = max(self._now, due)
                for driven in self._driven:
                    driven.run(self._now)
            self._now = until
            for listener in self._listeners:
                listener(until)
            return until

    def _earliest(self) -> int | None:
        return min((due for each in self._driven if (due := each.due) is not None), default=None)


class RealClock:
    """A thread that drives one thing by the time of day. Use it as a context manager.

    An exception out of what it drives ends the thread and is raised when the context ends.

    Args:
        driven: What to drive.
        now: The time of day, in nanoseconds since 1970.
    """

    def __init__(self, driven: Driven, now: Callable[[], int] = time.time_ns) -> None:
        self._driven = driven
        self._now = now
        self._ended = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._drive, name="scheduler", daemon=True)

    def __enter__(self) -> "RealClock":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        if self._failed is not None and error is None:
            raise self._failed

    def _drive(self) -> None:
        try:
            while not self._ended.is_set():
                self._driven.run(self._now())
                due = self._driven.due
                if due is None:
                    return
                # Not for long at once: the time of day may be set, and a machine may sleep.
                self._ended.wait(min(max(due - self._now(), 0) / SECOND, 1.0))
        except BaseException as exc:
            self._failed = exc
