"""Where a node's input comes from: another node, the workflow's inputs, or a literal.

In YAML `{from: node.output}` at any depth of lists and maps; all else is a literal, taken by the
declared type later. A literal map that holds a key `from` itself is wrapped: `{value: {…}}`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from reconciler.manifest.models.base import Path, Problem, refuse

_STEP = r"""\.[^.\[\]\s"']+|\[[0-9]+\]|\["[^"]*"\]|\['[^']*'\]"""
_PROMISE = re.compile(rf"""([^.\[\]\s"']+)\.([^.\[\]\s"']+)((?:{_STEP})*)""")
_STEPS = re.compile(_STEP)


@dataclass(frozen=True, slots=True)
class Promise:
    """An output of a node, or (`node` is empty) an input of the workflow itself.

    `attributes` lead into it: positions of a list as int, keys and fields as str.
    """

    node: str
    variable: str
    attributes: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal as YAML gave it."""

    value: Any


@dataclass(frozen=True, slots=True)
class ListBinding:
    """A list of which some item is no literal."""

    items: tuple["Binding", ...]


@dataclass(frozen=True, slots=True)
class MapBinding:
    """A map of which some value is no literal."""

    items: Mapping[str, "Binding"] = field(default_factory=dict)


Binding = Promise | Constant | ListBinding | MapBinding


def parse_promise(text: Any) -> Promise:
    """Read `inputs.day`, `extract.rows` or `extract.table[0].field["key"]`.

    Raises: ValueError saying how it is written.
    """
    found = _PROMISE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(
            "expected where it comes from, such as inputs.day, extract.rows or extract.rows[0]"
        )
    node, variable, rest = found.groups()
    steps = tuple(_step(step) for step in _STEPS.findall(rest))
    return Promise("" if node == "inputs" else node, variable, steps)


def parse_binding(value: Any) -> Binding:
    """Read one binding from its YAML value. Problems are refused all at once, with their paths."""
    problems: list[Problem] = []
    binding = _read(value, (), problems)
    if problems:
        refuse(problems)
    return binding


def promises(binding: Binding, path: Path = ()) -> Iterator[tuple[Path, Promise]]:
    """Every promise within a binding, with its path."""
    match binding:
        case Promise():
            yield path, binding
        case ListBinding(items):
            for index, item in enumerate(items):
                yield from promises(item, (*path, index))
        case MapBinding(entries):
            for key, item in entries.items():
                yield from promises(item, (*path, key))


def _read(value: Any, path: Path, problems: list[Problem]) -> Binding:
    if not _has_form(value):
        return Constant(value)
    if isinstance(value, list):
        return ListBinding(
            tuple(_read(item, (*path, index), problems) for index, item in enumerate(value))
        )
    if set(value) == {"value"} and isinstance(value["value"], dict):
        return Constant(value["value"])
    if "from" not in value:
        return MapBinding(
            {key: _read(item, (*path, key), problems) for key, item in value.items()}
        )
    if len(value) > 1:
        others = ", ".join(key for key in value if key != "from")
        problems.append(
            Problem(
                f"a mapping with from says nothing else, found {others}",
                path,
                hint="to say a literal map that has the key from, write {value: {…}}",
            )
        )
        return Constant(None)
    try:
        return parse_promise(value["from"])
    except ValueError as error:
        problems.append(Problem(str(error), (*path, "from")))
        return Constant(None)


def _has_form(value: Any) -> bool:
    """True if somewhere inside is a key `from`, which makes more than a literal of it."""
    if isinstance(value, dict):
        return "from" in value or any(_has_form(item) for item in value.values())
    return isinstance(value, list) and any(_has_form(item) for item in value)


def _step(text: str) -> str | int:
    if text.startswith("."):
        return text[1:]
    inside = text[1:-1]
    return int(inside) if inside.isdigit() else inside[1:-1]


PromiseText = Annotated[
    Promise,
    PlainValidator(parse_promise),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^{_PROMISE.pattern}$",
            "description": "inputs.day, extract.rows, extract.table[0].field",
        }
    ),
]
BindingValue = Annotated[
    Binding, PlainValidator(parse_binding), WithJsonSchema({"x-definition": "Binding"})
]
BINDING_SCHEMA: dict[str, Any] = {
    "description": "{from: node.output}, a literal, or a list or map of both; "
    "{value: {…}} takes a map with a key `from` literally.",
    "anyOf": [
        {"type": ["string", "number", "boolean", "null"]},
        {"type": "array", "items": {"$ref": "#/$defs/Binding"}},
        {
            "type": "object",
            "properties": {"from": {"type": "string", "pattern": f"^{_PROMISE.pattern}$"}},
            "required": ["from"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"value": {"type": "object"}},
            "required": ["value"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "not": {"required": ["from"]},
            "additionalProperties": {"$ref": "#/$defs/Binding"},
        },
    ],
}
