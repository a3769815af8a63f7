"""Attributes and names, from a file to Admin and back to "No changes"."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from flyteidl.admin.common_pb2 import NamedEntityGetRequest, NamedEntityIdentifier
from flyteidl.admin.matchable_resource_pb2 import (
    ListMatchableAttributesRequest,
    MatchableResource,
    MatchingAttributes,
)
from flyteidl.admin.project_domain_attributes_pb2 import (
    ProjectDomainAttributes,
    ProjectDomainAttributesUpdateRequest,
)
from flyteidl.core.identifier_pb2 import ResourceType
from flyteidl.service.admin_pb2_grpc import AdminServiceStub

from tests.e2e.between import Between
from tests.e2e.conftest import ETL, Cli

NO_CHANGES = "No changes. Flyte Admin matches the manifests."
LABEL = MatchableResource.Value("EXECUTION_CLUSTER_LABEL")
DOMAIN = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: flytesnacks}
spec:
  attributes:
    executionClusterLabel: {value: everywhere}
---
apiVersion: reconciler/v1
kind: Domain
metadata: {project: flytesnacks, name: development}
spec:
  attributes:
    taskResources: {defaults: {cpu: 500m}, limits: {cpu: 2, memory: 4Gi}}
    pluginOverrides: {spark: {plugins: [acme-spark]}}
  workflows:
    etl.daily: {attributes: {pluginOverrides: {spark: {plugins: [own-spark]}}}}
  launchPlans:
    etl.daily: {description: "Every morning"}
"""


@pytest.fixture
def stub(admin: Between) -> Iterator[AdminServiceStub]:
    with grpc.insecure_channel(admin.endpoint) as channel:
        yield AdminServiceStub(channel)


@pytest.fixture
def files(here: Path) -> Path:
    folder = here / "manifests"
    folder.mkdir()
    (folder / "etl.yaml").write_text(
        ETL.replace("name: etl.extract}", "name: etl.extract, description: Takes a day}", 1)
    )
    (folder / "places.yaml").write_text(DOMAIN)
    return folder


def labels(stub: AdminServiceStub) -> dict[tuple[str, str], str]:
    found = stub.ListMatchableAttributes(ListMatchableAttributesRequest(resource_type=LABEL))
    return {
        (row.project, row.domain): row.attributes.execution_cluster_label.value
        for row in found.configurations
    }


def description(stub: AdminServiceStub, resource_type: int, name: str) -> str:
    id = NamedEntityIdentifier(project="flytesnacks", domain="development", name=name)
    request = NamedEntityGetRequest(resource_type=resource_type, id=id)
    return str(stub.GetNamedEntity(request).metadata.description)


def test_attributes_and_names_come_true(
    cli: Cli, admin: Between, stub: AdminServiceStub, files: Path
) -> None:
    """Limits before the tasks that they hold, names after the versions that bear them."""
    applied = cli("apply", files, "--auto-approve")
    writes = admin.writes
    again = cli("apply", files, "--auto-approve")

    assert applied.code == 0, applied.out + applied.err
    order = [line for line in applied.out.splitlines() if line.startswith("  # ")]
    placed = {
        text: next(n for n, line in enumerate(order) if text in line)
        for text in (
            "taskResources of domain",
            "task flytesnacks/development/etl.extract",
            "name of task",
        )
    }
    assert list(placed.values()) == sorted(placed.values())
    assert labels(stub) == {("flytesnacks", ""): "everywhere"}
    assert description(stub, ResourceType.TASK, "etl.extract") == "Takes a day"
    assert description(stub, ResourceType.LAUNCH_PLAN, "etl.daily") == "Every morning"
    assert again.out.splitlines()[-1] == NO_CHANGES
    assert admin.writes == writes


def test_what_is_declared_absent_goes_and_nothing_else(
    cli: Cli, admin: Between, stub: AdminServiceStub, files: Path
) -> None:
    """Somebody else's row below is named in the plan, and there afterwards."""
    cli("apply", files, "--auto-approve")
    theirs = ProjectDomainAttributes(project="flytesnacks", domain="staging")
    attributes = MatchingAttributes()
    attributes.execution_cluster_label.value = "theirs"
    theirs.matching_attributes.CopyFrom(attributes)
    stub.UpdateProjectDomainAttributes(ProjectDomainAttributesUpdateRequest(attributes=theirs))
    places = files / "places.yaml"
    places.write_text(places.read_text().replace("{value: everywhere}", "absent"))

    applied = cli("apply", files, "--auto-approve")
    again = cli("plan", files)

    assert applied.code == 0, applied.out + applied.err
    assert "executionClusterLabel of project flytesnacks will be deleted" in applied.out
    kept = "written again: executionClusterLabel of domain flytesnacks/staging"
    assert kept in applied.out
    assert applied.out.splitlines()[-1].endswith("1 deleted.")
    assert labels(stub) == {("flytesnacks", "staging"): "theirs"}
    assert again.out.splitlines()[-1] == NO_CHANGES


def test_a_task_beyond_the_limits_is_told_by_admin(cli: Cli, admin: Between, files: Path) -> None:
    """The limits are there when it is registered."""
    etl = files / "etl.yaml"
    etl.write_text(
        etl.read_text().replace("args: [", 'resources: {requests: {cpu: "64"}}, args: [', 1)
    )

    applied = cli("apply", files, "--auto-approve")

    assert applied.code == 5
    assert "name of task flytesnacks/development/etl.extract, not updated" in applied.out


def test_a_description_is_never_cleared(cli: Cli, admin: Between, files: Path) -> None:
    """Admin cannot, and a plan says so instead of trying each time."""
    cli("apply", files, "--auto-approve")
    etl = files / "etl.yaml"
    etl.write_text(etl.read_text().replace("description: Takes a day", 'description: ""'))

    planned = cli("plan", files)

    assert "cannot clear the description of task flytesnacks/development/etl.ex" in planned.out
    assert planned.out.splitlines()[-1] == NO_CHANGES
