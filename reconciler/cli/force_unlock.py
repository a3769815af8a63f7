"""`reconciler force-unlock`: take the lock from an apply that is dead."""

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
from reconciler.cli.options import admin_option, program_options, settings


@click.command(cls=ChoosingCommand)
@click.argument("serial", type=click.IntRange(min=1))
@click.option("--reason", default="", metavar="TEXT", help="Why, for the history.")
@environment_option
@workspace_option
@ledger_option
@admin_option
@program_options
def command(
    serial: int,
    reason: str,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
    ledger_place: str | None,
) -> None:
    """Take the lock from the apply that took it with entry SERIAL, which its message names.

    An apply that is alive notices, and throws no further switch. What it had done until then is
    found out by the next one.

    \b
    Examples:
      reconciler force-unlock 41
      reconciler force-unlock 41 -e production --reason "the runner was reclaimed"
    """
    from reconciler.cli.at_night import unit_for, with_ledger
    from reconciler.cli.author import find_author
    from reconciler.cli.session import connected, home_of

    unit = unit_for(choice(environments=environments, workspaces=workspaces), ledger_place)
    actor = find_author(os.environ, Path()).actor
    with connected(settings(), unit) as (remote, _):
        home = home_of(with_ledger(remote, unit))
        broken = remote.ledger_of(home).break_lock(serial, actor=actor, reason=reason)
    print(f"The lock is free. It was taken by: {broken.summary}")
