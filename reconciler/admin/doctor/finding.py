"""What one look at something came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"  # neither good nor bad, or nothing that can be known
    WARNING = "warning"  # works, and is not as it should be
    ERROR = "error"
    DENIED = "denied"  # a login or a permission is missing

    @property
    def is_bad(self) -> bool:
        return self in (Verdict.ERROR, Verdict.DENIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding.

    Attributes:
        check: What was looked at, a stable word: `tls`, `clock`, …
        text: What was found, a sentence without a secret in it.
        fix: What to do about it; "" where nothing is.
        facts: The same for machines: texts, numbers and flags by name.
    """

    check: str
    verdict: Verdict
    text: str
    fix: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
