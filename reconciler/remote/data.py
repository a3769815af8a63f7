"""Bring files to Admin's store and back."""

from reconciler.remote.base import Connected


class Data(Connected):
    """Bring files to Admin's store and back."""
