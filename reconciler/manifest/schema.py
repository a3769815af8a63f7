"""Manifest → JSON Schema, for editors and for checks without this program.

One file a kind, and `manifest.json` that takes any of them. `python -m reconciler.manifest` writes
them into `schemas/`.
"""

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.manifest.examples import EXAMPLES
from reconciler.manifest.hover import HOVER
from reconciler.manifest.models import KINDS, REFUSED, SAID_ELSEWHERE, Manifest
from reconciler.manifest.models.binding import BINDING_SCHEMA
from reconciler.manifest.placeholders import with_placeholders
from reconciler.manifest.policies import PolicyFile
from reconciler.manifest.policy_tests import PolicyTest
from reconciler.manifest.proto_schema import message_schema, messages_in
from reconciler.manifest.workspace import Workspace, Workspaces

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MODELS: dict[str, type[Manifest]] = {
    **KINDS,
    **{kind.KIND: kind for kind in (Workspace, Workspaces, PolicyFile, PolicyTest)},
}
_REFERS_TO_BINDING = json.dumps({"$ref": "#/$defs/Binding"})[1:-1]
_NULL = {"type": "null"}


def json_schema(kind: str) -> dict[str, Any]:
    """The schema of one kind, self-contained, as JSON values.

    Raises: KeyError for a kind there is none of.
    """
    model = _MODELS[kind]
    schema = _tidied(model.model_json_schema())
    if _REFERS_TO_BINDING in json.dumps(schema):
        schema.setdefault("$defs", {})["Binding"] = copy.deepcopy(BINDING_SCHEMA)
    schema = _with_messages(schema)
    definitions = schema.get("$defs", {})
    for name, definition in {kind: schema, **definitions}.items():
        _explain(name, definition, definitions)
    if kind in KINDS:
        schema = with_placeholders(schema)
    return {"$schema": DIALECT, "title": kind, **schema}


def _with_messages(schema: dict[str, Any]) -> dict[str, Any]:
    """The same with the messages that are given verbatim written out, and those inside of them."""
    used: set[str] = set()
    schema = _written_out(schema, used)
    inside = {one for name in used for one in messages_in(name, without=REFUSED)}
    if inside:
        messages = {name: message_schema(name, without=REFUSED) for name in sorted(inside)}
        schema["$defs"] = {**schema.get("$defs", {}), **messages}
    return schema


def _written_out(value: Any, used: set[str]) -> Any:
    if isinstance(value, list):
        return [_written_out(item, used) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: _written_out(item, used) for key, item in value.items() if key != "x-message"}
    if "x-message" in value:
        used.add(value["x-message"])
        made |= message_schema(value["x-message"], without={*REFUSED, *SAID_ELSEWHERE})
    return made


def manifest_schema() -> dict[str, Any]:
    """The schema of a manifest of any kind: what a file of several documents is checked by."""
    definitions: dict[str, Any] = {}
    for kind in KINDS:
        schema = json_schema(kind)
        definitions |= schema.pop("$defs", {})
        del schema["$schema"]
        definitions[kind] = schema
    return {
        "$schema": DIALECT,
        "title": "Manifest",
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in KINDS],
        "$defs": definitions,
    }


def schema_files() -> dict[str, str]:
    """File name → content of everything that belongs into `schemas/`."""
    schemas = {f"{kind}.json": json_schema(kind) for kind in _MODELS}
    schemas["manifest.json"] = manifest_schema()
    return {
        name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in schemas.items()
    }


def write_schemas(folder: Path) -> None:
    """Write every schema into `folder`, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in schema_files().items():
        (folder / name).write_text(content, encoding="utf-8")


def _explain(name: str, schema: dict[str, Any], definitions: Mapping[str, Any]) -> None:
    """Add what editors show for a key, where its model does not say it. Works in place."""
    for key, value in schema.get("properties", {}).items():
        text = HOVER.get(f"{name}.{key}") or HOVER.get(f"*.{key}")
        # An editor shows what stands at the key itself for sure.
        text = text or _meaning(value, definitions)
        if text and "description" not in value:
            value["description"] = text
        examples = EXAMPLES.get(f"{name}.{key}") or EXAMPLES.get(f"*.{key}")
        if examples and "examples" not in value and "$ref" not in value:
            value["examples"] = copy.deepcopy(examples)
    # A mapping that may also be said by a text alone is one of its choices.
    for choice in schema.get("anyOf", ()):
        _explain(name, choice, definitions)


def _meaning(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """What is said of the definition that a key leads to, or of the one choice that says it."""
    if "$ref" in schema:
        return _meaning(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    said = str(schema.get("description", ""))
    choices = (_meaning(choice, definitions) for choice in schema.get("anyOf", ()))
    return said or next((text for text in choices if text), "")


def _tidied(value: Any, *, names: bool = False) -> Any:
    """A schema without what pydantic adds for programs: titles, and null for what is left out.

    `names` is True where the keys of a mapping are names of fields, not words of JSON Schema.
    """
    if isinstance(value, list):
        return [_tidied(item) for item in value]
    if not isinstance(value, dict):
        return value
    if names:
        return {key: _tidied(item) for key, item in value.items()}
    if value.get("x-definition"):
        return {"$ref": f"#/$defs/{value['x-definition']}"}
    tidied = {
        key: _tidied(item, names=key in ("properties", "$defs"))
        for key, item in value.items()
        if key != "title" and not (key == "default" and item is None)
    }
    if patterned := tidied.pop("patternProperties", None):
        # pydantic's way to say what keys look like lets all other keys pass.
        ((pattern, values),) = patterned.items()
        tidied["additionalProperties"] = values
        tidied["propertyNames"] = {"pattern": pattern, **tidied.get("propertyNames", {})}
    if "description" in tidied:
        tidied["description"] = re.sub(r"\s+", " ", tidied["description"])
    choices = [choice for choice in tidied.get("anyOf", ()) if choice != _NULL]
    if len(choices) == 1:
        del tidied["anyOf"]
        return {**choices[0], **tidied}
    return tidied
