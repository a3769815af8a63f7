"""A request is tried out where nothing runs by itself, and nothing is left of it in the end."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from flyteidl.admin.common_pb2 import (
    NamedEntityListRequest,
    ObjectGetRequest,
    ResourceListRequest,
)
from flyteidl.admin.launch_plan_pb2 import LaunchPlan
from flyteidl.core.identifier_pb2 import ResourceType

from reconciler.remote import Remote
from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli
from tests.e2e.pipeline import OTHER, WORKSPACE, Pipeline, checkout
from tests.forge.fake_github import FakeGitHub

PREVIEW = "  preview: {domain: staging, ttl: 2d}\n"
POLICY = """\
apiVersion: reconciler/v1
kind: Policy
metadata: {name: nothing-at-all}
spec:
  each: plan
  deny: "true"
  message: nothing goes
"""
CHANGED = ETL.replace("etl:1.4", "etl:1.5").replace("0 6", "30 5")


@pytest.fixture
def pipeline(
    here: Path, admin: Between, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pipeline]:
    """A repository whose `main` is applied, and a request that changes one of two sets."""
    with FakeGitHub().served() as forge:
        made = checkout(here, forge, monkeypatch)
        (made.folder / "reconciler.yaml").write_text(WORKSPACE + PREVIEW)
        made.commit("previews")
        assert cli("apply", "--auto-approve").code == 0
        made.branch()
        made.write(etl=CHANGED)
        made.push()
        made.job()
        yield made
    assert not forge.complaints


def holdings(admin: Between, domain: str) -> list[bytes]:
    """Every byte that Admin lists of a domain, versions and names."""
    found = []
    with Remote.for_endpoint(admin.endpoint, insecure=True) as remote:
        calls = remote.client.calls
        for project in ("flytesnacks", "flyteexamples", "flytetester"):
            place = {"project": project, "domain": domain}
            for method in ("list_tasks", "list_workflows", "list_launch_plans"):
                request = ResourceListRequest(id=place, limit=1000)
                found.append(getattr(calls, method)(request).SerializeToString())
            for type in (ResourceType.TASK, ResourceType.WORKFLOW, ResourceType.LAUNCH_PLAN):
                names = NamedEntityListRequest(resource_type=type, limit=1000, **place)
                found.append(calls.list_named_entities(names).SerializeToString())
            request = ResourceListRequest(id=place, limit=1000)
            found.append(calls.list_executions(request).SerializeToString())
    return found


def previewed(admin: Between) -> list[LaunchPlan]:
    """The launch plans of the preview domain, newest first."""
    with Remote.for_endpoint(admin.endpoint, insecure=True) as remote:
        place = {"project": "flytesnacks", "domain": "staging"}
        request = ResourceListRequest(id=place, limit=100)
        return list(remote.client.calls.list_launch_plans(request).launch_plans)


def switch_on(admin: Between, plan: LaunchPlan) -> None:
    with Remote.for_endpoint(admin.endpoint, insecure=True) as remote:
        remote.activate_launchplan(plan.id)


def test_what_a_request_changes_is_registered_apart(
    pipeline: Pipeline, cli: Cli, admin: Between
) -> None:
    """Inactive, without a schedule, and marked; production is byte for byte as it was."""
    before = holdings(admin, "development")

    done = cli("ci", "preview", "--deploy")

    assert done.code == 0, done.err
    assert holdings(admin, "development") == before
    (plan,) = previewed(admin)
    assert plan.id.name == "etl.daily"
    assert f"-pr{pipeline.forge.pull.number}-" in plan.id.version
    assert plan.id.version.endswith(f"-{pipeline.forge.pull.head[:10]}-48h")
    assert plan.closure.state == 0
    assert not plan.spec.entity_metadata.HasField("schedule")
    assert plan.spec.labels.values["reconciler-preview"] == f"pr-{pipeline.forge.pull.number}"
    assert plan.spec.annotations.values["reconciler-preview-commit"] == pipeline.forge.pull.head
    assert plan.spec.annotations.values["reconciler-preview-ttl"] == "2d"
    assert plan.spec.workflow_id.domain == "staging"
    assert "-pr" in plan.spec.workflow_id.version
    with Remote.for_endpoint(admin.endpoint, insecure=True) as remote:
        (task,) = remote.client.calls.list_tasks(
            ResourceListRequest(id={"project": "flytesnacks", "domain": "staging"}, limit=10)
        ).tasks
        whole = remote.client.calls.get_task(ObjectGetRequest(id=task.id))
    assert whole.closure.compiled_task.template.container.image == "ghcr.io/acme/etl:1.5"


def test_the_comment_says_how_to_try_it_out(pipeline: Pipeline, cli: Cli, admin: Between) -> None:
    """With a page and a command, which works as it stands there."""
    assert cli("ci", "preview", "--deploy").code == 0
    (comment,) = pipeline.forge.comments()

    assert "try it out" in comment
    assert "/console/projects/flytesnacks/domains/staging/launch_plan/etl.daily/" in comment
    (line,) = [one for one in comment.splitlines() if one.startswith("$ reconciler launch")]
    launched = cli(*shlex.split(line)[2:])
    assert launched.code == 0, launched.err
    with Remote.for_endpoint(admin.endpoint, insecure=True) as remote:
        place = {"project": "flytesnacks", "domain": "staging"}
        (execution,) = remote.client.calls.list_executions(
            ResourceListRequest(id=place, limit=10)
        ).executions
    assert "-pr" in execution.spec.launch_plan.version


def test_running_it_again_registers_nothing_more(
    pipeline: Pipeline, cli: Cli, admin: Between
) -> None:
    """Of the same commit; another commit is another preview, beside it."""
    assert cli("ci", "preview", "--deploy").code == 0
    first = previewed(admin)
    again = cli("ci", "preview", "--deploy")
    assert again.code == 0, again.err
    assert [one.id.version for one in previewed(admin)] == [one.id.version for one in first]

    pipeline.write(etl=CHANGED.replace("etl:1.5", "etl:1.6"))
    pipeline.push()
    pipeline.job(run=12)
    assert cli("ci", "preview", "--deploy").code == 0
    assert len(previewed(admin)) == 2


def test_what_only_a_schedule_changes_runs_what_is_there(
    pipeline: Pipeline, cli: Cli, admin: Between
) -> None:
    """Only the launch plan is registered, and refers to the workflow of its own domain."""
    pipeline.write(etl=ETL.replace("monday", "tuesday"))
    pipeline.push()
    pipeline.job()

    done = cli("ci", "preview", "--deploy")

    assert done.code == 0, done.err
    (plan,) = previewed(admin)
    assert plan.spec.workflow_id.domain == "development"
    assert "-pr" not in plan.spec.workflow_id.version


def test_a_closed_request_leaves_nothing_that_shows(
    pipeline: Pipeline, cli: Cli, admin: Between
) -> None:
    """What somebody switched on is off, names are archived; a reopened request has them again."""
    assert cli("ci", "preview", "--deploy").code == 0
    (plan,) = previewed(admin)
    switch_on(admin, plan)
    before = holdings(admin, "development")

    shown = cli("ci", "clean", "--dry-run")
    assert "etl.daily" in shown.out
    assert previewed(admin)[0].closure.state == 1
    done = cli("ci", "clean")

    assert done.code == 0, done.err
    assert holdings(admin, "development") == before
    assert previewed(admin)[0].closure.state == 0
    assert archived(admin) == {"etl.daily", "etl.extract"}
    assert "No changes" in cli("ci", "clean").out

    assert cli("ci", "preview", "--deploy").code == 0
    assert archived(admin) == set()


def test_what_others_have_there_stays(pipeline: Pipeline, cli: Cli, admin: Between) -> None:
    """A name that is in use, another request's preview, and what runs there by itself."""
    theirs = pipeline.folder.parent / "theirs.yaml"
    theirs.write_text(OTHER.replace("development", "staging").replace("0 7", "0 8"))
    assert cli("apply", "--auto-approve", theirs, "--admin", admin.endpoint).code == 0
    pipeline.write(ads=OTHER.replace("etl:1.4", "etl:1.7"))
    pipeline.push()
    pipeline.job()
    assert cli("ci", "preview", "--deploy").code == 0
    number = pipeline.forge.pull.number
    assert cli("ci", "preview", "--deploy", "--no-post", "--request", number + 1).code == 0

    assert cli("ci", "clean").code == 0
    # The name is theirs as well; what the other request has is still under review.
    assert archived(admin) == set()
    (active,) = [one for one in previewed(admin) if one.closure.state == 1]
    assert active.id.name == "ads.daily"
    assert "-pr" not in active.id.version

    assert cli("ci", "clean", "--request", number + 1).code == 0
    assert archived(admin) == set()


