"""A launch request is refused for its first fault, in Admin's order."""

import re
from typing import Any

import pytest

from tests.sandbox.executions.conftest import PD, World, integer, versioned


def test_faults_are_told_one_after_the_other(world: World) -> None:
    """Each mended fault uncovers the next: fields, name, project, domain, spec, id, type, …"""
    request: dict[str, Any] = {"name": "-"}
    spec: dict[str, Any] = {
        "labels": {"values": {"-": "x"}},
        "notifications": {"notifications": [{}]},
    }
    inputs: dict[str, Any] = {"literals": {"": {}}}

    def answer() -> str:
        return world.refused("CreateExecution", request)

    assert answer() == "INVALID_ARGUMENT missing project"
    request["project"] = "nope"
    assert answer() == "INVALID_ARGUMENT missing domain"
    request["domain"] = "nope"
    assert answer().startswith("INVALID_ARGUMENT invalid name format: -, does not match regex")
    request["name"] = ""
    assert "err: [project [nope] not found]" in answer()
    request["project"] = "flytesnacks"
    assert answer() == "INVALID_ARGUMENT domain [nope] is unrecognized by system"
    request["domain"] = "development"
    assert answer() == "INVALID_ARGUMENT missing spec"
    request["spec"] = spec
    assert answer() == "INVALID_ARGUMENT missing id"
    spec["launch_plan"] = {}
    for part in ("project", "domain", "name", "version"):
        assert answer() == f"INVALID_ARGUMENT missing {part}"
        spec["launch_plan"][part] = {**PD, "name": "none", "version": "v1"}[part]
    request["inputs"] = inputs
    assert answer() == (
        "INVALID_ARGUMENT Invalid reference entity resource type [UNSPECIFIED], only "
        "[map[TASK:<nil> LAUNCH_PLAN:<nil>]] allowed"
    )
    spec["launch_plan"]["resource_type"] = "LAUNCH_PLAN"
    assert answer() == "INVALID_ARGUMENT missing key in inputs"
    inputs["literals"] = {"x": {}}
    assert answer() == "INVALID_ARGUMENT missing valid literal in inputs x"
    inputs["literals"] = {"x": integer(1)}
    assert answer() == "INVALID_ARGUMENT invalid value for notification type"
    spec["notifications"] = {}
    assert answer().startswith("INVALID_ARGUMENT invalid label key [-]")
    spec["labels"] = {}
    assert answer().startswith("NOT_FOUND missing entity of type LAUNCH_PLAN with identifier")
    spec["launch_plan"] = versioned("LAUNCH_PLAN", "w")
    assert answer() == "INVALID_ARGUMENT invalid input x"


@pytest.mark.parametrize("kind", ["WORKFLOW", "DATASET", 9])
def test_only_launch_plans_and_tasks_are_launched(world: World, kind: str | int) -> None:
    """The type is printed by name, or by number if it has none."""
    request = world.request()
    request["spec"]["launch_plan"]["resource_type"] = kind

    assert f"resource type [{kind}], only" in world.refused("CreateExecution", request)


def test_time_beyond_the_calendar_is_refused(world: World) -> None:
    """In the words of Go's protobuf, no-break space included."""
    from flyteidl.admin import execution_pb2
    from google.protobuf import json_format

    message = json_format.ParseDict(world.request(), execution_pb2.ExecutionCreateRequest())
    message.inputs.literals["when"].scalar.primitive.datetime.seconds = 253402300800
    request = message.SerializeToString()

    from reconciler.sandbox import Refusal

    with pytest.raises(Refusal, match="proto:\u00a0timestamp \\(seconds:253402300800\\) after"):
        world.admin.call("/flyteidl.service.AdminService/CreateExecution", request)


def test_made_up_names_have_admins_alphabet(world: World) -> None:
    """`a` and nineteen characters that spell no words; the answer has nothing but the id."""
    found = world.call("CreateExecution", world.request(""))

    assert re.fullmatch("a[bcdfghjklmnpqrstvwxz2456789]{19}", found.id.name)
    assert (found.id.project, found.id.domain) == ("flytesnacks", "development")


@pytest.mark.parametrize("name", ["A", "ab-", "K", "a" * 63])
def test_names_keep_their_case(world: World, name: str) -> None:
    """The pattern is held against the name in lower case; what is stored is as sent."""
    assert world.launch(name).name == name


def test_name_is_measured_in_bytes_of_its_lower_case(world: World) -> None:
    """63 letters fit, and a letter of three bytes may become one of a single byte."""
    assert world.launch("K" * 63).name == "K" * 63  # KELVIN SIGN
    assert "size of name exceeded length 63 : " + "k" * 64 in world.refused(
        "CreateExecution", world.request("K" * 64)
    )
