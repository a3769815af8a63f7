"""`launch_backfill` means what flytekit's does, but for what is documented; `backfill` goes on."""

import inspect
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from flyteidl.core.workflow_pb2 import WorkflowMetadata
from flytekit.core.workflow import WorkflowFailurePolicy
from flytekit.remote import FlyteRemote

from reconciler.errors import BackfillError, ManifestError, VersionConflictError
from reconciler.manifest import load
from reconciler.model import SlotState
from reconciler.remote import FlyteWorkflow, FlyteWorkflowExecution, Remote
from reconciler.testing import EmbeddedAdmin, embedded_admin
from tests.e2e.backfilled import (
    DOMAIN,
    NAME,
    PROJECT,
    WEATHER,
    end,
    executions,
    names,
    remote_of,
    written,
)

WINDOW: dict[str, Any] = {
    "project": PROJECT,
    "domain": DOMAIN,
    "from_date": datetime(2023, 1, 1),
    "to_date": datetime(2023, 1, 4),
    "launchplan": NAME,
}


@pytest.fixture
def flyte(tmp_path: Path) -> Iterator[EmbeddedAdmin]:
    with embedded_admin() as admin:
        with remote_of(admin) as remote:
            assert remote.apply(remote.plan(load(written(tmp_path, WEATHER)))).succeeded
        yield admin


@pytest.fixture
def remote(flyte: EmbeddedAdmin) -> Iterator[Remote]:
    with remote_of(flyte) as found:
        yield found


def days(workflow: FlyteWorkflow) -> list[datetime]:
    """The time that each node is given."""
    return [
        binding.binding.scalar.primitive.datetime.ToDatetime(UTC)
        for node in workflow.nodes
        for binding in node.inputs
        if binding.var == "day"
    ]


def dry(remote: Remote, **more: Any) -> FlyteWorkflow:
    found = remote.launch_backfill(**(WINDOW | more), dry_run=True)
    assert isinstance(found, FlyteWorkflow)
    return found


def test_it_takes_what_flytekits_takes() -> None:
    """In the same order, with the same defaults."""
    ours = inspect.signature(Remote.launch_backfill).parameters
    theirs = inspect.signature(FlyteRemote.launch_backfill).parameters

    assert list(ours) == list(theirs)
    assert [one.default for one in ours.values()] == [one.default for one in theirs.values()]


def test_it_generates_registers_and_runs_one_workflow(
    remote: Remote, flyte: EmbeddedAdmin
) -> None:
    """One launch plan node a slot, each given its time; one after the other."""
    execution = remote.launch_backfill(**WINDOW)

    assert isinstance(execution, FlyteWorkflowExecution)
    (one,) = executions(flyte)
    assert one.id.name == execution.id.name
    name, version = one.spec.launch_plan.name, one.spec.launch_plan.version
    assert name == f"backfill-{NAME}"
    workflow = remote.fetch_workflow(PROJECT, DOMAIN, name, version)
    assert days(workflow) == [datetime(2023, 1, day, 6, tzinfo=UTC) for day in (1, 2, 3)]
    assert [list(node.upstream_node_ids) for node in workflow.nodes] == [[], ["n0"], ["n1"]]
    assert workflow.nodes[0].metadata.name == "b-2023-01-01T06:00:00Z"
    assert {node.workflow_node.launchplan_ref.version for node in workflow.nodes} == {"v1"}


def test_a_dry_run_registers_nothing_and_shows_the_workflow(
    remote: Remote, flyte: EmbeddedAdmin
) -> None:
    """The very one that would be registered."""
    shown = dry(remote)
    registered = remote.launch_backfill(**WINDOW, execute=False)

    assert isinstance(registered, FlyteWorkflow)
    assert registered.id == shown.id
    assert registered.message.closure.compiled_workflow == shown.message.closure.compiled_workflow
    assert names(flyte) == []


def test_the_window_is_half_open(remote: Remote) -> None:
    """flytekit leaves out a slot at the start, too."""
    six = datetime(2023, 1, 1, 6)

    found = days(dry(remote, from_date=six, to_date=six + timedelta(days=2)))

    assert [one.day for one in found] == [1, 2]


def test_a_time_with_a_zone_is_what_it_says(remote: Remote) -> None:
    """And one without is UTC."""
    tokyo = timezone(timedelta(hours=9))

    found = days(dry(remote, from_date=datetime(2023, 1, 1, 16, tzinfo=tokyo)))

    assert [one.day for one in found] == [2, 3]


def test_the_same_call_again_starts_no_second_execution(
    remote: Remote, flyte: EmbeddedAdmin
) -> None:
    """Other flags are another workflow and another execution; a name of one's own is kept."""
    first = remote.launch_backfill(**WINDOW)
    again = remote.launch_backfill(**WINDOW)
    parallel = remote.launch_backfill(**WINDOW, parallel=True)
    anew = remote.launch_backfill(**WINDOW, overwrite_cache=True)
    named = remote.launch_backfill(**WINDOW, execution_name="my-run")

    assert first.id == again.id
    assert len({first.id, parallel.id, anew.id, named.id}) == 4
    assert named.id.name == "my-run"
    assert len(names(flyte)) == 4
    spec = {one.id.name: one.spec for one in executions(flyte)}
    assert spec[anew.id.name].overwrite_cache
    assert spec[anew.id.name].launch_plan == spec[first.id.name].launch_plan


