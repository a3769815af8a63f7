"""Answer what a running workflow waits for a person to say."""

from reconciler.remote.base import Connected


class Signalling(Connected):
    """Answer what a running workflow waits for a person to say."""
