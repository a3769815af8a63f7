"""What every kind's schema takes besides its own: `forEach`, and `${…}` in the place of any value.

An editor cannot know what a reference stands for, so it takes one wherever the loader does.
"""

from typing import Any

from reconciler.manifest.each import FIELD

_REFERENCE: dict[str, Any] = {
    "type": "string",
    "pattern": r"\$\{(var|env|image|each)\.",
    "description": "A reference that is replaced before the manifest is checked.",
}
_TO_REFERENCE = {"$ref": "#/$defs/Substituted"}
# These say what the document is, and stay what they are.
_FIXED = ("apiVersion", "kind")
# What is said about a value stays beside it, where editors look for it.
_ABOUT = ("description", "markdownDescription", "default", "examples", "deprecated", "title")
_SCALARS: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_FOR_EACH: dict[str, Any] = {
    "description": "Make a document of each: ${each.key} and ${each.value} say of which. A list "
    "of texts or numbers, a mapping, or a matrix of lists.",
    "examples": [["eu", "us"], {"matrix": {"region": ["eu", "us"], "size": ["s", "l"]}}],
    "anyOf": [
        {"type": "array", "minItems": 1, "items": _SCALARS},
        {"type": "object", "minProperties": 1, "not": {"required": ["matrix"]}},
        {
            "type": "object",
            "properties": {
                "matrix": {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": {
                        "anyOf": [{"type": "array", "items": _SCALARS}, _TO_REFERENCE]
                    },
                },
                "exclude": {"type": "array", "items": {"type": "object"}},
            },
            "required": ["matrix"],
            "additionalProperties": False,
        },
        _TO_REFERENCE,
    ],
}


def with_placeholders(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a kind that also takes references and `forEach`."""
    widened = _widened(schema)
    properties = {
        name: schema["properties"][name] if name in _FIXED else value
        for name, value in widened["properties"].items()
    }
    definitions = {**widened.get("$defs", {}), "Substituted": _REFERENCE}
    return {**widened, "properties": {**properties, FIELD: _FOR_EACH}, "$defs": definitions}


def _widened(schema: Any) -> Any:
    """A schema whose inner values may be references; whether it may be one itself is outside."""
    if not isinstance(schema, dict):
        return schema
    made = dict(schema)
    for key in ("properties", "$defs"):
        if key in made:
            made[key] = {
                name: _value(inner) if key == "properties" else _widened(inner)
                for name, inner in made[key].items()
            }
    for key in ("additionalProperties", "items"):
        if isinstance(made.get(key), dict):
            made[key] = _value(made[key])
    for key in ("anyOf", "oneOf", "allOf"):
        # Within a choice `oneOf` must not fit twice; what is chosen among is widened as a whole.
        if key in made:
            made[key] = [_widened(one) for one in made[key]]
    return made


def _value(schema: dict[str, Any]) -> dict[str, Any]:
    widened: dict[str, Any] = _widened(schema)
    if _takes_any_text(schema):
        return widened
    about = {key: widened[key] for key in _ABOUT if key in widened}
    rest = {key: value for key, value in widened.items() if key not in about}
    if list(rest) == ["anyOf"]:
        return {**about, "anyOf": [*rest["anyOf"], _TO_REFERENCE]}
    return {**about, "anyOf": [rest, _TO_REFERENCE]}


def _takes_any_text(schema: dict[str, Any]) -> bool:
    constraints = schema.keys() - set(_ABOUT) - {"minLength"}
    return not constraints or (constraints == {"type"} and schema["type"] == "string")
