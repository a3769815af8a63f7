"""Forges, and others who are told what happens."""

from reconciler.errors.base import ReconcilerError


class ForgeError(ReconcilerError):
    """A forge (GitHub, GitLab, Gitea, Bitbucket) refused, or nobody there gave an answer.

    Attributes: `in_doubt` whether what was asked for may have happened all the same.
    """

    def __init__(self, text: str, *, in_doubt: bool = False) -> None:
        self.in_doubt = in_doubt
        super().__init__(text)


class ForgeDeniedError(ForgeError):
    """There is no token for the forge, or it lacks the permission that the message names."""


class ForgeMissingError(ForgeError):
    """The forge holds no such thing, or does not show it to this token."""


class MetricsError(ReconcilerError):
    """Metrics could not be written or sent; what the command told stands."""


class NotifyError(ReconcilerError):
    """Somebody could not be told of what happened; what did happen stands.

    Attributes: `target` who, by the name that the workspace gives it.
    """

    def __init__(self, target: str, why: str) -> None:
        self.target = target
        super().__init__(f"{target} could not be told: {why}")
