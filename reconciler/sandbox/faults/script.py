"""Faults that are bound to come, for tests that want one certain bad moment."""

import threading
from dataclasses import dataclass

import grpc

from reconciler.sandbox.faults.rules import Fault, matches
from reconciler.sandbox.faults.torn import Tear


@dataclass(frozen=True, kw_only=True)
class Scripted:
    """What befalls the next call of a method; what is None is as usual, or as the dice say.

    Attributes:
        pattern: Which RPCs are meant.
        code: What the client gets.
        seconds: How late the answer comes.
        rows: How many rows come, or (below 0) go, before the page.
        tear: Where the activation stops.
    """

    faults: frozenset[Fault]
    pattern: str
    code: grpc.StatusCode | None = None
    seconds: float | None = None
    rows: int | None = None
    tear: Tear | None = None


class Script:
    """Scripted faults and whose turn it is; threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[int, Scripted]] = []  # how many calls to let pass first

    def add(self, scripted: Scripted, *, times: int, skip: int) -> None:
        """Let `skip` calls pass, then strike `times` calls, one after the other."""
        with self._lock:
            self._waiting += [(skip, scripted)] * times

    def due(self, full_method: str) -> Scripted | None:
        """Take what is to befall a call of this method; later scripts wait for later calls."""
        due: Scripted | None = None
        waiting = []
        with self._lock:
            for skip, scripted in self._waiting:
                if not matches(full_method, scripted.pattern):
                    waiting.append((skip, scripted))
                elif skip or due:
                    waiting.append((max(skip - 1, 0), scripted))
                else:
                    due = scripted
            self._waiting = waiting
        return due
