"""The small values that several kinds share: versions, types, durations, quantities, labels."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from flyteidl.core.types_pb2 import LiteralType
from google.protobuf.duration_pb2 import Duration
from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from reconciler.manifest.models.base import Maybe, Name, Part, Problem, Text, or_text, refuse
from reconciler.manifest.models.lint import Lint
from reconciler.manifest.models.raw import proto_problems
from reconciler.model import parse_duration, parse_type, type_from_proto

State = Literal["active", "inactive", "unmanaged"]


def _own_version(text: str) -> str:
    if text in ("latest", "active"):
        raise ValueError(
            f"{text} is a word for references: a version of one's own is auto or fixed"
        )
    return text


Version = Annotated[
    Name,
    AfterValidator(_own_version),
    Field(
        description="auto: the hash of the content; else a fixed text.",
        json_schema_extra={"not": {"enum": ["latest", "active"]}},
    ),
]


_LITERAL_TYPE: Any = LiteralType.DESCRIPTOR


def _literal_type(value: Any) -> LiteralType:
    match value:
        case LiteralType():
            return value
        case str():
            return parse_type(value)
        case {"proto": dict() as proto, **others} if not others:
            if problems := list(proto_problems(proto, _LITERAL_TYPE, ("proto",))):
                refuse(problems)
            return type_from_proto(proto)
    raise ValueError("expected a type such as int or list[str]")


_WORD = (
    r"(int|float|str|bool|datetime|duration|none|struct|binary|error|schema"
    r"|(list|dict|enum)\s*\[.+\]|(file|directory|dataset)(\s*\[.+\])?"
    r"|(dataset(\s*\[.+\])?|schema)\s*\(.+\))"
)
_TYPE_TEXT_SCHEMA: dict[str, Any] = {
    "type": "string",
    "pattern": rf"^\s*{_WORD}\s*(\|\s*{_WORD}\s*)*$",
    "description": "int float str bool datetime duration none struct binary error, list[T], "
    "dict[str, T], T | U, enum[a, b], file[format], directory, dataset[format], schema; "
    "dataset(a: int, b: str) and schema(…) with their columns.",
    "examples": ["int", "list[str]", "dict[str, float]", "str | none", "file[csv]"],
}
Type = Annotated[
    LiteralType,
    PlainValidator(_literal_type),
    WithJsonSchema(
        {
            "description": "A type such as list[int], or {proto: …} with a "
            "flyteidl.core.LiteralType as protobuf JSON.",
            "anyOf": [
                _TYPE_TEXT_SCHEMA,
                {
                    "type": "object",
                    "properties": {
                        "proto": {
                            "type": "object",
                            "description": "flyteidl.core.LiteralType as protobuf JSON.",
                            "minProperties": 1,
                            "x-message": "flyteidl.core.LiteralType",
                        }
                    },
                    "required": ["proto"],
                    "additionalProperties": False,
                },
            ],
        }
    ),
]


class Variable(Part):
    """An input or output: its type and what it means. A text alone is its type."""

    model_config = ConfigDict(json_schema_extra=or_text(_TYPE_TEXT_SCHEMA))

    type: Type
    description: Text = ""

    @model_validator(mode="wrap")
    @classmethod
    def _from_text(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Any:
        if isinstance(value, str):
            return _plain_variable(value) or handler({"type": value})
        if not isinstance(value, dict):
            raise ValueError("expected a type such as int, or a mapping with type and description")
        return handler(value)


@lru_cache(maxsize=4096)
def _plain_variable(text: str) -> Variable | None:
    """The variable that a type alone says, one for all who say it; None for what is no type."""
    try:
        return Variable(type=parse_type(text))
    except ValueError:
        return None


Variables = Annotated[dict[Name, Variable], Field(default_factory=dict)]


def _duration(value: Any) -> Duration:
    if not isinstance(value, str):
        raise ValueError("expected a duration with its unit, such as 90s, 1h30m or PT1H30M")
    duration = parse_duration(value)
    if duration.seconds < 0 or duration.nanos < 0:
        raise ValueError(f"{value!r} is negative")
    return duration


PositiveDuration = Annotated[
    Duration,
    PlainValidator(_duration),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^\s*(0|\+?([0-9]+(\.[0-9]+)?(ms|us|µs|μs|ns|w|d|h|m|s))+|"
            r"\+?P(?=.)([0-9.,]+W)?([0-9.,]+D)?(T(?=.)([0-9.,]+H)?([0-9.,]+M)?([0-9.,]+S)?)?)\s*$",
        }
    ),
]

_EXACT = 2**53
_QUANTITY = r"\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?"


def _quantity(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("expected a quantity such as 500m, 2 or 1.5Gi")
    # 2.0 is 2: what is whole is sent as a whole number.
    whole = isinstance(value, float) and value.is_integer() and abs(value) < _EXACT
    text = str(int(value) if whole else value)
    if not re.fullmatch(_QUANTITY, text):
        raise ValueError(f"{text!r} is no quantity; write for instance 500m, 2 or 1.5Gi")
    return text


Quantity = Annotated[
    str,
    PlainValidator(_quantity),
    WithJsonSchema({"type": ["string", "number"], "pattern": f"^{_QUANTITY}$", "minimum": 0}),
]

_LABEL_NAME = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_PREFIX = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
MOST_LABELS = 16


def _labels(labels: Mapping[str, str]) -> Mapping[str, str]:
    problems = [
        Problem(problem) if key is None else Problem(problem, (key,), code="invalid-label")
        for key, problem in label_problems(labels)
    ]
    if problems:
        refuse(problems)
    return labels


def label_problems(labels: Mapping[str, str]) -> Iterator[tuple[str | None, str]]:
    """Yield what Admin refuses of labels: a key, or None for all of them, and what is wrong.

    Source: admin-contract 2.1 (flyteadmin `validation/shared_execution.go`, ValidateLabels).
    """
    for key, value in labels.items():
        for problem in (_label_key(key), _label_value(value)):
            if problem:
                yield key, problem
    if len(labels) > MOST_LABELS:
        yield None, f"{len(labels)} labels are more than the {MOST_LABELS} that Admin takes"


def _label_key(key: str) -> str:
    prefix, slash, name = key.rpartition("/")
    if slash and not (len(prefix) <= 253 and re.fullmatch(_LABEL_PREFIX, prefix)):
        return f"label key {key!r}: what precedes the slash must be a DNS name in lower case"
    if not (len(name) <= 63 and re.fullmatch(_LABEL_NAME, name)):
        return (
            f"label key {key!r}: 63 letters, digits, `-`, `_` and `.` at most, "
            "a letter or digit first and last"
        )
    return ""


def _label_value(value: str) -> str:
    if not (len(value) <= 63 and re.fullmatch(f"({_LABEL_NAME})?", value)):
        return (
            f"label value {value!r}: 63 letters, digits, `-`, `_` and `.` at most, "
            "a letter or digit first and last"
        )
    return ""


Labels = Annotated[
    dict[str, str],
    AfterValidator(_labels),
    Field(
        default_factory=dict,
        json_schema_extra={
            "maxProperties": MOST_LABELS,
            "propertyNames": {
                "pattern": rf"^({_LABEL_PREFIX}/)?{_LABEL_NAME}$",
                "maxLength": 253 + 1 + 63,
            },
            "additionalProperties": {
                "type": "string",
                "pattern": f"^({_LABEL_NAME})?$",
                "maxLength": 63,
            },
        },
    ),
]


Protect = Annotated[
    bool,
    Field(
        description="A plan that would switch it off, archive it or delete it is refused, unless "
        "--allow-protected is given. Of the name: no part of any version."
    ),
]


class EntityMetadata(Part):
    """Where a task, workflow, launch plan or package belongs, and its name."""

    project: Name
    domain: Name
    name: Name
    lint: Annotated[
        Maybe[Lint], Field(description="Rules that it is excused from; no part of any version.")
    ] = None

    @property
    def place(self) -> tuple[str, ...]:
        return (self.project, self.domain, self.name)
