"""Literals → Python values, of the type that is asked for or of the one that they have.

Nothing is rounded: a float with a fraction is no int here, though flytekit's runtime cuts it off.
Files and datasets are their URIs, for what lies there may be large: `outputs.download` has it.
"""

import dataclasses
import sys
import types
import typing
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import msgpack
from flyteidl.core.literals_pb2 import Literal, Scalar
from google.protobuf.json_format import MessageToDict

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MSGPACK = "msgpack"
# What reads the literal that another one only names.
Load = Callable[[str], Literal]


def to_python(
    literal: Literal, as_type: Any = None, *, where: str = "value", load: Load | None = None
) -> Any:
    """Return what a literal holds.

    Args:
        as_type: The wanted type: Python's own scalars and moments, `list[…]`, `dict[str, …]`,
            unions, enums, dataclasses, pydantic models, `str` or `Path` for a URI; what only
            flytekit knows if it is loaded. None for what the literal itself says.
        load: Fetches a literal that lies in the store, by its URI.

    Shape: moments in UTC; a struct as a dict; an error as its message.
    Raises: ValueError naming the place, what was wanted and what is there.
    """
    if as_type is not None and _has_flytekits(as_type, ()):
        return _by_flytekit(literal, as_type, where)
    value = _own(literal, load, where)
    if as_type is None:
        return value
    try:
        return shaped(value, as_type, where)
    except ValueError:
        if not _may_be_flytekits(as_type):
            raise
        return _by_flytekit(literal, as_type, where)


def _own(literal: Literal, load: Load | None, where: str) -> Any:
    match literal.WhichOneof("value"):
        case "scalar":
            return _scalar(literal.scalar, load, where)
        case "collection":
            items = literal.collection.literals
            return [_own(one, load, f"{where}[{index}]") for index, one in enumerate(items)]
        case "map":
            inner = literal.map.literals
            return {key: _own(inner[key], load, f"{where}[{key!r}]") for key in sorted(inner)}
        case "offloaded_metadata":
            uri = literal.offloaded_metadata.uri
            if load is None:
                raise ValueError(f"{where}: lies at {uri} and must be downloaded first")
            return _own(load(uri), load, where)
    raise ValueError(f"{where}: the literal has no value")


def _scalar(scalar: Scalar, load: Load | None, where: str) -> Any:
    match scalar.WhichOneof("value"):
        case "primitive":
            return _primitive(scalar.primitive, where)
        case "none_type":
            return None
        case "union":
            return _own(scalar.union.value, load, where)
        case "generic":
            return _whole(MessageToDict(scalar.generic))
        case "binary" if scalar.binary.tag == _MSGPACK:
            return msgpack.unpackb(scalar.binary.value, strict_map_key=False)
        case "binary":
            return scalar.binary.value
        case "error":
            return scalar.error.message
        case "blob" | "schema" | "structured_dataset" as kind:
            return getattr(scalar, kind).uri
    raise ValueError(f"{where}: the literal has no value")


