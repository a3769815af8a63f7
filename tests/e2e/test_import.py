"""From flytectl's files to manifests that a plan finds nothing to do about."""

from pathlib import Path

import grpc
import yaml
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
    assert cli("fmt", "--check", "attributes.yaml").code == 0

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


def test_what_is_active_is_imported_and_found_as_declared(
    cli: Cli, admin: Between, here: Path, etl: Path
) -> None:
    """A switch for each name; whoever registers the launch plans goes on doing that."""
    assert cli("apply", "etl.yaml", "--auto-approve").code == 0

    result = cli("import", "live", "--activation-only", "--write", "active.yaml")

    assert (result.code, result.out) == (0, "")
    (document,) = yaml.safe_load_all((here / "active.yaml").read_text())
    assert document["metadata"]["name"] == "etl.daily"
    assert document["spec"].keys() == {"version", "state"}
    assert cli("plan", "active.yaml", "--detailed-exitcode").code == 0


def test_an_import_says_what_it_can(cli: Cli, admin: Between) -> None:
    """Everything of a launch plan cannot be had; nothing active is nothing to write."""
    assert cli("import", "live").code == 64
    assert "No launch plan is active there" in cli("import", "live", "--activation-only").err
