"""An interrupt while something is written."""

import subprocess
import sys

SCRIPT = """
import os, signal, time
from reconciler.cli.writing import writing
with writing("it may have been written."):
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(20)
"""


def test_an_interrupt_does_not_say_that_nothing_was_written() -> None:
    """For nobody knows; it says what may be."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)

    assert done.returncode == 130
    assert done.stderr == "\nInterrupted: it may have been written.\n"
