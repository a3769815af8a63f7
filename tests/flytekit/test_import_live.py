"""What `pyflyte register` registered is imported whole, promoted, and restored elsewhere."""

from pathlib import Path

from flyteidl.service.admin_pb2_grpc import AdminServiceStub
from grpc import insecure_channel

from reconciler.config import resolve
from reconciler.manifest import load
from reconciler.model import Kind
from reconciler.remote import Remote, promotion, write_promotion
from reconciler.sandbox import Sandbox
from tests.flytekit.test_registered import IMAGE, pyflyte
from tests.remote.held import listing

HERE, THERE = ("flytesnacks", "development"), ("flytesnacks", "production")


def test_an_estate_of_pyflyte_is_imported_promoted_and_restored(tmp_path: Path) -> None:
    """Two versions of everything, the older one active: dynamic tasks, eager ones, pods and all.

    A plan of the import is empty and the Admin as it was; the promotion takes what dynamic tasks
    look up along; the export with its code makes the same of an empty Admin.
    """
    with Sandbox(data=":memory:") as sandbox:
        for version, activate in (("v1", ("--activate-launchplans",)), ("v2", ())):
            pyflyte(
                *("register", "--project", "flytesnacks", "--domain", "development"),
                *("--version", version, "--image", IMAGE, "--copy", "all", *activate),
                *("shop", "crew"),
                FLYTE_PLATFORM_URL=sandbox.endpoint,
                FLYTE_PLATFORM_INSECURE="true",
            )
        with (
            Remote(resolve(sandbox.endpoint, environ={}, home=None)) as remote,
            insecure_channel(sandbox.endpoint) as channel,
        ):
            before = listing(AdminServiceStub(channel))

            found = remote.import_live(tmp_path / "live")

            assert found.changes == ()
            assert remote.plan(load([tmp_path / "live"])).is_empty
            assert listing(AdminServiceStub(channel)) == before

            promoted = promotion(remote, [HERE], places={HERE: THERE})
            assert set(promoted.active.values()) == {"v1"}
            tasks = {id.name for id in promoted.closure.versions if id.kind is Kind.TASK}
            assert {"crew.tasks.spread"} <= tasks
            folder = write_promotion(
                promoted, tmp_path / "promoted", source=remote, same_store=True
            )
            assert remote.apply(remote.plan(load([folder]))).succeeded
            assert remote.plan(load([folder])).is_empty

            remote.export(tmp_path / "backup", with_code=True)
            whole = listing(AdminServiceStub(channel))
    with (
        Sandbox(data=":memory:") as sandbox,
        Remote(resolve(sandbox.endpoint, environ={}, home=None)) as remote,
        insecure_channel(sandbox.endpoint) as channel,
    ):
        assert remote.apply(remote.plan(load([tmp_path / "backup"]))).succeeded
        assert listing(AdminServiceStub(channel)).keys() <= whole.keys()
        assert remote.plan(load([tmp_path / "backup"])).is_empty
