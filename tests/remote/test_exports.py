"""What a real server held comes back as manifests that mean exactly it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from flyteidl.admin.launch_plan_pb2 import LaunchPlan

from reconciler.config import resolve
from reconciler.desired import read_package
from reconciler.errors import ConfigError, NotFoundError
from reconciler.manifest import load
from reconciler.model import Kind, Resource, ResourceId, Status
from reconciler.remote import Remote
from reconciler.remote.estate.estate import Closure
from reconciler.remote.estate.packages import archives
from reconciler.sandbox import Fault, Faults, Sandbox
from tests.conformance.packages import recorded
from tests.conformance.test_packages import WHOLE, a_package, connected
from tests.remote.held import listing


@pytest.mark.parametrize("name", WHOLE)
def test_a_recorded_package_is_imported_without_a_difference(name: str, tmp_path: Path) -> None:
    """All but a little in YAML, the rest in packages; and Admin is as it was."""
    with connected() as (remote, admin):
        remote.apply(remote.plan([a_package(recorded(name))]))
        before = listing(admin)

        found = remote.import_live(tmp_path)

        assert found.changes == ()
        kinds = ("tasks", "workflows", "launch plans")
        assert found.in_yaml >= sum(found.counts[kind] for kind in kinds) - 1
        assert remote.plan(load([tmp_path])).is_empty
        assert listing(admin) == before


@pytest.mark.parametrize("name", ["schedules-enabled", "subflows", "dynamics-fast", "settings"])
def test_an_export_restores_an_empty_admin(name: str, tmp_path: Path) -> None:
    """Digest for digest, state for state."""
    with connected() as (remote, admin):
        remote.apply(remote.plan([a_package(recorded(name))]))
        remote.export(tmp_path)
        before = listing(admin)

    with connected() as (remote, admin):
        report = remote.apply(remote.plan(load([tmp_path])))

        assert {outcome.status for outcome in report.outcomes} == {Status.DONE}
        assert listing(admin) == before


def test_code_goes_along_by_its_content(tmp_path: Path) -> None:
    """And is uploaded where it is restored; all else is as it was."""
    with connected() as (remote, admin):
        remote.apply(remote.plan([a_package(recorded("chained-fast"))]))
        remote.export(tmp_path / "backup", with_code=True)
        before = listing(admin)

    with connected() as (remote, admin):
        report = remote.apply(remote.plan(load([tmp_path / "backup"])))

        assert {outcome.status for outcome in report.outcomes} == {Status.DONE}
        after = listing(admin)
        assert after.keys() == before.keys()
        # A fresh store has it at an address of its own, which digests see.
        assert _without_tasks(after).keys() == _without_tasks(before).keys()
        again = remote.export(tmp_path / "again", with_code=True)
        assert again.counts["tasks"] > 0
        assert remote.plan(load([tmp_path / "backup"])).is_empty


def test_the_same_estate_is_the_same_bytes(tmp_path: Path) -> None:
    """So that a backup in Git shows what changed, and nothing else."""
    with connected() as (remote, _):
        remote.apply(remote.plan([a_package(recorded("subflows"))]))
        for name in ("one", "other"):
            remote.export(tmp_path / name)

    one, other = (_files(tmp_path / name) for name in ("one", "other"))
    assert one == other


def test_an_archive_holds_the_same_folder(tmp_path: Path) -> None:
    """For whoever keeps one file a night."""
    import tarfile

    with connected() as (remote, _):
        remote.apply(remote.plan([a_package(recorded("defaults"))]))
        remote.export(tmp_path / "folder")
        remote.export(tmp_path / "nightly.tgz")

    with tarfile.open(tmp_path / "nightly.tgz") as tar:
        tar.extractall(tmp_path / "taken", filter="data")
    assert _files(tmp_path / "taken") == _files(tmp_path / "folder")


def test_nothing_is_overwritten_and_what_is_not_there_is_told(tmp_path: Path) -> None:
    """Before anything is read of Admin that costs."""
    (tmp_path / "mine.yaml").write_text("")
    with connected() as (remote, _):
        with pytest.raises(ConfigError, match="not empty"):
            remote.import_live(tmp_path)
        with pytest.raises(NotFoundError, match="no project nowhere"):
            remote.export(tmp_path / "new", project="nowhere")
        with pytest.raises(NotFoundError, match="no domain nowhere"):
            remote.export(tmp_path / "new", domain="nowhere")


def _launch_plan(id: ResourceId) -> Resource:
    spec = LaunchPlan(id=id.to_identifier())
    workflow = ResourceId(Kind.WORKFLOW, id.project, id.domain, "etl", "v1")
    spec.spec.workflow_id.CopyFrom(workflow.to_identifier())
    spec.spec.annotations.values["what"] = "the same of each of them, " * 40
    return Resource(id, spec=spec)


def _files(folder: Path) -> Mapping[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _without_tasks(found: Mapping[str, str]) -> Mapping[str, str]:
    return {key: value for key, value in found.items() if not key.startswith("task")}


def test_thousands_of_like_launch_plans_can_be_read_again(tmp_path: Path) -> None:
    """They shrink so well that one archive of them would be taken for a bomb."""
    ids = [
        ResourceId(Kind.LAUNCH_PLAN, "p", "d", f"etl.every_customer_{n:05}", "v1")
        for n in range(5500)
    ]
    made = [*archives(Closure({id: _launch_plan(id) for id in ids}), {})]

    assert sum(len(one.ids) for one in made) == 5500
    assert len(made) > 1
    for one in made:
        (tmp_path / one.file).write_bytes(one.content)
        assert len(read_package(tmp_path / one.file).members) == len(one.ids)


def test_of_two_active_versions_the_last_is_declared_and_it_is_told(tmp_path: Path) -> None:
    """A plan of it would switch the other off, and so it is not empty."""
    faults = Faults()
    with (
        Sandbox(data=":memory:", faults=faults) as sandbox,
        Remote(resolve(sandbox.endpoint, environ={}, home=None)) as remote,
    ):
        remote.apply(remote.plan([a_package(recorded("schedules-enabled"))]))
        plans = [
            one for one in remote.launch_plans(active_only=True) if one.id.name == "etl_daily"
        ]
        (old,) = plans
        spec = remote.client.get_launch_plan_spec(old.id)
        new = ResourceId.from_identifier(old.id, Kind.LAUNCH_PLAN).at("v2")
        remote.client.create_launch_plan(new.to_identifier(), spec)
        faults.next("UpdateLaunchPlan", Fault.TORN_ACTIVATION, tear="two_active")
        remote.client.update_launch_plan(new.to_identifier(), 1)

        found = remote.import_live(tmp_path)

        assert found.changes == (new.activation,)
        (remark,) = found.remarks
        assert "several versions are active, v1, v2; v2 is declared" in remark
