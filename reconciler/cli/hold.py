"""`reconciler hold`: keep every apply off a launch plan's activation."""

import os
import time
from pathlib import Path

import click

from reconciler.cli.choice import ChoosingCommand, choice, environment_option, workspace_option
from reconciler.cli.options import admin_option, as_seconds, program_options, settings


@click.command(cls=ChoosingCommand)
@click.argument("name")
@click.option("--reason", default="", metavar="TEXT", help="Why, for everyone who plans.")
@click.option(
    "--for",
    "duration",
    default="0s",
    callback=as_seconds,
    metavar="DURATION",
    help="How long: 12h, 3d.  [default: until released]",
)
@environment_option
@workspace_option
@admin_option
@program_options
def command(
    name: str,
    reason: str,
    duration: float,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
) -> None:
    """Keep every apply off the activation of NAME, or project/domain/name.

    It stays as it is now, whatever is merged: until `reconciler release`, or until the manifests
    want another version than the one that the last apply left active.

    \b
    Examples:
      reconciler hold orders.daily --reason "doubles rows" --for 12h
    """
    from reconciler.cli.author import find_author
    from reconciler.cli.session import connected, find_unit, home_of

    unit = find_unit(choice(environments=environments, workspaces=workspaces))
    home = home_of(unit)
    actor = find_author(os.environ, Path()).actor
    until = int(time.time() + duration) if duration else 0
    with connected(settings(), unit) as (remote, _):
        hold = remote.ledger_of(home).hold(name, actor=actor, reason=reason, until=until)
    print(f"{hold}.")
