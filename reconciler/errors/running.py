"""Registrations, executions and lists, as programs ask for them."""

from collections.abc import Sequence
from typing import Any

from reconciler.errors.base import ReconcilerError, TooLateError


class ExecutionError(ReconcilerError):
    """What was asked of an execution cannot be done as it stands."""


class InputsError(ExecutionError):
    """Inputs that the entity does not take; nothing was sent.

    Attributes: `problems`, a sentence for each that is wrong, all of them.
    """

    def __init__(self, subject: str, problems: Sequence[str]) -> None:
        self.subject = subject
        self.problems = tuple(problems)
        super().__init__(f"{subject}:" + "".join(f"\n  {one}" for one in self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.subject, self.problems)


class ExecutionConflictError(ExecutionError):
    """An execution of this name exists, and it is another one; it was left alone.

    Attributes: `differences`, a sentence for each.
    """

    def __init__(self, name: str, differences: Sequence[str]) -> None:
        self.name = name
        self.differences = tuple(differences)
        lines = "".join(f"\n  {one}" for one in self.differences)
        super().__init__(f"{name} exists already and is another execution:{lines}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.name, self.differences)


class NotDoneError(ExecutionError):
    """It has not come to that yet, or never will: outputs of what runs or failed."""


class WaitTimeoutError(ExecutionError, TooLateError, TimeoutError):
    """What was waited for did not end in time; it goes on."""


class SignalError(ExecutionError):
    """A signal that is not there, is given already, or takes another value."""


class RegistrationError(ReconcilerError):
    """Some of what was to be registered is not there; the same again registers what is missing.

    Attributes: `failures`, a sentence for each that failed or was not tried for that; `registered`
    what came of all, a `remote.Registered`.
    """

    def __init__(self, failures: Sequence[str], registered: Any = None) -> None:
        self.failures = tuple(failures)
        self.registered = registered
        super().__init__("not all is registered:" + "".join(f"\n  {one}" for one in failures))


class BackfillError(ReconcilerError, ValueError):
    """A backfill that has no slots, or that cannot be run as it was asked for."""


class FilterError(ReconcilerError, ValueError):
    """A filter or an order that a list of Admin's has not, or cannot say; nothing was sent."""
