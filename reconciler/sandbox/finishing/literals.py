"""Plain values to literals, by the types that an interface declares.

o0: 5                                 integer, or float, by the declared type
day: 2026-03-01T00:00:00Z             datetime
took: 90s                             duration, also a number of seconds
rows: [1, 2]                          collection
report: s3://bucket/report.csv        blob, schema, structured dataset: by their place
other: {scalar: {…}}                  a literal as protobuf JSON, taken as it is
"""

import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flyteidl.core import literals_pb2, types_pb2
from google.protobuf import json_format, struct_pb2

from reconciler.compiler import type_text
from reconciler.sandbox.clocks import ClockError, parse_duration
from reconciler.sandbox.finishing.errors import FinishError

_Simple = types_pb2.SimpleType
_VERBATIM = ("scalar", "collection", "map")


class _Misfit(Exception):
    """A value that is none of its type."""


def read_outputs(interface: Any, values: Mapping[str, Any]) -> Any:
    """Return the LiteralMap of an execution's outputs.

    Args:
        interface: The TypedInterface that declares them.
        values: By name, plain as JSON or YAML has them.

    Raises:
        FinishError: A declared one is missing, an undeclared one is there, or a value does not
            fit its type; all that is wrong is told at once.
    """
    declared = interface.outputs.variables
    wrong = [f"{name}: not declared" for name in values if name not in declared]
    read = literals_pb2.LiteralMap()
    for name in sorted(declared):
        kind = declared[name].type
        if name not in values:
            wrong.append(f"{name}: missing, a {type_text(kind)}")
            continue
        try:
            read.literals[name].CopyFrom(_literal(values[name], kind))
        except _Misfit:
            wrong.append(f"{name}: {values[name]!r} is no {type_text(kind)}")
    if wrong:
        raise FinishError("outputs: " + "; ".join(wrong))
    return read


def placeholders(interface: Any) -> Any:
    """Return a LiteralMap with something of the right type for every declared output.

    Types that no plain value has (errors, protobuf messages) are left out.
    """
    made = literals_pb2.LiteralMap()
    for name, variable in interface.outputs.variables.items():
        try:
            literal = _literal(_placeholder(variable.type), variable.type)
        except _Misfit:
            continue
        made.literals[name].CopyFrom(literal)
    return made


def _placeholder(kind: Any) -> Any:
    match kind.WhichOneof("type"):
        case "simple":
            return _PLACEHOLDERS.get(kind.simple)
        case "collection_type":
            return []
        case "map_value_type":
            return {}
        case "enum_type":
            return kind.enum_type.values[0] if kind.enum_type.values else ""
        case "union_type":
            return _placeholder(kind.union_type.variants[0]) if kind.union_type.variants else None
        case _:
            return "file:///dev/null"


def _literal(value: Any, kind: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _VERBATIM:
        try:
            return json_format.ParseDict(value, literals_pb2.Literal())
        except json_format.ParseError as exc:
            raise _Misfit from exc
    form = kind.WhichOneof("type")
    if form in _READERS:
        return _READERS[form](value, kind)
    raise _Misfit


def _simple(value: Any, kind: Any) -> Any:
    literal = literals_pb2.Literal()
    scalar = literal.scalar
    primitive = scalar.primitive
    number = not isinstance(value, bool) and isinstance(value, int | float)
    match kind.simple:
        case _Simple.NONE if value is None:
            scalar.none_type.SetInParent()
        case _Simple.INTEGER if number and float(value).is_integer():
            primitive.integer = int(value)
        case _Simple.FLOAT if number:
            primitive.float_value = float(value)
        case _Simple.STRING if isinstance(value, str):
            primitive.string_value = value
        case _Simple.BOOLEAN if isinstance(value, bool):
            primitive.boolean = value
        case _Simple.DATETIME:
            primitive.datetime.FromDatetime(_moment(value))
        case _Simple.DURATION:
            primitive.duration.FromTimedelta(_span(value))
        case _Simple.STRUCT if isinstance(value, dict):
            scalar.generic.CopyFrom(json_format.ParseDict(value, struct_pb2.Struct()))
        case _Simple.BINARY if isinstance(value, str):
            scalar.binary.value = value.encode()
        case _:
            raise _Misfit
    return literal


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as exc:
            raise _Misfit from exc
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if not isinstance(value, datetime):
        raise _Misfit
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _span(value: Any) -> timedelta:
    if isinstance(value, str):
        try:
            return parse_duration(value)
        except ClockError as exc:
            raise _Misfit from exc
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _Misfit
    return timedelta(seconds=value)


def _collection(value: Any, kind: Any) -> Any:
    if not isinstance(value, list):
        raise _Misfit
    literal = literals_pb2.Literal()
    literal.collection.SetInParent()
    literal.collection.literals.extend(_literal(item, kind.collection_type) for item in value)
    return literal


def _map(value: Any, kind: Any) -> Any:
    if not isinstance(value, dict):
        raise _Misfit
    literal = literals_pb2.Literal()
    literal.map.SetInParent()
    for key, item in value.items():
        literal.map.literals[str(key)].CopyFrom(_literal(item, kind.map_value_type))
    return literal


def _enum(value: Any, kind: Any) -> Any:
    if value not in kind.enum_type.values:
        raise _Misfit
    literal = literals_pb2.Literal()
    literal.scalar.primitive.string_value = value
    return literal


def _union(value: Any, kind: Any) -> Any:
    """The first variant that fits."""
    for variant in kind.union_type.variants:
        try:
            fitting = _literal(value, variant)
        except _Misfit:
            continue
        literal = literals_pb2.Literal()
        literal.scalar.union.value.CopyFrom(fitting)
        literal.scalar.union.type.CopyFrom(variant)
        return literal
    raise _Misfit


def _blob(value: Any, kind: Any) -> Any:
    literal = literals_pb2.Literal()
    literal.scalar.blob.uri = _uri(value)
    literal.scalar.blob.metadata.type.CopyFrom(kind.blob)
    return literal


def _schema(value: Any, kind: Any) -> Any:
    literal = literals_pb2.Literal()
    literal.scalar.schema.uri = _uri(value)
    literal.scalar.schema.type.CopyFrom(kind.schema)
    return literal


def _dataset(value: Any, kind: Any) -> Any:
    literal = literals_pb2.Literal()
    dataset = literal.scalar.structured_dataset
    dataset.uri = _uri(value)
    dataset.metadata.structured_dataset_type.CopyFrom(kind.structured_dataset_type)
    return literal


def _uri(value: Any) -> str:
    if not isinstance(value, str):
        raise _Misfit
    return value


_READERS: dict[str, Callable[[Any, Any], Any]] = {
    "simple": _simple,
    "collection_type": _collection,
    "map_value_type": _map,
    "enum_type": _enum,
    "union_type": _union,
    "blob": _blob,
    "schema": _schema,
    "structured_dataset_type": _dataset,
}
_PLACEHOLDERS: dict[int, Any] = {
    _Simple.INTEGER: 0,
    _Simple.FLOAT: 0.0,
    _Simple.STRING: "",
    _Simple.BOOLEAN: False,
    _Simple.DATETIME: datetime(1970, 1, 1, tzinfo=UTC),
    _Simple.DURATION: 0,
    _Simple.STRUCT: {},
    _Simple.BINARY: "",
}
