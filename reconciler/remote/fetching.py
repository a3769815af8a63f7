"""Fetch what is registered: one version, the latest, the active one; now or when it is needed."""

from reconciler.remote.base import Connected


class Fetching(Connected):
    """One version, the latest or the active one, now or when it is needed."""
