"""Types and values, said in the words of the type language and of messages."""

import json
import re
from collections.abc import Mapping
from typing import Any

from flyteidl.core.types_pb2 import BlobType, LiteralType

from reconciler.model.types import SCHEMA_COLUMNS, SIMPLE_TYPES

_SIMPLE_WORDS = {number: word for word, number in SIMPLE_TYPES.items()}
_COLUMN_WORDS = {number: word for word, number in SCHEMA_COLUMNS.items()}
_PLAIN_TEXT = re.compile(r"""[^\s\[\],|"'():]+""")


def enum_word(enum: Any, number: int) -> str:
    """The name of an enum's value in lower case; the number itself where nobody knows it."""
    value = enum.DESCRIPTOR.values_by_number.get(number)
    return value.name.lower() if value is not None else str(number)


def describe(literal_type: LiteralType) -> str:
    """Say a type in the type language; what it has no words for is told readably all the same."""
    match literal_type.WhichOneof("type"):
        case "simple":
            return _describe_simple(literal_type)
        case "collection_type":
            return f"list[{describe(literal_type.collection_type)}]"
        case "map_value_type":
            return f"dict[str, {describe(literal_type.map_value_type)}]"
        case "union_type":
            variants = literal_type.union_type.variants
            return " | ".join(describe(variant) for variant in variants) or "empty union"
        case "enum_type":
            return f"enum[{', '.join(_quoted(value) for value in literal_type.enum_type.values)}]"
        case "blob":
            return _describe_blob(literal_type.blob)
        case "structured_dataset_type":
            dataset = literal_type.structured_dataset_type
            columns = ", ".join(
                f"{_quoted(c.name)}: {describe(c.literal_type)}" for c in dataset.columns
            )
            return _with_format("dataset", dataset.format) + (f"({columns})" if columns else "")
        case "schema":
            columns = ", ".join(
                f"{_quoted(column.name)}: {_COLUMN_WORDS.get(column.type, column.type)}"
                for column in literal_type.schema.columns
            )
            return f"schema({columns})" if columns else "schema"
    return "nothing"


def describe_value(value: Any) -> str:
    """Say what a YAML or JSON value is, for messages: `the number 5`, `the text 'a'`, `a list`."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the truth value {str(value).lower()}"
        case int() | float():
            return f"the number {_shortened(str(value))}"
        case str():
            return f"the text {_shortened(value)!r}"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "a mapping"
    return f"a {type(value).__name__}"


def _describe_simple(literal_type: LiteralType) -> str:
    word = _SIMPLE_WORDS.get(literal_type.simple, f"simple type {literal_type.simple}")
    fields = literal_type.metadata.fields
    # flytekit puts a dataclass' JSON schema here; its name is what people know it by.
    title = fields["title"].string_value if "title" in fields else ""
    return f"{word}({title})" if title else word


def _describe_blob(blob: BlobType) -> str:
    if blob.dimensionality == BlobType.SINGLE:
        return _with_format("file", blob.format)
    if blob.dimensionality == BlobType.MULTIPART:
        return _with_format("directory", blob.format)
    return _with_format(f"blob of dimensionality {blob.dimensionality}", blob.format)


def _with_format(word: str, text: str) -> str:
    return f"{word}[{_quoted(text)}]" if text else word


def _quoted(text: str) -> str:
    return text if _PLAIN_TEXT.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
