"""What a bad day is made of: the kinds of faults, and rules for which calls they concern."""

from dataclasses import dataclass, fields
from enum import StrEnum
from fnmatch import fnmatchcase

from reconciler.sandbox.faults.latency import Latency


class Fault(StrEnum):
    """The kinds of faults; each value is the key that asks for it in a text."""

    LATENCY = "latency"
    UNAVAILABLE = "unavailable"
    EXHAUSTED = "exhausted"
    DEADLINE = "deadline"
    LOST_ANSWER = "lost_answer"
    DUPLICATE = "duplicate"
    SHIFT_PAGES = "shift_pages"
    EXPIRE_TOKENS = "expire_tokens"
    DENY_PROJECT = "deny_project"
    TORN_ACTIVATION = "torn_activation"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Some faults for some methods. Fields that are numbers are chances in [0, 1].

    Attributes:
        methods: Patterns of RPC names (`Create*`, `SignalService/*`); any that fits.
        latency: The answer comes late.
        unavailable: UNAVAILABLE; nothing was carried out.
        exhausted: RESOURCE_EXHAUSTED; nothing was carried out.
        deadline: DEADLINE_EXCEEDED; nothing was carried out.
        lost_answer: Carried out, but the client gets UNAVAILABLE instead of the answer.
        duplicate: Carried out twice; the client gets the second answer.
        shift_pages: Rows come or go between two pages of a list, so that the next page repeats
            some, leaves some out, or both.
        expire_tokens: How many calls an access token is good for, with authentication on; 0: as
            many as its life lasts.
        deny_project: PERMISSION_DENIED for whatever concerns one of these projects.
        torn_activation: An activation stops between two of its steps, or leaves two versions
            active.
    """

    methods: tuple[str, ...] = ("*",)
    latency: Latency | None = None
    unavailable: float = 0.0
    exhausted: float = 0.0
    deadline: float = 0.0
    lost_answer: float = 0.0
    duplicate: float = 0.0
    shift_pages: float = 0.0
    expire_tokens: int = 0
    deny_project: tuple[str, ...] = ()
    torn_activation: float = 0.0

    def __post_init__(self) -> None:
        for name in CHANCES:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a chance: a number from 0 to 1")
        if self.expire_tokens < 0:
            raise ValueError("expire_tokens is a number of calls")

    def concerns(self, full_method: str) -> bool:
        """Tell whether the rule is for this RPC, given as `/flyteidl.service.X/Method`."""
        return any(matches(full_method, pattern) for pattern in self.methods)


CHANCES = tuple(field.name for field in fields(Rule) if field.type is float)


def matches(full_method: str, pattern: str) -> bool:
    """Tell whether a pattern fits an RPC: its method, or `Service/Method`."""
    service, _, method = full_method.lstrip("/").rpartition("/")
    if "/" in pattern:
        return fnmatchcase(f"{service.rpartition('.')[2]}/{method}", pattern)
    return fnmatchcase(method, pattern)
