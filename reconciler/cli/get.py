"""`reconciler get …`: what Flyte Admin holds, as a table or a document."""

import sys

import click

from reconciler.cli.choice import choice, environment_option, workspace_option
from reconciler.cli.options import (
    admin_option,
    json_option,
    parallelism_option,
    program_options,
    settings,
)


@click.group()
def command() -> None:
    """List what Flyte Admin holds.

    \b
    Examples:
      reconciler get launchplans --active
    """


@command.command("launchplans")
@click.option("--active", is_flag=True, help="Only the versions that are active.")
@click.option("-p", "--project", metavar="NAME", help="Only of this project.")
@click.option("-d", "--domain", metavar="NAME", help="Only of this domain.")
@environment_option
@workspace_option
@json_option
@admin_option
@parallelism_option
@program_options
def launchplans(
    active: bool,
    project: str | None,
    domain: str | None,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    as_json: bool,
    parallelism: int,
) -> None:
    """List launch plans.

    Of each name the version that is active, or else (without --active) the newest.

    \b
    Examples:
      reconciler get launchplans --active
      reconciler get launchplans -p flytesnacks -d development
      reconciler get launchplans --active --json
    """
    from reconciler.cli.session import connected, find_unit
    from reconciler.report import launch_plans_as_json, launch_plans_as_table

    options = settings()
    unit = find_unit(choice(environments=environments, workspaces=workspaces))
    options.hide(unit.sensitive)
    with connected(options, unit, parallelism=parallelism) as (remote, _):
        found = remote.launch_plans(project=project, domain=domain, active_only=active)
    if as_json:
        sys.stdout.write(launch_plans_as_json(found))
    else:
        sys.stdout.write(launch_plans_as_table(found, color=options.colors(sys.stdout)))
