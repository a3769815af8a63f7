"""Problems found while binding, gathered so that all of them are told at once."""

from collections.abc import Callable

from reconciler.model import Diagnostic, Origin, Severity


class Problems:
    """A growing list of diagnostics; errors among them keep a thing from being bound."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []

    def error(self, code: str, message: str, origin: Origin, *, hint: str = "") -> None:
        self.found.append(Diagnostic(code, message, origin, hint))

    def warning(self, code: str, message: str, origin: Origin, *, hint: str = "") -> None:
        self.found.append(Diagnostic(code, message, origin, hint, Severity.WARNING))

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(one for one in self.found if one.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return tuple(one for one in self.found if one.severity is Severity.WARNING)


# Where a field of the document being bound was said.
Locate = Callable[..., Origin]
