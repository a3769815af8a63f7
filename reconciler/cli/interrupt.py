"""Ctrl-C and SIGTERM during an apply: the first drains, the second aborts.

A process that is told to stop in the middle of writing still owes an account of what it wrote.
"""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

from reconciler.cli.exits import Exit
from reconciler.model import (
    Action,
    ApplyReport,
    Event,
    Outcome,
    Plan,
    ResourceId,
    Started,
    Status,
)

_DRAINING = (
    "\nInterrupted: nothing new is started, what runs is finished. "
    "Interrupt once more to abort at once.\n"
)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Drain:
    """While entered, signals set `stop`; a second one writes `account()` and ends the process."""

    def __init__(self, account: Callable[[], str]) -> None:
        self.stop = threading.Event()
        self._account = account
        self._former: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._former = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal() gave us

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        # Straight to the descriptors: the interrupted code may hold a stream's lock.
        if not self.stop.is_set():
            self.stop.set()
            os.write(2, _DRAINING.encode())
            return
        os.write(1, self._account().encode())
        os._exit(Exit.INTERRUPTED)


class Tally:
    """Listens to events, so that an account can be given before the apply has ended."""

    def __init__(self, plan: Plan, then: Callable[[Event], None]) -> None:
        self._plan = plan
        self._then = then
        self._running: set[ResourceId] = set()
        self._outcomes: dict[ResourceId, Outcome] = {}

    def __call__(self, event: Event) -> None:
        if isinstance(event, Started):
            self._running.add(event.action.id)
        else:
            self._outcomes[event.outcome.action.id] = event.outcome
        self._then(event)

    def report(self) -> ApplyReport:
        """What is known now. What runs may or may not have been written."""
        return ApplyReport(tuple(map(self._outcome, self._plan)), interrupted=True)

    def _outcome(self, action: Action) -> Outcome:
        if action.id in self._outcomes:
            return self._outcomes[action.id]
        if action.id in self._running:
            message = "aborted while it ran: it may have been written or not; apply again to see"
            return Outcome(action, Status.FAILED, message=message)
        return Outcome(action, Status.SKIPPED, message="aborted before it started")
