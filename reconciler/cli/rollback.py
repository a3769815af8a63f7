"""`reconciler rollback`: back to the version that was active before."""

import os
import sys
from pathlib import Path

import click

from reconciler.cli.choice import ChoosingCommand, choice, environment_option, workspace_option
from reconciler.cli.exits import for_apply
from reconciler.cli.options import (
    admin_option,
    lock_timeout_option,
    program_options,
    say,
    settings,
)


@click.command(cls=ChoosingCommand)
@click.argument("name")
@click.option(
    "--to",
    default="previous",
    show_default=True,
    metavar="VERSION",
    help="The version to activate.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why, for everyone who plans.")
@click.option("--no-hold", is_flag=True, help="Let the next apply undo it.")
@lock_timeout_option
@environment_option
@workspace_option
@admin_option
@program_options
def command(
    name: str,
    to: str,
    reason: str,
    no_hold: bool,
    lock_timeout: float,
    environments: tuple[str, ...],
    workspaces: tuple[str, ...],
) -> int:
    """Activate the version of NAME (or project/domain/name) that was active before.

    Nothing is registered, and no manifest is read. The name is held, so that the next merge does
    not undo it, until the manifests want another version than the one gone back from.

    \b
    Examples:
      reconciler rollback orders.daily --reason "doubles rows"
      reconciler rollback orders.daily --to v41 -e production
    """
    from reconciler.cli.author import find_author
    from reconciler.cli.ledgered import locked
    from reconciler.cli.session import connected, find_unit, home_of
    from reconciler.report import report_as_text

    options = settings()
    unit = find_unit(choice(environments=environments, workspaces=workspaces))
    home = home_of(unit)
    actor = find_author(os.environ, Path()).actor
    with connected(options, unit) as (remote, _):
        ledger = remote.ledger_of(home)
        switch, plan = ledger.plan_rollback(name, to=to)
        with locked(remote, unit, plan, wait=lock_timeout, operation="rollback") as held:
            report = remote.apply(plan, held=held, say=say)
        if report.succeeded and not no_hold:
            why = reason or "rolled back"
            place, bad = switch.id.path, switch.active
            say(f"{ledger.hold(place, actor=actor, reason=why, version=bad)}.")
    sys.stdout.write(report_as_text(report, color=options.colors(sys.stdout)))
    return for_apply(report)
