"""`reconciler transfer`: hand things over to another workspace."""

import os

import click

from reconciler.cli.choice import ChoosingCommand, choice, environment_option, workspace_option
from reconciler.cli.completing import complete
from reconciler.cli.options import (
    admin_option,
    lock_timeout_option,
    program_options,
    say,
    settings,
)


@click.command(cls=ChoosingCommand)
@click.argument(
    "names", nargs=-1, required=True, metavar="NAME...", shell_complete=complete("declared")
)
@click.option(
    "--to",
    required=True,
    metavar="WORKSPACE",
    help="Who is to own it: a workspace with a ledger in the same home. Its environment of the "
    "same name is meant, if it has any.",
)
@lock_timeout_option
@environment_option
@workspace_option
@admin_option
@program_options
def command(
    names: tuple[str, ...],
    to: str,
    lock_timeout: float,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
) -> None:
    """Hand NAME over to another workspace, which owns it from then on. Flyte Admin stays as it is.

    NAME is a name, project/domain/name or a glob of either; KIND:NAME keeps to one kind. Holds go
    along. Take it out of the manifests here and into those there, before or after: what both
    declare alike stays with its owner. Interrupted, the same command again goes on.

    \b
    Examples:
      reconciler transfer 'billing.*' --to billing-team
      reconciler transfer launchplan:shop/production/etl.daily --to etl -e production
    """
    from reconciler.cli.author import find_author, is_dead
    from reconciler.cli.session import connected, find_unit, home_of

    unit = find_unit(choice(environments=environments, workspaces=workspaces))
    ledger_name = f"{to}.{unit.environment}" if unit.environment and "." not in to else to
    with connected(settings(), unit) as (remote, _):
        moved = remote.ledger_of(home_of(unit)).transfer(
            names,
            ledger_name,
            author=find_author(os.environ, unit.folder),
            wait=lock_timeout,
            is_dead=is_dead,
            say=say,
        )
    things = "1 thing is" if len(moved) == 1 else f"{len(moved)} things are"
    print(f"{things} owned by the workspace {ledger_name} now.")
