"""One list request, from its four fields to the rows of its page."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from reconciler.sandbox.errors import database, invalid
from reconciler.sandbox.likes import ends_in_escape
from reconciler.sandbox.listing.casts import cast
from reconciler.sandbox.listing.columns import ENTITIES, Column, Entity, Kind
from reconciler.sandbox.listing.filters import SINGLE_VALUED, Filter, parse_filters
from reconciler.sandbox.listing.hints import is_selective, lead_by_version
from reconciler.sandbox.listing.paging import next_token, parse_token
from reconciler.sandbox.store import Session

_DESCENDING, _ASCENDING = 0, 1
_LIKENED = frozenset((Kind.TEXT, Kind.VARCHAR, Kind.BYTES))  # what LIKE is for


class Request(Protocol):
    """What every list request has."""

    limit: int
    token: str
    sort_by: Any

    def HasField(self, name: str, /) -> bool:
        """Tell whether a message field is set."""


@dataclass(frozen=True)
class Listing:
    """How one list RPC reads the database.

    Attributes:
        entity: Whose rows it gives.
        method: As messages about tokens name the list; empty: not at all.
        joins: JOIN clause by the prefix of the entity it brings in; a filter on that entity
            adds the clause. Clauses of the same text are added once.
        always: Prefixes that are joined even without a filter.
        others: Joined entities that are not read as they are in `ENTITIES`.
        sort_columns: Columns to sort by, where they are not the entity's.
        default_order: ORDER BY without a sort; none, as in Admin, if empty.
    """

    entity: Entity
    method: str
    joins: Mapping[str, str] = field(default_factory=dict)
    always: tuple[str, ...] = ()
    others: Mapping[str, Entity] = field(default_factory=dict)
    sort_columns: Mapping[str, Column] | None = None
    default_order: str = ""


@dataclass(frozen=True)
class Page:
    """The rows of one page, and the token of the next."""

    rows: list[sqlite3.Row]
    token: str


@dataclass(frozen=True)
class Plan:
    """A list request that is sound as far as Admin looks; the database may still object."""

    listing: Listing
    filters: list[Filter]
    order: str
    offset: int
    limit: int


def plan(listing: Listing, request: Request) -> Plan:
    """Check filters, sort and token, in this order.

    Raises:
        Refusal: INVALID_ARGUMENT.
    """
    others = [listing.others.get(prefix) or ENTITIES[prefix] for prefix in listing.joins]
    text = getattr(request, "filters", "")  # one list has none
    filters = parse_filters(text, primary=listing.entity, others=others)
    order = order_by(
        request, listing.sort_columns or listing.entity.columns, listing.default_order
    )
    offset = parse_token(request.token, listing.method)
    return Plan(listing, filters, order, offset, request.limit)


def list_rows(
    session: Session,
    listing: Listing,
    request: Request,
    *,
    equal: Mapping[str, Any],
    now: int,
    implicit: Sequence[str] = (),
    unlimited: bool = False,
) -> Page:
    """Check the request, then read its page.

    Args:
        equal: Column (as a statement names it) → value; empty ones do not count.
        implicit: Conditions of the RPC itself, as SQL.
        now: Microseconds since 1970, for filters relative to it.
        unlimited: Whether the page has no end, whatever the request's limit.

    Raises:
        Refusal: INVALID_ARGUMENT for what Admin refuses, UNKNOWN for what the database would.
    """
    ready = plan(listing, request)
    return run(session, ready, equal=equal, now=now, implicit=implicit, unlimited=unlimited)


def run(
    session: Session,
    ready: Plan,
    *,
    equal: Mapping[str, Any],
    now: int,
    implicit: Sequence[str] = (),
    unlimited: bool = False,
) -> Page:
    """Read the page of a checked request."""
    listing = ready.listing
    table = listing.entity.table
    conditions = [f"{name} = ?" for name, value in equal.items() if value]
    parameters: list[Any] = [value for value in equal.values() if value]
    conditions += implicit
    filters = lead_by_version(session, ready.filters, listing.entity, equal)
    more, values = where(filters, now=now)
    conditions += more
    parameters += values
    joined = dict.fromkeys(
        listing.joins[prefix]
        for prefix in (*listing.always, *(f.entity.prefix for f in ready.filters))
        if prefix in listing.joins
    )
    sql = f"SELECT {table}.* FROM {table} {' '.join(joined)}"
    if conditions:
        sql += f" WHERE {' AND '.join(conditions)}"
    if ready.order:
        unindexed = "+" if is_selective(ready.filters, listing.entity) else ""
        sql += f" ORDER BY {unindexed}{ready.order}"
    sql += f" LIMIT {-1 if unlimited else ready.limit} OFFSET {ready.offset}"
    rows = session.all(sql, parameters)
    return Page(rows, next_token(offset=ready.offset, limit=ready.limit, count=len(rows)))


def order_by(request: Request, columns: Mapping[str, Column], default: str = "") -> str:
    """Return the ORDER BY of a request: PostgreSQL's order, nulls last if ascending.

    Raises:
        Refusal: INVALID_ARGUMENT: no such key, no such direction.
    """
    if not request.HasField("sort_by"):
        return default
    sort = request.sort_by
    column = columns.get(sort.key)
    if column is None:
        raise invalid(f"invalid sort key '{sort.key}'")
    if sort.direction == _DESCENDING:
        return f"{column.sql} DESC" + (" NULLS FIRST" if column.nullable else "")
    if sort.direction == _ASCENDING:
        return f"{column.sql} ASC" + (" NULLS LAST" if column.nullable else "")
    raise invalid(f'invalid sort order specified: key:"{sort.key}"  direction:{sort.direction}')


def where(filters: Sequence[Filter], *, now: int) -> tuple[list[str], list[Any]]:
    """Return the conditions that filters mean, and their parameters.

    Raises:
        Refusal: UNKNOWN: the database has no such operator, or cannot read a value.
    """
    # The database looks at the whole statement before it looks at any value.
    for item in filters:
        _check_operator(item)
    conditions: list[str] = []
    parameters: list[Any] = []
    for item in filters:
        condition, values = _condition(item, now)
        conditions.append(condition)
        parameters += values
    return conditions, parameters


def _check_operator(item: Filter) -> None:
    kind = item.column.kind
    several = len(item.values) > 1
    if item.column.absent:
        raise database(item.column.absent)
    if item.function in SINGLE_VALUED and several:
        raise database(
            f"operator does not exist: {kind.value} {SINGLE_VALUED[item.function]} record"
        )
    if item.function == "not_like" and several:
        raise database(f"operator does not exist: {kind.value} !~~ record")
    if item.function in ("contains", "not_like") and kind not in _LIKENED:
        operator = "~~" if item.function == "contains" else "!~~"
        raise database(f"operator does not exist: {kind.value} {operator} unknown")


def _condition(item: Filter, now: int) -> tuple[str, list[Any]]:
    sql, kind = item.column.sql, item.column.kind
    if item.function == "contains":
        text = item.values[0] if len(item.values) == 1 else f"[{' '.join(item.values)}]"
        return _like(sql, kind, f"%{text}%", now=now)
    if item.function == "not_like":
        return _like(sql, kind, item.values[0], negation="NOT ", now=now)
    values = [cast(value, kind, now=now) for value in item.values]
    if item.function in SINGLE_VALUED:
        return f"{sql} {SINGLE_VALUED[item.function]} ?", values
    negation = "NOT " if item.function == "value_not_in" else ""
    return f"{sql} {negation}IN ({', '.join('?' * len(values))})", values


def _like(
    sql: str, kind: Kind, pattern: str, *, negation: str = "", now: int
) -> tuple[str, list[Any]]:
    if kind is Kind.BYTES:  # the pattern is read as bytes too
        return f"{negation}pg_like({sql}, ?)", [cast(pattern, kind, now=now)]
    if ends_in_escape(pattern):
        return f"{negation}pg_like({sql}, ?)", [pattern]
    return f"{sql} {negation}LIKE ? ESCAPE '\\'", [pattern]