def _primitive(primitive: Any, where: str) -> Any:
    match primitive.WhichOneof("value"):
        case None:
            raise ValueError(f"{where}: the literal has no value")
        case "datetime":
            moment = primitive.datetime
            return _EPOCH + timedelta(seconds=moment.seconds, microseconds=moment.nanos // 1000)
        case "duration":
            return primitive.duration.ToTimedelta()
        case kind:
            return getattr(primitive, kind)


def _whole(value: Any) -> Any:
    """A Struct's numbers are all floats; those without a fraction were ints, most likely."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value


def shaped(value: Any, as_type: Any, where: str) -> Any:
    """Return a plain value as one of `as_type`.

    Raises: ValueError naming the place, what was wanted and what is there.
    """
    origin, arguments = typing.get_origin(as_type), typing.get_args(as_type)
    if origin is typing.Annotated:
        return shaped(value, arguments[0], where)
    if origin in (typing.Union, types.UnionType):
        return _variant(value, arguments, where)
    if as_type is Any:
        return value
    if as_type is None or as_type is type(None):
        if value is None:
            return None
    elif (origin or as_type) in (list, tuple, set, frozenset) and isinstance(value, list):
        return _items(value, origin or as_type, arguments, where)
    elif (origin or as_type) in (dict, Mapping) and isinstance(value, dict):
        inner = arguments[1] if len(arguments) == 2 else Any
        return {key: shaped(item, inner, f"{where}[{key!r}]") for key, item in value.items()}
    elif isinstance(as_type, type):
        return _instance(value, as_type, where)
    raise _unfit(value, as_type, where)


def _items(value: list[Any], kind: Any, arguments: tuple[Any, ...], where: str) -> Any:
    inner = arguments[0] if arguments else Any
    return kind(shaped(one, inner, f"{where}[{index}]") for index, one in enumerate(value))


def _variant(value: Any, variants: tuple[Any, ...], where: str) -> Any:
    for variant in variants:  # what it is already, before what it could be made
        if isinstance(variant, type) and type(value) is variant:
            return value
    for variant in variants:
        try:
            return shaped(value, variant, where)
        except ValueError:
            continue
    raise _unfit(value, typing.Union[variants], where)  # noqa: UP007 - made of what was given


def _instance(value: Any, kind: type, where: str) -> Any:
    if kind is bool or isinstance(value, bool):
        if kind in (bool, object) and isinstance(value, bool):
            return value  # to Python it is an int as well
    elif issubclass(kind, Enum):
        return _member(value, kind, where)
    elif kind is float and isinstance(value, int):
        return float(value)
    elif kind is int and isinstance(value, float) and value.is_integer():
        return int(value)
    elif kind is date and isinstance(value, datetime):
        return value.date()
    elif kind in (datetime, date) and isinstance(value, str):
        return _parsed(kind.fromisoformat, value, kind, where)
    elif kind is timedelta and isinstance(value, int | float):
        return timedelta(seconds=value)
    elif kind is Path and isinstance(value, str):
        return Path(value)
    elif hasattr(kind, "model_validate") and isinstance(value, Mapping):
        return _parsed(kind.model_validate, value, kind, where)
    elif dataclasses.is_dataclass(kind) and isinstance(value, Mapping):
        return _record(value, kind, where)
    elif isinstance(value, kind):
        return value
    raise _unfit(value, kind, where)


def _member(value: Any, kind: type[Enum], where: str) -> Enum:
    try:
        return kind(value)
    except ValueError:
        raise _unfit(value, kind, where) from None


def _record(value: Mapping[str, Any], kind: Any, where: str) -> Any:
    """A dataclass of what is there; what it does not know is left out, as flytekit does."""
    hints = typing.get_type_hints(kind)
    given = {
        one.name: shaped(value[one.name], hints[one.name], f"{where}.{one.name}")
        for one in dataclasses.fields(kind)
        if one.init and one.name in value
    }
    try:
        return kind(**given)
    except TypeError as error:  # a field that has no default is missing
        raise ValueError(f"{where}: {error}") from None


def _parsed(parse: Callable[[Any], Any], value: Any, kind: type, where: str) -> Any:
    try:
        return parse(value)
    except ValueError as error:
        raise ValueError(f"{where}: no {kind.__name__}: {error}") from None


def _has_flytekits(as_type: Any, within: tuple[Any, ...]) -> bool:
    """True for a type with one of flytekit's own in it, in a dataclass' fields as well."""
    inner = typing.get_args(as_type)
    if inner:
        return any(_has_flytekits(one, within) for one in inner)
    if not isinstance(as_type, type) or as_type in within:
        return False
    if as_type.__module__.startswith("flytekit."):
        return True
    if not dataclasses.is_dataclass(as_type):
        return False
    fields = typing.get_type_hints(as_type).values()
    return any(_has_flytekits(one, (*within, as_type)) for one in fields)


def _may_be_flytekits(as_type: Any) -> bool:
    """True for a type with a part that is not ours to make: a file, a frame, an array, …"""
    if "flytekit" not in sys.modules:
        return False
    inner = typing.get_args(as_type)
    if inner:
        return any(_may_be_flytekits(one) for one in inner)
    if not isinstance(as_type, type):
        return False
    plain = as_type.__module__ in ("builtins", "datetime", "pathlib", "types")
    ours = issubclass(as_type, Enum) or dataclasses.is_dataclass(as_type)
    return not plain and not ours and not hasattr(as_type, "model_validate")


def _by_flytekit(literal: Literal, as_type: Any, where: str) -> Any:
    from flytekit.core.context_manager import FlyteContextManager
    from flytekit.core.type_engine import TypeEngine
    from flytekit.models.literals import Literal as Model

    context = FlyteContextManager.current_context()
    try:
        return TypeEngine.to_python_value(context, Model.from_flyte_idl(literal), as_type)
    except Exception as error:  # of whatever class its transformers raise
        raise ValueError(f"{where}: {error}") from error


def _unfit(value: Any, as_type: Any, where: str) -> ValueError:
    wanted = getattr(as_type, "__name__", None) or str(as_type)
    text = repr(value)
    short = text if len(text) <= 60 else f"{text[:59]}…"
    return ValueError(f"{where}: wanted {wanted}, and it is {short}")
