"""What a request registers, moved where nothing runs by itself, and retired in its time."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flyteidl.admin.common_pb2 import Notification
from hypothesis import given
from hypothesis import strategies as st

from reconciler.ci import (
    PreviewPlace,
    deployment,
    expired,
    mark_of,
    of_request,
    retiring,
    trials,
)
from reconciler.errors import ConfigError
from reconciler.manifest import load
from reconciler.model import Action, Kind, Plan, Reason, Verb
from reconciler.remote import Remote
from reconciler.sandbox import Sandbox
from tests.builders import a_create, a_launch_plan, a_plan, a_task, a_workflow
from tests.e2e.test_bundles import MANIFESTS

MARK = mark_of(number=7, repository="acme/etl", commit="1a2b3c4d5e", hours=72)
PLACE = PreviewPlace(domain="staging")


def a_set() -> Plan:
    """Everything of one launch plan is new."""
    task, workflow, plan = a_task(), a_workflow(nodes=("extract",)), a_launch_plan()
    return a_plan(
        a_create(task),
        a_create(workflow, task.id),
        a_create(plan, workflow.id),
        a_create(a_task("etl.other")),
    )


def moved(plan: Plan, own: Any = None, place: PreviewPlace = PLACE) -> Any:
    ids = {one.id for one in plan} if own is None else own
    return deployment(plan, ids, mark=MARK, place=place, facts={"commit": "1a2b3c4d5e"})


def test_references_follow_what_moves() -> None:
    """Within the set; each in its own project, unless one is said for all."""
    made = moved(a_set())

    ids = {one.id.path for one in made.plan}
    assert ids == {
        f"flytesnacks/staging/etl.{name}@v1{MARK.suffix}" for name in ("extract", "daily", "other")
    }
    workflow = next(one for one in made.plan if one.id.kind is Kind.WORKFLOW)
    request: Any = workflow.after and workflow.after.request
    reference = request.template.nodes[0].task_node.reference_id
    assert (reference.domain, reference.version) == ("staging", f"v1{MARK.suffix}")
    elsewhere = moved(a_set(), place=PreviewPlace(domain="development", project="previews"))
    assert {one.id.project for one in elsewhere.plan} == {"previews"}


def test_what_a_step_needs_comes_with_it() -> None:
    """Although it is not the request's own: merged before, and not applied yet."""
    plan = a_set()
    workflow = next(one.id for one in plan if one.id.kind is Kind.WORKFLOW)

    made = moved(plan, {workflow})

    assert {one.id.name for one in made.plan} == {"etl.extract", "etl.daily"}
    assert made.launchables == ()


def test_what_is_there_already_is_referred_to_where_it_is() -> None:
    """A plan that registers the launch plan alone moves it alone."""
    made = moved(a_plan(a_create(a_launch_plan())))

    (step,) = made.plan
    spec: Any = step.after and step.after.request
    assert (spec.workflow_id.domain, spec.workflow_id.version) == ("development", "v1")


def test_nothing_starts_or_is_sent_by_itself() -> None:
    """No schedule, no notification, no switch; the rest of a launch plan is as it was."""
    plan = a_launch_plan(fixed={"day": "monday"})
    request: Any = plan.request
    request.entity_metadata.notifications.append(Notification())
    made = moved(a_plan(a_create(replace(plan, request=request))))

    (step,) = made.plan
    assert step.verb is Verb.CREATE
    spec: Any = step.after and step.after.request
    assert not spec.entity_metadata.HasField("schedule")
    assert not spec.entity_metadata.notifications
    assert spec.fixed_inputs.literals["day"].scalar.primitive.string_value == "monday"
    assert spec.labels.values["reconciler-preview"] == "pr-7"
    assert spec.annotations.values["reconciler-preview-commit"] == "1a2b3c4d5e"


def test_what_is_made_for_a_backfill_is_not_tried_out() -> None:
    """It would launch what runs in production."""
    generated = replace(a_create(a_workflow("etl.backfill")), reason=Reason.GENERATED)

    assert moved(a_plan(generated)).plan.is_empty


def test_a_place_that_is_in_use_is_refused() -> None:
    """Where the plan itself writes, and where two things would be one."""
    with pytest.raises(ConfigError, match="no place to preview it"):
        moved(a_set(), place=PreviewPlace(domain="development"))
    one, other = a_task(), a_task()
    other = replace(other, id=replace(other.id, project="ads"))
    with pytest.raises(ConfigError, match="would be one thing in previews/staging"):
        moved(
            a_plan(a_create(one), a_create(other)),
            place=PreviewPlace(domain="staging", project="previews"),
        )


