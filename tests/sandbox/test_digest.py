"""Digests are the ones that a real flyteadmin computed, and equality is what they induce."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin import launch_plan_pb2
from flyteidl.core import compiler_pb2, literals_pb2, tasks_pb2
from google.protobuf import (
    duration_pb2,
    json_format,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.sandbox.digest import DigestError, digest

KINDS = {
    "tasks": compiler_pb2.CompiledTask,
    "workflows": compiler_pb2.CompiledWorkflowClosure,
    "launch_plans": launch_plan_pb2.LaunchPlan,
}


def recorded() -> list[Any]:
    """What packages of real workflows became in a real server, each with its digest."""
    path = Path(__file__).with_name("digests.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_digests_are_the_recorded_ones() -> None:
    """Tasks, workflows and launch plans of real packages have the digests the server gave."""
    wrong = [
        one["id"]
        for one in recorded()
        if digest(json_format.ParseDict(one["message"], KINDS[one["kind"]]())).hex()
        != one["digest"]
    ]

    assert wrong == []


def test_absent_and_empty_messages_differ() -> None:
    """A message that is set counts, even if it holds nothing."""
    template = tasks_pb2.TaskTemplate()
    without = digest(template)
    template.metadata.SetInParent()

    assert digest(template) != without


def test_zero_of_a_oneof_counts_and_of_a_scalar_does_not() -> None:
    """What proto3 cannot tell from unset is left out; what it can tell is kept."""
    metadata = tasks_pb2.TaskMetadata()
    without = digest(metadata)
    metadata.discoverable = False
    assert digest(metadata) == without

    metadata.interruptible = False
    assert digest(metadata) != without


def test_unknown_fields_do_not_count() -> None:
    """Fields of a later schema are no part of a digest."""
    known = tasks_pb2.TaskTemplate(type="x")
    later = tasks_pb2.TaskTemplate.FromString(known.SerializeToString() + b"\xfa\x3e\x01a")

    assert digest(later) == digest(known)


def test_order_counts_in_lists_only() -> None:
    """Maps have no order, lists do."""
    one, other = tasks_pb2.TaskTemplate(), tasks_pb2.TaskTemplate()
    one.config.update({"a": "1", "b": "2"})
    other.config.update({"b": "2", "a": "1"})
    assert digest(one) == digest(other)

    one.container.args.extend("ab")
    other.container.args.extend("ba")
    assert digest(one) != digest(other)


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(derandomize=True, max_examples=200)
def test_equal_numbers_have_equal_digests(number: float) -> None:
    """A number's digest is that of the double, whatever its sign and size."""
    value = struct_pb2.Value(number_value=number)

    assert digest(value) == digest(struct_pb2.Value(number_value=float(repr(number))))
    assert (digest(value) == digest(struct_pb2.Value(number_value=0))) == (number == 0)


def test_what_json_cannot_say_is_still_told_apart() -> None:
    """NaN and the infinities hash, each equal to itself only."""
    digests = {
        digest(struct_pb2.Value(number_value=float(text))) for text in ("nan", "inf", "-inf", "1")
    }

    assert len(digests) == 4


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        (duration_pb2.Duration(seconds=315_576_000_001), "seconds out of range 315576000001"),
        (duration_pb2.Duration(nanos=10**9), "ns out of range (-1000000000, 1000000000)"),
        (duration_pb2.Duration(seconds=1, nanos=-1), "signs of seconds and nanos do not match"),
        (timestamp_pb2.Timestamp(nanos=-1), "ns out of range [0, 1000000000)"),
        (struct_pb2.Value(), "nil Value"),
    ],
    ids=["long-duration", "duration-nanos", "duration-signs", "timestamp-nanos", "no-kind"],
)
def test_what_has_no_json_has_no_digest(message: Any, complaint: str) -> None:
    """Admin fails on these, in jsonpb's words."""
    with pytest.raises(DigestError) as refused:
        digest(message)

    assert str(refused.value) == complaint


def test_times_out_of_range_hash() -> None:
    """Only the nanoseconds of a timestamp are looked at; its year may be any."""
    far = [digest(timestamp_pb2.Timestamp(seconds=s)) for s in (-(10**12), 10**12, 10**12 + 1)]

    assert len(set(far)) == 3


def test_wrappers_and_bytes_hash_as_their_json() -> None:
    """A wrapper is the value it wraps; bytes are their base64."""
    plain = digest(struct_pb2.Value(bool_value=True))
    assert digest(wrappers_pb2.BoolValue(value=True)) == plain

    text = digest(struct_pb2.Value(string_value="YQ=="))
    assert digest(wrappers_pb2.BytesValue(value=b"a")) == text
    assert digest(wrappers_pb2.Int64Value(value=7)) == digest(struct_pb2.Value(string_value="7"))


def test_literals_of_each_kind_differ() -> None:
    """A primitive's kind is part of what is hashed."""
    kinds = [
        literals_pb2.Primitive(integer=1),
        literals_pb2.Primitive(float_value=1),
        literals_pb2.Primitive(boolean=True),
        literals_pb2.Primitive(string_value="1"),
    ]

    assert len({digest(kind) for kind in kinds}) == len(kinds)
