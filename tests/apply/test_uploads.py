"""Uploads while applying: what is created afterwards names their addresses."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reconciler.apply import execute
from reconciler.errors import BundleError, UploadError, VersionConflictError
from reconciler.model import (
    Action,
    Bundle,
    Code,
    CodeFolder,
    Plan,
    Reason,
    Resource,
    Status,
    Verb,
)
from reconciler.plan.uploads import with_uploads
from reconciler.ports import Archive, Bundler, Created, Uploaded
from tests.builders import a_create, a_task
from tests.fakes import MemoryAdmin, MemoryClock, MemoryReader, MemoryWriter
from tests.plan.test_uploads import a_bundle, running


class MemoryBundler:
    """Knows no folder: archives are of no interest here."""

    def code(self, folder: CodeFolder) -> Code:
        raise AssertionError("planning is over")

    @contextmanager
    def archive(self, bundle: Bundle) -> Iterator[Archive]:
        yield Archive(Path("code.tar.gz"), 1, b"")


class MemoryUploader:
    """Tells addresses, or fails as it is told."""

    def __init__(self, error: Exception | None = None, *, existed: bool = False) -> None:
        self.uploaded: list[Bundle] = []
        self._error = error
        self._existed = existed

    def upload(self, bundle: Bundle, bundler: Bundler) -> Uploaded:
        if self._error:
            raise self._error
        self.uploaded.append(bundle)
        place = f"{bundle.project}/{bundle.domain}/{bundle.code.digest}"
        return Uploaded(f"s3://b/{place}/code.tar.gz", self._existed)


class Sending(MemoryWriter):
    """Remembers what was sent."""

    def __init__(self, admin: MemoryAdmin, error: Exception | None = None) -> None:
        super().__init__(admin)
        self.sent: list[Resource] = []
        self._error = error

    def create(self, resource: Resource) -> Created:
        self.sent.append(resource)
        if self._error:
            raise self._error
        return super().create(resource)


def applied(plan: Plan, uploader: MemoryUploader, writer: Sending, **options: Any) -> Any:
    return execute(
        plan,
        reader=MemoryReader(writer.admin),
        writer=writer,
        clock=MemoryClock(),
        uploader=uploader,
        bundler=MemoryBundler(),
        **options,
    )


def a_plan(*resources: Resource) -> Plan:
    return Plan(tuple(with_uploads(a_create(one) for one in resources)))


def args(resource: Resource) -> list[str]:
    request: Any = resource.request
    return list(request.template.container.args)


def test_what_is_created_names_the_address() -> None:
    """The upload comes first; the plan itself is left as it was."""
    task = running(a_bundle())
    writer, uploader = Sending(MemoryAdmin()), MemoryUploader()
    report = applied(a_plan(task), uploader, writer)
    assert report.succeeded
    assert uploader.uploaded == [a_bundle()]
    (sent,) = writer.sent
    assert args(sent) == ["run", f"s3://b/flytesnacks/development/{'ab' * 32}/code.tar.gz"]
    assert args(task) == ["run", a_bundle().token]


@pytest.mark.parametrize("existed", [True, False])
def test_the_report_tells_sent_from_found(existed: bool) -> None:
    """What was there already is nothing that was written."""
    uploader = MemoryUploader(existed=existed)
    report = applied(a_plan(running(a_bundle())), uploader, Sending(MemoryAdmin()))
    upload = report.outcomes[0]
    assert (upload.status, upload.existed, upload.applied) == (Status.DONE, existed, not existed)


@pytest.mark.parametrize(
    "error",
    [
        UploadError("slow down", url="https://store/x", status=503),
        BundleError(["src has changed since it was planned; plan again"]),
    ],
)
def test_a_failed_upload_holds_up_its_own_tasks_only(error: Exception) -> None:
    """They are never sent without an address; what runs no code goes on."""
    other = a_task("etl.other")
    writer = Sending(MemoryAdmin())
    report = applied(a_plan(running(a_bundle()), other), MemoryUploader(error), writer)
    failed, blocked, done = report.outcomes
    assert (failed.status, failed.message) == (Status.FAILED, str(error))
    assert (blocked.status, blocked.blocked_by) == (Status.BLOCKED, a_bundle().id)
    assert done.status is Status.DONE
    assert [one.id for one in writer.sent] == [other.id]


def test_a_plan_with_uploads_needs_somebody_to_make_them() -> None:
    """Told before anything is written."""
    admin = MemoryAdmin()
    with pytest.raises(ValueError, match="uploader"):
        execute(
            a_plan(running(a_bundle())),
            reader=MemoryReader(admin),
            writer=MemoryWriter(admin),
            clock=MemoryClock(),
        )
    assert not admin.calls


def test_a_create_without_its_upload_is_no_plan() -> None:
    """It would register a task that cannot find its code."""
    writer = Sending(MemoryAdmin())
    plan = Plan((a_create(running(a_bundle())),))
    with pytest.raises(LookupError, match="was not uploaded"):
        applied(plan, MemoryUploader(), writer)
    assert writer.sent == []


def test_different_to_admin_may_be_the_same_to_us() -> None:
    """Two jobs register one commit at once, packaged in two folders, or uploaded elsewhere."""
    task = running(a_bundle())
    admin = MemoryAdmin()
    theirs = MemoryUploader().upload(a_bundle(), MemoryBundler()).address
    held = Resource(task.id, spec=type(task.spec)())  # type: ignore[misc]
    assert held.spec is not None
    held.spec.CopyFrom(task.spec)  # type: ignore[arg-type]
    held.spec.template.container.args[1] = theirs.replace("s3://b", "gs://other")  # type: ignore[attr-defined]
    admin.put(held)
    writer = Sending(admin, VersionConflictError("different structure"))
    report = applied(a_plan(task), MemoryUploader(), writer)
    assert report.succeeded
    assert report.outcomes[1].existed


def test_other_content_stays_a_conflict() -> None:
    """Admin's own words are told."""
    admin = MemoryAdmin()
    admin.put(a_task(image="other:1"))
    writer = Sending(admin, VersionConflictError("different structure"))
    action = Action(Verb.CREATE, a_task().id, Reason.ABSENT, "", after=a_task())
    (outcome,) = applied(Plan((action,)), MemoryUploader(), writer).outcomes
    assert outcome.status is Status.FAILED
    assert "different structure" in outcome.message
