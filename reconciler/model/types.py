"""The type language: `list[int] | none` and its like, to flyteidl's LiteralType.

::

    type    = variant { "|" variant }
    variant = simple | "list" "[" type "]" | "dict" "[" "str" "," type "]"
            | "enum" "[" text { "," text } "]"
            | ("file" | "directory") [ "[" text "]" ]
            | "dataset" [ "[" text "]" ] [ "(" text ":" type { "," text ":" type } ")" ]
            | "schema" [ "(" text ":" simple { "," text ":" simple } ")" ]
    simple  = "int" | "float" | "str" | "bool" | "datetime" | "duration" | "none" | "struct"
            | "binary" | "error"
    text    = letters without blanks, commas and brackets (between parentheses also without these
              and colons), or a text in quotes

What stands in the brackets of a file, directory or dataset is its format, in the parentheses of a
dataset or schema are its columns. Variants of a union
carry the tags that flytekit writes, because Admin refuses to bind a union to another whose tags
differ and flytekit reads a union's value by its tag.
"""

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from flyteidl.core.types_pb2 import (
    BlobType,
    EnumType,
    LiteralType,
    SchemaType,
    SimpleType,
    StructuredDatasetType,
    TypeStructure,
    UnionType,
)
from google.protobuf.json_format import ParseDict, ParseError

SIMPLE_TYPES = {
    "int": SimpleType.INTEGER,
    "float": SimpleType.FLOAT,
    "str": SimpleType.STRING,
    "bool": SimpleType.BOOLEAN,
    "datetime": SimpleType.DATETIME,
    "duration": SimpleType.DURATION,
    "none": SimpleType.NONE,
    "struct": SimpleType.STRUCT,
    "binary": SimpleType.BINARY,
    "error": SimpleType.ERROR,
}
_WORDS = (*SIMPLE_TYPES, "list", "dict", "enum", "file", "directory", "dataset", "schema")
# What people write who come from other languages.
_COUSINS = {
    "integer": "int",
    "long": "int",
    "number": "float",
    "double": "float",
    "string": "str",
    "text": "str",
    "boolean": "bool",
    "date": "datetime",
    "timestamp": "datetime",
    "time": "datetime",
    "timedelta": "duration",
    "null": "none",
    "array": "list[…]",
    "map": "dict[str, …]",
    "object": "struct",
    "dataclass": "struct",
    "optional": "… | none",
    "union": "… | …",
    "blob": "file",
    "folder": "directory",
    "bytes": "binary",
    "dataframe": "dataset",
    "structureddataset": "dataset",
    "flytefile": "file",
    "flytedirectory": "directory",
    "flyteschema": "schema",
}
# flytekit's transformer names (flytekit/core/type_engine.py and the types beside it).
_SIMPLE_TAGS = {
    SimpleType.INTEGER: "int",
    SimpleType.FLOAT: "float",
    SimpleType.STRING: "str",
    SimpleType.BOOLEAN: "bool",
    SimpleType.DATETIME: "datetime",
    SimpleType.DURATION: "timedelta",
    SimpleType.NONE: "none",
    SimpleType.STRUCT: "Typed Dict",
    SimpleType.ERROR: "FlyteError",
}
_TAGS = {
    "collection_type": "Typed List",
    "map_value_type": "Typed Dict",
    "enum_type": "DefaultEnumTransformer",
    "structured_dataset_type": "StructuredDataset Transformer",
    "schema": "FlyteSchema Transformer",
}
_TOKEN = re.compile(r"""\s*(?:([\[\],|])|("(?:[^"\\]|\\.)*"|'[^']*')|([^\s\[\],|"']+)|(\S))""")
# Between parentheses, where they and colons mean something.
_COLUMN_TOKEN = re.compile(
    r"""\s*(?:([\[\],|():])|("(?:[^"\\]|\\.)*"|'[^']*')|([^\s\[\],|"'():]+)|(\S))"""
)
SCHEMA_COLUMNS = {
    "int": SchemaType.SchemaColumn.INTEGER,
    "float": SchemaType.SchemaColumn.FLOAT,
    "str": SchemaType.SchemaColumn.STRING,
    "bool": SchemaType.SchemaColumn.BOOLEAN,
    "datetime": SchemaType.SchemaColumn.DATETIME,
    "duration": SchemaType.SchemaColumn.DURATION,
}
_DEEPEST = 32


