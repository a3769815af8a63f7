"""Values that protobuf holds and its JSON does not: found, with their place."""

from typing import Any

import pytest
from flyteidl.admin.task_pb2 import TaskSpec
from flyteidl.core.literals_pb2 import LiteralMap
from google.protobuf.json_format import MessageToDict

from reconciler.model import without_json


def a_spec(**custom: Any) -> Any:
    spec = TaskSpec()
    spec.template.custom.update({"a": 1, "b": "text", "c": [True, {"d": 0.5}], **custom})
    spec.template.metadata.timeout.seconds = 315_576_000_000
    return spec


@pytest.mark.parametrize("spans", [True, False])
def test_what_has_a_json_is_sound(spans: bool) -> None:
    """Numbers, texts, lists, and the longest duration there is."""
    assert without_json(a_spec(), spans=spans) == ""
    assert MessageToDict(a_spec())


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
@pytest.mark.parametrize("spans", [True, False])
def test_numbers_without_end_are_found(number: float, spans: bool) -> None:
    """At any depth of a Struct."""
    spec = a_spec(c=[1, {"d": number}])
    found = without_json(spec, spans=spans)
    assert found.startswith("template.custom.fields[c].")
    assert f"is {number}, which JSON does not know" in found
    with pytest.raises(Exception, match="serialize"):
        MessageToDict(spec)


@pytest.mark.parametrize(
    ("seconds", "nanos"), [(315_576_000_001, 0), (0, 1_000_000_000), (-1, 1), (1, -1)]
)
def test_durations_out_of_range_are_found(seconds: int, nanos: int) -> None:
    """Nobody waits ten thousand years, nor forwards and backwards."""
    spec = a_spec()
    spec.template.metadata.timeout.seconds = seconds
    spec.template.metadata.timeout.nanos = nanos
    assert without_json(spec) == "template.metadata.timeout is out of all bounds"


def test_times_out_of_range_are_found() -> None:
    """After the year 9999; within maps and lists too."""
    literals = LiteralMap()
    item = literals.literals["days"].collection.literals.add()
    item.scalar.primitive.datetime.seconds = 253_402_300_800
    found = without_json(literals)
    assert found.startswith("literals[days].collection.literals[0].scalar.primitive.datetime")
