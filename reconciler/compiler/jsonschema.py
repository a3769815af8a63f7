"""JSON schemas of draft 4, 6 and 7, compiled as far as their comparison looks.

A schema that would not compile in Admin raises here: one of an unknown draft, one that
its draft's own schema refuses (see `metaschema`), one with a reference to nowhere. There
is no loading of other documents.

Source: github.com/santhosh-tekuri/jsonschema v1.2.4, compiler.go and resource.go.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit

from reconciler.compiler.metaschema import Json, SchemaError, check_schema

__all__ = ["Json", "Schema", "SchemaError", "compile_schema", "same_json", "struct_json"]

_DRAFTS: Final = {
    "http://json-schema.org/schema#": 7,
    "http://json-schema.org/draft-07/schema#": 7,
    "http://json-schema.org/draft-06/schema#": 6,
    "http://json-schema.org/draft-04/schema#": 4,
}
_LONGEST: Final = (1 << 63) - 1
_PLAIN: Final = frozenset({"const", "default", "enum", "examples"})  # hold values, not schemas
_HERE: Final = "schema"  # the address of the document itself: relative, as in Admin


@dataclass(slots=True, eq=False)
class Schema:
    """What the comparison asks of a schema. Limits are -1 where not given.

    `always` is set for the schemas `true` and `false`, whose limits are all 0: an oddity of
    the original that shows in comparisons. `unimplemented` tells of keywords the comparison
    knows by name only.
    """

    always: bool | None = None
    ref: Schema | None = None
    types: Sequence[str] = ()
    enum: Sequence[Json] | None = None
    constant: Sequence[Json] = ()
    all_of: Sequence[Schema] = ()
    any_of: Sequence[Schema] = ()
    one_of: Sequence[Schema] = ()
    if_: Schema | None = None
    then: Schema | None = None
    else_: Schema | None = None
    format: str = ""
    pattern: str | None = None
    min_length: int = 0
    max_length: int = 0
    minimum: float | None = None
    maximum: float | None = None
    exclusive_limits: bool = False
    multiple_of: float | None = None
    min_items: int = 0
    max_items: int = 0
    items: Schema | Sequence[Schema] | None = None
    additional_items: bool = False
    unique_items: bool = False
    min_properties: int = 0
    max_properties: int = 0
    required: Sequence[str] = ()
    properties: Mapping[str, Schema] = field(default_factory=dict)
    additional_properties: bool = False
    unimplemented: bool = False

    def resolved(self) -> Schema:
        """Follow references to the schema that says something.

        Raises:
            RecursionError: The references run in a circle.
        """
        schema, seen = self, set[int]()
        while schema.ref is not None:
            if id(schema) in seen:
                raise RecursionError
            seen.add(id(schema))
            schema = schema.ref
        return schema


def compile_schema(document: Json) -> Schema:
    """Compile a whole document.

    Raises:
        SchemaError: It does not compile.
    """
    draft = 7
    if isinstance(document, dict) and "$schema" in document:
        name = document["$schema"]
        if not isinstance(name, str) or name not in _DRAFTS:
            raise SchemaError(f"unknown $schema {name!r}")
        draft = _DRAFTS[name]
    return _Compiler(document, draft).reference(_HERE, "#")


def struct_json(struct: Any) -> Json:
    """Return a google.protobuf.Struct as plain JSON; one without fields is null.

    Raises:
        SchemaError: It holds a number JSON does not know, or a value without kind.
    """
    if not struct.fields:
        return None  # as Go marshals a map that was never made
    return {name: _value_json(struct.fields[name]) for name in struct.fields}


def same_json(left: Json, right: Json) -> bool:
    """Compare JSON values; unlike Python's `==`, `true` is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            same_json(value, right[key]) for key, value in left.items()
        )
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same_json, left, right))
    return bool(left == right)


def _value_json(value: Any) -> Json:
    kind = value.WhichOneof("kind")
    if kind is None:
        raise SchemaError("a value without kind")
    if kind == "null_value":
        return None
    if kind == "struct_value":
        fields = value.struct_value.fields
        return {name: _value_json(fields[name]) for name in fields}
    if kind == "list_value":
        return [_value_json(each) for each in value.list_value.values]
    plain: Json = getattr(value, kind)
    if isinstance(plain, float) and not math.isfinite(plain):
        raise SchemaError("a number JSON does not know")
    return plain


