"""The gateway's own description: Swagger 2.0, made from the routes it answers."""

import functools
import json
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from reconciler.sandbox.http.routes import Route, routes

_SCALARS = {
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "format": "byte"},
    FieldDescriptor.TYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.TYPE_FLOAT: {"type": "number", "format": "float"},
    FieldDescriptor.TYPE_INT64: {"type": "string", "format": "int64"},
    FieldDescriptor.TYPE_UINT64: {"type": "string", "format": "uint64"},
    FieldDescriptor.TYPE_UINT32: {"type": "integer", "format": "int64"},
}
_SPECIAL: dict[str, dict[str, Any]] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string"},
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.BoolValue": {"type": "boolean"},
    "google.protobuf.Any": {"type": "object", "additionalProperties": {}},
}


@functools.cache
def openapi() -> bytes:
    """Return the whole document as JSON."""
    definitions: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for route in routes():
        path = paths.setdefault(f"/{'/'.join(route.segments)}", {})
        path[route.verb.lower()] = _operation(route, definitions)
    document = {
        "swagger": "2.0",
        "info": {"title": "Flyte Admin", "version": "1.16.8"},
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": paths,
        "definitions": definitions,
    }
    return json.dumps(document, indent=2).encode()


def _operation(route: Route, definitions: dict[str, Any]) -> dict[str, Any]:
    service, _, method = route.method.rpartition("/")
    tag = service.rpartition(".")[2]
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "type": "string"}
        for name in route.variables
    ]
    if route.body:
        schema = _reference(route.request.DESCRIPTOR, definitions)
        parameters.append({"name": "body", "in": "body", "required": True, "schema": schema})
    else:
        parameters += _query_parameters(route)
    answer = _reference(route.response.DESCRIPTOR, definitions)
    found: dict[str, Any] = {
        "operationId": f"{tag}_{method}",
        "tags": [tag],
        "parameters": parameters,
        "responses": {"200": {"description": "A successful response.", "schema": answer}},
    }
    return {"summary": route.summary, **found} if route.summary else found


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    found = []
    fields: Any = route.request.DESCRIPTOR.fields
    for field in fields:
        inner = [field]
        prefix = ""
        if field.message_type is not None and field.message_type.full_name not in _SPECIAL:
            inner, prefix = list(field.message_type.fields), f"{field.name}."
        for part in inner:
            name = f"{prefix}{part.name}"
            if part.message_type is None and name not in route.variables:
                found.append({"name": name, "in": "query", **_scalar(part)})
    return found


def _reference(descriptor: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    special = _SPECIAL.get(descriptor.full_name)
    if special is not None:
        return special
    name = descriptor.full_name
    if name not in definitions:
        definitions[name] = {"type": "object"}  # at once, for types that hold themselves
        properties = {field.name: _schema(field, definitions) for field in descriptor.fields}
        if properties:
            definitions[name]["properties"] = properties
    return {"$ref": f"#/definitions/{name}"}


def _schema(field: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if field.message_type is None:
        one = _scalar(field)
    elif field.message_type.GetOptions().map_entry:
        value = field.message_type.fields_by_name["value"]
        return {"type": "object", "additionalProperties": _schema(value, definitions)}
    else:
        one = _reference(field.message_type, definitions)
    return {"type": "array", "items": one} if field.is_repeated else one


def _scalar(field: Any) -> dict[str, Any]:
    if field.enum_type is not None:
        return {"type": "string", "enum": [value.name for value in field.enum_type.values]}
    return _SCALARS.get(field.type, {"type": "integer", "format": "int32"})
