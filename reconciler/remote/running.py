"""Run things, watch them, and bring back what came of them."""

from reconciler.remote.base import Connected


class Running(Connected):
    """Run things, watch them, and bring back what came of them."""
