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

    # Named twice is for the other rooms; what users want is listed below.
    from reconciler.admin.pool import Pool as Pool
    from reconciler.admin.retry import RetryPolicy
    from reconciler.admin.signed.put import BUSY as BUSY
    from reconciler.admin.signed.put import MARGIN as MARGIN
    from reconciler.admin.signed.put import Target as Target
    from reconciler.admin.signed.put import send as send
    from reconciler.admin.signed.text import redacted as redacted
    from reconciler.admin.signed.text import said as said
    from reconciler.admin.signed.wire import BUFFER as BUFFER
    from reconciler.admin.signed.wire import Reply as Reply
    from reconciler.admin.signed.wire import Wire as Wire
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
    "REQUEST_LIMIT",
    "AdminClient",
    "Connection",
    "Created",
    "Filter",
    "Filters",
    "Finding",
    "Person",
    "RetryPolicy",
    "Sort",
    "SynchronousFlyteClient",
    "SystemClock",
    "Verdict",
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
    "value_in",
    "value_not_in",
]
