"""The page about workspaces shows what works."""

import json
import re
from pathlib import Path

from reconciler.manifest.workspace.models import EnvironmentSpec, WorkspaceSpec
from reconciler.manifest.workspace.variables import TYPES, VariableDeclaration
from tests.e2e.conftest import Cli

PAGE = (Path(__file__).parent.parent.parent / "docs/workspace.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
MANIFESTS = """\
apiVersion: reconciler/v1
kind: Project
metadata: {name: weather}
---
apiVersion: reconciler/v1
kind: Task
metadata: {project: weather, domain: development, name: weather.fetch}
spec:
  inputs: {day: datetime}
  container:
    image: ${image.fetch}
    args: ${var.stations}
    env: {TOKEN: "${var.token}", REGION: "${env.REGION}"}
---
apiVersion: reconciler/v1
kind: Workflow
metadata: {project: weather, domain: development, name: weather.daily}
spec:
  nodes:
    fetch: {task: weather.fetch, inputs: {day: "2026-01-31T00:00:00Z"}}
"""


def test_the_workspace_that_is_shown_works(cli: Cli, here: Path) -> None:
    """In every environment, with the launch plan of the page; switched off where it says so."""
    (workspace,) = [block for block in BLOCKS if "kind: Workspace\n" in block]
    (launch_plan,) = [block for block in BLOCKS if "kind: LaunchPlan\n" in block]
    (here / "reconciler.yaml").write_text(workspace)
    (here / "manifests").mkdir()
    (here / "manifests/a.yaml").write_text(f"{MANIFESTS}---\n{launch_plan}")

    assert cli("validate").code == 0, cli("validate").err
    for environment, domain in (("staging", "staging"), ("production", "production")):
        document = cli("explain", "weather.daily.eu", "--json", "-e", environment).out
        (explained,) = json.loads(document)["documents"]
        values = {one["path"]: one["value"] for one in explained["values"]}
        assert values["metadata.domain"] == domain
        assert values.get("spec.state") == ("inactive" if domain == "staging" else None)
    planned = cli("plan")
    assert planned.code == 0, planned.err
    assert "weather.daily.us" in planned.out
    assert "only-for-trying-out" not in planned.out


def test_every_key_of_the_workspace_is_on_the_page() -> None:
    """A new one is not forgotten."""
    names = [
        field.alias or name
        for model in (WorkspaceSpec, EnvironmentSpec, VariableDeclaration)
        for name, field in model.model_fields.items()
    ]

    assert [name for name in [*names, *TYPES] if name not in PAGE] == []


def test_the_list_of_workspaces_that_is_shown_works(cli: Cli, here: Path) -> None:
    """By folder, by name and by glob."""
    (listing,) = [block for block in BLOCKS if "kind: Workspaces" in block]
    (here / "reconciler.workspaces.yaml").write_text(listing)
    for folder in ("platform", "teams/ml", "teams/etl"):
        (here / folder).mkdir(parents=True)
        (here / folder / "reconciler.yaml").write_text(
            "apiVersion: reconciler/v1\nkind: Workspace\nmetadata: {name: w}\n"
            "spec: {manifests: [m.yaml]}\n"
        )
        (here / folder / "m.yaml").write_text(MANIFESTS.split("---\n")[0])

    done = cli("validate")

    assert done.code == 0, done.err
    assert re.findall(r"── (.*) ──", done.out) == [
        "workspace platform",
        "workspace ml",
        "workspace teams/etl",
        "all",
    ]