def test_two_requests_share_a_name_until_both_are_over(
    pipeline: Pipeline, cli: Cli, admin: Between
) -> None:
    """The first that is closed leaves the name to the other, whose expiry takes it away."""
    number = pipeline.forge.pull.number
    assert cli("ci", "preview", "--deploy").code == 0
    assert cli("ci", "preview", "--deploy", "--no-post", "--request", number + 1).code == 0

    assert cli("ci", "clean").code == 0
    assert archived(admin) == set()
    assert "No changes" in cli("ci", "clean", "--expired").out


def test_what_admin_refuses_is_told(pipeline: Pipeline, cli: Cli, admin: Between) -> None:
    """The preview stands; that not all of it can be tried out is said in it, and by the exit."""
    admin.refuse("CreateWorkflow", code=grpc.StatusCode.PERMISSION_DENIED)

    done = cli("ci", "preview", "--deploy")

    assert done.code == 5
    (comment,) = pipeline.forge.comments()
    assert "etl:1.5" in comment
    assert "Not all of it could be registered" in comment
    assert "try it out" not in comment
    assert "etl.daily" in done.err


def test_a_plan_that_is_refused_is_not_tried_out(
    pipeline: Pipeline, cli: Cli, admin: Between
) -> None:
    """A policy that forbids an image forbids it there as well."""
    folder = pipeline.folder
    (folder / "policy.yaml").write_text(POLICY)
    said = WORKSPACE + PREVIEW + "  policies: [{path: policy.yaml}]\n"
    (folder / "reconciler.yaml").write_text(said)

    done = cli("ci", "preview", "--deploy")

    assert done.code == 3, done.err
    assert previewed(admin) == []
    assert "would be refused" in pipeline.forge.comments()[0]