@given(st.sets(st.integers(0, 3)))
def test_only_what_was_asked_for_is_moved(chosen: set[int]) -> None:
    """And what that needs; steps of the plan itself stay as they are."""
    plan = a_set()
    before = [one.after and (one.after.id, one.after.request) for one in plan]
    steps: list[Action] = list(plan)

    made = moved(plan, {steps[at].id for at in chosen})

    least = {steps[at].id.name for at in chosen}
    assert least <= {one.id.name for one in made.plan}
    assert all(one.id.domain == "staging" for one in made.plan)
    assert [one.after and (one.after.id, one.after.request) for one in plan] == before


def test_commands_name_inputs_that_must_be_given() -> None:
    """To be filled in by whoever launches it."""
    plan = a_launch_plan()
    spec: Any = plan.spec
    spec.closure.expected_inputs.parameters["day"].required = True
    spec.closure.expected_inputs.parameters["rows"].default.scalar.primitive.integer = 3
    made = moved(a_plan(a_create(replace(plan, spec=spec))))

    (one,) = trials(made, endpoint="dns:///flyte.example.com", page_of=lambda id: f"/{id.name}")

    assert one.name == "flytesnacks/development/etl.daily"
    assert one.page == "/etl.daily"
    assert one.command == (
        f"reconciler launch flytesnacks/staging/etl.daily@v1{MARK.suffix} "
        "--admin dns:///flyte.example.com -i 'day=…'"
    )


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def test_code_is_uploaded_for_the_preview(sandbox: Sandbox, tmp_path: Path) -> None:
    """Under its own place: the folders of others in the store are left alone."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/main.py").write_text("print('hello')\n")
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests/etl.yaml").write_text(MANIFESTS)
    with Remote.for_endpoint(sandbox.endpoint, insecure=True) as remote:
        made = moved(remote.plan(load([tmp_path / "manifests"])))
        assert remote.apply(made.plan).succeeded
        (id,) = {one.id for one in made.plan if one.id.name == "etl.load"}
        task: Any = remote.client.get_task(id)

    said = str(task.closure.compiled_task.template)
    assert "/flytesnacks/staging/" in said
    assert "/flytesnacks/development/" not in said
    assert "known after upload" not in said


TASK = """\
apiVersion: reconciler/v1
kind: Task
metadata: {project: flytesnacks, domain: %s, name: %s}
spec:
  inputs: {}
  outputs: {}
  container: {image: "ghcr.io/acme/etl:1.4", args: [run]}
"""


def planned(remote: Remote, folder: Path, name: str, domain: str = "development") -> Plan:
    """A plan that registers one task."""
    file = folder / f"{domain}.yaml"
    file.write_text(TASK % (domain, name))
    return remote.plan(load([file]))


def test_what_has_expired_is_retired(sandbox: Sandbox, tmp_path: Path) -> None:
    """By the time that it is registered for; of one repository, or of everybody's."""
    now = datetime.now(UTC)
    later = now + timedelta(hours=73)
    with Remote.for_endpoint(sandbox.endpoint, insecure=True) as remote:
        place = [("flytesnacks", "staging")]
        made = moved(planned(remote, tmp_path, "expiring.extract"))
        assert remote.apply(made.plan).succeeded

        def names(is_over: Any, at: datetime) -> set[str]:
            return {one.id.name for one in retiring(remote, place, is_over, now=at)}

        assert names(expired("", now=now), now) == set()
        assert "expiring.extract" in names(expired("", now=later), later)
        assert "expiring.extract" in names(expired("acme/etl", now=later), later)
        assert names(expired("acme/ads", now=later), later) == set()
        assert "expiring.extract" in names(of_request(7, "acme/etl"), now)
        assert names(of_request(8, "acme/etl"), now) == set()

        assert remote.apply(retiring(remote, place, expired("", now=later), now=later)).succeeded
        assert names(expired("", now=later), later) == set()


def test_what_others_registered_under_the_name_keeps_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """A name is put away only if previews alone made it."""
    now = datetime.now(UTC)
    with Remote.for_endpoint(sandbox.endpoint, insecure=True) as remote:
        made = moved(planned(remote, tmp_path, "shared.extract"))
        assert remote.apply(made.plan).succeeded
        theirs = planned(remote, tmp_path, "shared.extract", "staging")
        assert remote.apply(theirs).succeeded
        left = retiring(remote, [("flytesnacks", "staging")], of_request(7, "acme/etl"), now=now)
    assert "shared.extract" not in {one.id.name for one in left}
