"""`reconciler release`: end a hold."""

import os
from pathlib import Path

import click

from reconciler.cli.choice import ChoosingCommand, choice, environment_option, workspace_option
from reconciler.cli.options import admin_option, program_options, settings


@click.command(cls=ChoosingCommand)
@click.argument("name")
@environment_option
@workspace_option
@admin_option
@program_options
def command(name: str, environments: tuple[str, ...], workspaces: tuple[str, ...]) -> None:
    """End the hold of NAME, or project/domain/name: the next apply does what the manifests say.

    \b
    Examples:
      reconciler release orders.daily
    """
    from reconciler.cli.author import find_author
    from reconciler.cli.session import connected, find_unit, home_of

    unit = find_unit(choice(environments=environments, workspaces=workspaces))
    home = home_of(unit)
    actor = find_author(os.environ, Path()).actor
    with connected(settings(), unit) as (remote, _):
        released = remote.ledger_of(home).release(name, actor=actor)
    print(f"{released.id} is no longer held.")
