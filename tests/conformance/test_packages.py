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
    DOMAIN,
    KINDS,
    PROJECT,
    Held,
    Recorded,
    as_json,
    as_kubernetes_writes,
    at,
    digest,
    names,
    parsed,
    pod_specs,
    recorded,
)

# flytectl reads pod specs into Kubernetes' types and writes them anew. Ours are the package's own
# bytes, which `pyflyte register` sends. A workflow differs by the pod of a task or node in it.
PODS_WRITTEN_ANEW = {
    **{name: {"overrides.nodes.everything@v1"} for name in ("overrides", "overrides-fast")},
    **{
        name: {"settings.tuned.podded@v1", "settings.tuned.chain@v1"}
        for name in ("settings", "settings-fast", "settings-fast-dest")
    },
}
# flytectl writes the account twice, once more in a field that has been deprecated for years.
ACCOUNT_SAID_TWICE = {"schedules-launch-overrides"}
# flytectl registered half of it: what it refers to is not there under that version.
REFUSED = {"references-v2"}


def a_package(case: Recorded) -> Package:
    """The manifest that says what the recorded command says."""
    spec: dict[str, Any] = {"source": str(case.archive), "version": case.option("version")}
    spec["destination"] = case.option("destinationDirectory") or "."
    launch_plans: dict[str, Any] = {}
    if account := case.option("k8sServiceAccount"):
        run_as = {"serviceAccount": account, "iamRole": case.option("assumableIamRole")}
        launch_plans["runAs"] = run_as
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
            "metadata": {"project": PROJECT, "domain": DOMAIN, "name": "code"},
            "spec": {**spec, "overrides": overrides},
        }
    )


@contextmanager
def connected() -> Iterator[tuple[Remote, AdminServiceStub]]:
    with (
        Sandbox(data=":memory:") as sandbox,
        Remote.connect(resolve(sandbox.endpoint, environ={}, home=None)) as remote,
        grpc.insecure_channel(sandbox.endpoint) as channel,
    ):
        yield remote, AdminServiceStub(channel)


def whole(case: Recorded, kind: str, key: str, answer: Any) -> Any:
    """An answer, and what is listed above as different made the same."""
    if key in PODS_WRITTEN_ANEW.get(case.name, ()):
        for pod in pod_specs(answer):
            as_kubernetes_writes(pod)
    if kind == "launch_plans" and case.name in ACCOUNT_SAID_TWICE:
        run_as = answer.spec.security_context.run_as
        answer.spec.auth_role.assumable_iam_role = run_as.iam_role
        answer.spec.auth_role.kubernetes_service_account = run_as.k8s_service_account
    return answer


@pytest.mark.parametrize("name", [name for name in names() if name not in REFUSED])
def test_a_package_comes_out_as_recorded(name: str) -> None:
    """Closure for closure and digest for digest; states, and names that exist, as well."""
    case = recorded(name)
    with connected() as (remote, admin):
        report = remote.apply(remote.plan([a_package(case)]))
        assert {outcome.status for outcome in report.outcomes} == {Status.DONE}
        held = Held(admin, address=case.address)
        for kind in KINDS:
            for key, expected in case.entities[kind].items():
                answer = held.entity(kind, expected["id"])
                found = whole(case, kind, key, answer)
                assert as_json(found) == as_json(parsed(kind, expected)), key
                assert digest(kind, found) == case.digests[kind][key], key
        assert [one["id"] for one in held.active()] == [one["id"] for one in case.active]
        assert sorted(held.named(), key=by_name) == sorted(case.named, key=by_name)
        assert remote.plan([a_package(case)]).is_empty


def by_name(named: Any) -> tuple[str, str]:
    return named["resource_type"], named["id"]["name"]


@pytest.mark.parametrize("name", sorted(PODS_WRITTEN_ANEW))
def test_what_is_listed_differs(name: str) -> None:
    """The list is no longer than it must be."""
    case = recorded(name)
    with connected() as (remote, admin):
        remote.apply(remote.plan([a_package(case)]))
        held = Held(admin, address=case.address)
        differing = {
            key
            for kind in KINDS
            for key, expected in case.entities[kind].items()
            if digest(kind, held.entity(kind, expected["id"])) != case.digests[kind][key]
        }
    assert differing == PODS_WRITTEN_ANEW[name]


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
    assert compared or name not in PODS_WRITTEN_ANEW


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


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_cannot_be_registered_whole_is_not_begun(name: str) -> None:
    """flytectl left a task, a workflow and two launch plans behind, and said so afterwards."""
    case = recorded(name)
    with connected() as (remote, admin):
        with pytest.raises(ManifestError, match=r"no task .*references\.a_base\.base_add@v1"):
            remote.plan([a_package(case)])
        assert Held(admin, address="").named() == []
    assert case.entities["tasks"]
