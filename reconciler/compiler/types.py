"""Which type a value may have to be used where another is asked for.

Admin decides so in three places: bindings between nodes, inputs of launch plans, and
inputs of executions. The rules are lenient where old clients were (formats left out,
structs without a schema) and surprising in places; they are followed to the letter.

A type may be None: a Go nil, which stands in literals and columns without type. Where
the real compiler would follow that pointer, `CompilerPanicError` is raised.

Source: flytepropeller/pkg/compiler/validators/typing.go.
"""

from typing import Any, Final

from flyteidl.core import types_pb2

from reconciler.compiler.errors import CompilerPanicError
from reconciler.compiler.gotext import go_text
from reconciler.compiler.nil import present

LiteralType = Any  # flyteidl ships no types

_COLUMN_TYPES: Final = {
    types_pb2.SchemaType.SchemaColumn.INTEGER: types_pb2.INTEGER,
    types_pb2.SchemaType.SchemaColumn.FLOAT: types_pb2.FLOAT,
    types_pb2.SchemaType.SchemaColumn.STRING: types_pb2.STRING,
    types_pb2.SchemaType.SchemaColumn.BOOLEAN: types_pb2.BOOLEAN,
    types_pb2.SchemaType.SchemaColumn.DATETIME: types_pb2.DATETIME,
    types_pb2.SchemaType.SchemaColumn.DURATION: types_pb2.DURATION,
}
_Seen = dict[tuple[bytes, bytes], bool]


def castable(upstream: LiteralType | None, downstream: LiteralType | None) -> bool:
    """Tell whether a value of type `upstream` may be used as one of type `downstream`.

    Raises:
        CompilerPanicError: Admin panics on this pair.
        RecursiveSchemaError: Admin never finishes with this pair.
    """
    return _castable(upstream, downstream, {})


def _castable(upstream: LiteralType, downstream: LiteralType, seen: _Seen) -> bool:
    variants = _variants(upstream)
    if variants is None or len(variants) != 1:
        return _casts(upstream, downstream, seen)
    # A union of one variant is tried as that variant and as itself: without a memory, nested
    # ones would take time exponential in their depth.
    key = (_bytes(upstream), _bytes(downstream))
    if key not in seen:
        seen[key] = _casts(present(variants[0]), downstream, seen) or _casts(
            upstream, downstream, seen
        )
    return seen[key]


def _casts(upstream: LiteralType, downstream: LiteralType, seen: _Seen) -> bool:
    kind = None if downstream is None else downstream.WhichOneof("type")
    if kind == "collection_type":
        return _casts_element(upstream, downstream, "collection_type", seen)
    if kind == "map_value_type":
        return _casts_element(upstream, downstream, "map_value_type", seen)
    if kind == "blob":
        return _casts_blob(_part(upstream, "blob"), downstream.blob)
    if kind == "schema":
        return _casts_schema(upstream, downstream.schema)
    if kind == "union_type":
        return _casts_union(upstream, downstream, seen)
    if kind == "structured_dataset_type":
        return _casts_dataset(upstream, downstream.structured_dataset_type, seen)
    if kind == "simple" and downstream.simple == types_pb2.NONE:
        return _is_none(upstream)
    return _casts_plain(upstream, downstream)


def _casts_element(
    upstream: LiteralType, downstream: LiteralType, container: str, seen: _Seen
) -> bool:
    element = _part(upstream, container)
    if element is None:
        return False
    return _is_none(element) or _casts(element, getattr(downstream, container), seen)


def _casts_blob(upstream: Any, downstream: Any) -> bool:
    if upstream is None:
        return False
    formats = {upstream.format, downstream.format}
    return "" in formats or len(formats) == 1


def _casts_union(upstream: LiteralType, downstream: LiteralType, seen: _Seen) -> bool:
    accepted = downstream.union_type.variants
    offered = _variants(upstream)
    if offered is not None:
        return all(any(_castable(present(u), d, seen) for d in accepted) for u in offered)
    found = False
    for variant in accepted:
        if not _castable(upstream, variant, seen):
            continue
        if found:  # ambiguous; what follows is not even looked at
            return False
        found = True
    return found


