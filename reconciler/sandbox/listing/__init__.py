"""Lists as Admin makes them: filters, joins, sort keys, limits, tokens.

A list RPC describes itself once as a `Listing` and calls `list_rows`; everything a client may
get wrong is refused in Admin's order and words, and what PostgreSQL would refuse in its own.
"""

from reconciler.sandbox.listing.columns import (
    ENTITIES,
    Column,
    Entity,
    Kind,
)
from reconciler.sandbox.listing.filters import Filter, parse_filters
from reconciler.sandbox.listing.paging import next_token, parse_token
from reconciler.sandbox.listing.query import Listing, Page, list_rows, order_by, where

__all__ = [
    "ENTITIES",
    "Column",
    "Entity",
    "Filter",
    "Kind",
    "Listing",
    "Page",
    "list_rows",
    "next_token",
    "order_by",
    "parse_filters",
    "parse_token",
    "where",
]
