"""Which index a list should go by, where SQLite's planner would guess wrong.

It knows nothing of how often a value occurs, and takes an index that gives the order over one
that finds the few rows a filter leaves. Filters by name or version leave few, and the small
rest is quickly sorted; among names and versions the rarer lead.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.sandbox.listing.columns import Entity
from reconciler.sandbox.listing.filters import Filter
from reconciler.sandbox.store import Session

_SELECTIVE = frozenset({"id", "name", "version", "execution_name", "node_id", "signal_id"})
_EQUALITIES = frozenset({"eq", "value_in"})
_MANY_PAIRS = 2000  # so many lookups of a name and a version cost more than a look at versions
_SAMPLE, _RARE = 8, 200  # so many versions with fewer rows than this in all are rare ones


def is_selective(filters: Sequence[Filter], entity: Entity) -> bool:
    """Tell whether filters leave so few rows that their order should not choose the index."""
    return any(_picks(item, entity) for item in filters)


def lead_by_version(
    session: Session, filters: Sequence[Filter], entity: Entity, equal: Mapping[str, Any]
) -> list[Filter]:
    """Return the filters so written that rare versions lead to the rows, not many names."""
    names = next((f for f in filters if _picks(f, entity) and f.column.name == "name"), None)
    versions = next((f for f in filters if _picks(f, entity) and f.column.name == "version"), None)
    if names is None or versions is None:
        return list(filters)
    if len(names.values) * len(versions.values) < _MANY_PAIRS:
        return list(filters)
    if not _are_rare(session, versions.values, entity.table, equal):
        return list(filters)
    column = dataclasses.replace(names.column, sql=f"+{names.column.sql}")
    unindexed = dataclasses.replace(names, column=column)
    return [unindexed if item is names else item for item in filters]


def _picks(item: Filter, entity: Entity) -> bool:
    return (
        item.function in _EQUALITIES
        and item.column.name in _SELECTIVE
        and item.entity.prefix == entity.prefix
    )


def _are_rare(
    session: Session, versions: Sequence[str], table: str, equal: Mapping[str, Any]
) -> bool:
    sample = versions[:_SAMPLE]
    conditions = [f"{name} = ?" for name, value in equal.items() if value]
    conditions.append(f"version IN ({', '.join('?' * len(sample))})")
    found = session.one(
        f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {' AND '.join(conditions)} "
        f"LIMIT {_RARE})",
        (*(value for value in equal.values() if value), *sample),
    )
    return found is not None and found[0] < _RARE
