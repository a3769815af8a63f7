"""`reconciler release`: end a hold."""

import os
from pathlib import Path

import click

from reconciler.cli.choice import (
    ChoosingCommand,
    choice,
    environment_option,
    ledger_option,
    workspace_option,
)
from reconciler.cli.completing import complete
from reconciler.cli.options import admin_option, program_options, settings


@click.command(cls=ChoosingCommand)
@click.argument(
    "names",
    nargs=-1,
    required=True,
    metavar="NAME...",
    shell_complete=complete("launchplans"),
)
@environment_option
@workspace_option
@ledger_option
@admin_option
@program_options
def command(
    names: tuple[str, ...],
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    ledger_place: str | None,
) -> None:
    """End the hold of NAME, or project/domain/name: the next apply does what the manifests say.

    \b
    Examples:
      reconciler release orders.daily
    """
    from reconciler.cli.at_night import unit_for, with_ledger
    from reconciler.cli.author import find_author
    from reconciler.cli.session import connected, home_of

    unit = unit_for(choice(environments=environments, workspaces=workspaces), ledger_place)
    actor = find_author(os.environ, Path()).actor
    with connected(settings(), unit) as (remote, _):
        ledger = remote.ledger_of(home_of(with_ledger(remote, unit, names)))
        for name in names:
            print(f"{ledger.release(name, actor=actor).id} is no longer held.")
