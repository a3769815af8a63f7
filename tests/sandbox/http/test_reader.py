"""JSON to messages, with protojson's errors; the texts were printed by Go."""

import contextlib
import json
from typing import Any

import pytest
from flyteidl.admin import event_pb2, project_attributes_pb2, project_pb2, task_pb2
from flyteidl.core import literals_pb2
from flyteidl.service import dataproxy_pb2
from google.protobuf import struct_pb2
from google.rpc import status_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.sandbox.http.reader import read_message
from reconciler.sandbox.http.tokens import ProtoJSONError
from reconciler.sandbox.json_scanner import JSONSyntaxError

REGISTER = project_pb2.ProjectRegisterRequest
UPDATE = project_attributes_pb2.ProjectAttributesUpdateRequest
EVENT = event_pb2.WorkflowExecutionEventRequest
UPLOAD = dataproxy_pb2.CreateUploadLocationRequest


def read(message: Any, body: str | bytes, *, discard: bool = False) -> Any:
    found = message()
    read_message(
        body if isinstance(body, bytes) else body.encode(), found, discard_unknown=discard
    )
    return found


def config(value: str) -> str:
    return (
        '{"attributes": {"matchingAttributes": {"workflowExecutionConfig": '
        f'{{"maxParallelism": {value}}}}}}}}}'
    )


REFUSED = [
    (REGISTER, "[]", "syntax error (line 1:1): unexpected token ["),
    (REGISTER, '"text"', 'syntax error (line 1:1): unexpected token "text"'),
    (REGISTER, "null", "syntax error (line 1:1): unexpected token null"),
    (REGISTER, '{"project": "x"}', 'syntax error (line 1:13): unexpected token "x"'),
    (
        REGISTER,
        '{"project": {"id": 5}}',
        "(line 1:20): invalid value for string field id: 5",
    ),
    (
        REGISTER,
        '{"project": {"id": "a", "name": "n", "state": "X"}}',
        '(line 1:47): invalid value for enum field state: "X"',
    ),
    (
        REGISTER,
        '{"project": {"labels": {"values": {"a": 1}}}}',
        "(line 1:41): invalid value for string field value: 1",
    ),
    (
        REGISTER,
        '{"project": {"id": "a",\n "id": "b"}}',
        '(line 2:2): duplicate field "id"',
    ),
    (
        REGISTER,
        '{"project": {"labels": {"values": {"a": "1", "a": "2"}}}}',
        '(line 1:46): duplicate map key "a"',
    ),
    (REGISTER, '{"x": {"a": [1]}}', '(line 1:2): unknown field "x"'),
    (REGISTER, b'{"project":{"id":"\xff"}}', "syntax error (line 1:18): invalid UTF-8 in string"),
    (
        REGISTER,
        '{"project":{"id":"\\ud800\\u0041"}}',
        'syntax error (line 1:18): invalid escape code "\\\\u0041" in string',
    ),
    (UPDATE, config("1.5"), "(line 1:86): invalid value for int32 field maxParallelism: 1.5"),
    (
        UPDATE,
        config("2147483648"),
        "(line 1:86): invalid value for int32 field maxParallelism: 2147483648",
    ),
    (UPDATE, config('" 1"'), '(line 1:86): invalid value for int32 field maxParallelism: " 1"'),
    (
        EVENT,
        '{"event": {"occurredAt": "yesterday"}}',
        '(line 1:26): invalid google.protobuf.Timestamp value "yesterday"',
    ),
    (
        EVENT,
        '{"event": {"occurredAt": "0000-12-31T00:00:00Z"}}',
        '(line 1:26): google.protobuf.Timestamp value out of range: "0000-12-31T00:00:00Z"',
    ),
    (
        EVENT,
        '{"event": {"outputUri": "u", "error": {}}}',
        '(line 1:30): error parsing "error", oneof '
        "flyteidl.event.WorkflowExecutionEvent.output_result is already set",
    ),
    (UPLOAD, '{"expiresIn": "5"}', '(line 1:15): invalid google.protobuf.Duration value "5"'),
    (
        UPLOAD,
        '{"contentMd5": "!!"}',
        '(line 1:16): invalid value for bytes field contentMd5: "!!"',
    ),
    (
        status_pb2.Status,
        '{"details": [{"@type": "x/flyteidl.Nope"}]}',
        '(line 1:24): unable to resolve "x/flyteidl.Nope": "not found"',
    ),
    (status_pb2.Status, '{"details": [{"a": 1}]}', '(line 1:14): missing "@type" field'),
]


