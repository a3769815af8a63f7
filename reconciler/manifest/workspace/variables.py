"""Variables: what a workspace declares of them, and what values they may have."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from reconciler.manifest.models.base import Maybe, Name, Part, Problem, Text, or_text, refuse
from reconciler.manifest.reader import read
from reconciler.manifest.scalars import plain_value
from reconciler.manifest.suggest import did_you_mean
from reconciler.model import Diagnostic, Sensitive, describe_value

_SHORTEST = Sensitive.SHORTEST
TYPES = ("string", "int", "number", "bool", "list", "map")
_SCALARS = TYPES[:4]
_TYPE = re.compile(rf"(?:{'|'.join(TYPES)})|(list|map)\[({'|'.join(_SCALARS)})\]")
_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_-]*"
_FITS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "bool": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "map": lambda value: isinstance(value, dict),
}
_WORDS = {
    "string": "a text",
    "int": "a whole number",
    "number": "a number",
    "bool": "true or false",
    "list": "a list",
    "map": "a mapping",
}


def _type(value: Any) -> str:
    if isinstance(value, str) and _TYPE.fullmatch(value):
        return value
    hint = did_you_mean(value, TYPES) if isinstance(value, str) else ""
    raise ValueError(
        f"expected {', '.join(TYPES)}, list[T] or map[T]" + (f" ({hint})" if hint else "")
    )


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, OverflowError) as error:
        raise ValueError(f"is no regular expression: {error}") from None
    except RecursionError:
        raise ValueError("is no regular expression: nested too deeply") from None
    return text


def _identifier(text: str) -> str:
    if not re.fullmatch(_IDENTIFIER, text):
        raise ValueError(f"{text!r} is no name: letters, digits, `_` and `-`, no digit first")
    return text


Identifier = Annotated[
    str,
    AfterValidator(_identifier),
    Field(json_schema_extra={"pattern": f"^{_IDENTIFIER}$"}),
]
# As a schema of its own, where a text alone stands for a mapping.
IDENTIFIER_SCHEMA: dict[str, Any] = {"type": "string", "pattern": f"^{_IDENTIFIER}$"}
_TYPE_SCHEMA: dict[str, Any] = {
    "type": "string",
    "anyOf": [
        {"enum": list(TYPES)},
        {"pattern": rf"^(list|map)\[({'|'.join(_SCALARS)})\]$"},
    ],
    "description": "string, int, number, bool, list or map; list[string] says what is in it.",
}


class VariableDeclaration(Part):
    """A value that differs from one environment or run to the next. A text alone is its type."""

    model_config = ConfigDict(json_schema_extra=or_text(_TYPE_SCHEMA))

    type: Annotated[str, PlainValidator(_type), WithJsonSchema(_TYPE_SCHEMA)] = "string"
    description: Text = ""
    default: Annotated[
        Any, Field(description="The value where nobody gives one. Without it one must be given.")
    ] = None
    required: Annotated[
        Maybe[bool],
        Field(description="Whether a value must be given: exactly if there is no default."),
    ] = None
    sensitive: Annotated[
        bool,
        Field(description=f"Never shown. For texts of {_SHORTEST} characters and more."),
    ] = False
    enum: Annotated[
        Maybe[Annotated[tuple[Any, ...], Field(strict=False, min_length=1)]],
        Field(description="The values it may have; for a list or map, its items."),
    ] = None
    pattern: Annotated[
        Maybe[Annotated[Name, AfterValidator(_pattern)]],
        Field(description="A regular expression that the whole text, or every item, matches."),
    ] = None
    min: Annotated[
        Maybe[float | int],
        Field(description="Of a number the least value; else the least length."),
    ] = None
    max: Annotated[
        Maybe[float | int],
        Field(description="Of a number the greatest value; else the greatest length."),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"type": value}
        if not isinstance(value, dict):
            raise ValueError("expected a type such as string, or a mapping with type and default")
        return value

    @model_validator(mode="after")
    def _makes_sense(self) -> "VariableDeclaration":
        problems: list[Problem] = []
        if self.has_default and self.required:
            problems.append(Problem("a required variable has no default", ("required",)))
        if self.required is False and not self.has_default:
            hint = "give it a default"
            problems.append(Problem("what is not required has one", ("required",), hint=hint))
        if self.sensitive and not self._is_text:
            problems.append(
                Problem(f"only texts can be kept secret, not {self.type}", ("sensitive",))
            )
        if self.pattern is not None and not self._is_text:
            problems.append(Problem(f"only texts have a pattern, not {self.type}", ("pattern",)))
        if self.type == "bool" and (self.min is not None or self.max is not None):
            problems.append(Problem("true and false have no order", ("min",)))
        if self.min is not None and self.max is not None and self.min > self.max:
            problems.append(Problem("min is more than max", ("min",)))
        if self.has_default and not problems and not self._is_reference(self.default):
            try:
                self.check(self.default)
            except ValueError as error:
                problems.append(Problem(str(error), ("default",)))
        if problems:
            refuse(problems)
        return self

    @property
    def has_default(self) -> bool:
        return "default" in self.model_fields_set

    @property
    def _is_text(self) -> bool:
        return self.type in ("string", "list[string]", "map[string]")

    @staticmethod
    def _is_reference(value: Any) -> bool:
        return isinstance(value, str) and "${env." in value

    def check(self, value: Any) -> Any:
        """Return `value` if the variable may have it.

        Raises: ValueError saying what was expected.
        """
        container, _, inner = self.type.rstrip("]").partition("[")
        if not _FITS[container](value):
            raise ValueError(f"expected {_WORDS[container]}, found {self._found(value)}")
        items = _items(value)
        for item in items if inner else ():
            if not _FITS[inner](item):
                raise ValueError(f"expected {_WORDS[inner]} in it, found {self._found(item)}")
        for item in items:
            if self.enum is not None and item not in self.enum:
                choices = ", ".join(str(one) for one in self.enum)
                raise ValueError(f"expected one of {choices}, found {self._found(item)}")
            if self.pattern is not None and not re.fullmatch(self.pattern, str(item)):
                raise ValueError(f"expected {self.pattern}, found {self._found(item)}")
            if self.sensitive and len(item) < _SHORTEST:
                raise ValueError(
                    f"is too short to be kept secret: {_SHORTEST} characters at least"
                )
        self._check_size(value, container)
        return value

    def read(self, text: str) -> Any:
        """Take a value from the command line or the environment: text, or YAML for other types.

        Raises: ValueError saying what was expected.
        """
        if self.type == "string":
            return self.check(text)
        if self.type in _SCALARS:
            return self.check(plain_value(text.strip()))
        problems: list[Diagnostic] = []
        values = [value for _, value in read(text.encode(), "value", problems)]
        if problems or len(values) != 1:
            container = self.type.partition("[")[0]
            raise ValueError(f"expected {_WORDS[container]} as YAML or JSON")
        return self.check(values[0])

    def _check_size(self, value: Any, container: str) -> None:
        number = container in ("int", "number")
        size = value if number else len(value) if container != "bool" else 0
        unit = "" if number else " characters" if container == "string" else " items"
        if self.min is not None and size < self.min:
            raise ValueError(f"must be {self.min:g}{unit} or more, found {self._size(size)}")
        if self.max is not None and size > self.max:
            raise ValueError(f"must be {self.max:g}{unit} or less, found {self._size(size)}")

    def _size(self, size: Any) -> str:
        return "other" if self.sensitive else str(size)

    def _found(self, value: Any) -> str:
        return "a sensitive value" if self.sensitive else describe_value(value)


def texts_of(value: Any) -> list[str]:
    """Every text in a value, at any depth."""
    match value:
        case str():
            return [value]
        case list() | dict():
            return [text for item in _items(value) for text in texts_of(item)]
    return []


def _items(value: Any) -> list[Any]:
    """The parts that rules for items are about: a scalar's only part is itself."""
    match value:
        case list():
            return value
        case dict():
            return list(value.values())
    return [value]