class TypeSyntaxError(ValueError):
    """A text that is no type; `position` counts its characters from 0."""

    def __init__(self, problem: str, text: str, position: int) -> None:
        self.position = position
        place = f" at character {position + 1} of {text!r}" if position else ""
        super().__init__(f"{problem}{place}")


def parse_type(text: str) -> LiteralType:
    """Read a type; each call returns a message of its own.

    Raises: TypeSyntaxError (a ValueError) saying what was expected where, or the nearest word.
    """
    found = LiteralType()
    found.CopyFrom(_parsed(text))
    return found


def type_from_proto(value: Mapping[str, Any]) -> LiteralType:
    """Read a type given as protobuf JSON of `flyteidl.core.LiteralType`.

    Raises: ValueError for what is not that, or says nothing.
    """
    try:
        found = ParseDict(dict(value), LiteralType(), max_recursion_depth=_DEEPEST * 3)
    except (ParseError, RecursionError, OverflowError) as error:
        raise ValueError(f"not a flyteidl.core.LiteralType: {error}") from error
    if found.WhichOneof("type") is None:
        raise ValueError("this LiteralType names no type")
    return found


def union_tag(literal_type: LiteralType) -> str:
    """The tag that flytekit gives this type as a variant of a union; empty if it knows none."""
    which = literal_type.WhichOneof("type")
    if which == "simple":
        return _SIMPLE_TAGS.get(literal_type.simple, "")
    if which == "blob":
        if literal_type.blob.dimensionality == BlobType.MULTIPART:
            return "FlyteDirectory"
        return "FlytePickle" if literal_type.blob.format == "PythonPickle" else "FlyteFilePath"
    return _TAGS.get(which or "", "")


