"""Ctrl-C while something is written that is no apply: nobody may say that nothing was."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.cli.exits import Exit
from reconciler.cli.signals import Watch


@contextmanager
def writing(what: str) -> Iterator[None]:
    """While entered, an interrupt says what may have happened, and ends the process.

    Args:
        what: Completes "Interrupted: …"; says how to find out.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int) -> None:
        os.write(2, f"\nInterrupted: {what}\n".encode())
        os._exit(Exit.INTERRUPTED)

    with Watch(leave):
        yield
