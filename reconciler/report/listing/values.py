"""Literals as text and as JSON, the way people write them, whatever their type."""

import json
from typing import Any

import msgpack
from google.protobuf.json_format import MessageToDict

_LONG = 60


def plain(literal: Any) -> Any:
    """A literal as JSON has it: times and durations as text, files as their URI, lists and maps.

    What has no such form, bytes for instance, is the message itself as JSON.
    """
    match literal.WhichOneof("value"):
        case "scalar":
            return _scalar(literal.scalar)
        case "collection":
            return [plain(one) for one in literal.collection.literals]
        case "map":
            found = literal.map.literals
            return {name: plain(found[name]) for name in sorted(found)}
        case "offloaded_metadata":
            return {"offloaded": literal.offloaded_metadata.uri}
    return None


def plain_map(literals: Any) -> dict[str, Any]:
    """Each literal of a LiteralMap as JSON has it, by name."""
    return {name: plain(literals.literals[name]) for name in sorted(literals.literals)}


def short_value(literal: Any) -> str:
    """A literal on one line, its end left out if it is long."""
    value = plain(literal)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= _LONG else f"{text[: _LONG - 1]}…"


def _scalar(scalar: Any) -> Any:
    match scalar.WhichOneof("value"):
        case "primitive":
            return _primitive(scalar.primitive)
        case "none_type":
            return None
        case "blob":
            return scalar.blob.uri
        case "schema":
            return scalar.schema.uri
        case "structured_dataset":
            return scalar.structured_dataset.uri
        case "union":
            return plain(scalar.union.value)
        case "generic":
            return MessageToDict(scalar.generic)
        case "error":
            return {"error": scalar.error.message}
        case "binary":
            return _binary(scalar.binary)
    return None


def _primitive(primitive: Any) -> Any:
    match primitive.WhichOneof("value"):
        case "datetime":
            return primitive.datetime.ToJsonString()
        case "duration":
            return primitive.duration.ToJsonString()
        case None:
            return None
        case field:
            return getattr(primitive, field)


def _binary(binary: Any) -> Any:
    if binary.tag == "msgpack":
        try:
            value = msgpack.unpackb(binary.value, strict_map_key=False)
            json.dumps(value)
        except Exception:  # whatever somebody's bytes do to it: they are shown as bytes
            return MessageToDict(binary)
        return value
    return MessageToDict(binary)
