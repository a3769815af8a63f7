"""The text by which Admin says how two specs of one id differ.

It compares the JSON that Go's `encoding/json` writes of its structs (not protobuf's JSON): oneofs
under the names of their Go types, enums as numbers, times as seconds and nanos. A line appears
for a path that changes in both directions; what only grew or shrank a list does not.

Source: flyteadmin/pkg/errors/errors.go; github.com/wI2L/jsondiff.
"""

import base64
import json
import math
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

MAX_DIFF_BYTES = 3 << 20

_PLAIN = frozenset(f"google.protobuf.{name}" for name in ("Struct", "Value", "ListValue"))


class _Unsayable(Exception):
    """JSON has no text for a value: NaN, an infinity, a Value without a kind."""


def difference(before: Message, after: Message) -> str:
    """Return Admin's lines about every path that `after` has another value at.

    Empty if there is no such path, and if JSON cannot say either message.
    """
    try:
        old, new = _object(before), _object(after)
    except _Unsayable:
        return ""
    lines = (
        f"{path}:\n\t- {_go_value(left)} \n\t+ {_go_value(right)}"
        for path, left, right in _changes("", old, new)
    )
    text = "\n".join(lines).encode()
    return text[:MAX_DIFF_BYTES].decode("utf-8", "replace")


def _changes(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            here = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
            if key in old and key in new:
                yield from _changes(here, old[key], new[key])
            else:
                yield here, old.get(key), new.get(key)
    elif isinstance(old, list) and isinstance(new, list):
        for index, (left, right) in enumerate(zip(old, new, strict=False)):
            yield from _changes(f"{path}/{index}", left, right)
    elif old != new or isinstance(old, bool) != isinstance(new, bool):
        yield path, old, new


def _go_value(value: Any) -> str:
    """Print a value as Go's `%v` prints what it decoded from JSON."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return go_float(float(value))
    if isinstance(value, list):
        return f"[{' '.join(map(_go_value, value))}]"
    pairs = (f"{key}:{_go_value(value[key])}" for key in sorted(value))
    return f"map[{' '.join(pairs)}]"


def go_float(value: float) -> str:
    """Print a finite double as Go's `%v`: `123456`, `1e+06`, `1.234e-05`.

    The digits are the fewest that read back as the same double.
    """
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text = "".join(map(str, digits))
    power = len(text) - 1 + int(exponent)
    minus = "-" if sign else ""
    if value == 0:
        return f"{minus}0"
    if not -4 <= power < 6:
        fraction = f".{text[1:]}" if len(text) > 1 else ""
        return f"{minus}{text[0]}{fraction}e{power:+03d}"
    if power < 0:
        return f"{minus}0.{'0' * (-power - 1)}{text}"
    whole, fraction = text[: power + 1].ljust(power + 1, "0"), text[power + 1 :]
    return f"{minus}{whole}.{fraction}" if fraction else f"{minus}{whole}"


def _object(message: Message) -> Any:
    """Return what Go's `encoding/json` has for a generated struct."""
    if message.DESCRIPTOR.full_name in _PLAIN:
        return _plain(message)
    fields = {field.name: value for field, value in message.ListFields()}
    written: dict[str, Any] = {}
    for field, value in message.ListFields():
        if _oneof(field) is None:
            written[field.name] = _field(field, value)
    for oneof, members in _oneofs(message.DESCRIPTOR):
        chosen = next((member for member in members if member.name in fields), None)
        written[oneof] = (
            None
            if chosen is None
            else {_go_name(chosen.name): _field(chosen, fields[chosen.name])}
        )
    return written


def _plain(message: Message) -> Any:
    try:
        return json.loads(json_format.MessageToJson(message))
    except (ValueError, json_format.Error):
        raise _Unsayable from None


def _field(field: FieldDescriptor, value: Any) -> Any:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        item = field.message_type.fields_by_name["value"]
        return {str(key): _single(item, value[key]) for key in value}
    if field.is_repeated:
        return [_single(field, item) for item in value]
    return _single(field, value)


def _single(field: FieldDescriptor, value: Any) -> Any:
    if field.message_type is not None:
        return _object(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and not math.isfinite(value):
        raise _Unsayable
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)  # as whoever reads the JSON has it
    return value


def _oneof(field: FieldDescriptor) -> str | None:
    """Return the name of the oneof a field belongs to; not of one made for `optional`."""
    oneof = field.containing_oneof
    return None if oneof is None or oneof.name.startswith("_") else str(oneof.name)


@lru_cache(maxsize=1024)
def _oneofs(descriptor: Descriptor) -> tuple[tuple[str, tuple[FieldDescriptor, ...]], ...]:
    return tuple(
        (_go_name(oneof.name), tuple(oneof.fields))
        for oneof in descriptor.oneofs
        if not oneof.name.startswith("_")
    )


def _go_name(name: str) -> str:
    """Return the Go identifier of a field: `k8s_pod` becomes `K8SPod`.

    Source: google.golang.org/protobuf/internal/strs, GoCamelCase.
    """
    made, upper = "", True
    for index, char in enumerate(name):
        if char == "_" and name[index + 1 : index + 2].islower():
            upper = True
        elif char.isdigit():
            made, upper = made + char, True
        else:
            made, upper = made + (char.upper() if upper else char), False
    return made
