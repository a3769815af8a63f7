"""A plan with something in every field that a plan can hold, made from the model's annotations."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from itertools import count
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.core.compiler_pb2 import CompiledTask
from google.protobuf.message import Message

from reconciler.model import CodeArchive, CodeFolder, Kind, Plan, ResourceId

# Keep a plan from being saved, so no saved plan has any.
NOT_SAVED = {"conflicts", "obstacles"}
_numbers = count(1)


def filled(hint: Any, *, source: type = CodeFolder) -> Any:
    """Return a value that `hint` annotates and that is nobody's default.

    Args:
        source: Of the two that a bundle's code may come from.
    """
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        choices = [one for one in get_args(hint) if one is not NoneType]
        return filled(source if source in choices else choices[0], source=source)
    if origin is tuple:
        return (filled(get_args(hint)[0], source=source),)
    if origin is frozenset:
        return frozenset({filled(get_args(hint)[0])})
    if origin is Mapping:
        key, item = get_args(hint)
        return {filled(key): filled(item)}
    if hint is Any:
        return {"ü": [1, 2.5, True, None, next(_numbers)]}
    return _plain(hint, source)


def _plain(hint: type, source: type) -> Any:
    if hint is ResourceId:
        return ResourceId(Kind.TASK, "p", "d", f"name-{next(_numbers)}", "v1")
    if issubclass(hint, Enum):
        return list(hint)[1]
    if issubclass(hint, Message):
        return a_message()
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return hint(
            **{
                field.name: _unlike_default(field, hints[field.name], source)
                for field in fields(hint)
                if not (hint is Plan and field.name in NOT_SAVED)
            }
        )
    made = {str: f"text-{next(_numbers)}", int: next(_numbers), bool: True}
    return made[hint]


def _unlike_default(field: "Field[Any]", hint: Any, source: type) -> Any:
    if hint is bool:
        return not (field.default is not MISSING and field.default)
    if field.name == "request":
        return TaskSpec(template={"type": f"type-{next(_numbers)}"})
    return filled(hint, source=source)


def a_message() -> Message:
    compiled: Any = CompiledTask()
    compiled.template.custom["numbers"] = [next(_numbers), 2.5]
    message: Message = compiled
    return message


def laid_open(value: Any) -> Any:
    """Everything that is in a value, to be compared: resources compare by object."""
    if is_dataclass(value) and not isinstance(value, type):
        found = {field.name: laid_open(getattr(value, field.name)) for field in fields(value)}
        return {"": type(value).__name__, **found}
    if isinstance(value, tuple):
        return tuple(laid_open(item) for item in value)
    return value


SOURCES = (CodeFolder, CodeArchive)
