"""What is given verbatim, as protobuf JSON: schema and reader take and refuse the same."""

import copy
from functools import cache
from typing import Any

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlanSpec
from flyteidl.core.tasks_pb2 import TaskTemplate
from flyteidl.core.types_pb2 import LiteralType
from flyteidl.core.workflow_pb2 import Node, WorkflowTemplate
from google.protobuf.json_format import MessageToDict
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError

from reconciler.manifest import REFUSED, SAID_ELSEWHERE
from reconciler.manifest.models.raw import RawLaunchPlan, RawNode, RawTask, RawWorkflow
from reconciler.manifest.models.values import Type
from reconciler.manifest.proto_schema import message_schema, messages_in
from tests.desired.test_content_version import put, values, ways
from tests.manifest.test_generated import JUNK, places

READERS: dict[Any, Any] = {
    TaskTemplate: RawTask,
    WorkflowTemplate: RawWorkflow,
    Node: RawNode,
    LaunchPlanSpec: RawLaunchPlan,
    LiteralType: Type,
}
# More that protobuf's reader takes for something.
ODD: list[Any] = [
    *JUNK,
    "5",
    "-1",
    5.0,
    2**31,
    2**63,
    "NaN",
    "YQ==",
    "90s",
    "1",
    ["5"],
    {"a": None},
]


@cache
def reader(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(READERS[kind])


@cache
def schema(kind: Any) -> Draft202012Validator:
    name = kind.DESCRIPTOR.full_name
    made = message_schema(name, without={*REFUSED, *SAID_ELSEWHERE})
    inside = {one: message_schema(one, without=REFUSED) for one in messages_in(name)}
    return Draft202012Validator({**made, "minProperties": 1, "$defs": inside})


def problem(kind: Any, value: Any) -> str:
    """What the reader says of a value; nothing if it takes it."""
    try:
        reader(kind).validate_python({"proto": value} if kind is LiteralType else value)
    except ValidationError as error:
        return str(error) + str([one.get("ctx") for one in error.errors()])
    return ""


@st.composite
def documents(draw: st.DrawFn, kind: Any) -> Any:
    """A message as JSON, by either of the names that fields have, perhaps with one odd value."""
    message = kind()
    for way in draw(st.lists(st.sampled_from(list(ways(kind))), min_size=1, max_size=3)):
        put(message, way, draw(values(way[-1])), draw(st.sampled_from("ab")))
    value: Any = MessageToDict(message, preserving_proto_field_name=draw(st.booleans()))
    paths: list[Any] = list(places(value))
    if paths and draw(st.sampled_from([True, False])):
        path: Any = draw(st.sampled_from(paths))
        *parents, last = path
        place: Any = value
        for step in parents:
            place = place[step]
        place[last] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return value


# What no schema of ours knows, as the reader says it.
BEYOND = (
    "names no type",
    "oneof",
    "can not be parsed",
    "time data",
    "Timestamp",
    "Duration",
    "Padding",
    "base64",
    "padding",
    "must be set",
    "does not match",
)


@pytest.mark.parametrize("kind", READERS, ids=lambda one: one.__name__)
@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.data())
def test_reader_and_schema_agree(kind: Any, data: st.DataObject) -> None:
    """Whatever is read is not marked, and what is marked is not read."""
    value = data.draw(documents(kind))
    if not value:
        return

    said = problem(kind, value)

    assert schema(kind).is_valid(value) == (not said) or any(one in said for one in BEYOND), said


def test_names_are_offered_once() -> None:
    """Those of JSON; what `.proto` files call a field is taken, but not offered beside."""
    made = message_schema("flyteidl.core.TaskTemplate")

    assert "taskTypeVersion" in made["properties"]
    assert "task_type_version" not in made["properties"]
    assert schema(TaskTemplate).is_valid({"task_type_version": 1})
    assert not schema(TaskTemplate).is_valid({"taskTypeVersions": 1})


@pytest.mark.parametrize("name", [*REFUSED, *SAID_ELSEWHERE])
def test_what_is_refused_is_not_offered(name: str) -> None:
    """What Admin never takes nowhere, and what is said elsewhere not as the outermost."""
    message, _, field = name.rpartition(".")
    made = message_schema(message, without={*REFUSED, *SAID_ELSEWHERE})

    assert field.title().replace("_", "").lower() not in map(str.lower, made["properties"])
