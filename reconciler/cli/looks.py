"""Looking at something until it is over: how often, how long, and what if nobody answers."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from reconciler.cli.options import say
from reconciler.errors import NotServedError
from reconciler.model import Branch

_FIRST, _GROWTH, _SLOWEST = 0.5, 1.4, 10.0  # seconds between two looks
_TICK = 1.0  # seconds between two strokes of what is shown meanwhile
# So many looks in a row may find nobody; each was tried again for a while before.
_PATIENCE = 5


def _sleep(seconds: float) -> None:
    # An event's wait, unlike a sleep, ends when the process is told to.
    threading.Event().wait(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often somebody looks.

    Attributes:
        every: Seconds between two looks; None for ever longer ones, up to ten.
        timeout: Seconds after which nobody looks any longer; None for no end.
        sleep, monotonic: Time, for tests.
    """

    every: float | None = None
    timeout: float | None = None
    sleep: Callable[[float], None] = field(default=_sleep)
    monotonic: Callable[[], float] = field(default=time.monotonic)

    def looks(
        self, look: Callable[[], Branch], *, tick: Callable[[], None] | None = None
    ) -> Iterator[Branch]:
        """Look until it has ended, or time is up; the last look is the last one given.

        What nobody answers is looked at again, unless it was so from the start or goes on for
        long.

        Args:
            tick: Called every second between two looks, for what shows a clock.

        Raises: As `look`.
        """
        end = None if self.timeout is None else self.monotonic() + self.timeout
        pause = _FIRST if self.every is None else self.every
        last: Branch | None = None
        absent = 0
        while True:
            try:
                last = look()
                absent = 0
                yield last
            except NotServedError as error:
                absent += 1
                if last is None or absent >= _PATIENCE:
                    raise
                if absent == 1:
                    say(f"Nobody answers; looking again ({error})")
            left = None if end is None else end - self.monotonic()
            if last.has_ended or (left is not None and left <= 0):
                return
            self._pause(pause if left is None else min(pause, left), tick)
            if self.every is None:
                pause = min(pause * _GROWTH, _SLOWEST)

    def _pause(self, seconds: float, tick: Callable[[], None] | None) -> None:
        if tick is None:
            self.sleep(seconds)
            return
        end = self.monotonic() + seconds
        while (left := end - self.monotonic()) > 0:
            self.sleep(min(left, _TICK))
            if left > _TICK:
                tick()
