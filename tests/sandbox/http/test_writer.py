"""Messages to JSON: everything is there."""

import json
import math
from typing import Any

import pytest
from flyteidl.admin import project_pb2
from flyteidl.core import literals_pb2
from google.protobuf import any_pb2, duration_pb2, struct_pb2, timestamp_pb2
from google.rpc import status_pb2

from reconciler.sandbox.http.writer import UnprintableError, write_message


def written(message: Any, *, proto_names: bool = True) -> Any:
    return json.loads(write_message(message, proto_names=proto_names))


def test_unset_fields_are_written() -> None:
    """Null for messages, and the default of everything else, in the proto's order."""
    found = written(project_pb2.Project(id="p", state=77))

    assert found == {
        "id": "p", "name": "", "domains": [], "description": "", "labels": None, "state": 77,
        "org": "",
    }  # fmt: skip
    assert list(found)[:3] == ["id", "name", "domains"]


def test_unset_members_of_a_oneof_are_not() -> None:
    """Only what is chosen is there."""
    assert written(literals_pb2.Primitive(integer=-5)) == {"integer": "-5"}
    assert written(literals_pb2.Scalar()) == {}


def test_names_can_be_the_camels() -> None:
    """Keys of maps never are."""
    literal = literals_pb2.Literal(
        scalar=literals_pb2.Scalar(none_type=literals_pb2.Void()), metadata={"a_b": "c"}
    )

    assert written(literal, proto_names=False) == {
        "scalar": {"noneType": {}}, "hash": "", "metadata": {"a_b": "c"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (12.0, "12"),
        (0.1, "0.1"),
        (1e20, "1" + "0" * 20),
        (9.0071099254741e16, "90071099254741000"),
    ],
)
def test_numbers_are_written_as_go_writes_them(number: float, text: str) -> None:
    """Whole ones without a point, digit by digit."""
    found = write_message(literals_pb2.Primitive(float_value=number), proto_names=True)

    assert found == f'{{"float_value":{text}}}'.encode()


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (duration_pb2.Duration(seconds=90, nanos=500_000_000), "90.500s"),
        (duration_pb2.Duration(nanos=-1), "-0.000000001s"),
        (duration_pb2.Duration(), "0s"),
        (timestamp_pb2.Timestamp(seconds=1, nanos=1000), "1970-01-01T00:00:01.000001Z"),
        (timestamp_pb2.Timestamp(seconds=-62135596800), "0001-01-01T00:00:00Z"),
    ],
)
def test_times_have_three_digits_or_six_or_nine(message: Any, text: str) -> None:
    """Or none."""
    assert written(message) == text


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (struct_pb2.Value(number_value=math.nan),
         "google.protobuf.Value.number_value: invalid NaN value"),
        (struct_pb2.Value(), "google.protobuf.Value: none of the oneof fields is set"),
        (duration_pb2.Duration(seconds=1, nanos=-1),
         "google.protobuf.Duration: signs of seconds and nanos do not match"),
        (timestamp_pb2.Timestamp(nanos=-1), "google.protobuf.Timestamp: nanos out of range -1"),
        (any_pb2.Any(type_url="x/Nope"),
         'google.protobuf.Any: unable to resolve "x/Nope": not found'),
    ],
)  # fmt: skip
def test_what_json_cannot_say_is_an_error(message: Any, text: str) -> None:
    """In Go's words."""
    with pytest.raises(UnprintableError) as refused:
        write_message(message, proto_names=True)

    assert str(refused.value) == f"proto:\N{NO-BREAK SPACE}{text}"


def test_details_are_spelled_out() -> None:
    """With their type, and their defaults too."""
    detail = any_pb2.Any()
    detail.Pack(project_pb2.Project(id="p"))

    found = written(status_pb2.Status(code=3, details=[detail]))["details"][0]

    assert found["@type"] == "type.googleapis.com/flyteidl.admin.Project"
    assert (found["id"], found["labels"]) == ("p", None)
