"""The only room that speaks gRPC to Admin; `connect` gives the ports on one connection."""

from typing import TYPE_CHECKING

from reconciler.admin.clock import SystemClock
from reconciler.admin.connection import Connection, connect
from reconciler.admin.size import REQUEST_LIMIT, oversized
from reconciler.doors import opened_for

if TYPE_CHECKING:
    from reconciler.admin.auth import Person
    from reconciler.admin.client import (
        AdminClient,
        Created,
        Filter,
        Filters,
        Sort,
        SynchronousFlyteClient,
        asc,
        contains,
        desc,
        eq,
        gt,
        gte,
        lt,
        lte,
        ne,
        not_like,
        value_in,
        value_not_in,
    )
    from reconciler.admin.doctor import Finding, Verdict, diagnose
    from reconciler.admin.pool import Pool
    from reconciler.admin.retry import RetryPolicy
    from reconciler.admin.signed.put import BUSY, MARGIN, Target, send
    from reconciler.admin.signed.text import redacted, said
    from reconciler.admin.signed.wire import BUFFER, Reply, Wire
else:
    __getattr__ = opened_for(
        __name__,
        {
            "auth": ("Person",),
            "client": (
                "AdminClient",
                "Created",
                "Filter",
                "Filters",
                "Sort",
                "SynchronousFlyteClient",
                "asc",
                "contains",
                "desc",
                "eq",
                "gt",
                "gte",
                "lt",
                "lte",
                "ne",
                "not_like",
                "value_in",
                "value_not_in",
            ),
            "doctor": ("Finding", "Verdict", "diagnose"),
            "pool": ("Pool",),
            "retry": ("RetryPolicy",),
            "signed.put": ("BUSY", "MARGIN", "Target", "send"),
            "signed.text": ("redacted", "said"),
            "signed.wire": ("BUFFER", "Reply", "Wire"),
        },
    )

__all__ = [
    "BUFFER",
    "BUSY",
    "MARGIN",
    "REQUEST_LIMIT",
    "AdminClient",
    "Connection",
    "Created",
    "Filter",
    "Filters",
    "Finding",
    "Person",
    "Pool",
    "Reply",
    "RetryPolicy",
    "Sort",
    "SynchronousFlyteClient",
    "SystemClock",
    "Target",
    "Verdict",
    "Wire",
    "asc",
    "connect",
    "contains",
    "desc",
    "diagnose",
    "eq",
    "gt",
    "gte",
    "lt",
    "lte",
    "ne",
    "not_like",
    "oversized",
    "redacted",
    "said",
    "send",
    "value_in",
    "value_not_in",
]
