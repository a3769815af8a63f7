"""Digests as a real Admin stored them, and versions that stay what they are."""

import gzip
import json
import math
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.admin.task_pb2 import Task
from flyteidl.admin.workflow_pb2 import Workflow
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import content_hash, is_content_hash, object_hash, to_canonical

RECORDED = Path(__file__).with_name("recordings") / "digests.jsonl.gz"


def hashed_message(kind: str, read_back: dict[str, Any]) -> Message:
    """The part of a read-back that Admin's digest covers."""
    match kind:
        case "tasks":
            task: Message = ParseDict(read_back, Task()).closure.compiled_task
            return task
        case "workflows":
            workflow: Message = ParseDict(read_back, Workflow()).closure.compiled_workflow
            return workflow
    found = ParseDict(read_back, LaunchPlan())
    found.closure.ClearField("state")
    found.closure.ClearField("created_at")
    found.closure.ClearField("updated_at")
    launch_plan: Message = found
    return launch_plan


def test_digests_are_those_the_server_stored() -> None:
    """Every recorded task, workflow and launch plan hashes to the server's own digest."""
    with gzip.open(RECORDED, "rt") as lines:
        cases = [json.loads(line) for line in lines]
    wrong = [
        case["read_back"]["id"]
        for case in cases
        if object_hash(to_canonical(hashed_message(case["kind"], case["read_back"]))).hex()
        != case["digest"]
    ]
    assert len(cases) > 200
    assert wrong == []


@pytest.mark.parametrize(
    ("left", "right"),
    [({"a": 1}, {"a": 1.0}), ({"a": 0}, {"a": -0.0}), ({"a": 1, "b": 2}, {"b": 2, "a": 1})],
)
def test_what_admin_takes_for_equal_hashes_alike(left: Any, right: Any) -> None:
    """Numbers are doubles, and keys have no order."""
    assert object_hash(left) == object_hash(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([1, 2], [2, 1]),
        ({"a": None}, {}),
        ({"a": {}}, {}),
        (True, 1),
        ("\u00e9", "e\u0301"),
        ("1", 1),
    ],
)
def test_what_admin_tells_apart_hashes_apart(left: Any, right: Any) -> None:
    """Order of lists, presence, type and Unicode form all count."""
    assert object_hash(left) != object_hash(right)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_double_has_a_hash_of_its_own(number: float) -> None:
    """The next double up hashes differently, down to the subnormal ones."""
    assert object_hash(number) != object_hash(math.nextafter(number, math.inf)) or number == 0


def test_versions_are_golden() -> None:
    """A version of today is a version of tomorrow: changing this renames everything users hold."""
    assert content_hash([b"task", b"etl.extract"]) == "aprkjrys4yddk2p3ddt6y"
    assert content_hash([b"ta", b"sketl.extract"]) != content_hash([b"task", b"etl.extract"])
    assert is_content_hash(content_hash([]))
    assert not is_content_hash("v1")
