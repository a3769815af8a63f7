"""YAML and JSON values → literals, by the type that was declared.

Values are taken as they are or widened without loss: a whole number for a float, text for
datetimes (ISO 8601, UTC where no zone is said), durations, enums, and URIs of files, directories
and datasets. Nothing else is converted: `"5"` is no int and `5` no text.

A struct goes as msgpack in a binary literal tagged `msgpack`, as flytekit writes it since 1.14:
whole numbers stay whole, which a protobuf Struct turns into floats. Admin takes either for a
STRUCT.

For a union the variant that takes the value as it is wins over those that would widen it, whatever
their order; several at the same level are an error, and `{type: …, value: …}` says which one is
meant. The chosen variant is copied, tag included, for flytekit reads a union by its tag.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

import msgpack
from flyteidl.core.literals_pb2 import (
    Binary,
    Blob,
    BlobMetadata,
    Literal,
    LiteralCollection,
    LiteralMap,
    Primitive,
    Scalar,
    Schema,
    StructuredDataset,
    StructuredDatasetMetadata,
    Union,
    Void,
)
from flyteidl.core.types_pb2 import BlobType, LiteralType, SimpleType
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError

from reconciler.model import describe, describe_value, parse_datetime, parse_duration, parse_type

MSGPACK = "msgpack"
PICKLE = "PythonPickle"

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.+", re.DOTALL)


# The wrapper of an enum looks a name up in Python each time.
_BINARY = SimpleType.BINARY
_BOOLEAN = SimpleType.BOOLEAN
_DATETIME = SimpleType.DATETIME
_DURATION = SimpleType.DURATION
_ERROR = SimpleType.ERROR
_FLOAT = SimpleType.FLOAT
_INTEGER = SimpleType.INTEGER
_NONE = SimpleType.NONE
_STRING = SimpleType.STRING
_STRUCT = SimpleType.STRUCT

# How far a value had to be bent: the greatest of all its parts counts.
_EXACT, _WIDENED = 0, 1
_Coerced = tuple[Literal, int]
# What makes of any value one that YAML could have given, or a literal; and how far that bent it.
Adapt = Callable[[Any, LiteralType, str], tuple[Any, int]]


def coerce(
    value: Any, literal_type: LiteralType, *, where: str, adapt: Adapt | None = None
) -> Literal:
    """Return `value` as a literal of the declared type.

    Args:
        value: What YAML or JSON gave; datetime, date, timedelta and bytes are taken too.
        where: How messages name the place of the value, such as `input day`.
        adapt: Asked first about the value and every part of it, each with its own type; for a
            union once with the union and then with every variant.

    Raises: ValueError naming the place inside, the expected type and what was found.
    """
    return _coerce(value, literal_type, where, adapt)[0]


def _coerce(value: Any, literal_type: LiteralType, where: str, adapt: Adapt | None) -> _Coerced:
    if adapt is None:
        return _by_type(value, literal_type, where, None)
    value, bent = adapt(value, literal_type, where)
    if isinstance(value, Literal):
        return value, bent
    literal, more = _by_type(value, literal_type, where, adapt)
    return literal, max(bent, more)


def _by_type(value: Any, literal_type: LiteralType, where: str, adapt: Adapt | None) -> _Coerced:
    match literal_type.WhichOneof("type"):
        case "simple":
            return _simple(value, literal_type, where)
        case "collection_type":
            return _collection(value, literal_type, where, adapt)
        case "map_value_type":
            return _map(value, literal_type, where, adapt)
        case "union_type":
            return _union(value, literal_type, where, adapt)
        case "enum_type":
            return _enum(value, literal_type, where)
        case "blob":
            return _blob(value, literal_type, where)
        case "structured_dataset_type":
            return _dataset(value, literal_type, where)
        case "schema":
            uri = _uri(value, literal_type, where)
            return _scalar(Scalar(schema=Schema(uri=uri, type=literal_type.schema))), _WIDENED
    raise ValueError(f"{where}: its type says nothing that a value could be")


def _simple(value: Any, literal_type: LiteralType, where: str) -> _Coerced:
    kind = literal_type.simple
    if kind == _INTEGER and _is_int(value):
        if not -(2**63) <= value < 2**63:
            raise ValueError(f"{where}: {value} does not fit the 64 bits of an int")
        return _primitive(integer=value), _EXACT
    if kind == _FLOAT and isinstance(value, float):
        return _primitive(float_value=value), _EXACT
    if kind == _FLOAT and _is_int(value):
        return _primitive(float_value=_as_float(value, where)), _WIDENED
    if kind == _STRING and isinstance(value, str):
        return _primitive(string_value=value), _EXACT
    if kind == _BOOLEAN and isinstance(value, bool):
        return _primitive(boolean=value), _EXACT
    if kind == _DATETIME and isinstance(value, str | date):
        timestamp = _parsed(parse_datetime, value, where)
        return _primitive(datetime=timestamp), _WIDENED if isinstance(value, str) else _EXACT
    if kind == _DURATION and isinstance(value, timedelta):
        duration = Duration()
        duration.FromTimedelta(value)
        return _primitive(duration=duration), _EXACT
    if kind == _DURATION and isinstance(value, str):
        return _primitive(duration=_parsed(parse_duration, value, where)), _WIDENED
    if kind == _NONE and value is None:
        return _scalar(Scalar(none_type=Void())), _EXACT
    if kind == _STRUCT and isinstance(value, Mapping):
        return _struct(value, literal_type, where), _EXACT
    if kind == _BINARY and isinstance(value, bytes):
        return _scalar(Scalar(binary=Binary(value=value))), _EXACT
    if kind == _BINARY and isinstance(value, str):
        return _scalar(Scalar(binary=Binary(value=_base64(value, where)))), _WIDENED
    if kind == _ERROR and isinstance(value, Mapping):
        return _error(value, where), _EXACT
    raise _unfit(value, literal_type, where)


def _collection(
    value: Any, literal_type: LiteralType, where: str, adapt: Adapt | None
) -> _Coerced:
    if not isinstance(value, list | tuple):
        raise _unfit(value, literal_type, where)
    items = [
        _coerce(item, literal_type.collection_type, f"{where}[{index}]", adapt)
        for index, item in enumerate(value)
    ]
    literal = Literal(collection=LiteralCollection(literals=[item for item, _ in items]))
    return literal, max((bent for _, bent in items), default=_EXACT)


def _map(value: Any, literal_type: LiteralType, where: str, adapt: Adapt | None) -> _Coerced:
    if not isinstance(value, Mapping):
        raise _unfit(value, literal_type, where)
    literal = Literal(map=LiteralMap())
    bent = _EXACT
    for key, item in value.items():
        if not isinstance(key, str):
            raise ValueError(f"{where}: the key {key!r} must be a text")
        inner, inner_bent = _coerce(item, literal_type.map_value_type, f"{where}[{key!r}]", adapt)
        literal.map.literals[key].CopyFrom(inner)
        bent = max(bent, inner_bent)
    return literal, bent


def _enum(value: Any, literal_type: LiteralType, where: str) -> _Coerced:
    values = list(literal_type.enum_type.values)
    if not isinstance(value, str):
        raise _unfit(value, literal_type, where)
    if value not in values:
        nearest = get_close_matches(value, values, n=1)
        hint = f" (did you mean {nearest[0]}?)" if nearest else ""
        raise ValueError(f"{where}: {value!r} is none of {', '.join(values) or 'no values'}{hint}")
    return _primitive(string_value=value), _WIDENED


def _blob(value: Any, literal_type: LiteralType, where: str) -> _Coerced:
    blob_type = BlobType()
    blob_type.CopyFrom(literal_type.blob)
    if blob_type.format == PICKLE and not isinstance(value, Mapping):
        raise ValueError(
            f"{where}: a pickled Python object cannot be written out; "
            "say {uri: …} of a pickle that exists"
        )
    uri, format = _uri_and_format(value, literal_type, where)
    if format:
        if blob_type.format and blob_type.format != format:
            raise ValueError(f"{where}: expected the format {blob_type.format}, found {format}")
        blob_type.format = format
    blob = Blob(metadata=BlobMetadata(type=blob_type), uri=uri)
    return _scalar(Scalar(blob=blob)), _WIDENED


def _dataset(value: Any, literal_type: LiteralType, where: str) -> _Coerced:
    metadata = StructuredDatasetMetadata(
        structured_dataset_type=literal_type.structured_dataset_type
    )
    uri, format = _uri_and_format(value, literal_type, where)
    declared = metadata.structured_dataset_type.format
    if format:
        if declared and declared.lower() != format.lower():
            raise ValueError(f"{where}: expected the format {declared}, found {format}")
        metadata.structured_dataset_type.format = format
    dataset = StructuredDataset(uri=uri, metadata=metadata)
    return _scalar(Scalar(structured_dataset=dataset)), _WIDENED


def _union(value: Any, literal_type: LiteralType, where: str, adapt: Adapt | None) -> _Coerced:
    variants = list(literal_type.union_type.variants)
    if isinstance(value, Mapping) and set(value) == {"type", "value"}:
        named = [one for one in variants if _is_named(one, value["type"])]
        if named:
            literal, bent = _coerce(value["value"], named[0], where, adapt)
            return _wrapped(literal, named[0]), bent
    fits: list[tuple[LiteralType, Literal, int]] = []
    failures: list[ValueError] = []
    for variant in variants:
        try:
            literal, bent = _coerce(value, variant, where, adapt)
            fits.append((variant, literal, bent))
        except ValueError as error:
            if not _is_none(variant):
                failures.append(error)
    if not fits:
        # Of an optional value the one thing that it may be says best what is wrong.
        raise failures[0] if len(failures) == 1 else _unfit(value, literal_type, where)
    least = min(bent for _, _, bent in fits)
    best = [(variant, literal) for variant, literal, bent in fits if bent == least]
    if len(best) > 1:
        names = ", ".join(describe(variant) for variant, _ in best)
        raise ValueError(
            f"{where}: {describe_value(value)} could be any of {names}; "
            "say {type: …, value: …} to choose"
        )
    variant, literal = best[0]
    return _wrapped(literal, variant), least


def _wrapped(literal: Literal, variant: LiteralType) -> Literal:
    return _scalar(Scalar(union=Union(value=literal, type=variant)))


def _is_named(variant: LiteralType, name: Any) -> bool:
    """True if `name` is the variant, as `describe` says it or as its author may write it."""
    if not isinstance(name, str):
        return False
    try:
        return name == describe(variant) or describe(parse_type(name)) == describe(variant)
    except ValueError:
        return False


def _is_none(variant: LiteralType) -> bool:
    return describe(variant) == "none"


def _struct(value: Mapping[str, Any], literal_type: LiteralType, where: str) -> Literal:
    if literal_type.metadata.fields:
        _check_schema(value, MessageToDict(literal_type.metadata), where)
    try:
        packed = msgpack.packb(_sorted(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{where}: cannot be packed as a struct: {error}") from None
    return _scalar(Scalar(binary=Binary(value=packed, tag=MSGPACK)))


def _sorted(value: Any) -> Any:
    """The same with its keys in order, for whoever reads a struct goes by their names."""
    if isinstance(value, Mapping):
        # Keys that are no texts cannot be compared; packing refuses some of them with a reason.
        keys = sorted(value, key=lambda key: (type(key).__name__, str(key)))
        return {key: _sorted(value[key]) for key in keys}
    return [_sorted(item) for item in value] if isinstance(value, list | tuple) else value


def _check_schema(value: Mapping[str, Any], schema: Any, where: str) -> None:
    """Hold a struct to the JSON schema that flytekit adds to a dataclass' type.

    Admin never looks at it, so what breaks it would fail in the container.
    """
    # These cost more to import than most runs need.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match
    from jsonschema.validators import validator_for
    from referencing import Registry

    try:
        validator = validator_for(schema, Draft202012Validator)
        validator.check_schema(schema)
        # A registry of our own, lest a `$ref` makes us fetch an address.
        error = best_match(validator(schema, registry=Registry()).iter_errors(value))
    except Exception:
        # Whatever is wrong with the schema that somebody's class made: the value may be right.
        return
    if error is not None:
        place = "".join(f"[{step!r}]" for step in error.absolute_path)
        raise ValueError(f"{where}{place}: {error.message}")


def _error(value: Mapping[str, Any], where: str) -> Literal:
    literal = Literal()
    literal.scalar.error.SetInParent()
    try:
        ParseDict(dict(value), literal.scalar.error)
    except (ParseError, RecursionError, OverflowError) as error:
        raise ValueError(f"{where}: expected failedNodeId and message: {error}") from None
    return literal


def _parsed(parse: Callable[[Any], Any], value: Any, where: str) -> Any:
    try:
        return parse(value)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _uri_and_format(value: Any, literal_type: LiteralType, where: str) -> tuple[str, str]:
    if not isinstance(value, Mapping):
        return _uri(value, literal_type, where), ""
    format = value.get("format", "")
    if "uri" not in value or set(value) - {"uri", "format"} or not isinstance(format, str):
        raise ValueError(f"{where}: expected a URI, or a mapping with uri and format")
    return _uri(value["uri"], literal_type, where), format


def _uri(value: Any, literal_type: LiteralType, where: str) -> str:
    if not isinstance(value, str):
        raise _unfit(value, literal_type, where)
    if not _URI.fullmatch(value):
        raise ValueError(
            f"{where}: {value!r} is no URI of a {describe(literal_type)}; "
            "write for instance s3://bucket/key"
        )
    return value


def _base64(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{where}: binary is written in base64") from None


def _as_float(value: int, where: str) -> float:
    try:
        widened = float(value)
    except OverflowError:
        widened = float("inf")
    if widened != value:
        raise ValueError(f"{where}: no float is exactly {value}")
    return widened


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _primitive(**value: Any) -> Literal:
    return _scalar(Scalar(primitive=Primitive(**value)))


def _scalar(scalar: Scalar) -> Literal:
    return Literal(scalar=scalar)


def _unfit(value: Any, literal_type: LiteralType, where: str) -> ValueError:
    return ValueError(f"{where}: expected {describe(literal_type)}, found {describe_value(value)}")
