"""What policies say about a plan: one verdict each time that one has something to say."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.resource import Origin


class Ruling(StrEnum):
    """How a policy takes what it finds, the gravest first."""

    DENY = "deny"
    APPROVAL = "require-approval"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that a policy says about a plan, or why it could say nothing.

    Attributes:
        policy: Its name.
        ruling: Of a policy that broke always DENY: what cannot be judged is not let through.
        address: The step that it is about; "" for the plan as a whole.
        origin: Where the manifests declare that; of a broken policy its own file and line.
        broken: It could not be evaluated; the message says why.
        excused: Why it does not count; "" if it does.
        source: The policy's own place.
    """

    policy: str
    ruling: Ruling
    message: str
    address: str = ""
    origin: Origin | None = None
    broken: bool = False
    excused: str = ""
    source: Origin | None = None

    @property
    def counts(self) -> bool:
        return not self.excused

    @property
    def refuses(self) -> bool:
        """Whether nothing may be applied because of it."""
        return self.counts and self.ruling is Ruling.DENY


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one test of policies: `problems` are none if it passed."""

    name: str
    origin: Origin
    problems: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.problems


def unapproved(verdicts: Sequence[Verdict], approved: Collection[str]) -> Sequence[str]:
    """The policies that ask for an approval which nobody has given, by name, each once.

    Args:
        approved: Names of policies that somebody has approved.
    """
    names = (one.policy for one in verdicts if one.counts and one.ruling is Ruling.APPROVAL)
    return [name for name in dict.fromkeys(names) if name not in approved]
