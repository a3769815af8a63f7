"""The attribute files of `flytectl update …-attribute --attrFile`, as the messages they mean.

A file says a place (`project`, `domain`, `workflow`) and beside it the fields of one message, by
their names in Go's JSON; which command it was for, and so which type it is, only the fields tell.

Source: flytectl `cmd/config/subcommand/*/*attribute*`, `*FileConfig` structs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from reconciler.errors import ManifestError
from reconciler.manifest.models.base import Path
from reconciler.manifest.reader import Document, read
from reconciler.manifest.suggest import did_you_mean
from reconciler.model import ATTRIBUTE_FACETS, Diagnostic, Origin, describe_value

# A FieldDescriptor: protobuf has two of that name, and only one has types.
Field = Any

_PLACE = ("project", "domain", "workflow")
_TARGETS: dict[str, Field] = {
    field.name: field
    for field in MatchingAttributes.DESCRIPTOR.fields
    if field.name in ATTRIBUTE_FACETS
}


@dataclass(frozen=True, slots=True)
class AttributeFile:
    """One document of a file: for whom, and what. `domain` and `workflow` are empty above them."""

    project: str
    domain: str
    workflow: str
    attributes: MatchingAttributes
    origin: Origin


def read_attribute_files(paths: Sequence[str | File]) -> tuple[AttributeFile, ...]:
    """Read flytectl's attribute files, in the order given.

    Raises: ManifestError with every problem of every file.
    """
    problems: list[Diagnostic] = []
    found: list[AttributeFile] = []
    for path in paths:
        name = str(path)
        try:
            data = File(path).read_bytes()
        except OSError as error:
            message = f"cannot be read: {error.strerror}"
            problems.append(Diagnostic("unreadable", message, Origin(name)))
            continue
        before = len(found) + len(problems)
        for document, value in read(data, name, problems):
            one = _Reading(document, problems).file(value)
            if one is not None:
                found.append(one)
        if len(found) + len(problems) == before:
            problems.append(Diagnostic("empty-file", "says nothing", Origin(name)))
    if problems:
        raise ManifestError(problems)
    return tuple(found)


class _Reading:
    """One document under reading; what is wrong with it goes to `problems`."""

    def __init__(self, document: Document, problems: list[Diagnostic]) -> None:
        self._document = document
        self._problems = problems

    def file(self, value: Any) -> AttributeFile | None:
        before = len(self._problems)
        if not isinstance(value, dict):
            self._wrong(f"expected a mapping, found {describe_value(value)}", ())
            return None
        place = {key: self._text(value.get(key, ""), (key,)) for key in _PLACE}
        fields = {key: item for key, item in value.items() if key not in _PLACE}
        self._check_place(place)
        target = self._target(fields)
        attributes = MatchingAttributes()
        if target is not None:
            message = getattr(attributes, target.name)
            message.SetInParent()
            self._fill(message, fields, ())
        if len(self._problems) > before:
            return None
        return AttributeFile(**place, attributes=attributes, origin=self._document.origin(()))

    def _check_place(self, place: Mapping[str, str]) -> None:
        if not place["project"]:
            self._wrong("names no project", (), code="missing-field")
        if place["workflow"] and not place["domain"]:
            self._wrong("names a workflow, but no domain", ("workflow",), code="missing-field")

    def _target(self, fields: Mapping[str, Any]) -> Field | None:
        """The type that has all these fields."""
        if not fields:
            hint = "flytectl writes this for a type of which there is nothing; leave the file out"
            self._wrong("says a place, but no attributes", (), code="missing-field", hint=hint)
            return None
        best = max(_TARGETS.values(), key=lambda one: sum(_has(one, key) for key in fields))
        if not any(_has(best, key) for key in fields):
            known = {field.name for one in _TARGETS.values() for field in one.message_type.fields}
            for key in fields:
                self._wrong(
                    f"no type of attributes has a field {key}",
                    (key,),
                    code="unknown-field",
                    hint=did_you_mean(key, sorted({*_PLACE, *known})),
                )
            return None
        return best

    def _fill(self, message: Message, value: Mapping[str, Any], path: Path) -> None:
        for key, item in value.items():
            here = (*path, key)
            field = _field(message, key)
            if field is None:
                known = [one.name for one in message.DESCRIPTOR.fields]
                known += _PLACE if not path else ()
                self._wrong(
                    f"{message.DESCRIPTOR.name} has no field {key}",
                    here,
                    code="unknown-field",
                    hint=did_you_mean(key, known),
                )
            elif item is not None:
                self._set(message, field, item, here)

    def _set(self, message: Message, field: Field, item: Any, path: Path) -> None:
        part = getattr(message, field.name)
        inner = field.message_type
        if inner is not None and inner.GetOptions().map_entry:
            if not isinstance(item, dict):
                self._expected("a mapping", item, path)
                return
            for key, text in item.items():
                part[key] = self._text(text, (*path, key))
        elif field.is_repeated:
            if not isinstance(item, list):
                self._expected("a list", item, path)
                return
            for index, one in enumerate(item):
                self._add(part, field, one, (*path, index))
        elif inner is not None:
            part.SetInParent()
            self._fill_message(part, item, path)
        else:
            scalar = self._scalar(field, item, path)
            if scalar is not None:
                setattr(message, field.name, scalar)

    def _add(self, part: Any, field: Field, item: Any, path: Path) -> None:
        if field.message_type is not None:
            self._fill_message(part.add(), item, path)
            return
        scalar = self._scalar(field, item, path)
        if scalar is not None:
            part.append(scalar)

    def _fill_message(self, message: Message, item: Any, path: Path) -> None:
        # Go's JSON says {value: true}; people leave the wrapper out.
        if message.DESCRIPTOR.full_name == "google.protobuf.BoolValue" and isinstance(item, bool):
            item = {"value": item}
        if not isinstance(item, dict):
            self._expected("a mapping", item, path)
            return
        self._fill(message, item, path)

    def _scalar(self, field: Field, item: Any, path: Path) -> Any:
        if field.enum_type is not None:
            values = field.enum_type.values_by_name
            if isinstance(item, str) and item in values:
                return values[item].number
            if isinstance(item, int) and not isinstance(item, bool) and abs(item) < 2**31:
                return item
            return self._expected(f"a number, or one of {', '.join(values)}", item, path)
        if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
            return self._text(item, path)
        if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
            return item if isinstance(item, bool) else self._expected("true or false", item, path)
        if isinstance(item, int) and not isinstance(item, bool) and abs(item) < 2**31:
            return item
        return self._expected("a whole number", item, path)

    def _text(self, item: Any, path: Path) -> str:
        """Texts may be written without quotes, numbers too: flytectl takes them as they stand."""
        if isinstance(item, str):
            return item
        if isinstance(item, bool | int | float):
            return self._document.source(path) or str(item)
        self._expected("a text", item, path)
        return ""

    def _expected(self, what: str, item: Any, path: Path) -> None:
        self._wrong(f"{path[-1]}: expected {what}, found {describe_value(item)}", path)

    def _wrong(
        self, message: str, path: Path, *, code: str = "wrong-type", hint: str = ""
    ) -> None:
        origin = self._document.origin(path)
        self._problems.append(Diagnostic(code, message, origin, hint))


def _has(target: Field, key: str) -> bool:
    return any(_spells(field, key) for field in target.message_type.fields)


def _field(message: Message, key: str) -> Field | None:
    return next((one for one in message.DESCRIPTOR.fields if _spells(one, key)), None)


def _spells(field: Field, key: str) -> bool:
    # Go tells names apart whatever their case; protobuf's JSON name does no harm either.
    return key.lower() in (field.name, field.json_name.lower())
