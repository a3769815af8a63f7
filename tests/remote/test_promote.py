"""Promotions of what a real server held, within one Admin and from one to another."""

from datetime import timedelta
from pathlib import Path

import pytest
from flyteidl.admin.common_pb2 import ObjectGetRequest, ResourceListRequest
from flyteidl.service.admin_pb2_grpc import AdminServiceStub
from google.protobuf.message import Message

from reconciler.desired import read_settings
from reconciler.errors import ConfigError
from reconciler.manifest import load
from reconciler.model import Scope, Status, texts
from reconciler.remote import Remote, promotion, write_promotion
from reconciler.storage import Access
from tests.conformance.packages import recorded
from tests.conformance.test_packages import WHOLE, a_package, connected

STAGING, PRODUCTION = ("flytesnacks", "staging"), ("flytesnacks", "production")


def stage(remote: Remote, name: str) -> None:
    """Register a recorded package in staging, every launch plan of it active."""
    package = a_package(recorded(name))
    metadata = package.metadata.model_copy(update={"domain": "staging"})
    plans = recorded(name).entities["launch_plans"].values()
    states = {one["id"]["name"]: "active" for one in plans}
    spec = package.spec.model_copy(update={"activation": states})
    report = remote.apply(
        remote.plan([package.model_copy(update={"metadata": metadata, "spec": spec})])
    )
    assert {outcome.status for outcome in report.outcomes} == {Status.DONE}


def promote(source: Remote, target: Remote, folder: Path, *, same_store: bool) -> None:
    """Promote all of staging, and leave nothing to do."""
    found = promotion(source, [STAGING], places={STAGING: PRODUCTION})
    written = write_promotion(found, folder, source=source, same_store=same_store)
    report = target.apply(target.plan(load([written])))
    assert {outcome.status for outcome in report.outcomes} == {Status.DONE}
    assert target.plan(load([written])).is_empty


def held(admin: AdminServiceStub, scope: Scope) -> dict[str, Message]:
    """What a get answers of all that is in a place, its times aside."""
    found: dict[str, Message] = {}
    for kind, every, get in (
        ("tasks", admin.ListTasks, admin.GetTask),
        ("workflows", admin.ListWorkflows, admin.GetWorkflow),
        ("launch_plans", admin.ListLaunchPlans, admin.GetLaunchPlan),
    ):
        request = ResourceListRequest(limit=1000)
        request.id.project, request.id.domain = scope
        for row in getattr(every(request), kind):
            answer = get(ObjectGetRequest(id=row.id))
            answer.closure.ClearField("created_at")
            if kind == "launch_plans":
                answer.closure.ClearField("updated_at")
            found[f"{kind} {row.id.name}@{row.id.version}"] = answer
    return found


def said(message: Message) -> list[str]:
    """Every text of a message; places, and what settings say of them, under one name."""
    found = []
    for text in texts(message):
        settings = read_settings(text)
        if settings is not None:
            text = str(sorted(settings.items()))
        found.append(text.replace("production", "staging"))
    return sorted(found)  # maps have no order


# Two whose members refer to what is not in the package by place and version.
ELSEWHERE = {"references", "references-fast", "references-forced"}


@pytest.mark.parametrize("name", [name for name in WHOLE if name not in ELSEWHERE])
def test_a_recorded_package_is_promoted_as_it_is(name: str, tmp_path: Path) -> None:
    """Everything says the same there, but for the place."""
    with connected() as (remote, admin):
        stage(remote, name)

        promote(remote, remote, tmp_path, same_store=True)

        before, after = held(admin, STAGING), held(admin, PRODUCTION)
        assert after.keys() <= before.keys()
        # Nobody uses what was left where it is.
        assert {key.split()[0] for key in before.keys() - after.keys()} <= {"tasks"}
        for key, one in after.items():
            assert said(one) == said(before[key]), key


@pytest.mark.parametrize("name", ["chained-fast", "dynamics-fast", "mapping-fast"])
def test_code_is_uploaded_to_the_other_admin_by_its_content(name: str, tmp_path: Path) -> None:
    """Its bytes lie in that one's own store, under an address of its own."""
    with connected() as (one, _), connected() as (other, admin):
        stage(one, name)

        promote(one, other, tmp_path, same_store=False)

        addresses = {
            text
            for message in held(admin, PRODUCTION).values()
            for text in texts(message)
            if text.endswith("/code.tar.gz")
        }
        assert len(addresses) == 1
        access = Access(other._connection, project="flytesnacks", domain="production")
        assert len(access.objects.read(addresses.pop())) > 100


def test_the_same_promotion_is_the_same_folder(tmp_path: Path) -> None:
    """So that nothing piles up, and a plan that was saved finds its code."""
    with connected() as (remote, _):
        stage(remote, "chained")
        found = promotion(remote, [STAGING], places={STAGING: PRODUCTION})
        folders = {
            write_promotion(found, tmp_path, source=remote, same_store=True) for _ in range(2)
        }

    assert len(folders) == 1
    assert len([*tmp_path.iterdir()]) == 1


def test_runs_are_counted_of_the_very_version(tmp_path: Path) -> None:
    """And only those that succeeded, lately enough."""
    with connected() as (remote, _):
        stage(remote, "defaults")
        found = promotion(
            remote,
            [STAGING],
            places={STAGING: PRODUCTION},
            runs=1,
            within=timedelta(days=7),
        )

    assert {one.id.path for one in found.unproven} == {
        id.at(version).path for id, version in found.active.items()
    }
    assert {one.succeeded for one in found.unproven} == {0}


def test_where_nothing_is_active_nothing_is_promoted() -> None:
    """Which is told, for somebody expected something."""
    with connected() as (remote, _), pytest.raises(ConfigError, match="nothing to promote"):
        promotion(remote, [STAGING], places={STAGING: PRODUCTION})
