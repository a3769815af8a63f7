"""What can be wrong with a wish to end an execution."""


class FinishError(Exception):
    """The execution cannot be ended as it was asked for; the message says why."""
