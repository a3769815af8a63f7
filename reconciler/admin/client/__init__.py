"""The client for people and programs: every RPC under the names that flytekit's client has."""

from reconciler.admin.client.admin_client import AdminClient
from reconciler.admin.client.filters import (
    Filter,
    Filters,
    contains,
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
from reconciler.admin.client.sorts import Sort, asc, desc
from reconciler.ports import Created

SynchronousFlyteClient = AdminClient

__all__ = [
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
]
