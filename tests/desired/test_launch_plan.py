"""Launch plans: what is sent for them, and the switches of those that others register."""

from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from reconciler.desired import bind, declare, needs
from reconciler.errors import ManifestError
from reconciler.manifest import load
from reconciler.model import DesiredState, Kind, ResourceId, Verb
from reconciler.observed import look_up, observe
from reconciler.plan import make_plan
from tests.fakes import MemoryAdmin, MemoryReader

HEAD = "apiVersion: reconciler/v1\n"
DAILY = ResourceId(Kind.LAUNCH_PLAN, "flytesnacks", "development", "daily", "v1")
WORKFLOW = f"""{HEAD}kind: Task
metadata: {{project: flytesnacks, domain: development, name: load}}
spec: {{version: v1, inputs: {{day: datetime}}, container: {{image: a, command: [b]}}}}
---
{HEAD}kind: Workflow
metadata: {{project: flytesnacks, domain: development, name: etl}}
spec:
  version: v1
  inputs: {{day: datetime}}
  nodes: {{load: {{task: load, inputs: {{day: {{from: inputs.day}}}}}}}}
"""


def launch_plan(spec: str, name: str = "daily") -> str:
    return f"""{HEAD}kind: LaunchPlan
metadata: {{project: flytesnacks, domain: development, name: {name}}}
spec:
{spec}
"""


def bound(folder: Path, *documents: str, admin: MemoryAdmin | None = None) -> DesiredState:
    file = folder / "set.yaml"
    file.write_text("\n---\n".join(documents))
    declaration = declare(load([file]))
    if admin is None:
        return bind(declaration, None)
    return bind(declaration, look_up(needs(declaration), MemoryReader(admin)))


def sent(folder: Path, spec: str) -> dict[str, Any]:
    """What CreateLaunchPlan is sent, without the workflow's id."""
    desired = bound(folder, WORKFLOW, launch_plan(f"  version: v1\n  workflow: etl\n{spec}"))
    request: Any = desired.resources[DAILY].request
    found = MessageToDict(request)
    del found["workflowId"]
    return found


@pytest.fixture
def admin(tmp_path: Path) -> MemoryAdmin:
    """One that holds two versions of a launch plan that somebody else registered."""
    admin = MemoryAdmin()
    (tmp_path / "theirs").mkdir()
    for version in ("v1", "v2"):
        theirs = launch_plan(f"  version: {version}\n  workflow: etl")
        desired = bound(tmp_path / "theirs", WORKFLOW, theirs)
        admin.put(*(one for one in desired if one.id.kind.versioned))
    return admin


EMPTY: dict[str, Any] = {
    "entityMetadata": {},
    "defaultInputs": {},
    "fixedInputs": {},
    "labels": {},
    "annotations": {},
    "rawOutputDataConfig": {},
}


def test_the_least_is_what_flytekit_sends(tmp_path: Path) -> None:
    """Six messages are there, empty or not; `null` under raw takes one away."""
    assert sent(tmp_path, "") == EMPTY
    assert sent(tmp_path, "  raw: {labels: null}") == {
        key: value for key, value in EMPTY.items() if key != "labels"
    }


