"""From flytectl's files to manifests that a plan finds nothing to do about."""

from pathlib import Path

import grpc
from flyteidl.admin.matchable_resource_pb2 import MatchingAttributes
from flyteidl.admin.project_domain_attributes_pb2 import (
    ProjectDomainAttributes,
    ProjectDomainAttributesUpdateRequest,
)
from flyteidl.service.admin_pb2_grpc import AdminServiceStub

from tests.e2e.between import Between
from tests.e2e.conftest import Cli

EXAMPLES = Path(__file__).parent.parent.parent / "examples" / "flytectl"
FILE = """\
domain: development
project: flytesnacks
defaults:
  cpu: "1"
  memory: 150Mi
limits:
  cpu: "2"
  memory: 450Mi
"""


def test_imported_attributes_are_what_flytectl_set(cli: Cli, admin: Between, here: Path) -> None:
    """The same row, so that a plan of the manifests changes nothing."""
    attributes = MatchingAttributes()
    resources = attributes.task_resource_attributes
    resources.defaults.cpu, resources.defaults.memory = "1", "150Mi"
    resources.limits.cpu, resources.limits.memory = "2", "450Mi"
    row = ProjectDomainAttributes(project="flytesnacks", domain="development")
    row.matching_attributes.CopyFrom(attributes)
    with grpc.insecure_channel(admin.endpoint) as channel:
        stub = AdminServiceStub(channel)
        stub.UpdateProjectDomainAttributes(ProjectDomainAttributesUpdateRequest(attributes=row))
    (here / "tra.yaml").write_text(FILE)

    written = cli("import", "attributes", "tra.yaml", "--write", "manifests.yaml")
    printed = cli("import", "attributes", "tra.yaml")
    planned = cli("plan", "manifests.yaml")

    assert (written.code, written.out, written.err) == (0, "", "Wrote manifests.yaml\n")
    assert printed.out == (here / "manifests.yaml").read_text()
    assert planned.out.splitlines()[-1] == "No changes. Flyte Admin matches the manifests."


def test_example_files_become_manifests_that_apply_twice(
    cli: Cli, admin: Between, here: Path
) -> None:
    """The second time there is nothing to do."""
    files = sorted(EXAMPLES.glob("*.yaml"))
    assert cli("import", "attributes", *files, "--write", "attributes.yaml").code == 0

    applied = cli("apply", "attributes.yaml", "--auto-approve")
    again = cli("plan", "attributes.yaml")

    assert applied.code == 0, applied.out + applied.err
    assert f"{len(files)} updated" in applied.out.splitlines()[-1]
    assert again.out.splitlines()[-1] == "No changes. Flyte Admin matches the manifests."


def test_nothing_is_overwritten(cli: Cli, here: Path) -> None:
    """A file that exists stays as it is."""
    (here / "tra.yaml").write_text(FILE)

    result = cli("import", "attributes", "tra.yaml", "--write", "tra.yaml")

    assert result.code == 1
    assert "tra.yaml exists already, so nothing was written" in result.err
    assert (here / "tra.yaml").read_text() == FILE


def test_every_problem_is_told(cli: Cli, here: Path) -> None:
    """At file and line; nothing is printed then."""
    (here / "tra.yaml").write_text(FILE.replace("limits", "limit"))

    result = cli("import", "attributes", "tra.yaml", "none.yaml")

    assert (result.code, result.out) == (1, "")
    assert "tra.yaml:6:1: error: TaskResourceAttributes has no field limit" in result.err
    assert "none.yaml: error: cannot be read" in result.err
