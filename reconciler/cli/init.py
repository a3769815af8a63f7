"""`reconciler init`: a workspace and a first manifest, ready to plan."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template

import click

from reconciler.cli.options import admin_option, program_options, settings

WORKSPACE = Template("""\
# The workspace: which manifests there are, and which Flyte Admin they describe.
apiVersion: reconciler/v1
kind: Workspace
metadata:
  name: $name
spec:
  manifests:
    - manifests
$admin  # Where Flyte Admin itself remembers what was applied: who, when, and what is owned. Take a
  # project that is there already; best the same one for all workspaces.
  ledger:
    project: flytesnacks
    domain: development
""")

ADMIN = Template("""\
  admin:
    endpoint: $endpoint
""")

NO_ADMIN = """\
  # Without an endpoint here, --admin or RECONCILER_ADMIN names one.
  # admin:
  #   endpoint: dns:///flyte.example.com
"""

STARTER = """\
# A task, a workflow that runs it, and a launch plan that is switched on. `version: auto`, the
# default, makes a new version whenever anything here changes.
apiVersion: reconciler/v1
kind: Task
metadata:
  project: flytesnacks
  domain: development
  name: hello.greet
spec:
  description: Greets whom it is told to greet.
  inputs:
    name: str
  container:
    image: docker.io/library/busybox:1.36
    command: [echo]
    args: ["Hello, {{.inputs.name}}!"]
---
apiVersion: reconciler/v1
kind: Workflow
metadata:
  project: flytesnacks
  domain: development
  name: hello.daily
spec:
  inputs:
    name: str
  nodes:
    greet:
      task: hello.greet
      inputs:
        name: {from: inputs.name}
---
apiVersion: reconciler/v1
kind: LaunchPlan
metadata:
  project: flytesnacks
  domain: development
  name: hello.daily
spec:
  workflow: hello.daily
  inputs:
    name: world
  # Add a schedule, and Flyte runs it by itself:
  # schedule:
  #   cron: "0 6 * * *"
  state: active
"""


@click.command()
@click.argument(
    "folder", default=".", metavar="[FOLDER]", type=click.Path(file_okay=False, path_type=Path)
)
@admin_option
@program_options
def command(folder: Path) -> None:
    """Write reconciler.yaml and a first manifest into FOLDER (here, if none is named).

    Nothing that exists is overwritten, and nothing is asked of Flyte Admin; with --admin its
    endpoint is written down too.

    \b
    Examples:
      reconciler init
      reconciler init etl --admin dns:///flyte.example.com
    """
    from reconciler.errors import ConfigError

    files = {
        folder / "reconciler.yaml": WORKSPACE.substitute(
            name=_quoted(_name(folder)), admin=_admin(settings().admin)
        ),
        folder / "manifests" / "hello.yaml": STARTER,
    }
    existing = [str(path) for path in files if path.exists()]
    if existing:
        exist = "exists" if len(existing) == 1 else "exist"
        raise ConfigError(
            f"{' and '.join(existing)} {exist} already, so nothing was written; "
            "init starts a workspace and never overwrites one"
        )
    _write(files)
    for path in files:
        sys.stdout.write(f"Wrote {path}\n")
    into = "" if folder == Path() else f"cd {folder} && "
    sys.stdout.write(f"\nNext: {into}reconciler plan --admin sandbox:flyte.sqlite\n")


def _write(files: Mapping[Path, str]) -> None:
    """Write all of the files or none."""
    from reconciler.errors import ConfigError

    written: list[Path] = []
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # `x` refuses what appeared since we looked.
            with path.open("x", encoding="utf-8") as file:
                written.append(path)
                file.write(text)
        except OSError as error:
            for half in written:
                half.unlink(missing_ok=True)
            raise ConfigError(
                f"cannot write {path}, so nothing was written: {error.strerror or error}"
            ) from error


def _admin(endpoint: str | None) -> str:
    return ADMIN.substitute(endpoint=_quoted(endpoint)) if endpoint else NO_ADMIN


def _name(folder: Path) -> str:
    return folder.resolve().name or "workspace"


def _quoted(text: str) -> str:
    # What JSON quotes is a text in YAML too, whatever word it would be bare.
    return json.dumps(text, ensure_ascii=False)
