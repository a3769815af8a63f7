"""Query parameters to fields; the texts were printed by Go."""

import pytest
from flyteidl.admin import common_pb2, project_pb2
from flyteidl.service import dataproxy_pb2

from reconciler.sandbox.http.parameters import (
    InvalidUTF8Error,
    ParameterError,
    populate_path,
    populate_query,
)
from reconciler.sandbox.http.prefixes import Prefixes
from reconciler.sandbox.objects.gourl import parse_query

NOTHING = Prefixes([])


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("limit=abc", 'parsing field "limit": strconv.ParseUint: parsing "abc": invalid syntax'),
        ("limit=", 'parsing field "limit": strconv.ParseUint: parsing "": invalid syntax'),
        ("limit=1&limit=2", 'too many values for field "limit": 1, 2'),
        ("limit.x=1", 'invalid path: "limit" is not a message'),
        ("sort_by=x", 'parsing field "sort_by": unsupported message type: "flyteidl.admin.Sort"'),
        ("sort_by.direction=UP", 'parsing field "direction": "UP" is not a valid value'),
        ("sortBy.direction=2", 'parsing field "direction": "2" is not a valid value'),
        ("limit[a]=1", 'too many values for field "limit": a, 1'),
    ],
)
def test_what_does_not_fit_is_told(query: str, text: str) -> None:
    """By the proto's name of the field."""
    with pytest.raises(ParameterError) as refused:
        populate_query(project_pb2.ProjectListRequest(), parse_query(query)[0], NOTHING)

    assert str(refused.value) == text


def test_names_come_in_two_spellings_and_dotted() -> None:
    """Unknown ones are left aside, but what they lead through comes into being."""
    message = project_pb2.ProjectListRequest()

    populate_query(
        message, parse_query("sortBy.key=a&sort_by.direction=1&limit=07&x.y=1")[0], NOTHING
    )

    assert (message.sort_by.key, message.sort_by.direction, message.limit) == ("a", 1, 7)
    bare = project_pb2.ProjectListRequest()
    populate_query(bare, {"sort_by.nothing": ["1"]}, NOTHING)
    assert bare.HasField("sort_by")


def test_durations_are_gos() -> None:
    """Not JSON's."""
    message = dataproxy_pb2.CreateDownloadLocationRequest()

    populate_query(message, {"expires_in": ["-1m0.5s"]}, NOTHING)

    assert (message.expires_in.seconds, message.expires_in.nanos) == (-60, -500_000_000)
    with pytest.raises(ParameterError, match='missing unit in duration "60"'):
        populate_query(message, {"expires_in": ["60"]}, NOTHING)


def test_path_variables_are_told_by_their_whole_name() -> None:
    """Those of the request itself are converted in other words than those within."""
    top = common_pb2.NamedEntityGetRequest()
    populate_path(top, "resource_type", "0x1")
    assert top.resource_type == 1

    with pytest.raises(ParameterError) as refused:
        populate_path(top, "resource_type", "task")
    assert str(refused.value) == (
        "type mismatch, parameter: resource_type, error: task is not valid"
    )
    inner = common_pb2.ObjectGetRequest()
    with pytest.raises(ParameterError) as refused:
        populate_path(inner, "id.resource_type", "9")
    assert str(refused.value) == (
        'type mismatch, parameter: id.resource_type, error: parsing field "resource_type": '
        '"9" is not a valid value'
    )


def test_bytes_that_are_no_text_are_an_error_of_their_own() -> None:
    """Go finds it only when it sends the message on."""
    with pytest.raises(InvalidUTF8Error):
        populate_query(project_pb2.ProjectListRequest(), parse_query("filters=%FF")[0], NOTHING)
