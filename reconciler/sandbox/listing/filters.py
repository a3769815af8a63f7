"""The filter grammar: `eq(name,x)+value_in(version,a;b)`.

There is no way to escape anything in it, and that is Admin's own: `+` always ends an
expression, `;` always makes a list, the last `(` and the last `,` are the ones that count.
"""

import re
from collections.abc import Collection, Mapping
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


def parse_filters(text: str, *, primary: Entity, others: Collection[Entity] = ()) -> list[Filter]:
    """Parse the `filters` of a list request.

    Args:
        primary: What columns without an entity belong to.
        others: The other entities that this list can be filtered by.

    Raises:
        Refusal: INVALID_ARGUMENT, about the leftmost fault.
    """
    if not text:
        return []
    allowed = {entity.prefix: entity for entity in (primary, *others)}
    return [_parse_expression(part, primary, allowed) for part in text.split("+")]


def _parse_expression(text: str, primary: Entity, allowed: Mapping[str, Entity]) -> Filter:
    found = _EXPRESSION.search(text)
    if found is None:
        raise invalid_value("filters")
    function, field, value = found.groups()
    prefix, name = _resolve(field, primary)
    entity = allowed.get(prefix)
    if entity is None:
        raise invalid(f"'{ENTITIES[prefix].code}' entity is not allowed in filters")
    column = entity.columns.get(name)
    if column is None:
        raise invalid(f"'{entity.code}.{name}' is invalid filter")
    values = tuple(value.split(";"))
    if column.name == "duration" and column.kind is Kind.BIGINT:
        values = tuple(parse_duration(item) for item in values)
    if function not in FUNCTIONS:
        raise invalid(f"unrecognized filter function: {function}")
    return Filter(function, entity, column, values)


def _resolve(field: str, primary: Entity) -> tuple[str, str]:
    """Split `workflow.name`; a prefix that is no entity is part of a column's name."""
    prefix, dot, rest = field.partition(".")
    if not dot or prefix not in ENTITIES:
        return primary.prefix, field
    return prefix, rest