@pytest.mark.parametrize(
    ("spec", "key", "expected"),
    [
        ("env: {B: b, A: a}", "envs", [{"key": "A", "value": "a"}, {"key": "B", "value": "b"}]),
        ("env: [{name: B, value: b}]", "envs", [{"key": "B", "value": "b"}]),
        ("outputLocation: s3://b/p", "rawOutputDataConfig", {"outputLocationPrefix": "s3://b/p"}),
        ("interruptible: false", "interruptible", False),
        ("overwriteCache: true", "overwriteCache", True),
        ("maxParallelism: 7", "maxParallelism", 7),
        ("concurrency: {max: 2}", "concurrencyPolicy", {"max": 2}),
        (
            "concurrency: {max: 2, behavior: skip}",
            "concurrencyPolicy",
            {"max": 2, "behavior": "CONCURRENCY_LIMIT_BEHAVIOR_SKIP"},
        ),
        ("clusterPool: gpus", "clusterAssignment", {"clusterPoolName": "gpus"}),
        ("qualityOfService: high", "qualityOfService", {"tier": "HIGH"}),
        ("runAs: {iamRole: r}", "securityContext", {"runAs": {"iamRole": "r"}}),
        (
            "secrets: [{group: g, key: k, mount: env}]",
            "securityContext",
            {"secrets": [{"group": "g", "key": "k", "mountRequirement": "ENV_VAR"}]},
        ),
        (
            "executionEnvironments: [{nodes: [load], name: e, spec: {n: 1}}]",
            "executionEnvAssignments",
            [{"nodeIds": ["load"], "executionEnv": {"name": "e", "spec": {"n": 1.0}}}],
        ),
        ("raw: {role: r}", "role", "r"),
    ],
)
def test_each_field_says_what_it_says(tmp_path: Path, spec: str, key: str, expected: Any) -> None:
    """And nothing else changes."""
    found = sent(tmp_path, f"  {spec}")

    said = found.pop(key)
    assert (said["values"] if key == "envs" else said) == expected
    assert found == {name: value for name, value in EMPTY.items() if name != key}


def test_a_switch_makes_the_version_of_others_active(tmp_path: Path, admin: MemoryAdmin) -> None:
    """Nothing is registered, and the second time there is nothing to do."""
    desired = bound(tmp_path, launch_plan("  version: v1\n  state: active"), admin=admin)

    plan = make_plan(desired, observe(desired, MemoryReader(admin)))

    assert [(action.verb, action.id) for action in plan.actions] == [
        (Verb.ACTIVATE, DAILY.activation)
    ]
    admin.activate(DAILY)
    assert not make_plan(desired, observe(desired, MemoryReader(admin))).actions


def test_a_switch_may_follow_the_latest(tmp_path: Path, admin: MemoryAdmin) -> None:
    """It is looked up when planning, and the plan names it."""
    desired = bound(tmp_path, launch_plan("  version: latest\n  state: active"), admin=admin)

    assert desired.resources[DAILY.activation].active == ("v2",)
    assert list(desired.resources) == [DAILY.activation]


def test_a_switch_may_be_off(tmp_path: Path, admin: MemoryAdmin) -> None:
    """Whatever version is active, none is to be."""
    admin.activate(DAILY)
    desired = bound(tmp_path, launch_plan("  state: inactive"), admin=admin)

    plan = make_plan(desired, observe(desired, MemoryReader(admin)))

    assert [action.verb for action in plan.actions] == [Verb.DEACTIVATE]


def test_a_switch_needs_something_to_switch(tmp_path: Path, admin: MemoryAdmin) -> None:
    """A version that nobody registered cannot be active."""
    with pytest.raises(ManifestError) as caught:
        bound(tmp_path, launch_plan("  version: v3\n  state: active"), admin=admin)

    (found,) = caught.value.diagnostics
    assert found.code == "unknown-reference"
    assert found.origin
    assert found.origin.line == 5


def test_offline_a_switch_is_taken_as_it_is(tmp_path: Path) -> None:
    """What Admin holds is nobody's to say."""
    assert not bound(tmp_path, launch_plan("  version: v3\n  state: active")).resources


def test_a_switch_stands_beside_its_own_version(tmp_path: Path) -> None:
    """A set may register a version in one document and switch it on in another."""
    desired = bound(
        tmp_path,
        WORKFLOW,
        launch_plan("  version: v1\n  workflow: etl"),
        launch_plan("  version: v1\n  state: active"),
    )

    assert desired.resources[DAILY.activation].active == ("v1",)
    assert DAILY in desired.needs[DAILY.activation]


def test_two_switches_of_a_name_contradict(tmp_path: Path) -> None:
    """One of them decides."""
    with pytest.raises(ManifestError) as caught:
        bound(
            tmp_path,
            launch_plan("  version: v1\n  state: active"),
            launch_plan("  version: v2\n  state: active"),
        )

    assert {one.code for one in caught.value.diagnostics} == {"duplicate"}
