"""What the drafts of JSON Schema allow in a schema.

Each draft describes its schemas by a schema of its own. This is that description for
drafts 4, 6 and 7 as a table of checks, one a keyword, strict where Admin's library is: a
`format` it has never heard of makes a schema invalid.

Source: github.com/santhosh-tekuri/jsonschema v1.2.4, draft4.go, draft6.go, draft7.go.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from reconciler.compiler.gosyntax import is_regex, is_uri_reference

Json = Any  # None, bool, float, str, list or dict of these

_Check = Callable[[Json, int], bool]

_TYPES: Final = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_FORMATS: Final = frozenset({
    "date-time", "date", "time", "hostname", "email", "ip-address", "ipv4", "ipv6", "uri",
    "iri", "uri-reference", "uriref", "iri-reference", "uri-template", "regex", "json-pointer",
    "relative-json-pointer", "format", "encoding", "mediatype",
})  # fmt: skip
_PLAIN_INTEGERS: Final = 1e21  # from here on a number is written with an exponent


class SchemaError(ValueError):
    """A document is no schema, or refers to what is not there."""


def check_schema(document: Json, draft: int) -> None:
    """Check a schema and all schemas in it.

    Raises:
        SchemaError: The draft's own schema does not allow it.
    """
    if not _is_schema(document, draft):
        raise SchemaError("not a schema")


def _is_schema(value: Json, draft: int) -> bool:
    if isinstance(value, bool):
        return draft >= 6
    if not isinstance(value, dict):
        return False
    checks = _CHECKS[draft]
    if not all(checks[key](each, draft) for key, each in value.items() if key in checks):
        return False
    if draft > 4:
        return True
    return all(
        limit in value or f"exclusive{limit.capitalize()}" not in value
        for limit in ("minimum", "maximum")
    )


def _is_text(value: Json, draft: int) -> bool:
    return isinstance(value, str)


def _is_boolean(value: Json, draft: int) -> bool:
    return isinstance(value, bool)


def _is_number(value: Json, draft: int) -> bool:
    return isinstance(value, float)


def _is_positive(value: Json, draft: int) -> bool:
    return isinstance(value, float) and value > 0


def _is_count(value: Json, draft: int) -> bool:
    return isinstance(value, float) and value.is_integer() and 0 <= value < _PLAIN_INTEGERS


def _is_format(value: Json, draft: int) -> bool:
    return isinstance(value, str) and value in _FORMATS


def _is_schema_or_boolean(value: Json, draft: int) -> bool:
    return isinstance(value, bool) or _is_schema(value, draft)


def _are_schemas(value: Json, draft: int) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_schema(v, draft) for v in value)


def _is_schema_or_schemas(value: Json, draft: int) -> bool:
    return _is_schema(value, draft) or _are_schemas(value, draft)


def _is_schema_map(value: Json, draft: int) -> bool:
    return isinstance(value, dict) and all(_is_schema(v, draft) for v in value.values())


def _is_pattern_map(value: Json, draft: int) -> bool:
    return _is_schema_map(value, draft) and all(is_regex(pattern) for pattern in value)


def _is_dependency_map(value: Json, draft: int) -> bool:
    return isinstance(value, dict) and all(
        _is_schema(v, draft) or _are_names(v, draft) for v in value.values()
    )


def _are_names(value: Json, draft: int) -> bool:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        return False
    return len(set(value)) == len(value) and (bool(value) or draft > 4)


def _is_enum(value: Json, draft: int) -> bool:
    return isinstance(value, list) and bool(value) and len(set(map(_key, value))) == len(value)


def _is_type(value: Json, draft: int) -> bool:
    if isinstance(value, list):
        known = all(isinstance(name, str) and name in _TYPES for name in value)
        return known and bool(value) and len(set(value)) == len(value)
    return isinstance(value, str) and value in _TYPES


def _is_reference(value: Json, draft: int) -> bool:
    return isinstance(value, str) and is_uri_reference(value)


def _is_uri(value: Json, draft: int) -> bool:
    return _is_reference(value, draft) and re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", value) is not None


def _is_pattern(value: Json, draft: int) -> bool:
    return isinstance(value, str) and is_regex(value)


def _key(value: Json) -> object:
    """Return something hashable that is equal for equal JSON values."""
    if isinstance(value, dict):
        return "object", frozenset((name, _key(each)) for name, each in value.items())
    if isinstance(value, list):
        return "array", tuple(map(_key, value))
    return type(value).__name__, value


_COMMON: Final[dict[str, _Check]] = {
    "$schema": _is_uri,
    "title": _is_text,
    "description": _is_text,
    "multipleOf": _is_positive,
    "maximum": _is_number,
    "minimum": _is_number,
    "maxLength": _is_count,
    "minLength": _is_count,
    "pattern": _is_pattern,
    "items": _is_schema_or_schemas,
    "maxItems": _is_count,
    "minItems": _is_count,
    "uniqueItems": _is_boolean,
    "maxProperties": _is_count,
    "minProperties": _is_count,
    "required": _are_names,
    "definitions": _is_schema_map,
    "properties": _is_schema_map,
    "patternProperties": _is_pattern_map,
    "dependencies": _is_dependency_map,
    "enum": _is_enum,
    "type": _is_type,
    "allOf": _are_schemas,
    "anyOf": _are_schemas,
    "oneOf": _are_schemas,
    "not": _is_schema,
    "format": _is_format,
}
_SINCE_6: Final[dict[str, _Check]] = {
    **_COMMON,
    "$id": _is_reference,
    "$ref": _is_reference,
    "exclusiveMaximum": _is_number,
    "exclusiveMinimum": _is_number,
    "additionalItems": _is_schema,
    "additionalProperties": _is_schema,
    "contains": _is_schema,
    "propertyNames": _is_schema,
}
_CHECKS: Final[dict[int, dict[str, _Check]]] = {
    4: {
        **_COMMON,
        "id": _is_reference,
        "$ref": _is_text,
        "exclusiveMaximum": _is_boolean,
        "exclusiveMinimum": _is_boolean,
        "additionalItems": _is_schema_or_boolean,
        "additionalProperties": _is_schema_or_boolean,
        "regexProperties": _is_boolean,
    },
    6: _SINCE_6,
    7: {
        **_SINCE_6,
        "$comment": _is_text,
        "readOnly": _is_boolean,
        "examples": lambda value, draft: isinstance(value, list),
        "contentMediaType": lambda value, draft: value == "application/json",
        "contentEncoding": lambda value, draft: value == "base64",
        "if": _is_schema,
        "then": _is_schema,
        "else": _is_schema,
    },
}