@pytest.mark.parametrize(
    "policy",
    [
        WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE,
        "FAIL_AFTER_EXECUTABLE_NODES_COMPLETE",
    ],
)
def test_a_failure_policy_is_flytekits_or_flytes_word(remote: Remote, policy: Any) -> None:
    """Whichever is at hand."""
    usual = dry(remote).template.metadata.on_failure
    found = dry(remote, failure_policy=policy).template.metadata.on_failure

    assert usual == WorkflowMetadata.FAIL_IMMEDIATELY
    assert found == WorkflowMetadata.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE


def test_a_version_of_ones_own_is_never_another_workflow(
    remote: Remote, flyte: EmbeddedAdmin
) -> None:
    """The same content is fine; another one is refused, and nothing runs."""
    remote.launch_backfill(**WINDOW, version="mine", execute=False)
    remote.launch_backfill(**WINDOW, version="mine", execute=False)

    with pytest.raises(VersionConflictError):
        remote.launch_backfill(**WINDOW, version="mine", parallel=True)
    assert names(flyte) == []


def test_the_active_version_runs_or_else_the_latest(
    remote: Remote, flyte: EmbeddedAdmin, tmp_path: Path
) -> None:
    """A newer version that nobody switched on is not meant."""
    newer = WEATHER.replace("version: v1", "version: v2").replace("state: active", "")
    newer = newer.replace("region: eu", "region: us")
    assert remote.apply(remote.plan(load(written(tmp_path, newer)))).succeeded

    def version() -> str:
        return str(dry(remote).nodes[0].workflow_node.launchplan_ref.version)

    assert version() == "v1"
    off = f"""\
apiVersion: reconciler/v1
kind: LaunchPlan
metadata: {{project: {PROJECT}, domain: {DOMAIN}, name: {NAME}}}
spec: {{state: inactive}}
"""
    assert remote.apply(remote.plan(load(written(tmp_path, off)))).succeeded
    assert version() == "v2"
    assert dry(remote, launchplan_version="v1").nodes


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"to_date": datetime(2023, 1, 1)}, BackfillError, "is not after"),
        ({"to_date": datetime(2023, 1, 1, 1)}, BackfillError, "has no slot"),
        ({"to_date": datetime(2024, 1, 1)}, BackfillError, "365 slots"),
        ({"launchplan": "nobody"}, BackfillError, "has no latest version"),
        ({"launchplan_version": "v9"}, BackfillError, "there is no launch plan"),
        ({"failure_policy": "hope"}, BackfillError, "is no failure policy"),
    ],
)
def test_what_cannot_be_is_explained(
    remote: Remote, more: dict[str, Any], error: type[Exception], said: str
) -> None:
    """As a ValueError, which flytekit raises for some of it."""
    with pytest.raises(error, match=said) as caught:
        remote.launch_backfill(**(WINDOW | more))

    assert isinstance(caught.value, ValueError)
    assert "the backfill:" not in str(caught.value)


def test_backfill_launches_an_execution_a_slot_and_goes_on(
    remote: Remote, flyte: EmbeddedAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As often as it is called; or by itself, until all has run."""
    where: dict[str, Any] = {"project": PROJECT, "domain": DOMAIN, "concurrency": 2}
    where |= {"from_date": date(2024, 1, 1), "to_date": "2024-01-08"}
    told: list[int] = []

    dry = remote.backfill(NAME, **where, dry_run=True)
    first = remote.backfill(NAME, **where)
    end(flyte)
    second = remote.backfill(NAME, **where)

    assert (dry.count(SlotState.RUN), dry.count(SlotState.WAITING)) == (2, 5)
    assert first.count(SlotState.RUNNING) == 2
    assert (second.count(SlotState.DONE), second.count(SlotState.RUNNING)) == (2, 2)

    def tell(tables: Any) -> None:
        told.append(tables[0].count(SlotState.DONE))
        end(flyte)

    monkeypatch.setattr("reconciler.remote.backfill.rounds._FIRST_PAUSE", 0.0)
    last = remote.backfill(NAME, **where, wait=True, on_tables=tell)

    assert last.count(SlotState.DONE) == last.total == 7
    assert told == sorted(told)
    assert len(names(flyte)) == 7


def test_what_a_manifest_can_say_can_be_said(remote: Remote, flyte: EmbeddedAdmin) -> None:
    """Under the same words; what is wrong with it is told without a file that nobody wrote."""
    where: dict[str, Any] = {"project": PROJECT, "domain": DOMAIN, "last": timedelta(days=3)}

    table = remote.backfill(NAME, **where, spec={"order": "newestFirst", "concurrency": 1})

    assert table.total in (3, 4)
    assert [str(row.state) for row in table.rows][-1] == "running"
    with pytest.raises(BackfillError, match=r"^spec.order: expected oldestFirst or newestFirst"):
        remote.backfill(NAME, **where, spec={"order": "any"})
    with pytest.raises((BackfillError, ManifestError), match="has no input x"):
        remote.backfill(NAME, **where, inputs={"x": 1})
