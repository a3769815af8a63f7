"""JSON Schemas of flyteidl's messages as protobuf JSON, for what manifests give verbatim.

As generous as protobuf's own reader: numbers may be texts, enums numbers, and null is what is not
said. Fields are offered by their JSON names; those of the `.proto` files are taken as well.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor

Schema = dict[str, Any]

_WHOLE = r"^[-+]?[0-9][0-9_]*$"
_COUNT = r"^[+]?[0-9][0-9_]*$"
_NUMBER = r"^([-+]?([0-9][0-9_]*)?\.?[0-9_]*([eE][-+]?[0-9]+)?|NaN|-?Infinity)$"
_INTEGERS = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
# Messages with a JSON of their own.
_OWN_JSON: Mapping[str, Schema] = {
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Value": {},
    "google.protobuf.ListValue": {"type": "array"},
    "google.protobuf.Any": {"type": "object"},
    "google.protobuf.Duration": {"type": "string", "pattern": "s$", "examples": ["90s"]},
    "google.protobuf.Timestamp": {"type": "string", "examples": ["2024-01-31T06:00:00Z"]},
    "google.protobuf.BoolValue": {"type": "boolean"},
}


def message_schema(name: str, *, without: Collection[str] = ()) -> Schema:
    """The schema of one message; those inside of it are references to `#/$defs/` by their names.

    Args:
        name: The full name, such as `flyteidl.core.TaskTemplate`.
        without: Full names of fields that are not taken.
    """
    properties: dict[str, Schema] = {}
    patterns: dict[str, Schema] = {}
    for field in _descriptor(name).fields:
        if field.full_name in without:
            continue
        schema = _nullable(_field(field))
        properties[field.json_name] = {"description": f"{field.full_name}.", **schema}
        if field.name != field.json_name:
            patterns[f"^{field.name}$"] = schema
    made: Schema = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    return made | ({"patternProperties": patterns} if patterns else {})


def messages_in(name: str, *, without: Collection[str] = ()) -> Iterator[str]:
    """The full name of each message that `message_schema` refers to, at any depth, once."""
    seen: set[str] = set()
    waiting = [_descriptor(name)]
    while waiting:
        for field in waiting.pop().fields:
            inside = _inside(field)
            if inside is None or inside.full_name in seen or field.full_name in without:
                continue
            seen.add(inside.full_name)
            waiting.append(inside)
            yield inside.full_name


def _descriptor(name: str) -> Descriptor:
    return descriptor_pool.Default().FindMessageTypeByName(name)


def _inside(field: FieldDescriptor) -> Descriptor | None:
    """The message in a field, or in the values of its map, unless it has a JSON of its own."""
    inside = field.message_type
    if inside is not None and inside.GetOptions().map_entry:
        inside = inside.fields_by_name["value"].message_type
    return None if inside is None or inside.full_name in _OWN_JSON else inside


def _field(field: FieldDescriptor) -> Schema:
    inside = field.message_type
    if inside is not None and inside.GetOptions().map_entry:
        return {
            "type": "object",
            "additionalProperties": _single(inside.fields_by_name["value"]),
        }
    if field.is_repeated:
        return {"type": "array", "items": _single(field)}
    return _single(field)


def _single(field: FieldDescriptor) -> Schema:
    inside = field.message_type
    if inside is not None:
        own = _OWN_JSON.get(inside.full_name)
        return dict(own) if own is not None else {"$ref": f"#/$defs/{inside.full_name}"}
    if field.enum_type is not None:
        names = [value.name for value in field.enum_type.values]
        return {"anyOf": [{"enum": names}, _integer(FieldDescriptor.CPPTYPE_INT32)]}
    if field.cpp_type in _INTEGERS:
        return _integer(field.cpp_type)
    if field.cpp_type in (FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE):
        return {"type": ["number", "string"], "pattern": _NUMBER}
    return {"type": "boolean" if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL else "string"}


def _integer(kind: int) -> Schema:
    least, most = _INTEGERS[kind]
    text = _WHOLE if least else _COUNT
    return {"type": ["integer", "string"], "minimum": least, "maximum": most, "pattern": text}


def _nullable(schema: Schema) -> Schema:
    """The same, or null."""
    if "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return {**schema, "type": [*types, "null"]}
    if "anyOf" in schema:
        return {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    return {"anyOf": [schema, {"type": "null"}]} if schema else {}
