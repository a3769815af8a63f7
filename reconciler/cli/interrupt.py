"""Ctrl-C and SIGTERM during an apply: the first drains, the second aborts.

A process that is told to stop in the middle of writing still owes an account of what it wrote.
"""

import os
import threading
from collections.abc import Callable

from reconciler.cli.exits import Exit
from reconciler.cli.memory import stay
from reconciler.cli.signals import Watch
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


class Drain(Watch):
    """While entered, a first signal sets `stop`; a second writes `account()` and ends it all."""

    def __init__(self, account: Callable[[], str]) -> None:
        super().__init__(self._drain)
        # An apply may take hours.
        stay()
        self.stop = threading.Event()
        self._account = account

    def _drain(self, number: int) -> None:
        # Straight to the descriptors: the main thread may hold a stream's lock, and goes on.
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