@pytest.mark.parametrize(("message", "body", "text"), REFUSED)
def test_what_does_not_fit_is_told_with_its_place(
    message: Any, body: str | bytes, text: str
) -> None:
    """Lines and columns count characters, and begin at one."""
    with pytest.raises(ProtoJSONError) as refused:
        read(message, body)

    assert str(refused.value) == f"proto:\N{NO-BREAK SPACE}{text}"


@pytest.mark.parametrize("value", ["12", '"12"', "1.2e1", "120e-1", '"12 of many"', "12.0"])
def test_whole_numbers_have_many_forms(value: str) -> None:
    """Texts, exponents, and whatever follows a blank."""
    found = read(UPDATE, config(value))

    assert found.attributes.matching_attributes.workflow_execution_config.max_parallelism == 12


def test_names_come_in_two_spellings() -> None:
    """The proto's and the camel's."""
    assert read(UPLOAD, '{"filename_root": "a"}') == read(UPLOAD, '{"filenameRoot": "a"}')


@pytest.mark.parametrize("text", ["XrY7u+Ae7tCTyyK7j1rNww==", "XrY7u-Ae7tCTyyK7j1rNww"])
def test_bytes_come_in_two_alphabets(text: str) -> None:
    """Padding or none."""
    assert read(UPLOAD, json.dumps({"contentMd5": text})).content_md5[:3] == b"\x5e\xb6\x3b"


def test_null_is_as_if_not_there() -> None:
    """But where null is a value."""
    body = '{"project": {"id": null, "labels": null, "state": null, "domains": null}}'

    assert read(REGISTER, body) == REGISTER(project=project_pb2.Project())
    assert read(struct_pb2.Struct, '{"a": null}').fields["a"].WhichOneof("kind") == "null_value"


def test_unknown_names_can_be_dropped() -> None:
    """Fields with all they hold, and enum values, in lists too."""
    body = '{"x": [{"y": "}"}], "project": {"id": "a", "state": "NOPE"}}'

    assert read(REGISTER, body, discard=True) == read(REGISTER, '{"project": {"id": "a"}}')


def test_enums_come_by_name_and_by_any_number() -> None:
    """Numbers need not be known."""
    assert read(REGISTER, '{"project": {"state": "ARCHIVED"}}').project.state == 1
    assert read(REGISTER, '{"project": {"state": 77}}').project.state == 77


def test_any_is_read_by_its_type() -> None:
    """Wherever `@type` stands."""
    body = '{"details": [{"id": "p", "@type": "type.googleapis.com/flyteidl.admin.Project"}]}'
    found = read(status_pb2.Status, body)

    unpacked = project_pb2.Project()
    assert found.details[0].Unpack(unpacked)
    assert unpacked.id == "p"


def test_a_body_may_be_nested_as_deep_as_json_may() -> None:
    """Deeper than Python likes to recurse."""
    found = read(literals_pb2.Literal, '{"collection":{"literals":[' * 2000 + "]}}" * 2000)

    depth = 0
    while found.HasField("collection") and found.collection.literals:
        found, depth = found.collection.literals[0], depth + 1
    assert depth == 1999


def test_a_whole_task_is_read() -> None:
    """Maps, wrappers, structs, durations, nested lists."""
    body = {
        "id": {"resourceType": "TASK", "name": "t"},
        "spec": {
            "template": {
                "metadata": {"timeout": "90.5s", "interruptible": False, "tags": {"a": "b"}},
                "custom": {"n": 1.5, "l": [None, True, {"x": "y"}]},
                "container": {"args": ["a", ""], "env": [{"key": "K"}]},
            }
        },
    }

    found = read(task_pb2.TaskCreateRequest, json.dumps(body)).spec.template

    assert (found.metadata.timeout.seconds, found.metadata.timeout.nanos) == (90, 500_000_000)
    assert found.metadata.WhichOneof("interruptible_value") == "interruptible"
    assert (
        found.custom.fields["l"].list_value.values[2].struct_value.fields["x"].string_value == "y"
    )
    assert list(found.container.args) == ["a", ""]


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.binary(max_size=40) | st.text(alphabet='{}[],:"\\ue0-1nx', max_size=30).map(str.encode))
def test_no_body_is_a_crash(body: bytes) -> None:
    """Whatever comes is a message or an error of our own."""
    with contextlib.suppress(JSONSyntaxError, ProtoJSONError):
        read(struct_pb2.Value, body)