def _casts_schema(upstream: LiteralType, downstream: Any) -> bool:
    schema = _part(upstream, "schema")
    if schema is not None:
        if not (schema.columns and downstream.columns):
            return True
        types = {column.name: column.type for column in schema.columns}
        return all(types.get(column.name) == column.type for column in downstream.columns)
    dataset = _part(upstream, "structured_dataset_type")
    if dataset is None or not _is_parquet(dataset.format):
        return False
    if not (dataset.columns and downstream.columns):
        return True
    simple = {column.name: column.literal_type.simple for column in dataset.columns}
    return all(
        column.name in simple and _COLUMN_TYPES.get(column.type) == simple[column.name]
        for column in downstream.columns
    )


def _casts_dataset(upstream: LiteralType, downstream: Any, seen: _Seen) -> bool:
    if _is_none(upstream):
        return True
    schema = _part(upstream, "schema")
    if schema is not None:
        if not _is_parquet(downstream.format):
            return False
        if not (schema.columns and downstream.columns):
            return True
        types = {column.name: column.type for column in schema.columns}
        return all(
            column.name in types
            and _COLUMN_TYPES.get(types[column.name]) == column.literal_type.simple
            for column in downstream.columns
        )
    dataset = _part(upstream, "structured_dataset_type")
    if dataset is None:
        return False
    if dataset.format and downstream.format and not _fold(dataset.format, downstream.format):
        return False
    if not (dataset.columns and downstream.columns):
        return True
    offered = {column.name: _column_type(column) for column in dataset.columns}
    return all(
        column.name in offered and _casts(offered[column.name], _column_type(column), seen)
        for column in downstream.columns
    )


def _casts_plain(upstream: LiteralType, downstream: LiteralType) -> bool:
    """Compare where `downstream` is simple, an enum, or no type at all."""
    if _part(upstream, "enum_type") is not None and _simple(downstream) == types_pb2.STRING:
        return True
    if _part(downstream, "enum_type") is not None and _simple(upstream) == types_pb2.STRING:
        return True
    tag = upstream.structure.tag if upstream is not None else ""
    if tag and tag != (downstream.structure.tag if downstream is not None else ""):
        return False
    if _simple(upstream) == types_pb2.STRUCT and _simple(downstream) == types_pb2.STRUCT:
        if not (upstream.HasField("metadata") and downstream.HasField("metadata")):
            return True
        # Comparing JSON schemas is a room of its own, which few types ever enter.
        from reconciler.compiler.structs import struct_castable

        return struct_castable(upstream.metadata, downstream.metadata)
    if upstream is None or downstream is None:
        raise CompilerPanicError("a type is missing")
    if upstream == downstream:
        return True
    if _simple(upstream) != _simple(downstream):
        return False
    return go_text(_bare(upstream)) == go_text(_bare(downstream))


def _bare(literal_type: LiteralType) -> LiteralType:
    """Return a copy without the parts that do not count."""
    bare = types_pb2.LiteralType()
    bare.CopyFrom(literal_type)
    for part in ("structure", "metadata", "annotation"):
        bare.ClearField(part)
    return bare


def _part(literal_type: LiteralType | None, name: str) -> Any:
    """Return one alternative of a type, None if it is not set or stands for nil."""
    if literal_type is None or not literal_type.HasField(name):
        return None
    return present(getattr(literal_type, name))


def _variants(literal_type: LiteralType | None) -> Any:
    union = _part(literal_type, "union_type")
    return None if union is None else union.variants


def _column_type(column: Any) -> LiteralType | None:
    return present(column.literal_type) if column.HasField("literal_type") else None


def _simple(literal_type: LiteralType | None) -> int:
    return int(types_pb2.NONE if literal_type is None else literal_type.simple)


def _is_none(literal_type: LiteralType | None) -> bool:
    if literal_type is None or literal_type.WhichOneof("type") != "simple":
        return False
    return bool(literal_type.simple == types_pb2.NONE)


def _is_parquet(format: str) -> bool:
    return not format or _fold(format, "parquet")


def _fold(left: str, right: str) -> bool:
    return len(left) == len(right) and left.casefold() == right.casefold()


def _bytes(literal_type: LiteralType | None) -> bytes:
    return b"" if literal_type is None else literal_type.SerializeToString(deterministic=True)
