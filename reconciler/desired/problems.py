"""Problems found while binding, gathered so that all of them are told at once."""

from collections.abc import Callable, Sequence

from reconciler.model import Diagnostic, Origin, Severity


class Problems:
    """A growing list of diagnostics; errors among them keep a thing from being bound."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []
        self._errors: list[Diagnostic] = []
        self._looked_at = 0

    def error(self, code: str, message: str, origin: Origin, *, hint: str = "") -> None:
        self.found.append(Diagnostic(code, message, origin, hint))

    def warning(self, code: str, message: str, origin: Origin, *, hint: str = "") -> None:
        self.found.append(Diagnostic(code, message, origin, hint, Severity.WARNING))

    @property
    def errors(self) -> Sequence[Diagnostic]:
        """The errors so far. Asked for with each entity, so only what is new is looked at."""
        if self._looked_at == len(self.found):
            return self._errors
        new = self.found[self._looked_at :]
        self._errors += (one for one in new if one.severity is Severity.ERROR)
        self._looked_at = len(self.found)
        return self._errors

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return tuple(one for one in self.found if one.severity is Severity.WARNING)


# Where a field of the document being bound was said.
Locate = Callable[..., Origin]
