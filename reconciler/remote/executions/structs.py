"""Dataclasses, pydantic models and their like as the plain data that a struct holds.

What flytekit writes into a struct's msgpack (mashumaro's rules for dataclasses, pydantic's own
for models): enum members by value, moments in ISO 8601, durations in seconds.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID


def is_record(value: Any) -> bool:
    """True for an instance of a dataclass or of a pydantic model."""
    if isinstance(value, type):
        return False
    return dataclasses.is_dataclass(value) or hasattr(value, "model_dump")


def is_of_flytekit(value: Any, name: str) -> bool:
    """True if flytekit's class of that name, or one below it, made `value`."""
    return any(
        one.__name__ == name and one.__module__.startswith("flytekit.")
        for one in type(value).__mro__
    )


def is_numpy(value: Any) -> bool:
    return type(value).__module__ == "numpy"


def from_numpy(value: Any) -> Any:
    """A numpy scalar as Python's own value, an array as lists."""
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    if kind in ("M", "m"):
        # Nanoseconds would come out as a bare number.
        value = value.astype(f"{'datetime64' if kind == 'M' else 'timedelta64'}[us]")
    return value.tolist()


# Stands in for the URI of a local file, or of a directory if the second argument is true.
Local = Callable[[Path, bool, str], str]


def _refuse(path: Path, directory: bool, where: str) -> str:
    raise ValueError(f"{where}: {path} lies on this machine; give a URI")


def plain(value: Any, where: str, local: Local = _refuse) -> Any:
    """`value` as mappings, lists and scalars, at any depth.

    Args:
        local: Asked about the files and directories of flytekit's that lie on this machine.

    Raises: ValueError naming the place of what a struct cannot hold.
    """
    if value is None or isinstance(value, str | bytes | bool | int | float):
        # A text or number that is an enum's member as well goes by its value.
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Enum):
        return plain(value.value, where, local)
    for name in ("FlyteFile", "FlyteDirectory"):
        if is_of_flytekit(value, name):
            return {"path": _address(value, name == "FlyteDirectory", where, local)}
    if hasattr(value, "model_dump") and not isinstance(value, type):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {
            one.name: plain(getattr(value, one.name), f"{where}.{one.name}", local)
            for one in fields
        }
    if isinstance(value, Mapping):
        return {_key(key): plain(item, f"{where}[{key!r}]", local) for key, item in value.items()}
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal | PurePath | UUID):
        return str(value)
    if is_numpy(value):
        return plain(from_numpy(value), where, local)
    if isinstance(value, Iterable):
        items = in_order(value, where)
        return [plain(item, f"{where}[{index}]", local) for index, item in enumerate(items)]
    raise ValueError(f"{where}: a struct cannot hold a {type(value).__name__}")


def in_order(value: Iterable[Any], where: str) -> list[Any]:
    """The items of a list, a tuple or whatever can be gone through; those of a set sorted, for
    the same set is to give the same list every time.

    Raises: ValueError for a set whose items have no order.
    """
    if not isinstance(value, set | frozenset):
        return list(value)
    try:
        return sorted(value)
    except TypeError:
        raise ValueError(
            f"{where}: the items of this set have no order; give them as a list"
        ) from None


def _key(key: Any) -> Any:
    return key.value if isinstance(key, Enum) else key


def _address(value: Any, directory: bool, where: str, local: Local) -> str:
    path = str(getattr(value, "remote_source", None) or value.path)
    return path if "://" in path else local(Path(path), directory, where)
