"""The only room that speaks gRPC to Admin; `connect` gives the ports on one connection."""

from reconciler.admin.clock import SystemClock
from reconciler.admin.connection import Connection, connect
from reconciler.admin.size import REQUEST_LIMIT, oversized

__all__ = [
    "REQUEST_LIMIT",
    "Connection",
    "SystemClock",
    "connect",
    "oversized",
]
