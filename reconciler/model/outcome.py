"""What became of each action, told while it happens and summed up at the end."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.identity import ResourceId
from reconciler.model.plan import Action


class Status(StrEnum):
    DONE = "done"
    FAILED = "failed"
    BLOCKED = "blocked"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one action.

    `applied`: Admin took the write. `settled`: reading back showed that it came true. `existed`:
    Admin held the identical thing already, so nothing was written. `blocked_by` names the action
    whose failure kept this one from starting; `seconds` is how long it ran.
    """

    action: Action
    status: Status
    applied: bool = False
    settled: bool = False
    existed: bool = False
    message: str = ""
    error: Exception | None = None
    blocked_by: ResourceId | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Started:
    """Event: an action has begun."""

    action: Action


@dataclass(frozen=True, slots=True)
class Finished:
    """Event: an action has come to its end, well or not."""

    outcome: Outcome


Event = Started | Finished


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """The outcome of every action of the plan, in the plan's order."""

    outcomes: tuple[Outcome, ...]
    interrupted: bool = False

    def counts(self) -> Counter[Status]:
        return Counter(outcome.status for outcome in self.outcomes)

    @property
    def succeeded(self) -> bool:
        return all(outcome.status is Status.DONE for outcome in self.outcomes)

    @property
    def wrote(self) -> bool:
        """True if Admin took any write at all."""
        return any(outcome.applied for outcome in self.outcomes)
