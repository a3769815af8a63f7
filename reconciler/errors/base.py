"""What all errors are, and those that say no more than that it did not work."""

from typing import Any, TypeVar

Refused = TypeVar("Refused", bound="ReconcilerError")


class ReconcilerError(Exception):
    """Whatever this project raises on purpose. The message names the thing and the way out."""


class ConfigError(ReconcilerError):
    """An endpoint, a workspace file or an option that cannot be used as it is."""


class NotServedError(ReconcilerError):
    """Nobody answered, or nobody could: it may go better later."""


class UnreachableError(NotServedError):
    """Nobody answers at the endpoint, or not as Flyte Admin would."""


class LoginError(ReconcilerError):
    """No token: the command, the authorization server or Admin's word about it is missing."""


class TooLateError(ReconcilerError):
    """Something took longer than it was given."""


def revived(kind: type[Refused], args: tuple[Any, ...], state: dict[str, Any]) -> Refused:
    """Make an error again from what it was: for pickle."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error