def test_environments_are_cleaned_where_they_are_tried_out(
    pipeline: Pipeline, cli: Cli, admin: Between
) -> None:
    """All of them, unless one is named; one without a place is passed over; `--in` names any."""
    assert cli("ci", "preview", "--deploy").code == 0
    (pipeline.folder / "reconciler.yaml").write_text(
        WORKSPACE + "  environments:\n    dev: {preview: {domain: staging}}\n    production: {}\n"
    )

    shown = cli("ci", "clean", "--dry-run", "--json")
    sections = json.loads(shown.out)["sections"]
    assert [one["exit_code"] for one in sections] == [0, 0]
    assert len(sections[0]["result"]["actions"]) == 3
    assert sections[1]["result"]["actions"] == []

    assert "No changes" in cli("ci", "clean", "-e", "production", "--in", "production").out
    done = cli("ci", "clean", "-e", "production", "--in", "flytesnacks/staging", "--json")
    assert done.code == 0, done.err
    assert archived(admin) == {"etl.daily", "etl.extract"}


def test_what_is_over_must_be_said(pipeline: Pipeline, cli: Cli, admin: Between) -> None:
    """Outside of a request nothing is guessed."""
    pipeline.job(event={"ref": "refs/heads/main"})

    done = cli("ci", "clean")

    assert done.code == 1
    assert "Give --expired, or a request" in done.err


def test_it_needs_a_place_and_a_request(pipeline: Pipeline, cli: Cli, admin: Between) -> None:
    """Without them the preview is told all the same, and says that there is nothing to try."""
    (pipeline.folder / "reconciler.yaml").write_text(WORKSPACE)
    done = cli("ci", "preview", "--deploy")
    assert done.code == 1
    assert "no `preview:` in reconciler.yaml" in done.err
    assert "could not be registered" in pipeline.forge.comments()[0]

    (pipeline.folder / "reconciler.yaml").write_text(
        WORKSPACE + PREVIEW.replace("staging", "development")
    )
    done = cli("ci", "preview", "--deploy")
    assert done.code == 1
    assert "no place to preview it" in done.err
    assert previewed(admin) == []


def archived(admin: Between) -> set[str]:
    """Names of the preview domain that are put away."""
    found = set()
    with Remote.for_endpoint(admin.endpoint, insecure=True) as remote:
        for type in (ResourceType.TASK, ResourceType.WORKFLOW, ResourceType.LAUNCH_PLAN):
            found |= {
                one.id.name
                for one in remote.client.iter_named_entities(type, "flytesnacks", "staging")
                if one.metadata.state == 1
            }
    return found
