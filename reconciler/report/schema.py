"""JSON Schemas of the documents for machines, from the classes that describe them."""

from collections.abc import Sequence
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from reconciler.report.diagnostics import to_json
from reconciler.report.documents import ApplyDocument, DriftDocument, PlanDocument
from reconciler.report.events import EVENTS
from reconciler.report.listing.documents import LISTED
from reconciler.report.listing.doing import DONE

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    NoneType: {"type": "null"},
    Any: {},
}


def document_schemas() -> dict[str, str]:
    """The schema of each document, by the name of its file in `schemas/`.

    Objects stay open: a newer minor version of the format may add keys.
    """
    schemas = {
        "plan.json": _schema("A plan", [PlanDocument]),
        "apply.json": _schema("What an apply did", [ApplyDocument]),
        "drift.json": _schema("What drifted", [DriftDocument]),
        "get.json": _schema("What get prints", LISTED),
        "executions.json": _schema("What launch, watch and their like print", DONE),
        "event.json": _schema("A line of a stream of events", EVENTS),
    }
    return {name: to_json(schema) for name, schema in schemas.items()}


def _schema(title: str, documents: Sequence[type]) -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    references = [_of(document, definitions) for document in documents]
    head = references[0] if len(references) == 1 else {"oneOf": references}
    ordered = dict(sorted(definitions.items()))
    return {"$schema": _DRAFT, "title": title, **head, "$defs": ordered}


def _of(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is NotRequired:
        return _of(arguments[0], definitions)
    if origin is Annotated:
        found = _of(arguments[0], definitions)
        return {**found, "description": arguments[1]}
    if origin is Literal:
        return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
    if origin in (Union, UnionType):
        return {"anyOf": [_of(one, definitions) for one in arguments]}
    if origin is list:
        return {"type": "array", "items": _of(arguments[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(arguments[1], definitions)}
    if is_typeddict(hint):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}  # so that it may contain itself
            definitions[hint.__name__] = _object(hint, definitions)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    return dict(_PLAIN[hint])


def _object(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(hint, include_extras=True)
    return {
        "type": "object",
        "description": " ".join((hint.__doc__ or "").split()),
        "properties": {name: _of(one, definitions) for name, one in hints.items()},
        "required": [name for name in hints if name in hint.__required_keys__],
    }
