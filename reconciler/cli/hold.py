"""`reconciler hold`: keep every apply off a launch plan's activation."""

import os
import time
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
from reconciler.cli.options import admin_option, as_seconds, program_options, settings


@click.command(cls=ChoosingCommand)
@click.argument(
    "names",
    nargs=-1,
    required=True,
    metavar="NAME...",
    shell_complete=complete("launchplans"),
)
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
@ledger_option
@admin_option
@program_options
def command(
    names: tuple[str, ...],
    reason: str,
    duration: float,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    ledger_place: str | None,
) -> None:
    """Keep every apply off the activation of NAME, or project/domain/name.

    It stays as it is now, whatever is merged: until `reconciler release`, or until the manifests
    want another version than the one that the last apply left active.

    Without a reconciler.yaml the ledger that owns the names is looked for in Flyte Admin.

    \b
    Examples:
      reconciler hold orders.daily --reason "doubles rows" --for 12h
    """
    from reconciler.cli.at_night import unit_for, with_ledger
    from reconciler.cli.author import find_author
    from reconciler.cli.session import connected, home_of

    unit = unit_for(choice(environments=environments, workspaces=workspaces), ledger_place)
    actor = find_author(os.environ, Path()).actor
    until = int(time.time() + duration) if duration else 0
    with connected(settings(), unit) as (remote, _):
        ledger = remote.ledger_of(home_of(with_ledger(remote, unit, names)))
        for switch in ledger.switches(names):
            print(f"{ledger.hold(switch.id.path, actor=actor, reason=reason, until=until)}.")
