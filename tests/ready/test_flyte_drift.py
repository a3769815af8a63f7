"""Flyte watches over Flyte: the launch plan is registered and fires, and its task is run."""

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.common_pb2 import NamedEntityIdentifier, ObjectGetRequest, ResourceListRequest
from flyteidl.admin.execution_pb2 import ExecutionList
from flyteidl.admin.workflow_pb2 import Workflow

from reconciler.remote import Remote
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.conftest import Cli
from tests.ready.tools import ROOT, program, run

EXAMPLE = ROOT / "examples/flyte-drift"


@pytest.fixture
def watched(here: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedAdmin]:
    """An Admin to which the example is applied, and whose clock is wound."""
    shutil.copytree(EXAMPLE, here / "repository")
    monkeypatch.chdir(here / "repository")
    with embedded_admin(data=":memory:", scheduler=True, clock="simulated") as admin:
        monkeypatch.setenv("RECONCILER_ADMIN", admin.endpoint)
        done = cli("apply", "--auto-approve", "--var", f"admin={admin.endpoint}")
        assert done.code == 0, done.err
        yield admin


def fired(admin: EmbeddedAdmin) -> list[Any]:
    place = NamedEntityIdentifier(project="flytesnacks", domain="development")
    request = ResourceListRequest(id=place, limit=1000)
    return list(admin.call("ListExecutions", request, ExecutionList).executions)


def container_of(admin: EmbeddedAdmin, execution: Any) -> Any:
    """What the one task of an execution runs."""
    request = ObjectGetRequest(id=execution.closure.workflow_id)
    workflow = admin.call("GetWorkflow", request, Workflow)
    (task,) = workflow.closure.compiled_workflow.tasks
    return task.template.container


def run_container(folder: Path, container: Any) -> Any:
    """Run it as a pod would: its command and environment, in the image's folder."""
    said = {pair.key: pair.value for pair in container.env}
    assert said.pop("RECONCILER_CACHE") == "/tmp/reconciler"
    tools = program(folder.parent / "bin", {})
    return run(
        *container.command,
        *container.args,
        cwd=folder,
        env={**said, "PATH": f"{tools}:{os.environ['PATH']}"},
    )


def test_it_fires_and_finds_what_drifted(watched: EmbeddedAdmin, here: Path) -> None:
    """Every hour; the task ends well while all is as it was left, and fails once it is not."""
    watched.advance(timedelta(hours=3))

    executions = fired(watched)
    assert len(executions) == 3
    assert {one.spec.launch_plan.name for one in executions} == {"platform.drift.hourly"}
    container = container_of(watched, executions[0])
    assert "@sha256:" in container.image

    fine = run_container(here / "repository", container)
    assert fine.returncode == 0, fine.stdout + fine.stderr

    with Remote.for_endpoint(watched.endpoint, insecure=True) as remote:
        (plan,) = remote.launch_plans()
        remote.deactivate_launchplan(plan.id)
    found = run_container(here / "repository", container)
    assert found.returncode == 2, found.stdout + found.stderr
    assert "platform.drift.hourly" in found.stdout


def test_whoever_is_to_know_is_told_by_flyte(watched: EmbeddedAdmin) -> None:
    """By mail, once an execution fails; it is not tried again."""
    with Remote.for_endpoint(watched.endpoint, insecure=True) as remote:
        (plan,) = remote.launch_plans()

    (notification,) = plan.spec.entity_metadata.notifications
    assert list(notification.email.recipients_email) == ["data-platform@example.com"]
    watched.advance(timedelta(hours=1))
    (execution,) = fired(watched)
    request = ObjectGetRequest(id=execution.closure.workflow_id)
    (task,) = watched.call("GetWorkflow", request, Workflow).closure.compiled_workflow.tasks
    assert task.template.metadata.retries.retries == 0


def test_it_is_written_as_fmt_writes_it(here: Path, cli: Cli, monkeypatch: Any) -> None:
    """And valid, as it stands."""
    shutil.copytree(EXAMPLE, here / "repository")
    monkeypatch.chdir(here / "repository")

    assert cli("fmt", "--check").code == 0
    assert cli("validate").code == 0