@lru_cache(maxsize=4096)
def _parsed(text: str) -> LiteralType:
    return _Parser(text).whole()


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        # Each token with where it stands; an empty one marks the end.
        self.tokens: list[tuple[str, int]] = []
        self.at = 0
        self.read_from(0, _TOKEN)

    def read_from(self, position: int, pattern: re.Pattern[str]) -> None:
        """Read what is left of the text from `position` on as tokens of this pattern."""
        self.pattern = pattern
        self.separators = "[],|():" if pattern is _COLUMN_TOKEN else "[],|"
        self.tokens[self.at :] = [
            (match.group().lstrip(), match.end() - len(match.group().lstrip()))
            for match in pattern.finditer(self.text, position)
        ]
        self.tokens.append(("", len(self.text)))

    def whole(self) -> LiteralType:
        found = self.union(depth=0)
        if self.tokens[self.at][0]:
            raise self.unexpected("the end, or `|` and another type")
        return found

    def union(self, depth: int) -> LiteralType:
        if depth > _DEEPEST:
            raise self.error(f"nested deeper than {_DEEPEST} levels")
        start = self.at
        variants = [self.variant(depth)]
        seen = {_bytes_of(variants[0])}
        while self.accept("|"):
            start = self.at
            variant = self.variant(depth)
            if _bytes_of(variant) in seen:
                word, position = self.tokens[start]
                raise TypeSyntaxError(f"{word} stands twice in the union", self.text, position)
            seen.add(_bytes_of(variant))
            variants.append(variant)
        if len(variants) == 1:
            return variants[0]
        for variant in variants:
            if tag := union_tag(variant):
                variant.structure.CopyFrom(TypeStructure(tag=tag))
        return LiteralType(union_type=UnionType(variants=variants))

    def variant(self, depth: int) -> LiteralType:
        word, position = self.tokens[self.at]
        for name in ("dataset", "schema"):
            if word.startswith(f"{name}("):
                # Without a blank between them they are one word outside of parentheses.
                self.tokens[self.at : self.at + 1] = [
                    (name, position),
                    ("(", position + len(name)),
                ]
                word = name
        if not word or word in self.separators:
            raise self.unexpected("a type")
        self.at += 1
        if word in SIMPLE_TYPES:
            return LiteralType(simple=SIMPLE_TYPES[word])
        match word:
            case "list":
                self.expect("[", "list[…] around the type of its items")
                items = self.union(depth + 1)
                self.expect("]")
                return LiteralType(collection_type=items)
            case "dict":
                self.expect("[", "dict[str, …] around the type of its values")
                self.expect("str", "str, the only type of key there is")
                self.expect(",")
                values = self.union(depth + 1)
                self.expect("]")
                return LiteralType(map_value_type=values)
            case "enum":
                self.expect("[", "enum[…] around its values")
                return LiteralType(enum_type=EnumType(values=self.enum_values()))
            case "file":
                return LiteralType(blob=BlobType(format=self.format()))
            case "directory":
                blob = BlobType(format=self.format(), dimensionality=BlobType.MULTIPART)
                return LiteralType(blob=blob)
            case "dataset":
                dataset = StructuredDatasetType(format=self.format())
                for name in self.columns():
                    column = self.union(depth + 1)
                    dataset.columns.add(name=name, literal_type=column)
                return LiteralType(structured_dataset_type=dataset)
            case "schema":
                schema = SchemaType()
                for name in self.columns():
                    schema.columns.add(name=name, type=self.schema_column())
                return LiteralType(schema=schema)
        raise TypeSyntaxError(f"unknown type {word!r}{_suggest(word)}", self.text, position)

    def enum_values(self) -> list[str]:
        # In their order, and each found at once.
        values = {self.plain_text("a value of the enum"): None}
        while self.accept(","):
            value = self.plain_text("a value of the enum")
            if value in values:
                self.at -= 1
                raise self.error(f"{value!r} stands twice in the enum")
            values[value] = None
        self.expect("]", "`,` or `]`")
        return [*values]

    def format(self) -> str:
        if not self.accept("["):
            return ""
        text = self.plain_text("a format such as csv")
        self.expect("]")
        return text

    def columns(self) -> Iterator[str]:
        """Yield the name of each column, standing before its type; nothing if there are none."""
        token, position = self.tokens[self.at]
        if not token.startswith("("):
            return
        outside = self.pattern
        self.read_from(position, _COLUMN_TOKEN)
        self.at += 1
        names: set[str] = set()
        while True:
            name = self.plain_text("the name of a column")
            if name in names:
                self.at -= 1
                raise self.error(f"the column {name!r} stands twice")
            names.add(name)
            self.expect(":", "`:` and the type of the column")
            yield name
            if not self.accept(","):
                break
        position = self.tokens[self.at][1]
        self.expect(")", "`,` or `)`")
        self.read_from(position + 1, outside)

    def schema_column(self) -> int:
        word, position = self.tokens[self.at]
        if word not in SCHEMA_COLUMNS:
            wanted = ", ".join(SCHEMA_COLUMNS)
            raise TypeSyntaxError(f"a column of a schema is one of {wanted}", self.text, position)
        self.at += 1
        found: int = SCHEMA_COLUMNS[word]
        return found

    def plain_text(self, what: str) -> str:
        token, position = self.tokens[self.at]
        if not token or token in self.separators:
            raise self.unexpected(what)
        self.at += 1
        if token[0] == "'":
            return token[1:-1]
        if token[0] == '"':
            try:
                return str(json.loads(token))
            except ValueError:
                raise TypeSyntaxError("unreadable text in quotes", self.text, position) from None
        return token

    def accept(self, token: str) -> bool:
        if self.tokens[self.at][0] != token:
            return False
        self.at += 1
        return True

    def expect(self, token: str, what: str = "") -> None:
        if not self.accept(token):
            raise self.unexpected(what or f"`{token}`")

    def unexpected(self, wanted: str) -> TypeSyntaxError:
        token = self.tokens[self.at][0]
        found = f"`{token}`" if token else "nothing more"
        return self.error(f"expected {wanted}, found {found}")

    def error(self, problem: str) -> TypeSyntaxError:
        return TypeSyntaxError(problem, self.text, self.tokens[self.at][1])


def _bytes_of(literal_type: LiteralType) -> bytes:
    return bytes(literal_type.SerializeToString(deterministic=True))


def _suggest(word: str) -> str:
    cousin = _COUSINS.get(word.lower())
    nearest = [cousin] if cousin else difflib.get_close_matches(word.lower(), _WORDS, n=1)
    if nearest:
        return f" (did you mean {nearest[0]}?)"
    return f" (there are {', '.join(_WORDS)})"
