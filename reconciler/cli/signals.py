"""Ctrl-C and SIGTERM, noticed whatever the program is waiting for.

Python runs its handlers in the main thread, between two of its steps. A signal that lands in
another thread, while the main one waits for a lock, is not noticed until that lock is free. So the
C level writes each signal into a pipe, and a thread of ours reads it.
"""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

STOPPING = (signal.SIGINT, signal.SIGTERM)


class Watch:
    """While entered, `react` is called with the number of each signal, in a thread of its own.

    Watches nest: the innermost one reacts. Must be entered in the main thread.
    """

    def __init__(self, react: Callable[[int], None]) -> None:
        self._react = react
        self._former: dict[signal.Signals, signal._HANDLER] = {}
        self._former_fd = -1
        self._pipe = (-1, -1)
        self._thread = threading.Thread(target=self._read, name="signals", daemon=True)

    def __enter__(self) -> Self:
        self._pipe = os.pipe()
        os.set_blocking(self._pipe[1], False)
        self._former_fd = signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        self._former = {number: signal.signal(number, _noticed) for number in STOPPING}
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._former_fd)
        read, write = self._pipe
        os.close(write)
        self._thread.join()
        os.close(read)

    def _read(self) -> None:
        while number := os.read(self._pipe[0], 1):
            if number[0] in STOPPING:
                self._react(number[0])


def _noticed(number: int, frame: FrameType | None) -> None:
    """Without a handler of Python's, the C level would write nothing."""
