"""One problem with the input: what, where and the way out."""

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.resource import Origin


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A problem found in a manifest, the workspace file or the set as a whole.

    `code` is stable and machine-readable (`unknown-field`); `message` says what is wrong and what
    was expected; `hint` is the way out, where there is one to tell.
    """

    code: str
    message: str
    origin: Origin | None = None
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        place = f"{self.origin}: " if self.origin else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.severity}: {self.message}{hint} [{self.code}]"
