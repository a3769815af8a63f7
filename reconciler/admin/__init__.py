"""The only room that speaks gRPC to Admin; `connect` gives the ports on one connection."""

from typing import TYPE_CHECKING

from reconciler.admin.clock import SystemClock
from reconciler.admin.connection import Connection, connect
from reconciler.admin.size import REQUEST_LIMIT, oversized
from reconciler.doors import opened_for

if TYPE_CHECKING:
    from reconciler.admin.client import AdminClient
else:
    __getattr__ = opened_for(__name__, {"client": ("AdminClient",)})

__all__ = [
    "REQUEST_LIMIT",
    "AdminClient",
    "Connection",
    "SystemClock",
    "connect",
    "oversized",
]
