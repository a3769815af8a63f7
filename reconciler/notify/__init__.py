"""What happened → whoever is to know: chat, mail and webhooks, events for machines, telemetry.

    failed = send_all([(target, message)], environ)
    telemetry = Telemetry.start("plan", environ=os.environ, version=__version__, mask=str)

Each part loads its own library, and none is loaded before something is to be told.
"""

from typing import TYPE_CHECKING

from reconciler.doors import opened_for
from reconciler.notify.values import Message, Mood, Occasion, Target

if TYPE_CHECKING:  # most commands tell nobody anything
    from reconciler.notify.gateway import push_metrics, read_metrics
    from reconciler.notify.sending import send
    from reconciler.notify.telemetry import Telemetry
else:
    __getattr__ = opened_for(
        __name__,
        {
            "gateway": ("push_metrics", "read_metrics"),
            "sending": ("send",),
            "telemetry": ("Telemetry",),
        },
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
