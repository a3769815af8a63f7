"""Attributes that we set and others change: the plan says who did what before it goes on."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from flyteidl.admin.matchable_resource_pb2 import (
    ListMatchableAttributesRequest,
    MatchableResource,
    MatchingAttributes,
)
from flyteidl.admin.project_domain_attributes_pb2 import (
    ProjectDomainAttributes,
    ProjectDomainAttributesDeleteRequest,
    ProjectDomainAttributesUpdateRequest,
)
from flyteidl.admin.workflow_attributes_pb2 import (
    WorkflowAttributes,
    WorkflowAttributesUpdateRequest,
)
from flyteidl.service.admin_pb2_grpc import AdminServiceStub

from tests.e2e.between import Between
from tests.e2e.conftest import Cli

LABEL = MatchableResource.Value("EXECUTION_CLUSTER_LABEL")
PLUGINS = MatchableResource.Value("PLUGIN_OVERRIDE")
WORKSPACE = """\
apiVersion: reconciler/v1
kind: Workspace
metadata: {name: shop}
spec:
  manifests: ["*.set.yaml"]
  ledger: {project: flytesnacks, domain: production}
"""
DOMAIN = """\
apiVersion: reconciler/v1
kind: Domain
metadata: {project: flytesnacks, name: development}
spec:
  attributes:
    executionClusterLabel: {value: ours}
    pluginOverrides: {spark: {plugins: [ours]}, ray: {plugins: [ours]}}
"""


@pytest.fixture
def others(admin: Between) -> Iterator[AdminServiceStub]:
    with grpc.insecure_channel(admin.endpoint) as channel:
        yield AdminServiceStub(channel)


@pytest.fixture
def places(here: Path) -> Path:
    (here / "reconciler.yaml").write_text(WORKSPACE)
    file = here / "places.set.yaml"
    file.write_text(DOMAIN)
    return file


def set_label(others: AdminServiceStub, value: str) -> None:
    spec = MatchingAttributes()
    spec.execution_cluster_label.value = value
    row = ProjectDomainAttributes(
        project="flytesnacks", domain="development", matching_attributes=spec
    )
    others.UpdateProjectDomainAttributes(ProjectDomainAttributesUpdateRequest(attributes=row))


def set_plugins(others: AdminServiceStub, workflow: str) -> None:
    spec = MatchingAttributes()
    spec.plugin_overrides.overrides.add(task_type="spark", plugin_id=["theirs"])
    row = WorkflowAttributes(
        project="flytesnacks",
        domain="development",
        workflow=workflow,
        matching_attributes=spec,
    )
    others.UpdateWorkflowAttributes(WorkflowAttributesUpdateRequest(attributes=row))


def test_a_change_by_others_is_told_and_undone(
    cli: Cli, others: AdminServiceStub, places: Path
) -> None:
    """With the step, and as a warning with the way to keep it."""
    cli("apply", "--auto-approve")
    set_label(others, "theirs")

    plan = cli("plan")
    applied, again = cli("apply", "--auto-approve"), cli("plan")

    assert "1 field differs; somebody changed it since our last apply" in plan.out
    assert "declare what is there to keep it" in plan.out
    assert applied.code == 0
    assert "No changes" in again.out


def test_a_row_that_others_deleted_is_told(
    cli: Cli, others: AdminServiceStub, places: Path
) -> None:
    """It is not as if it had never been set."""
    cli("apply", "--auto-approve")
    others.DeleteProjectDomainAttributes(
        ProjectDomainAttributesDeleteRequest(
            project="flytesnacks", domain="development", resource_type=LABEL
        )
    )

    assert "somebody deleted it since our last apply" in cli("plan").out


def test_a_row_of_somebody_else_is_not_taken_in_silence(
    cli: Cli, others: AdminServiceStub, places: Path
) -> None:
    """The first time that we declare what is there already, and otherwise."""
    set_label(others, "theirs")

    assert "not ours: somebody else set it" in cli("plan").out


def test_our_own_change_is_nobody_elses(cli: Cli, admin: Between, places: Path) -> None:
    """No word about others where nobody else was."""
    cli("apply", "--auto-approve")
    places.write_text(DOMAIN.replace("value: ours", "value: new"))

    plan = cli("plan")

    assert "1 field differs" in plan.out
    assert "somebody" not in plan.out


def test_overrides_below_are_named_and_kept(
    cli: Cli, others: AdminServiceStub, places: Path
) -> None:
    """A task type less has to be deleted and written anew, and with it what others have below."""
    cli("apply", "--auto-approve")
    set_plugins(others, "theirs.daily")
    places.write_text(DOMAIN.replace(", ray: {plugins: [ours]}", ""))

    plan = cli("plan")
    applied, again = cli("apply", "--auto-approve"), cli("plan")

    kept = "written again: pluginOverrides of workflow flytesnacks/development/theirs.daily"
    assert kept in plan.out
    assert applied.code == 0, applied.out + applied.err
    assert "No changes" in again.out
    rows = others.ListMatchableAttributes(
        ListMatchableAttributesRequest(resource_type=PLUGINS)
    ).configurations
    found = {
        row.workflow: {
            one.task_type: list(one.plugin_id) for one in row.attributes.plugin_overrides.overrides
        }
        for row in rows
    }
    assert found == {"": {"spark": ["ours"]}, "theirs.daily": {"spark": ["theirs"]}}
