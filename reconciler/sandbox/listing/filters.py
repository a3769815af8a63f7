"""The filter grammar: `eq(name,x)+value_in(version,a;b)`.

There is no way to escape anything in it, and that is Admin's own: `+` always ends an
expression, `;` always makes a list, the last `(` and the last `,` are the ones that count.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from reconciler.sandbox.errors import invalid, invalid_value
from reconciler.sandbox.listing.columns import ENTITIES, Column, Entity, Kind
from reconciler.sandbox.listing.durations import parse_duration

_EXPRESSION = re.compile(r"(.+)\((.+),[\t\n\f\r ]?(.+)\)")

SINGLE_VALUED = {"eq": "=", "ne": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
FUNCTIONS = frozenset({*SINGLE_VALUED, "contains", "not_like", "value_in", "value_not_in"})


@dataclass(frozen=True)
class Filter:
    """One expression whose entity, column and function are known to be right.

    Attributes:
        values: One, or as many as the text has between semicolons.
    """

    function: str
    entity: Entity
    column: Column
    values: tuple[str, ...]


def parse_filters(text: str, *, primary: Entity, joinable: Collection[str] = ()) -> list[Filter]:
    """Parse the `filters` of a list request.

    Args:
        primary: What columns without an entity belong to.
        joinable: Prefixes of the other entities that this list can be filtered by.

    Raises:
        Refusal: INVALID_ARGUMENT, about the leftmost fault.
    """
    if not text:
        return []
    return [_parse_expression(part, primary, joinable) for part in text.split("+")]


def _parse_expression(text: str, primary: Entity, joinable: Collection[str]) -> Filter:
    found = _EXPRESSION.search(text)
    if found is None:
        raise invalid_value("filters")
    function, field, value = found.groups()
    entity, name = _resolve(field, primary)
    if entity is not primary and entity.prefix not in joinable:
        raise invalid(f"'{entity.code}' entity is not allowed in filters")
    column = entity.columns.get(name)
    if column is None:
        raise invalid(f"'{entity.code}.{name}' is invalid filter")
    values = tuple(value.split(";"))
    if column.name == "duration" and column.kind is Kind.BIGINT:
        values = tuple(parse_duration(item) for item in values)
    if function not in FUNCTIONS:
        raise invalid(f"unrecognized filter function: {function}")
    return Filter(function, entity, column, values)


def _resolve(field: str, primary: Entity) -> tuple[Entity, str]:
    """Split `workflow.name`; a prefix that is no entity is part of a column's name."""
    prefix, dot, rest = field.partition(".")
    if not dot or prefix not in ENTITIES:
        return primary, field
    return (primary if prefix == primary.prefix else ENTITIES[prefix]), rest