class _Compiler:
    """One document under compilation, with the schemas its references led to."""

    def __init__(self, document: Json, draft: int) -> None:
        self._document = document
        self._draft = draft
        self._id = "id" if draft == 4 else "$id"
        self._schemas: dict[str, Schema] = {}

    def reference(self, base: str, ref: str) -> Schema:
        """Return the schema that `ref` names within the document."""
        if ref in ("", "#", "#/"):
            return self._compile_once("#", self._document, _HERE)
        if ref.startswith("#/"):
            if ref in self._schemas:
                return self._schemas[ref]
            base, value = self._follow(ref)
            return self._compile_once(ref, value, base)
        address = _resolve(base, ref)
        if address in self._schemas:
            return self._schemas[address]
        named = dict(self._named(_HERE, self._document))
        if address not in named:
            raise SchemaError(f"invalid $ref {ref}")
        return self._compile_once(address, named[address], address)

    def _compile_once(self, key: str, value: Json, base: str) -> Schema:
        if key not in self._schemas:
            check_schema(value, self._draft)
            # Known before it is compiled: it may refer to itself.
            self._schemas[key] = Schema()
            self._fill(self._schemas[key], value, base)
        return self._schemas[key]

    def _follow(self, pointer: str) -> tuple[str, Json]:
        base, value = _HERE, self._document
        for part in pointer[2:].split("/"):
            name = unquote(part.replace("~1", "/").replace("~0", "~"))
            if isinstance(value, dict):
                if isinstance(value.get(self._id), str):
                    base = _resolve(base, value[self._id])
                value = value.get(name)
            elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
                value = value[int(name)]
            else:
                raise SchemaError(f"invalid $ref {pointer}")
        return base, value

    def _named(self, base: str, value: Json) -> list[tuple[str, Json]]:
        """List the schemas with an id of their own, by address."""
        if not isinstance(value, dict):
            return []
        found: list[tuple[str, Json]] = []
        if isinstance(value.get(self._id), str):
            base = _resolve(base, value[self._id])
            found.append((base, value))
        for keyword, inner in value.items():
            if keyword in _PLAIN:
                continue
            for each in inner if isinstance(inner, list) else [inner]:
                found += self._named(base, each)
        return found

    def _compile(self, value: Json, base: str) -> Schema:
        schema = Schema()
        self._fill(schema, value, base)
        return schema

    def _fill(self, schema: Schema, value: Json, base: str) -> None:
        if isinstance(value, bool):
            schema.always = value
            return
        assert isinstance(value, dict)  # check_schema saw to it
        if self._id in value:
            base = _resolve(base, value[self._id])
        if "$ref" in value:
            schema.ref = self.reference(base.partition("#")[0], value["$ref"])
            return
        types = value.get("type", [])
        schema.types = [types] if isinstance(types, str) else types
        schema.enum = value.get("enum")
        schema.all_of = self._list(value, "allOf", base)
        schema.any_of = self._list(value, "anyOf", base)
        schema.one_of = self._list(value, "oneOf", base)
        schema.format = value.get("format", "")
        schema.pattern = value.get("pattern")
        schema.min_length, schema.max_length = _limits(value, "Length")
        schema.required = value.get("required", [])
        schema.multiple_of = _number(value, "multipleOf")
        self._fill_limits(schema, value)
        self._fill_object(schema, value, base)
        self._fill_array(schema, value, base)
        if self._draft >= 6:
            schema.constant = [value["const"]] if "const" in value else []
            self._optional(value, "propertyNames", base)
            self._optional(value, "contains", base)
        if self._draft >= 7 and value.get("if") is not None:
            self._fill_condition(schema, value, base)

    def _fill_limits(self, schema: Schema, value: dict[str, Json]) -> None:
        for name, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            limit, marked = _number(value, name), value.get(exclusive)
            if marked is True:  # draft 4: the limit itself is exclusive
                limit = None
            setattr(schema, name, limit)
            schema.exclusive_limits |= marked is not None and marked is not False

    def _fill_object(self, schema: Schema, value: dict[str, Json], base: str) -> None:
        schema.min_properties, schema.max_properties = _limits(value, "Properties")
        schema.properties = {
            name: self._compile(each, base) for name, each in value.get("properties", {}).items()
        }
        patterns = value.get("patternProperties", {})
        dependencies = value.get("dependencies", {})
        for each in (*patterns.values(), *dependencies.values()):
            if not isinstance(each, list):
                self._compile(each, base)
        rest = value.get("additionalProperties")
        if isinstance(rest, dict):
            self._compile(rest, base)
        schema.additional_properties = rest is not None and rest is not True
        refused = self._optional(value, "not", base) is not None
        schema.unimplemented = bool(patterns or dependencies or refused)

    def _fill_array(self, schema: Schema, value: dict[str, Json], base: str) -> None:
        schema.min_items, schema.max_items = _limits(value, "Items")
        schema.unique_items = value.get("uniqueItems", False)
        items = value.get("items")
        if isinstance(items, list):
            schema.items = self._list(value, "items", base)
            rest = value.get("additionalItems", True)
            if isinstance(rest, dict):
                self._compile(rest, base)
            schema.additional_items = True
        elif items is not None:
            schema.items = self._compile(items, base)

    def _fill_condition(self, schema: Schema, value: dict[str, Json], base: str) -> None:
        if value.get("then") is None and value.get("else") is None:
            return
        schema.if_ = self._optional(value, "if", base)
        schema.then = self._optional(value, "then", base)
        schema.else_ = self._optional(value, "else", base)

    def _optional(self, value: dict[str, Json], name: str, base: str) -> Schema | None:
        return self._compile(value[name], base) if name in value else None

    def _list(self, value: dict[str, Json], name: str, base: str) -> list[Schema]:
        return [self._compile(each, base) for each in value.get(name, [])]


def _limits(value: dict[str, Json], what: str) -> tuple[int, int]:
    low, high = value.get(f"min{what}", -1), value.get(f"max{what}", -1)
    return min(int(low), _LONGEST), min(int(high), _LONGEST)


def _number(value: dict[str, Json], name: str) -> float | None:
    return float(value[name]) if name in value else None


def _resolve(base: str, ref: str) -> str:
    """Return the address of `ref` as seen from `base`; a whole document ends in `#`."""
    if not ref:
        return base
    document, _, fragment = ref.partition("#")
    home = base.partition("#")[0]
    try:
        if urlsplit(ref).scheme or urlsplit(base).scheme:
            document = urljoin(home, document) if document else home
        elif document:
            document = posixpath.normpath(posixpath.join(posixpath.dirname(home), document))
        else:
            document = home
    except ValueError as exc:
        raise SchemaError(f"invalid address {ref}") from exc
    return f"{document}#{'' if fragment == '/' else fragment}"
