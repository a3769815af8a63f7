"""What every input is held to, however wrong: an error with a place or a valid set, soon.

Time is the process's own, for other processes may want the machine; memory is the most that was
resident meanwhile beyond what was before, as the system tells it.
"""

import ctypes
import gc
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reconciler.errors import ManifestError
from reconciler.model import Diagnostic
from reconciler.report import diagnostics_as_json, diagnostics_as_text

MOST_SECONDS = 1.0
MOST_MB = 200.0
# Problems of a file as a whole, or of the command line: there is no line to name.
_OF_FILES = {"missing-file", "unreadable", "encoding", "workspace-file", "images-lock"}
_OF_FILES |= {"empty-file", "workspaces-file", "invalid-variable", "unknown-variable"}
# What may stay behind before it is given back to the system, so that it hides nothing new.
_MOST_LEFT_MB = 32.0
_ATTEMPTS = 3
_CLEAR = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")


@dataclass(slots=True)
class Census:
    """What was judged, of how many inputs, and the worst of it: in seconds, and in megabytes."""

    inputs: int = 0
    valid: int = 0
    refused: int = 0
    slowest: float = 0.0
    largest: float = 0.0


class Judge:
    """Judges one input after the other, and counts."""

    def __init__(self) -> None:
        self.census = Census()
        self._floor = _settled_mb()

    def judged(self, check: Callable[[], object]) -> bool:
        """Whether it is a valid set; if not, every problem says where and what.

        A second that passes for something else, such as a disk, does not come three times.

        Raises: AssertionError for what takes more time or memory than anything may; whatever
            `check` raises beside ManifestError.
        """
        for attempt in range(_ATTEMPTS):
            problems, seconds, megabytes = self._measured(check)
            if seconds < MOST_SECONDS and megabytes < MOST_MB:
                break
            assert attempt < _ATTEMPTS - 1, f"takes {seconds:.2f} s and {megabytes:.0f} MB"
            self._floor = _settled_mb()
        census = self.census
        census.slowest = max(census.slowest, seconds)
        census.largest = max(census.largest, megabytes)
        if problems is None:
            census.valid += 1
            return True
        census.refused += 1
        told(problems)
        return False

    def _measured(
        self, check: Callable[[], object]
    ) -> tuple[tuple[Diagnostic, ...] | None, float, float]:
        if _resident_mb() - self._floor > _MOST_LEFT_MB:
            self._floor = _settled_mb()
        # Ten thousand examples are remembered; going through them is not this input's time.
        gc.freeze()
        _forget_peak()
        started = time.process_time()
        try:
            problems = _problems(check)
            return problems, time.process_time() - started, _peak_mb() - self._floor
        finally:
            gc.unfreeze()


def told(problems: tuple[Diagnostic, ...]) -> None:
    """Hold problems to what a user needs of them: a place, words, and that they can be shown."""
    assert problems
    for one in problems:
        assert one.code
        assert one.message
        # Where there is no document at all there is no place in one.
        if one.code != "empty-set":
            assert one.origin is not None, one
            assert one.origin.file, one
            assert one.origin.line >= 1 or one.code in _OF_FILES, one
    for text in (diagnostics_as_text(problems), diagnostics_as_json(problems)):
        assert text.encode()


def _problems(check: Callable[[], object]) -> tuple[Diagnostic, ...] | None:
    try:
        check()
    except ManifestError as error:
        return error.diagnostics
    return None


def _settled_mb() -> float:
    """What is resident once all that can be given back is."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    return _resident_mb()


def _forget_peak() -> None:
    if _CLEAR.exists():
        _CLEAR.write_text("5")


def _peak_mb() -> float:
    return _of_status("VmHWM:")


def _resident_mb() -> float:
    return _of_status("VmRSS:")


def _of_status(key: str) -> float:
    if not _STATUS.exists():
        # Elsewhere than on Linux a peak is never forgotten: only what exceeds it is seen.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
    text = _STATUS.read_text()
    start = text.index(key) + len(key)
    return int(text[start : text.index("kB", start)]) / 1024
