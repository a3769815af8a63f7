"""Run the slots of a schedule that were missed."""

from reconciler.remote.base import Connected


class Backfilling(Connected):
    """Run the slots of a schedule that were missed."""
