"""Traces and metrics of a run, for the commands: see `notify`, which speaks to the collector."""

from reconciler.notify import Telemetry

__all__ = ["Telemetry"]
