"""What `notify` gives to commands: traces and metrics of a run, targets, and a Pushgateway."""

from reconciler.notify import (
    Message,
    Mood,
    Occasion,
    Target,
    Telemetry,
    push_metrics,
    read_metrics,
    send,
)

__all__ = [
    "Message",
    "Mood",
    "Occasion",
    "Target",
    "Telemetry",
    "push_metrics",
    "read_metrics",
    "send",
]
