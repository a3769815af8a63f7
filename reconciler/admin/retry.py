"""When a call to Admin is tried again, and how long to wait: the only place that decides.

What may be repeated depends on what the call does. A read may be repeated at will. A create of a
version is compare-and-swap: if the lost answer was a success, the repeat says "identical". An
update sets a whole value, but another writer may have been in between, so it is repeated only
where Admin said that it did not act, or nobody answered at all. A launch is compare-and-swap if
the caller chose the name; without one a repeat would be a second execution, so it is repeated only
if the request provably never left.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from reconciler.config import Config
from reconciler.errors import AdminError

_NOT_NOW = frozenset({"UNAVAILABLE", "RESOURCE_EXHAUSTED", "ABORTED"})


class Effect(Enum):
    """What a call does to Admin, and the codes after which it may be repeated."""

    READ = "read", _NOT_NOW | {"INTERNAL", "DEADLINE_EXCEEDED"}
    CREATE = "create", _NOT_NOW | {"DEADLINE_EXCEEDED"}
    UPDATE = "update", _NOT_NOW
    LAUNCH = "launch", _NOT_NOW | {"DEADLINE_EXCEEDED"}
    ONCE = "once", frozenset({"UNAVAILABLE"})

    @property
    def codes(self) -> frozenset[str]:
        return self.value[1]

    @property
    def reads(self) -> bool:
        return self is Effect.READ

    def of(self, request: Any) -> "Effect":
        """The effect of this very request: a launch goes by whether it names the execution."""
        return Effect.ONCE if self is Effect.LAUNCH and not request.name else self


# RESOURCE_EXHAUSTED is also the word for a message or header over its limit, and INTERNAL for a
# workflow whose closure Admin cannot fetch: trying again changes nothing about these.
_FOR_GOOD = ("larger than max", "exceeds hard limit", "exceeds soft limit")
UNREADABLE_CLOSURE = "Unable to read WorkflowClosure from location"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often, how long apart and for how long in all.

    Attributes:
        attempts: Tries of one call, the first included.
        base: Upper bound of the first pause, in seconds; it doubles with every pause after.
        cap: What no pause exceeds, in seconds.
        deadline: What one attempt may take, in seconds.
        budget: What one call may take with all its attempts and pauses, in seconds.
    """

    attempts: int = 6
    base: float = 0.2
    cap: float = 5.0
    deadline: float = 30.0
    budget: float = 120.0

    @classmethod
    def said(cls, config: Config) -> "RetryPolicy":
        """The usual, but for what the configuration says (`maxRetries`, `perRetryTimeout`)."""
        usual = cls()
        deadline = config.call_seconds or usual.deadline
        attempts = usual.attempts if config.retries is None else config.retries + 1
        # One attempt may take all that it was given.
        budget = max(usual.budget, deadline)
        return cls(attempts=attempts, deadline=deadline, budget=budget)

    def delays(self, rand: Callable[[], float]) -> Iterator[float]:
        """Yield the pause before each retry of one call.

        Shape:  `attempts - 1` numbers; the n-th lies in [0, min(cap, base * 2**n)), so that
                clients which failed together do not come back together ("full jitter").
        Units:  seconds; `rand` gives a fraction in [0, 1).
        Raises: nothing. Running dry means: give up and raise the last error.
        Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
        """
        for n in range(self.attempts - 1):
            yield rand() * min(self.cap, self.base * 2**n)

    def may_repeat(self, error: AdminError, effect: Effect, *, unsent: bool = False) -> bool:
        """Tell whether the call that met this error may be tried again.

        `unsent` True: the attempt that met it never reached any Admin.
        """
        if any(words in error.text for words in (*_FOR_GOOD, UNREADABLE_CLOSURE)):
            return False
        if effect is Effect.ONCE and not unsent:
            return False
        return error.status in effect.codes
