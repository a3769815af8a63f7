"""The type a literal shows by itself.

Source: flytepropeller/pkg/compiler/validators/utils.go, LiteralTypeForLiteral.
"""

from collections.abc import Iterable
from typing import Any, Final

from flyteidl.core import types_pb2

from reconciler.compiler.gotext import go_text
from reconciler.compiler.nil import NIL

LiteralType = Any  # flyteidl ships no types
Literal = Any
Scalar = Any

MSGPACK: Final = "msgpack"
"""Tag of binary literals that are structs packed by flytekit."""

_PRIMITIVES: Final = {
    "integer": types_pb2.INTEGER,
    "float_value": types_pb2.FLOAT,
    "string_value": types_pb2.STRING,
    "boolean": types_pb2.BOOLEAN,
    "datetime": types_pb2.DATETIME,
    "duration": types_pb2.DURATION,
}
_SIMPLE_SCALARS: Final = {
    "none_type": types_pb2.NONE,
    "error": types_pb2.ERROR,
    "generic": types_pb2.STRUCT,
}


def literal_type(literal: Literal) -> LiteralType | None:
    """Return the type of `literal`, None if it cannot be told.

    A collection or map of nothing has elements of type NONE, one of several types a union
    of them in the order of their text. The result may contain messages that stand for Go's
    nil (see `nil`); `castable` and `go_text` know them.
    """
    kind = literal.WhichOneof("value")
    if kind == "scalar":
        return scalar_type(literal.scalar)
    if kind == "collection":
        element = _common_type(literal.collection.literals)
        return types_pb2.LiteralType(collection_type=_or_nil(element))
    if kind == "map":
        element = _common_type(literal.map.literals[key] for key in literal.map.literals)
        return types_pb2.LiteralType(map_value_type=_or_nil(element))
    if kind == "offloaded_metadata" and literal.offloaded_metadata.HasField("inferred_type"):
        return literal.offloaded_metadata.inferred_type
    return None


def scalar_type(scalar: Scalar) -> LiteralType | None:
    """Return the type of a scalar, None if it has no value or is a blob without metadata."""
    kind = scalar.WhichOneof("value")
    if kind == "primitive":
        return primitive_type(scalar.primitive)
    if kind in _SIMPLE_SCALARS:
        return types_pb2.LiteralType(simple=_SIMPLE_SCALARS[kind])
    if kind == "binary":
        packed = scalar.binary.tag == MSGPACK
        return types_pb2.LiteralType(simple=types_pb2.STRUCT if packed else types_pb2.BINARY)
    if kind == "blob":
        if not scalar.blob.HasField("metadata"):
            return None
        metadata = scalar.blob.metadata
        return types_pb2.LiteralType(blob=_field(metadata, "type", types_pb2.BlobType))
    if kind == "schema":
        return types_pb2.LiteralType(schema=_field(scalar.schema, "type", types_pb2.SchemaType))
    if kind == "structured_dataset":
        dataset = _field(
            scalar.structured_dataset.metadata,
            "structured_dataset_type",
            types_pb2.StructuredDatasetType,
        )
        return types_pb2.LiteralType(structured_dataset_type=dataset)
    if kind == "union":
        variant = _field(scalar.union, "type", types_pb2.LiteralType)
        return types_pb2.LiteralType(union_type=types_pb2.UnionType(variants=[variant]))
    return None


def primitive_type(primitive: Any) -> LiteralType:
    """Return the simple type of a primitive, NONE if it has no value."""
    kind = primitive.WhichOneof("value")
    return types_pb2.LiteralType(simple=_PRIMITIVES.get(kind, types_pb2.NONE))


def _common_type(literals: Iterable[Literal]) -> LiteralType | None:
    types: dict[str, LiteralType | None] = {}
    empty: LiteralType | None = None
    for literal in literals:
        found = literal_type(literal)
        if literal.HasField("collection") and not literal.collection.literals:
            empty = found  # says nothing beside others
            continue
        types.setdefault(go_text(found), found)
    if not types:
        return types_pb2.LiteralType(simple=types_pb2.NONE) if empty is None else empty
    if len(types) == 1:
        return next(iter(types.values()))
    return _union([types[text] for text in sorted(types)])


def _union(types: list[LiteralType | None]) -> LiteralType:
    """Join several types; unions inside collections are merged into one collection."""
    variants: list[LiteralType] = []
    nested = False
    for each in types:
        if each is not None and each.collection_type.HasField("union_type"):
            nested = True
            variants.extend(each.collection_type.union_type.variants)
        else:
            variants.append(_or_nil(each))
    union = types_pb2.LiteralType(union_type=types_pb2.UnionType(variants=variants))
    return types_pb2.LiteralType(collection_type=union) if nested else union


def _field(message: Any, name: str, kind: Any) -> Any:
    return getattr(message, name) if message.HasField(name) else kind.FromString(NIL)


def _or_nil(literal_type: LiteralType | None) -> LiteralType:
    return types_pb2.LiteralType.FromString(NIL) if literal_type is None else literal_type
