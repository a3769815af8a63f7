"""Of every choice that flyteidl offers, each value can be said; or it is refused with a reason.

`test_every_field` asks for the fields; this one for what stands in those that are choices.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.message import Message

from reconciler.desired import bind, declare
from reconciler.manifest import load
from tests.desired.test_every_field import EVERYTHING, RAW, all_fields

EVERY_VALUE = Path(__file__).with_name("every_value.yaml")
# Values that nobody says, and why not.
NOT_SAID: dict[str, dict[str, str]] = {
    "flyteidl.admin.Notification.phases": dict.fromkeys(
        ("UNDEFINED", "QUEUED", "RUNNING", "SUCCEEDING", "FAILING", "ABORTING"),
        "Admin refuses phases that are not the end of an execution",
    ),
    "flyteidl.core.Identifier.resource_type": {
        "UNSPECIFIED": "what is referred to decides it",
        "DATASET": "no node runs one",
    },
    "flyteidl.core.Resources.ResourceEntry.name": {"UNKNOWN": "Kubernetes has no such resource"},
}


@cache
def said() -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for path in (EVERYTHING, EVERY_VALUE):
        for one in bind(declare(load([path])), None):
            if one.id.kind.versioned and one.request is not None:
                for name, number in _choices(one.request):
                    found.setdefault(name, set()).add(number)
    return found


def _choices(message: Message) -> Iterator[tuple[str, int]]:
    """Every choice made anywhere in a message; what is not said is the first of its values."""
    if message.DESCRIPTOR.full_name.startswith("google.protobuf."):
        return
    for field in message.DESCRIPTOR.fields:
        value: Any = getattr(message, field.name)
        if field.enum_type is not None:
            if field.is_repeated:
                yield from ((field.full_name, one) for one in value)
            elif field.containing_oneof is None or message.HasField(field.name):
                yield field.full_name, value
        elif field.message_type is None:
            continue
        elif field.message_type.GetOptions().map_entry:
            for inner in value.values():
                if isinstance(inner, Message):
                    yield from _choices(inner)
        elif field.is_repeated:
            for inner in value:
                yield from _choices(inner)
        elif message.HasField(field.name):
            yield from _choices(value)


def test_every_value_of_every_choice_can_be_said() -> None:
    """Two examples say them all, but for those that are listed and fields that are only raw."""
    silent = {
        f"{name}: {value.name}"
        for name, field in all_fields().items()
        if field.enum_type is not None and name not in RAW
        for value in field.enum_type.values
        if value.number not in said().get(name, ()) and value.name not in NOT_SAID.get(name, {})
    }

    assert sorted(silent) == []


def test_what_is_not_said_has_a_reason_still() -> None:
    """A value that manifests can say leaves the list."""
    for name, values in NOT_SAID.items():
        numbers = {one.name: one.number for one in all_fields()[name].enum_type.values}
        assert not said()[name] & {numbers[value] for value in values}, name
        assert all(values.values())
