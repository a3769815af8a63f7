"""Public packages come out as a real flyteadmin v1.16.8 held them, entity for entity.

Each is applied to an empty embedded Admin from a manifest that says what the recorded `flytectl`
command said. What then is held is compared whole, as JSON and by the server's own digest; what
differs is listed here by name, and shown to differ in nothing else.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from flyteidl.service.admin_pb2_grpc import AdminServiceStub
from google.protobuf.json_format import MessageToDict

from reconciler.config import resolve
from reconciler.errors import ManifestError
from reconciler.manifest import Package
from reconciler.model import Kind, Plan, Status
from reconciler.remote import Remote
from reconciler.sandbox import Sandbox
from tests.conformance.packages import (
    KINDS,
    Held,
    Recorded,
    as_flytectl_sends,
    as_json,
    at,
    digest,
    names,
    parsed,
    recorded,
)

# What comes out in another way than recorded, and must: `as_flytectl_sends` says how. Pods are the
# package's own bytes here, which `pyflyte register` sends; a workflow differs by the pod of a task
# or node in it. All launch plans have their account said once.
DIFFERENT = {
    **{name: {"overrides.nodes.everything@v1"} for name in ("overrides", "overrides-fast")},
    **{
        name: {"settings.tuned.podded@v1", "settings.tuned.chain@v1"}
        for name in ("settings", "settings-fast", "settings-fast-dest")
    },
    "schedules-launch-overrides": {
        *recorded("schedules-launch-overrides").entities["launch_plans"]
    },
}
# What flytectl left half of behind is not begun.
REFUSED = {"references-v2": r"no task .*references\.a_base\.base_add@v1"}


def a_package(case: Recorded) -> Package:
    """The manifest that says what the recorded command says."""
    spec: dict[str, Any] = {"source": str(case.archive), "version": case.option("version")}
    place = {"project": case.option("project"), "domain": case.option("domain")}
    spec["destination"] = case.option("destinationDirectory") or "."
    launch_plans: dict[str, Any] = {}
    account = {
        "serviceAccount": case.option("k8sServiceAccount"),
        "iamRole": case.option("assumableIamRole"),
    }
    if any(account.values()):
        launch_plans["runAs"] = {key: said for key, said in account.items() if said}
    if prefix := case.option("outputLocationPrefix"):
        launch_plans["outputLocation"] = prefix
    overrides: dict[str, Any] = {"launchPlans": {"*": launch_plans}} if launch_plans else {}
    if "--force" in case.command:
        overrides["references"] = {"*": {"version": case.option("version")}}
    if "--enableSchedule" in case.command:
        plans = case.entities["launch_plans"].values()
        spec["activation"] = {one["id"]["name"]: "active" for one in plans}
    return Package.model_validate(
        {
            "apiVersion": "reconciler/v1",
            "kind": "Package",
            "metadata": {**place, "name": "code"},
            "spec": {**spec, "overrides": overrides},
        }
    )


@contextmanager
def connected() -> Iterator[tuple[Remote, AdminServiceStub]]:
    with (
        Sandbox(data=":memory:") as sandbox,
        Remote(resolve(sandbox.endpoint, environ={}, home=None)) as remote,
        grpc.insecure_channel(sandbox.endpoint) as channel,
    ):
        yield remote, AdminServiceStub(channel)


WHOLE = [name for name in names() if not recorded(name).refused]


@pytest.mark.parametrize("name", WHOLE)
def test_a_package_comes_out_as_recorded(name: str) -> None:
    """Closure for closure and digest for digest; states, and names that exist, as well."""
    case = recorded(name)
    with connected() as (remote, admin):
        report = remote.apply(remote.plan([a_package(case)]))
        assert {outcome.status for outcome in report.outcomes} == {Status.DONE}
        held = Held(admin, case)
        for kind in KINDS:
            for key, expected in case.entities[kind].items():
                found = as_flytectl_sends(case, kind, held.entity(kind, expected["id"]))
                assert as_json(found) == as_json(parsed(kind, expected)), key
                assert digest(kind, found) == case.digests[kind][key], key
        assert [one["id"] for one in held.active()] == [one["id"] for one in case.active]
        assert sorted(held.named(), key=by_name) == sorted(case.named, key=by_name)
        assert remote.plan([a_package(case)]).is_empty


def by_name(named: Any) -> tuple[str, str]:
    return named["resource_type"], named["id"]["name"]


@pytest.mark.parametrize("name", sorted(DIFFERENT))
def test_what_is_listed_differs(name: str) -> None:
    """And nothing else: the list is no longer and no shorter than it must be."""
    case = recorded(name)
    with connected() as (remote, admin):
        remote.apply(remote.plan([a_package(case)]))
        held = Held(admin, case)
        differing = {
            key
            for kind in KINDS
            for key, expected in case.entities[kind].items()
            if digest(kind, held.entity(kind, expected["id"])) != case.digests[kind][key]
        }
    assert differing == DIFFERENT[name]


@pytest.mark.parametrize("name", [name for name in names() if recorded(name).differences])
def test_what_is_sent_is_what_pyflyte_register_sends(name: str) -> None:
    """Where flytectl and pyflyte part, it is the same as pyflyte's.

    Two things aside: where the code lies, and the settings of dynamic and eager tasks, which say
    what a package cannot know (project, version) and where pyflyte found the sources.
    """
    case = recorded(name)
    with connected() as (remote, _):
        sent = requests(remote.plan([a_package(case)]))
    compared = 0
    for call, differences in case.differences.items():
        kind, entity = call.split()
        request = MessageToDict(sent[kind, entity], preserving_proto_field_name=True)
        for one in differences:
            path = one["at"].removeprefix(".spec")
            if is_address(one["pyflyte"]) or path.startswith(".template.container.env"):
                continue
            assert at(request, path) == one["pyflyte"], (call, path)
            compared += 1
    assert compared or name not in DIFFERENT


def requests(plan: Plan) -> Mapping[tuple[str, str], Any]:
    """What would be sent, by the call and the name."""
    calls = {
        Kind.TASK: "CreateTask",
        Kind.WORKFLOW: "CreateWorkflow",
        Kind.LAUNCH_PLAN: "CreateLaunchPlan",
    }
    return {
        (calls[action.id.kind], action.id.name): action.after.request
        for action in plan.actions
        if action.id.kind in calls and action.after is not None
    }


def is_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("s3://")


@pytest.mark.parametrize("name", [name for name in names() if recorded(name).refused])
def test_what_cannot_be_registered_whole_is_not_begun(name: str) -> None:
    """flytectl leaves the rest behind, and says so afterwards."""
    case = recorded(name)
    with connected() as (remote, admin):
        with pytest.raises(ManifestError, match=REFUSED.get(name, "")):
            remote.plan([a_package(case)])
        assert Held(admin, case).named() == []
    assert case.named
