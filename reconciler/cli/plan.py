"""`reconciler plan`."""

import sys
from pathlib import Path

import click

from reconciler.cli.exits import for_plan
from reconciler.cli.options import (
    admin_option,
    json_option,
    parallelism_option,
    paths_argument,
    program_options,
    settings,
    verbose_option,
)


@click.command()
@paths_argument
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 if there are changes, 0 if none.")
@json_option
@verbose_option
@admin_option
@parallelism_option
@program_options
def command(
    paths: tuple[Path, ...],
    detailed_exitcode: bool,
    as_json: bool,
    verbose: bool,
    parallelism: int,
) -> int:
    """Show what would change in Flyte Admin.

    Reads the manifests in PATH (files and folders; without any, what reconciler.yaml names),
    compares them with Flyte Admin and shows each step that apply would take. It cannot write.

    \b
    Examples:
      reconciler plan
      reconciler plan manifests/etl.yaml --verbose
      reconciler plan --detailed-exitcode       exit 2 if there are changes
      reconciler plan --json > plan.json
      reconciler plan --admin dns:///flyte.example.com
    """
    from reconciler.cli.session import connected, find_workspace, manifests
    from reconciler.report import plan_as_json, plan_as_text

    options = settings()
    workspace = find_workspace()
    declared = manifests(paths, workspace)
    with connected(options, workspace, parallelism=parallelism) as (remote, _):
        plan = remote.plan(declared)
    if as_json:
        text = plan_as_json(plan)
    else:
        text = plan_as_text(plan, color=options.colors(sys.stdout), verbose=verbose)
    sys.stdout.write(text)
    return for_plan(plan, detailed=detailed_exitcode)
